// Three probabilities as one point of a triangle, and the path that the temperature moves it along.

const SIDE = 400, FOOT = 68 + SIDE * 0.75 ** 0.5;
// Where each class is certain: class 0 at the top, class 1 on the left, class 2 on the right.
const CORNERS = [[280, 68], [80, FOOT], [480, FOOT]];
const CENTRE = [1 / 3, 1 / 3, 1 / 3];
const TINTS = COLOURS.slice(0, 3).map((colour) => tint(colour, 0.16));
const GRID = COLOURS.slice(0, 3).map((colour) => tint(colour, 0.55));
// Where the cold end's name stands, for each set of largest classes: outside, beyond the name of the corner or the tick.
const COLD_LABEL = {
  "0": ["middle", [0, -31]],
  "1": ["middle", [-14, 41]],
  "2": ["middle", [14, 41]],
  "0,1": ["end", [-12, -13]],
  "0,2": ["start", [12, -13]],
  "1,2": ["middle", [-10, 39]],
};

const view = {
  title: "Three probabilities in a triangle",
  prediction: {
    question: "The temperature rises without bound. Where does the point go?",
    options: ["To the corner of the largest logit", "To the centre", "To the middle of an edge", "It leaves the triangle"],
    answer: 1,
    explanation:
      "Dividing by a large T shrinks every difference between logits towards zero, and equal logits give equal " +
      "probabilities: one third each. Raise the temperature to 10 and watch the point follow the curve; then lower it to 0.1 " +
      "and see which corner it approaches. Make the two largest logits equal, and the cold end moves to an edge.",
  },
  controls: () => [...[2, 1, 0.1].map((start, index) => logitSlider(index, start)), temperatureSlider()],
  draw(data, state) {
    const z = logitsOf(state), { temperature } = state;
    const a = softmax(z, temperature), largest = largestOf(z);
    const parts = [triangle(), path(z, largest), readout(a, temperature, largest)];
    const fill = largest.length === 1 ? COLOURS[largest[0]] : PAPER;
    const point = circle(placeOf(a), 7, fill, { data_part: "point", stroke: INK, stroke_width: 2 });
    const text =
      `z = ${vector(z, 1)}, temperature ${decimal(temperature, 2)}: a = ${probabilities(a)}, sum ${decimal(sum(a), 3)}, ` +
      `largest ${listing(largest.map((index) => indexed("a", index)))}. As T falls to 0 the point goes to ${coldEnd(largest)}.`;
    const labels = [...parts[0].labels, ...parts[1].labels, ...regionNames(z, largest), ...parts[2].labels];
    return picture(view.title, 560, 480, [...parts.flatMap(({ shapes }) => shapes), point], labels, text);
  },
};

function coldEnd(largest) {
  if (largest.length === 3) return "the centre, where it is at every T";
  if (largest.length === 1) return `the corner of class ${largest[0]}`;
  return `the middle of the edge between class ${largest[0]} and class ${largest[1]}`;
}

// Probabilities to a point: the mean of the corners with these weights.
const placeOf = (weights) => [0, 1].map((axis) => sum(weights.map((weight, index) => weight * CORNERS[index][axis])));
const beside = ([x, y], right, down) => [x + right, y + down];
const middleOf = (one, other) => [0, 1].map((axis) => (CORNERS[one][axis] + CORNERS[other][axis]) / 2);
const share = (weights) => range(3).map((index) => weights[index] ?? 0);

// The three regions, lines of constant probability, and the names of the corners: the same in every state.
function triangle() {
  const shapes = [], labels = [];
  for (const index of range(3)) {
    const before = (index + 2) % 3, after = (index + 1) % 3;
    const region = [CORNERS[index], middleOf(index, after), placeOf(CENTRE), middleOf(index, before)];
    shapes.push(polygon(region, TINTS[index], { data_part: `region-${index}` }));
  }
  for (const index of range(3)) {
    // The scale of a class stands on the edge that leaves its corner in this order: 0 → 2, 1 → 0, 2 → 1.
    const before = (index + 2) % 3, after = (index + 1) % 3;
    const [anchor, offset] = [["start", [12, 4]], ["end", [-12, 4]], ["middle", [-10, 22]]][index];
    for (const value of [0.25, 0.5, 0.75]) {
      const end = placeOf(share({ [index]: value, [before]: 1 - value }));
      shapes.push(line(end, placeOf(share({ [index]: value, [after]: 1 - value })), GRID[index], { stroke_width: 1 }));
      labels.push(quietLabel(beside(end, ...offset), `${indexed("a", index)} = ${fixed(value, 2)}`, anchor));
    }
  }
  shapes.push(polygon(CORNERS, "none", { stroke: INK, stroke_width: 1.5, stroke_linejoin: "round" }));
  [[0, -14], [-14, 24], [14, 24]].forEach((offset, index) =>
    labels.push(label(beside(CORNERS[index], ...offset), `class ${index}`, "middle", { font_weight: "600" })));
  return { shapes, labels };
}

// The curve of all temperatures through the point, with both of its ends.
function path(z, largest) {
  const centre = placeOf(CENTRE);
  if (largest.length === 3)
    return { shapes: [], labels: [label(beside(centre, 0, 28), "every T", "middle", { size: 12, halo: PAPER })] };
  const end = placeOf(range(3).map((index) => (largest.includes(index) ? 1 / largest.length : 0)));
  const gaps = z.filter((_, index) => !largest.includes(index)).map((value) => Math.max(...z) - value);
  const inverse = spaced(0.02 / Math.max(...gaps), 12 / Math.min(...gaps), 80);
  const curve = inverse.map((factor) => placeOf(softmax(z.map((value) => value * factor))));
  const shapes = [
    polyline([centre, ...curve, end], INK, { data_part: "path", stroke_width: 2 }),
    circle(centre, 4, PAPER, { stroke: INK, stroke_width: 1.5 }),
    circle(end, 4, PAPER, { stroke: INK, stroke_width: 1.5 }),
  ];
  const [anchor, offset] = COLD_LABEL[largest];
  // The warm end's name stands where the curve does not go: its first step is along z minus the mean of z.
  const step = placeOf(z.map((value) => value - sum(z) / 3)), length = Math.hypot(...step);
  const away = [(-36 * step[0]) / length, 4 - (20 * step[1]) / length];
  const labels = [
    label(beside(centre, ...away), "T → ∞", "middle", { size: 12, halo: PAPER }),
    label(beside(end, ...offset), "T → 0", anchor, { size: 12 }),
  ];
  return { shapes, labels };
}

// Numbers from `low` to `high` in equal ratios.
const spaced = (low, high, count) => range(count).map((step) => low * (high / low) ** (step / (count - 1)));

// The name of each region: on its axis, or beside it where the curve passes, on the side of the weaker rival.
const regionNames = (z, largest) =>
  range(3).map((index) => {
    let weights = range(3).map((place) => (place === index ? 0.64 : 0.18));
    if (largest.length === 1 && largest[0] === index) {
      const [stronger, weaker] = range(3).filter((rival) => rival !== index).sort((one, other) => z[other] - z[one]);
      weights = share({ [index]: 0.56, [weaker]: 0.34, [stronger]: 0.1 });
    }
    const words = `${indexed("a", index)} largest`;
    return label(beside(placeOf(weights), 0, 4), words, "middle", { size: 12, halo: TINTS[index] });
  });

// The three probabilities as numbers, with their colours.
function readout(activations, temperature, largest) {
  const shapes = [];
  const labels = [label([16, 26], `Activations at T = ${fixed(temperature, 2)}`, "start", { font_weight: "600" })];
  activations.forEach((value, index) => {
    const y = 50 + 20 * index;
    shapes.push(rectangle(16, y - 10, 11, 11, COLOURS[index], { stroke: INK, stroke_width: 0.75 }));
    labels.push(label([34, y], indexed("a", index), "start"), label([58, y], probability(value), "start"));
    if (largest.includes(index))
      labels.push(label([118, y], largest.length === 1 ? "▲ largest" : "▲ tied", "start", { size: 12 }));
  });
  return { shapes, labels };
}
