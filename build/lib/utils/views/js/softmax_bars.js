// Four logits and their softmax as bars, with a common shift and a temperature.

const LIMITS = [6, 12, 30, 60, 120]; // of the scale on the left

const view = {
  title: "Logits and their softmax",
  prediction: {
    question: "Only z₀ is raised. What happens to the three other activations?",
    options: [
      "They stay as they are",
      "All three shrink, and keep their ratios to each other",
      "Only the second largest shrinks",
    ],
    answer: 1,
    explanation:
      "Each activation is its own exponential over one shared denominator. Raising z₀ enlarges that denominator and leaves " +
      "the other three numerators alone, so all three are divided by the same larger number. Move z₀ and compare a₁ with a₂ " +
      "before and after: both change, a₁ / a₂ does not.",
  },
  controls: () => [
    ...[2, 1, 0.1, -1].map((start, index) => logitSlider(index, start)),
    shiftSlider(),
    temperatureSlider(),
  ],
  draw(data, state) {
    const z = logitsOf(state), { shift, temperature } = state;
    const a = softmax(z, temperature), largest = largestOf(z);
    const left = logitPanel(z.map((value) => value + shift), shift), right = activationPanel(a, largest);
    const caption = quietLabel([360, 305], "Adding c to every logit moves every bar on the left and no bar on the right.");
    const text =
      `z = ${vector(z, 1)}, shift ${decimal(shift, 1)}, temperature ${decimal(temperature, 2)}: a = ${probabilities(a)}, ` +
      `sum ${decimal(sum(a), 3)}, largest ${listing(largest.map((index) => "a" + index))}.`;
    const labels = [...left.labels, ...right.labels, caption];
    return picture(view.title, 720, 316, [...left.shapes, ...right.shapes], labels, text);
  },
};

// Bars of z + c around a zero line, and a dashed line at c, from which the bars keep their distances.
function logitPanel(shifted, shift) {
  const [start, end] = LEFT_PANEL;
  const reach = Math.max(...shifted.map(Math.abs), Math.abs(shift)) * 1.2;
  const limit = LIMITS.find((one) => reach <= one + 1e-9) ?? reach;
  const height = (value) => (TOP + BOTTOM) / 2 - ((value / limit) * (BOTTOM - TOP)) / 2;
  const { shapes, labels } = scale(LEFT_PANEL, range(7).map((step) => [((step - 3) * limit) / 3, 0]), height);
  labels.push(...heading(LEFT_PANEL, "Logits with the shift", "z + c, in logits; the scale adapts"));
  columns(LEFT_PANEL, shifted.length).forEach(({ centre, width }, index) => {
    const value = shifted[index];
    const [upper, lower] = [height(value), height(0)].sort((one, other) => one - other);
    shapes.push(bar(centre - width / 2, upper, width, lower - upper, COLOURS[index], { data_part: `logit-${index}` }));
    labels.push(label([centre, value >= 0 ? upper - 5 : lower + 14], typeset(value, 1), "middle", { halo: PAPER }));
    labels.push(label([centre, BOTTOM + 22], `class ${index}`));
  });
  shapes.push(line([start, height(0)], [end, height(0)], INK, { stroke_width: 1.25 }));
  const dashed = { data_part: "shift", stroke_width: 1.25, stroke_dasharray: "5 4" };
  shapes.push(line([start, height(shift)], [end + 8, height(shift)], QUIET, dashed));
  labels.push(label([end + 13, height(shift) + 4], `c = ${typeset(shift, 1)}`, "start"));
  return { shapes, labels };
}

// Bars of the softmax from 0 to 1, the largest marked by a sign and a word.
function activationPanel(activations, largest) {
  const { shapes, labels } = shareScale(RIGHT_PANEL);
  labels.push(...heading(RIGHT_PANEL, "Activations", "a = softmax((z + c) / T), summing to 1"));
  columns(RIGHT_PANEL, activations.length).forEach(({ centre, width }, index) => {
    const value = activations[index], upper = shareHeight(value);
    shapes.push(bar(centre - width / 2, upper, width, BOTTOM - upper, COLOURS[index], { data_part: `activation-${index}` }));
    labels.push(label([centre, upper - 5], probability(value), "middle", { halo: PAPER }));
    labels.push(label([centre, BOTTOM + 22], `class ${index}`));
    if (largest.includes(index))
      labels.push(label([centre, BOTTOM + 40], largest.length === 1 ? "▲ largest" : "▲ tied", "middle", { size: 12 }));
  });
  shapes.push(floor(RIGHT_PANEL));
  return { shapes, labels };
}
