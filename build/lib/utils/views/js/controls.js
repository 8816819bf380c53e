// What a view declares of its controls: plain objects, which the shell turns into native elements.

// A slider over numbers from `low` to `high`, written with `digits` decimals.
const slider = (name, words, help, { low, high, step, start, digits = 1 }) =>
  ({ kind: "slider", name, words, help, low, high, step, start, digits });
// A slider whose places are powers of ten: `low`, `high` and `step` are exponents, `start` is a number.
const powerSlider = (name, words, help, { low, high, step, start, digits = 2 }) =>
  ({ kind: "power", name, words, help, low, high, step, start, digits });
// A slider that stops at the entries of a list.
const stops = (name, words, help, { values, start }) => ({ kind: "stops", name, words, help, values, start });
// One of a few options, each [value, words].
const choice = (name, words, help, { options, start }) => ({ kind: "choice", name, words, help, options, start });

const logitSlider = (index, start) =>
  slider(`z${index}`, `logit ${indexed("z", index)}`, `The logit of class ${index}`, { low: -5, high: 5, step: 0.1, start });
const shiftSlider = () =>
  slider("shift", "shift c", "A number added to every logit", { low: -20, high: 20, step: 0.1, start: 0 });
const temperatureSlider = () =>
  powerSlider("temperature", "temperature T", "The number that every logit is divided by", { low: -1, high: 1, step: 0.05, start: 1 });
const logitsOf = (state) => Object.keys(state).filter((name) => /^z\d+$/.test(name)).map((name) => state[name]);
