// The Jacobian of softmax as a heat map that follows four logits.

const WIDTH = 720, MATRIX = { left: 214, top: 92, width: 92, height: 48, gap: 2 };
const BELOW = MATRIX.top + 4 * MATRIX.height;
const STRONGEST = 0.66; // the share of colour in the strongest cell; with more, its number could not be read
const TINY = 0.0005; // what three decimals would show as 0, and is none

const view = {
  title: "The Jacobian of softmax",
  prediction: {
    question: "All logits are equal, and now z₀ rises until class 0 is all but certain. What happens to the matrix?",
    options: [
      "The first entry grows to 1, the others shrink",
      "The first row and column grow, the rest shrinks",
      "Every entry shrinks towards 0",
      "Nothing: the Jacobian is a constant",
    ],
    answer: 2,
    explanation:
      "Each entry holds a product of two numbers: two probabilities, or a probability and what is missing to 1. When one " +
      "class is certain, at least one of the two factors is close to 0 everywhere. A softmax that is sure hardly moves. Set " +
      "z₀ to 5 and the others to −5, and look for the state in which the first entry is largest on the way.",
  },
  controls: () => [2, 1, 0.1, -1].map((start, index) => logitSlider(index, start)),
  draw(data, state) {
    const z = logitsOf(state), a = softmax(z), J = softmaxJacobian(a), eigenvalue = largestEigenvalue(a);
    const shapes = [], labels = captions(z);
    a.forEach((value, index) => {
      shapes.push(...shareBar(index, value));
      const number = probability(value), relation = /[<>]/.test(number) ? number : `= ${number}`;
      labels.push(label([20, MATRIX.top + index * MATRIX.height + 20], `${indexed("a", index)} ${relation}`, "start"));
      labels.push(label([WIDTH - 44, baselineOf(index)], decimal(sum(J[index]), 3)));
    });
    J.forEach((row, i) => row.forEach((value, j) => {
      shapes.push(cell(i, j, value));
      labels.push(label([centreOf(j), baselineOf(i)], entry(value)));
    }));
    const gauge = eigenvalueScale(eigenvalue);
    const rows = J.map((row) => `[${row.map(inWords).join(", ")}]`).join(", ");
    const text =
      `z = ${vector(z, 1)}: a = ${probabilities(a)}. Rows of the Jacobian: ${rows}; each row sums to 0. ` +
      `Largest eigenvalue ${decimal(eigenvalue, 3)}, never above 0.5.`;
    return picture(view.title, WIDTH, 384, [...shapes, ...gauge.shapes], [...labels, ...gauge.labels], text);
  },
};

const centreOf = (column) => MATRIX.left + column * MATRIX.width + (MATRIX.width - MATRIX.gap) / 2;
const baselineOf = (row) => MATRIX.top + row * MATRIX.height + MATRIX.height / 2 + 4;

// What the rows and columns are, with the logit above each column.
const captions = (z) => [
  label([20, 26], "How each probability moves when a logit is pushed", "start", { font_weight: "600" }),
  quietLabel([20, 46], "Row i, column j: the slope of aᵢ when zⱼ grows", "start"),
  quietLabel([20, MATRIX.top - 12], "probabilities", "start"),
  quietLabel([WIDTH - 44, MATRIX.top - 12], "row sum"),
  ...z.map((value, index) => label([centreOf(index), MATRIX.top - 12], `${indexed("z", index)} = ${decimal(value, 1)}`)),
];

// The bar of a probability, left of its row, on a line as long as the whole.
function shareBar(index, value) {
  const top = MATRIX.top + index * MATRIX.height + 27;
  const rim = { data_part: `share-${index}`, stroke: INK, stroke_width: 0.5 };
  return [rectangle(20, top, value * 120, 9, COLOURS[index], rim), line([20, top + 9], [140, top + 9], QUIET, { stroke_width: 0.75 })];
}

// One entry: blue above 0, vermilion below, stronger with its size, and framed on the diagonal.
function cell(i, j, value) {
  const strength = Math.min(Math.abs(value) / 0.25, 1) * STRONGEST; // no entry is larger than 1/4
  const { left, top, width, height, gap } = MATRIX, colour = tint(COLOURS[value > 0 ? 0 : 5], strength);
  const rim = i === j ? { stroke: INK, stroke_width: 1.5 } : { stroke: QUIET, stroke_width: 0.5 };
  const place = [left + j * width, top + i * height, width - gap, height - gap];
  return rectangle(...place, colour, { data_part: `entry-${i}-${j}`, ...rim });
}

// An entry with its sign, to three decimals; none is exactly 0 while the logits are finite and near.
function entry(value) {
  if (Math.abs(value) < TINY) return value > 0 ? "+ tiny" : "− tiny";
  return (value > 0 ? "+" : "−") + decimal(Math.abs(value), 3);
}
function inWords(value) {
  if (value !== 0 && Math.abs(value) < TINY) return value > 0 ? "tiny" : "−tiny";
  return decimal(value, 3);
}

// The largest eigenvalue on a scale from 0 to 1/2.
function eigenvalueScale(value) {
  const start = MATRIX.left, end = start + 4 * MATRIX.width - MATRIX.gap, top = BELOW + 52;
  const reach = Math.min(value / 0.5, 1) * (end - start);
  const shapes = [
    rectangle(start, top, end - start, 14, PAPER, { stroke: QUIET, stroke_width: 0.75 }),
    rectangle(start, top, reach, 14, tint(INK, 0.35), { data_part: "eigenvalue" }),
  ];
  const labels = [
    label([20, top + 11], "largest eigenvalue", "start"),
    label([end + 12, top + 11], decimal(value, 3), "start"),
    ...[["0", start], ["1/4", (start + end) / 2], ["1/2", end]].map(([words, x]) => quietLabel([x, top + 32], words)),
    quietLabel([start, BELOW + 20], "Blue, plus: the probability rises. Orange, minus: it falls.", "start"),
  ];
  return { shapes, labels };
}
