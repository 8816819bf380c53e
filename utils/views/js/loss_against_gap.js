// The loss of one example and its gradient against the gap, for five ways to compute them in float32.

const LOW = 244, HIGH = 64, LOSS = [62, 342], GRADIENT = [424, 704], FIRST = -40, LAST = 130;
const SMALLEST = 1e-20; // of the scale of gradients
const METHODS = {
  exact: { words: "without rounding", colour: COLOURS[7], width: 5 },
  fused: { words: "log-sum-exp minus logit; gradient p − 1", colour: COLOURS[4], width: 2.5 },
  naive: { words: "stable softmax, then its logarithm", colour: COLOURS[5], dashes: "7 4", width: 2 },
  epsilon: { words: "log(p + ε)", colour: COLOURS[0], dashes: "2 3", width: 2.5 },
  clip: { words: "log of p, clipped to [ε, 1 − ε]", colour: COLOURS[3], dashes: "9 3 2 3", width: 2 },
};

const view = {
  title: "Loss and gradient against the gap",
  prediction: {
    question: "A model is wrong by a gap of 60, and its loss is log(p + ε) with ε = 10⁻⁹. How strong is the gradient?",
    options: [
      "Close to −1, as for every confident mistake",
      "About −0.35, a third of it",
      "Too small to learn anything from",
    ],
    answer: 2,
    explanation:
      "At a gap of 60 the probability p of the true class is 9e-27, far below ε. The loss has stopped at −log ε, about 20.7, and " +
      "no longer changes with the logits; its gradient is about −p/ε, or −9e-18. The exact one is −1. Move the gap to 60 and " +
      "read the table, then make ε smaller and watch where the bend goes.",
  },
  controls: () => [
    slider("gap", "gap", "How far the true logit lies below the other one", { low: FIRST, high: LAST, step: 0.5, start: 20 }),
    slider("exponent", "e of ε = 10⁻ᵉ", "The size of epsilon: ten to the power of minus e", { low: 3, high: 15, step: 0.1, start: 9 }),
  ],
  draw(data, { gap, exponent }) {
    const epsilon = 10 ** -exponent, here = methodsAt(gap, epsilon), { shapes, labels } = panels();
    shapes.push(...curves(epsilon));
    for (const place of [LOSS, GRADIENT])
      shapes.push(line([acrossOf(place, gap), HIGH], [acrossOf(place, gap), LOW], INK, { stroke_width: 1, stroke_dasharray: "3 3" }));
    labels.push(
      quietLabel([16, LOW + 56], `at a gap of ${decimal(gap, 1)}, ε = 10^${decimal(-exponent, 1)}`, "start"),
      quietLabel([568, LOW + 56], "loss", "end"),
      quietLabel([688, LOW + 56], "gradient", "end"),
    );
    const sentences = Object.entries(METHODS).map(([name, { words, colour }], row) => {
      const [loss, gradient] = here[name], y = LOW + 78 + 20 * row;
      shapes.push(stroke([[16, y - 4], [56, y - 4]], name));
      labels.push(label([68, y], name, "start"), quietLabel([138, y], words, "start"));
      labels.push(label([568, y], numberText(loss), "end", { data_part: `${name}-loss` }));
      labels.push(label([688, y], numberText(gradient), "end", { data_part: `${name}-gradient` }));
      for (const [place, height] of [[LOSS, lossHeight(loss)], [GRADIENT, gradientHeight(gradient)]])
        if (height !== null) shapes.push(circle([acrossOf(place, gap), height], 4, colour, { stroke: PAPER, stroke_width: 1 }));
      return `${name} loss ${numberText(loss)}, gradient ${numberText(gradient)}`;
    });
    const text = `gap ${decimal(gap, 1)}, epsilon 10^${decimal(-exponent, 1)}: ${sentences.join("; ")}.`;
    return picture(view.title, 720, 424, shapes, labels, text);
  },
};

// Loss and gradient for the true logit, five times: exact, and in float32, where the gradients of naive, epsilon and clip
// follow the chain rule step by step, as automatic differentiation does.
function methodsAt(gap, epsilon) {
  const f = Math.fround, exp = (value) => f(Math.exp(value)), log = (value) => f(Math.log(value));
  const logit = f(Math.min(-gap, 0)), other = f(Math.min(gap, 0)), total = f(exp(logit) + exp(other));
  const p = f(exp(logit) / total), small = f(epsilon), most = f(1 - small);
  const clipped = Math.min(Math.max(p, small), most), guarded = f(p + small);
  const chained = (slope) => f(p * f(slope - f(p * slope)));
  return {
    exact: [Math.max(gap, 0) + Math.log1p(Math.exp(-Math.abs(gap))), -1 / (1 + Math.exp(-gap))],
    fused: [f(log(total) - logit), f(p - 1)],
    naive: [-log(p), chained(f(-1 / p))],
    epsilon: [-log(guarded), chained(f(-1 / guarded))],
    clip: [-log(clipped), chained(p === clipped ? f(-1 / clipped) : 0)],
  };
}

// Headings, ticks and thin lines of the two panels: the same in every state.
function panels() {
  const shapes = [], labels = [];
  const headings = [[LOSS, "Loss", "in float32, against the gap"], [GRADIENT, "Gradient of the true logit", "its size, on a logarithmic scale"]];
  for (const [place, words, detail] of headings) {
    labels.push(...heading(place, words, detail));
    labels.push(quietLabel([(place[0] + place[1]) / 2, LOW + 34], "gap: true class wins ← 0 → true class loses"));
    for (const tick of [-40, 0, 40, 80, 120]) {
      shapes.push(line([acrossOf(place, tick), HIGH], [acrossOf(place, tick), LOW]));
      labels.push(quietLabel([acrossOf(place, tick), LOW + 16], decimal(tick, 0)));
    }
  }
  const ticks = scale(LOSS, [0, 40, 80, 120].map((value) => [value, 0]), lossHeight);
  shapes.push(...ticks.shapes);
  labels.push(...ticks.labels);
  [[0, "1"], [-5, "10⁻⁵"], [-10, "10⁻¹⁰"], [-15, "10⁻¹⁵"], [-20, "10⁻²⁰"]].forEach(([power, words]) => {
    const height = gradientHeight(10 ** power);
    shapes.push(line([GRADIENT[0], height], [GRADIENT[1], height]));
    labels.push(quietLabel([GRADIENT[0] - 8, height + 4], words, "end"));
  });
  return { shapes, labels };
}

// The curves of all methods; where a number is infinite, no number, or 0 on a logarithmic scale, they end.
function curves(epsilon) {
  const gaps = range(171).map((step) => FIRST + step), results = gaps.map((gap) => methodsAt(gap, epsilon));
  const through = (name, place, values, height) => {
    const points = gaps.map((gap, index) => [acrossOf(place, gap), height(values[index])]);
    return stroke(points.filter(([, y]) => y !== null), name);
  };
  return Object.keys(METHODS).flatMap((name) => [
    through(name, LOSS, results.map((result) => result[name][0]), lossHeight),
    through(name, GRADIENT, results.map((result) => result[name][1]), gradientHeight),
  ]);
}

const stroke = (points, name) =>
  polyline(points, METHODS[name].colour, { stroke_width: METHODS[name].width, stroke_dasharray: METHODS[name].dashes });
const acrossOf = ([start, end], gap) => start + ((gap - FIRST) / (LAST - FIRST)) * (end - start);
// The pixel of a loss, or null where it is no finite number.
const lossHeight = (value) => (Number.isFinite(value) ? LOW - (value / LAST) * (LOW - HIGH) : null);
// The pixel of a gradient's size on a logarithmic scale, or null where it is no number or off the scale.
function gradientHeight(value) {
  const size = Math.abs(value);
  return size >= SMALLEST && size <= 1.001 ? HIGH + (Math.log10(size) / Math.log10(SMALLEST)) * (LOW - HIGH) : null;
}

// A number in three digits.
function numberText(value) {
  if (Number.isNaN(value)) return "no value";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "−infinite";
  return significant(value, 3);
}
