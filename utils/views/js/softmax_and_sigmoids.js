// The softmax of four logits beside the sigmoids of the same logits, with a common shift and a threshold.

const view = {
  title: "Softmax and sigmoids of the same logits",
  prediction: {
    question: "All four logits are raised by 3. What happens to the sums of the two rows?",
    options: [
      "Both stay at 1",
      "The softmax still sums to 1, the sigmoids sum to more than before",
      "Both grow",
    ],
    answer: 1,
    explanation:
      "Only differences between logits count for a softmax, so a common shift changes none of its bars. A sigmoid compares " +
      "its own logit with 0, so every sigmoid grows and their sum with them: it is no total that is shared, but the number of " +
      "classes that the model expects to apply. Move the shift c to both ends and read the two sums.",
  },
  controls: () => [
    ...[2, 1, 0.1, -1].map((start, index) => logitSlider(index, start)),
    shiftSlider(),
    slider("threshold", "threshold t", "A class gets a yes from this probability on", { low: 0.05, high: 0.95, step: 0.01, start: 0.5, digits: 2 }),
  ],
  draw(data, state) {
    const z = logitsOf(state), { shift, threshold } = state;
    // The softmax of the logits before the shift, so that rounding in the sum cannot move a bar that stands still.
    const shifted = z.map((value) => value + shift), shares = softmax(z), answers = shifted.map(sigmoid);
    const left = panel("softmax", LEFT_PANEL, "Softmax", "one total, shared", shifted, shares, threshold);
    const right = panel("sigmoid", RIGHT_PANEL, `${z.length} sigmoids`, "each by itself", shifted, answers, threshold);
    const between = label([LEFT_PANEL[1] + 12, shareHeight(threshold) + 4], `t = ${decimal(threshold, 2)}`, "start");
    const caption = quietLabel([360, 322], "Below each class: its logit with the shift, and a yes from the threshold t on.");
    const said = (values) => `${probabilities(values)}, sum ${decimal(sum(values), 3)}, yes to ${yesTo(values, threshold)}`;
    const text =
      `z = ${vector(z, 1)}, shift ${decimal(shift, 1)}, threshold ${decimal(threshold, 2)}: ` +
      `softmax = ${said(shares)}; sigmoids = ${said(answers)}.`;
    const labels = [...left.labels, ...right.labels, between, caption];
    return picture(view.title, 720, 334, [...left.shapes, ...right.shapes], labels, text);
  },
};

// Bars of probabilities from 0 to 1 with the threshold; below each its class, its logit, and a mark for a yes.
function panel(kind, place, title, how, z, values, threshold) {
  const { shapes, labels } = shareScale(place);
  labels.push(...heading(place, title, `${how}: sum ${decimal(sum(values), 3)}`, { data_part: `${kind}-sum` }));
  columns(place, values.length).forEach(({ centre, width }, index) => {
    const value = values[index], upper = shareHeight(value);
    shapes.push(bar(centre - width / 2, upper, width, BOTTOM - upper, COLOURS[index], { data_part: `${kind}-${index}` }));
    labels.push(label([centre, upper - 5], probability(value), "middle", { halo: PAPER }));
    labels.push(label([centre, BOTTOM + 20], `class ${index}`), quietLabel([centre, BOTTOM + 38], decimal(z[index], 1)));
    labels.push(value >= threshold ? label([centre, BOTTOM + 58], "▲ yes", "middle", { font_weight: "600" }) : quietLabel([centre, BOTTOM + 58], "no"));
  });
  const height = shareHeight(threshold);
  const dashed = { data_part: `${kind}-threshold`, stroke_width: 1.25, stroke_dasharray: "5 4" };
  shapes.push(floor(place), line([place[0], height], [place[1], height], QUIET, dashed));
  return { shapes, labels };
}

// The classes at or above the threshold, for a sentence.
function yesTo(values, threshold) {
  const chosen = range(values.length).filter((index) => values[index] >= threshold);
  return chosen.length ? `class${chosen.length > 1 ? "es" : ""} ${listing(chosen.map(String))}` : "no class";
}
