// The gradient p − y of three logits as a push on each of them, and the loss while the logits give way to it.

const HEIGHT = 346, HIGH = 74, LOW = 242, BARS = [58, 406], CURVE = [480, 700];
const MOST_STEPS = 40, LIMITS = [2, 4, 8, 12]; // of the scale of the loss

const view = {
  title: "Probabilities, the truth, and the pushes between them",
  prediction: {
    question: "The logits are 1, 2 and 3, and the true class is 0. Which logits does the gradient push?",
    options: [
      "Only z₀, upwards",
      "z₀ upwards, z₁ and z₂ downwards by the same amount",
      "z₀ upwards, z₁ and z₂ downwards, z₂ more strongly",
      "All three upwards",
    ],
    answer: 2,
    explanation:
      "Each push is the distance from the probability to the truth. The true class lacks 1 − p₀ and is pushed up by that; " +
      "every other class holds a probability that it should not have and is pushed down by exactly as much. So the likeliest " +
      "wrong class is pushed hardest, and the three pushes sum to zero. Choose another true class and compare, then let the " +
      "logits take some steps.",
  },
  controls: () => [
    ...[1, 2, 3].map((start, index) => logitSlider(index, start)),
    choice("true_class", "true class", "The class that occurred", { options: range(3).map((index) => [index, `class ${index}`]), start: 0 }),
    slider("steps", "steps", "Steps of gradient descent, from the logits above", { low: 0, high: MOST_STEPS, step: 1, start: 0, digits: 0 }),
  ],
  draw(data, state) {
    const { true_class: truth, steps } = state, path = [logitsOf(state)];
    while (path.length <= MOST_STEPS) path.push(path.at(-1).map((value, index) => value - lossGradient(path.at(-1), truth)[index]));
    const losses = path.map((z) => crossEntropy(z, truth));
    const now = path[steps], p = softmax(now), pushes = lossGradient(now, truth);
    const left = pushBars(now, p, pushes, truth), right = lossCurve(losses, steps, truth);
    const text =
      `z = ${vector(now, 2)} after ${steps} step${steps === 1 ? "" : "s"}, true class ${truth}: p = ${probabilities(p)}, ` +
      `p − y = ${vector(pushes, 3)}, sum ${decimal(sum(pushes), 3)}, loss ${lossText(losses[steps])}. ` +
      `Class ${truth} is pushed up, the others down.`;
    return picture(view.title, 720, HEIGHT, [...left.shapes, ...right.shapes], [...left.labels, ...right.labels], text);
  },
};

// A bar for each probability, a mark at its truth, 0 or 1, and the arrow from the one to the other.
function pushBars(z, p, pushes, truth) {
  const [start, end] = BARS, height = (value) => LOW - value * (LOW - HIGH);
  const { shapes, labels } = scale(BARS, range(5).map((quarter) => [quarter / 4, 2]), height);
  labels.push(...heading(BARS, "Probabilities and truth", "arrows: from p to y, the push on each logit"));
  shapes.push(line([start, LOW], [end, LOW], INK, { stroke_width: 1.25 }));
  for (const index of range(3)) {
    const centre = start + ((index + 0.5) * (end - start)) / 3, isTrue = index === truth;
    const top = height(p[index]), goal = height(isTrue ? 1 : 0);
    shapes.push(bar(centre - 40, top, 44, LOW - top, COLOURS[index], { data_part: `bar-${index}` }));
    shapes.push(line([centre - 46, goal], [centre + 42, goal], INK, { data_part: `truth-${index}`, stroke_width: 3 }));
    shapes.push(...arrow(centre + 24, top, goal, index));
    const baseline = isTrue && top - 6 < HIGH + 16 ? HIGH - 6 : top - 6; // above the mark of the truth, not across it
    labels.push(label([centre - 18, baseline], probability(p[index]), "middle", { halo: PAPER }));
    labels.push(label([centre, LOW + 22], `class ${index}`, "middle", isTrue ? { font_weight: "600" } : {}));
    labels.push(label([centre, LOW + 41], `${indexed("z", index)} = ${decimal(z[index], 2)}`));
    labels.push(label([centre, LOW + 60], `p − y = ${decimal(pushes[index], 3)}`));
    labels.push(label([centre, LOW + 79], isTrue ? "▲ true: push up" : "▼ push down", "middle", { size: 12 }));
  }
  return { shapes, labels };
}

// An arrow along a column, with its head at the truth; one that is too short to see is left out.
function arrow(x, tail, head, index) {
  const length = Math.abs(head - tail);
  if (length < 1) return [];
  const base = head + Math.sign(tail - head) * Math.min(11, length);
  return [
    line([x, tail], [x, base], INK, { data_part: `arrow-${index}`, stroke_width: 3 }),
    polygon([[x, head], [x - 7, base], [x + 7, base]], INK, { data_part: `tip-${index}` }),
  ];
}

// The loss along all steps, with a point at the present one and a line at the loss of equal probabilities.
function lossCurve(losses, steps, truth) {
  const [start, end] = CURVE, highest = Math.max(...losses), limit = LIMITS.find((one) => highest <= one) ?? highest;
  const across = (step) => start + (step / MOST_STEPS) * (end - start), height = (loss) => LOW - (loss / limit) * (LOW - HIGH);
  const { shapes, labels } = scale(CURVE, range(5).map((quarter) => [(quarter * limit) / 4, 1]), height);
  labels.push(...range(5).map((ten) => quietLabel([across(10 * ten), LOW + 18], String(10 * ten))));
  const even = height(Math.log(3)), points = losses.map((loss, step) => [across(step), height(loss)]);
  shapes.push(
    line([start, LOW], [end, LOW], INK, { stroke_width: 1.25 }),
    line([start, even], [end, even], QUIET, { stroke_width: 1.25, stroke_dasharray: "5 4" }),
    polyline(points, INK, { data_part: "path", stroke_width: 2 }),
    circle(points[steps], 6, COLOURS[truth], { data_part: "point", stroke: INK, stroke_width: 1.5 }),
  );
  labels.push(
    ...heading(CURVE, `Loss ${lossText(losses[steps])}`, `−log ${indexed("p", truth)} as z takes steps`),
    quietLabel([end, even - 5], "ln 3", "end"),
    quietLabel([(start + end) / 2, LOW + 37], "steps, with the learning rate 1"),
  );
  return { shapes, labels };
}
