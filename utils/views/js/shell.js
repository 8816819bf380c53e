// Brings a view to life: native controls, a prediction that is asked first, and a picture that follows the controls.
// Everything stands inside one element and listens to its own elements alone; a page may hold the same view twice.

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function mount(root, view, data) {
  keepKeys(root);
  const controls = view.controls(data);
  const state = {};
  const drawing = make("div", { style: "line-height:0" });
  const numbers = make("p", { role: "status", style: "margin:4px 0;max-width:720px;line-height:1.4" });
  const error = make("p", { role: "alert", style: "margin:0;max-width:720px" });

  function redraw() {
    try {
      const { svg, text } = view.draw(data, state);
      drawing.innerHTML = svg;
      numbers.textContent = text;
      numbers.style.minHeight = `${numbers.getBoundingClientRect().height}px`; // a line less would make the page below jump
      error.textContent = "";
    } catch (reason) {
      drawing.textContent = numbers.textContent = "";
      error.textContent = `This state could not be drawn. ${reason}`;
    }
  }

  const fields = controls.map((control) => field(control, (value) => ((state[control.name] = value), redraw())));
  const reset = make("button", { type: "button", title: "Set every control back to its start" }, "Reset");
  const setBack = () => fields.forEach(({ set }, index) => set(controls[index].start));
  reset.addEventListener("click", () => (setBack(), redraw()));
  const columns = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:2px 24px;align-items:center";
  const panel = make("div", { style: `${columns};max-width:720px;margin:4px 0` }, ...fields.map(({ node }) => node), make("div", {}, reset));
  const workbench = make("div", {}, panel, drawing, numbers, error);
  setBack();
  redraw();
  const prediction = typeof view.prediction === "function" ? view.prediction(data) : view.prediction;
  root.replaceChildren(...(prediction ? [question(prediction, workbench)] : [workbench]));
  if (prediction) root.append(workbench);
}

// The element of one control with its label; `set` shows a value and stores it, `changed` is called with what a reader sets.
function field(control, changed) {
  const row = "display:grid;grid-template-columns:9em 1fr 3.5em;gap:8px;align-items:center";
  const words = make("span", {}, control.words);
  if (control.kind === "choice") return choiceField(control, changed, row, words);
  const places = control.kind === "stops" ? { low: 0, high: control.values.length - 1, step: 1 } : control;
  const toValue = { slider: Number, power: (place) => 10 ** place, stops: (place) => control.values[place] }[control.kind];
  const toPlace = { slider: Number, power: Math.log10, stops: (value) => control.values.indexOf(value) }[control.kind];
  const written = (value) => (control.kind === "stops" ? String(value) : decimal(value, control.digits));
  const input = make("input", {
    type: "range", min: places.low, max: places.high, step: places.step, title: control.help, style: "width:100%;margin:0",
  });
  const output = make("output", { style: "font-variant-numeric:tabular-nums" });
  const show = (value) => {
    output.textContent = written(value);
    input.setAttribute("aria-valuetext", written(value));
  };
  const value = () => toValue(Number(input.value));
  input.addEventListener("input", () => (show(value()), changed(value())));
  const set = (start) => ((input.value = toPlace(start)), show(start), changed(start));
  return { node: make("label", { style: row }, words, input, output), set };
}

function choiceField(control, changed, row, words) {
  const input = make("select", { title: control.help, style: "max-width:100%" });
  for (const [, name] of control.options) input.append(make("option", {}, name));
  input.addEventListener("change", () => changed(control.options[input.selectedIndex][0]));
  const set = (start) => {
    input.selectedIndex = control.options.findIndex(([value]) => value === start);
    changed(start);
  };
  return { node: make("label", { style: row }, words, input), set };
}

// The prediction; controls and picture appear when it is answered or skipped, and the question then is a line.
function question({ question, options, answer, explanation }, workbench) {
  workbench.hidden = true;
  const group = `prediction-${Math.random().toString(36).slice(2)}`;
  const choices = options.map((words) => make("input", { type: "radio", name: group }));
  const rows = choices.map((input, index) => make("label", { style: "display:block;margin:2px 0" }, input, " ", options[index]));
  const answerButton = make("button", { type: "button" }, "Answer");
  const skipButton = make("button", { type: "button", title: "Show the controls without an answer" }, "Skip");
  const reply = make("span", { role: "status", style: "margin-left:8px" });
  const legend = make("legend", { style: "font-weight:600;padding:0;max-width:720px" }, question);
  const buttons = make("div", { style: "margin:4px 0" }, answerButton, " ", skipButton, reply);
  const box = make("fieldset", { style: "border:0;margin:0;padding:4px 0" }, legend, ...rows, buttons);

  function reveal(verdict) {
    const summary = make("summary", {}, `${verdict} Why?`);
    const lines = [make("p", { style: "font-weight:600;margin:4px 0" }, question), make("p", { style: "margin:4px 0" }, explanation)];
    box.replaceWith(make("details", { style: "max-width:720px;line-height:1.4" }, summary, ...lines));
    workbench.hidden = false;
    summary.focus();
  }
  answerButton.addEventListener("click", () => {
    const chosen = choices.findIndex((input) => input.checked);
    if (chosen < 0) reply.textContent = "Choose one of the answers first, or skip the question.";
    else reveal(chosen === answer ? "Your prediction was right." : `Not this one. What happens: “${options[answer]}”.`);
  });
  skipButton.addEventListener("click", () => reveal(`Skipped. What happens: “${options[answer]}”.`));
  return box;
}
