// Points in the plane one by one: the logits and probabilities of a model, and what four losses of Keras say.
// Data: `X`, `y` and `Z`, points, labels and logits.

const K = 4, PLANE = { left: 24, top: 70, right: 300, bottom: 300 }, LOGITS = [384, 524], SHARES = [572, 662];
const FIRST = 88, PITCH = 34, TABLE = 262, EPSILON = 1e-7; // where Keras cuts probabilities off

const view = {
  title: "A point, its logits, its probabilities and what four losses say",
  prediction: {
    question: "The last of these points lies on the wrong side of a border. How will its logits look?",
    options: [
      "All four near zero: the model is not sure",
      "One clearly ahead, and it belongs to another class",
      "One clearly ahead, and it belongs to the point's own class",
      "All four negative",
    ],
    answer: 1,
    explanation:
      "The model knows where a point lies and nothing else. Deep inside another cloud it is as sure as it is of the points that " +
      "belong there, and the loss of this point is large. Move to the points before it and look for one where the model really " +
      "hesitates.",
  },
  controls: ({ X }) => [
    slider("chosen", "point", "Which of the points is shown", { low: 1, high: X.length, step: 1, start: 1, digits: 0 }),
    choice("true_class", "true class", "The class that is taken for the true one", {
      options: [["own", "that of the point"], ...range(K).map((index) => [index, `class ${index}`])],
      start: "own",
    }),
  ],
  draw({ X, y, Z }, { chosen, true_class: taken }) {
    const at = chosen - 1, z = Z[at], a = softmax(z), truth = taken === "own" ? y[at] : taken;
    const supposed = `class ${truth}${taken === "own" ? "" : ", by choice"}`, losses = fourLosses(z, truth);
    const limit = Math.max(1, ...Z.flat().map(Math.abs));
    const parts = [plane(X, y, at), bars(z, a, truth, supposed, limit), table(losses)];
    const said = losses.map(([name, flag, loss]) => `${name} with from_logits=${flag}: ${lossText(loss)}`).join("; ");
    const text =
      `Point ${chosen} of ${X.length} at (${decimal(X[at][0], 1)}, ${decimal(X[at][1], 1)}), class ${y[at]}: z = ${vector(z, 1)}, ` +
      `probabilities ${probabilities(a)}. The model says class ${argmax(a)}. Loss for ${supposed}: ${said}.`;
    return picture(view.title, 720, 384, parts.flatMap(({ shapes }) => shapes), parts.flatMap(({ labels }) => labels), text);
  },
};

// What a loss of Keras says, for two kinds of outputs and two settings of from_logits. The loss believes the flag; False cuts
// off at 1e-7, takes the logarithm and normalises, as Keras does under TensorFlow.
const fourLosses = (z, truth) =>
  [["logits", z], ["probabilities", softmax(z)]].flatMap(([name, outputs]) => [
    [name, "True", crossEntropy(outputs, truth)],
    [name, "False", crossEntropy(outputs.map((value) => Math.log(clamp(value, EPSILON, 1 - EPSILON))), truth)],
  ]);

// A mark of its own form for each class, so that no class is known by its colour alone.
function mark(form, [x, y], size) {
  const rim = { stroke: INK, stroke_width: 0.5 }, colour = COLOURS[form];
  if (form === 0) return circle([x, y], size, colour, rim);
  if (form === 1) return rectangle(x - size, y - size, 2 * size, 2 * size, colour, rim);
  if (form === 2) return polygon([[x, y - 1.2 * size], [x - 1.1 * size, y + 0.9 * size], [x + 1.1 * size, y + 0.9 * size]], colour, rim);
  return polygon([[x, y - 1.3 * size], [x + 1.3 * size, y], [x, y + 1.3 * size], [x - 1.3 * size, y]], colour, rim);
}

// All points, one scale for both directions, and a ring around the chosen one, which lies on top of its neighbours.
function plane(X, y, chosen) {
  const { left, top, right, bottom } = PLANE;
  const extent = [0, 1].map((axis) => X.map((point) => point[axis])).map((values) => [Math.min(...values), Math.max(...values)]);
  const [wide, tall] = extent.map(([low, high]) => Math.max(high - low, 1e-9));
  const pixels = Math.min((right - left - 28) / wide, (bottom - top - 28) / tall);
  const [middleX, middleY] = extent.map(([low, high]) => (low + high) / 2);
  const placeOf = ([x, up]) => [(left + right) / 2 + (x - middleX) * pixels, (top + bottom) / 2 - (up - middleY) * pixels];
  const order = [...range(X.length).filter((index) => index !== chosen), chosen];
  const shapes = [
    rectangle(left, top, right - left, bottom - top, PAPER, { stroke: QUIET }),
    ...order.map((index) => mark(y[index], placeOf(X[index]), 4.5)),
    circle(placeOf(X[chosen]), 11, "none", { data_part: "ring", stroke: INK, stroke_width: 2.5 }),
  ];
  const words = `(${decimal(X[chosen][0], 1)}, ${decimal(X[chosen][1], 1)})`;
  const labels = [
    label([left, 28], `Point ${chosen + 1} of ${X.length}, class ${y[chosen]}`, "start", { font_weight: "600" }),
    quietLabel([left, 48], `at ${words}; form and colour are the class`, "start"),
  ];
  for (const index of range(K)) {
    const x = left + 8 + index * 70;
    shapes.push(mark(index, [x, bottom + 26], 4.5));
    labels.push(quietLabel([x + 10, bottom + 30], `class ${index}`, "start"));
  }
  return { shapes, labels };
}

// For each class a bar for its logit, to both sides of zero, and one for its probability.
function bars(z, a, truth, supposed, limit) {
  const zero = (LOGITS[0] + LOGITS[1]) / 2, unit = (LOGITS[1] - LOGITS[0]) / 2 / limit, end = FIRST + (K - 1) * PITCH + 14;
  const shapes = [line([zero, FIRST - 24], [zero, end], QUIET, { data_part: "zero" }), line([SHARES[0], FIRST - 24], [SHARES[0], end], QUIET)];
  const labels = [label([zero, 28], "Logits", "middle", { font_weight: "600" }), label([(SHARES[0] + SHARES[1]) / 2, 28], "Probabilities", "middle", { font_weight: "600" })];
  for (const index of range(K)) {
    const y = FIRST + index * PITCH, left = Math.min(zero, zero + z[index] * unit), positive = z[index] >= 0;
    shapes.push(bar(left, y - 14, Math.abs(z[index] * unit), 18, COLOURS[index], { data_part: `logit-${index}` }));
    shapes.push(bar(SHARES[0], y - 14, a[index] * (SHARES[1] - SHARES[0]), 18, COLOURS[index], { data_part: `share-${index}` }));
    labels.push(label([322, y], `class ${index}`, "start", index === truth ? { font_weight: "600" } : {}));
    labels.push(label([zero + (positive ? -6 : 6), y], decimal(z[index], 1), positive ? "end" : "start", { halo: PAPER }));
    labels.push(label([SHARES[1] + 6, y], probability(a[index]), "start"));
  }
  labels.push(quietLabel([322, end + 22], `true: ${supposed}; the model says class ${argmax(a)}`, "start"));
  return { shapes, labels };
}

// The four losses, each with a frame where output and flag fit.
function table(losses) {
  const labels = [label([322, TABLE], "Loss", "start", { font_weight: "600" }), quietLabel([500, TABLE], "from_logits=True"), quietLabel([630, TABLE], "from_logits=False")];
  const shapes = [line([322, TABLE + 10], [700, TABLE + 10])];
  losses.forEach(([name, flag, loss], place) => {
    const y = TABLE + 36 + 34 * Math.floor(place / 2), x = flag === "True" ? 500 : 630, fits = (name === "logits") === (flag === "True");
    if (flag === "True") labels.push(label([322, y], `of ${name}`, "start"));
    labels.push(label([x, y], lossText(loss), "middle", fits ? { font_weight: "600" } : {}));
    if (fits) shapes.push(rectangle(x - 46, y - 18, 92, 26, "none", { rx: 5, stroke: INK, stroke_width: 1.5, data_part: `fits-${name}` }));
  });
  labels.push(quietLabel([322, TABLE + 100], "framed: output and flag fit", "start"));
  return { shapes, labels };
}
