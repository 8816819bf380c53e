// Two exponents on a ruler, over the ranges in which four number formats can hold their powers of e.

const LEFT = 100, RIGHT = 504, MIDDLE = 302, FARTHEST = 4500, HIGH = 86, LANE = 24, PITCH = 50, COLUMNS = [574, 664];
const WHOLE = tint(COLOURS[2], 0.45), FEWER = tint(COLOURS[1], 0.55), LOST = tint(COLOURS[5], 0.2), MARKS = [COLOURS[0], COLOURS[3]];

const view = {
  title: "Exponents and the limits of four formats",
  prediction: {
    question: "The logits are 100 and 40, without a shift. In which formats does the plain softmax break?",
    options: ["In none of them", "In float16 alone", "In float16, bfloat16 and float32", "In all four"],
    answer: 2,
    explanation:
      "e to the power 100 is about 3e43. The largest number is 65504 in float16 and about 3e38 in bfloat16 and float32, which " +
      "have exponents of the same length; only float64 goes on to 2e308. One infinite power is enough to make the quotient nan. " +
      "Set the shift to −100, so that the larger exponent is 0, and see all four recover.",
  },
  controls: () => [
    ["z0", 100, "logit z₀", "The logit of class 0"],
    ["z1", 40, "logit z₁", "The logit of class 1"],
    ["shift", 0, "shift c", "A number added to both logits"],
  ].map(([name, start, words, help]) => slider(name, words, help, { low: -1000, high: 1000, step: 5, start, digits: 0 })),
  draw(data, { z0, z1, shift }) {
    const exponents = [z0 + shift, z1 + shift], truth = softmax([z0, z1]);
    const { shapes, labels } = ruler();
    exponents.forEach((exponent, index) => {
      const x = placeOf(exponent), y = 48 + 18 * index, side = x > MIDDLE ? ["end", -8] : ["start", 8];
      shapes.push(line([x, y + 4], [x, HIGH], MARKS[index], { stroke_width: 1.5 }), circle([x, y], 4, MARKS[index], { stroke: INK, stroke_width: 1 }));
      labels.push(label([x + side[1], y + 4], `${indexed("z", index)} + c = ${decimal(exponent, 1)}`, side[0], { halo: PAPER }));
    });
    const sentences = Object.entries(FORMATS).map(([name, format], row) => {
      const y = HIGH + row * PITCH + LANE / 2, { powers, shares } = plainSoftmax(exponents, format);
      exponents.forEach((exponent, index) => {
        const x = placeOf(exponent);
        shapes.push(line([x, y - LANE / 2], [x, y + LANE / 2], MARKS[index], { stroke_width: 1.5 }));
        shapes.push(circle([x, y], 6, MARKS[index], { data_part: `${name}-${index}`, stroke: INK, stroke_width: 1 }));
        labels.push(label([COLUMNS[index], y + 5], shareText(shares[index]), "middle", { data_part: `${name}-share-${index}` }));
      });
      return `${name}: powers ${powers.map(inWords).join(" and ")}, softmax ${shares.map(inWords).join(" and ")}`;
    });
    labels.push(quietLabel([618, HIGH + 4 * PITCH + 6], "without rounding"));
    labels.push(...truth.map((share, index) => label([COLUMNS[index], HIGH + 4 * PITCH + 26], probability(share))));
    const text = `z = ${vector([z0, z1], 1)}, shift ${decimal(shift, 1)}: exponents ${vector(exponents, 1)}. ${sentences.join("; ")}.`;
    return picture(view.title, 720, 364, shapes, labels, text);
  },
};

// The pixel of an exponent: nearly linear close to 0, logarithmic far from it.
const placeOf = (exponent) =>
  MIDDLE + ((Math.sign(exponent) * Math.log1p(Math.abs(exponent) / 10)) / Math.log1p(FARTHEST / 10)) * ((RIGHT - LEFT) / 2);

// The exponents between which powers of e are finite and positive, and from which on they have all their digits. Half the
// smallest number is still rounded up to it.
const limitsOf = ({ digits, unit, largest }) => [(unit - 1) * Math.LN2, (unit + digits - 1) * Math.LN2, Math.log(largest)];

// The lanes of the four formats with their limits, the ticks and the words around them: the same in every state.
function ruler() {
  const shapes = [], bottom = HIGH + 3 * PITCH + LANE;
  const labels = [
    label([LEFT, 22], "Exponents, on a scale that is stretched around 0", "start", { font_weight: "600" }),
    label([618, 22], "Plain softmax", "middle", { font_weight: "600" }),
    ...COLUMNS.map((x, index) => label([x, 52], indexed("a", index))),
  ];
  Object.entries(FORMATS).forEach(([name, format], row) => {
    const y = HIGH + row * PITCH, limits = limitsOf(format), [zero, whole, overflow] = limits.map(placeOf);
    const part = (from, to, colour, more) => shapes.push(rectangle(from, y, to - from, LANE, colour, more));
    part(LEFT, zero, LOST);
    part(zero, whole, FEWER);
    part(whole, overflow, WHOLE, { data_part: `${name}-whole` });
    part(overflow, RIGHT, LOST);
    labels.push(label([16, y + 17], name, "start"), label([LEFT + 10, y + 17], "0"), label([RIGHT - 11, y + 17], "∞"));
    labels.push(quietLabel([zero, y + LANE + 14], decimal(limits[0], 1), "middle", { halo: PAPER }));
    labels.push(quietLabel([overflow, y + LANE + 14], decimal(limits[2], 1), "middle", { halo: PAPER }));
  });
  for (const tick of [-1000, -100, -10, 0, 10, 100, 1000]) {
    shapes.push(line([placeOf(tick), bottom + 20], [placeOf(tick), bottom + 26], QUIET));
    labels.push(quietLabel([placeOf(tick), bottom + 40], decimal(tick, 0)));
  }
  shapes.push(line([LEFT, bottom + 20], [RIGHT, bottom + 20], QUIET));
  [[0, WHOLE, "all digits"], [104, FEWER, "fewer digits"], [226, LOST, "rounded to 0, or infinite"]].forEach(([right, colour, words]) => {
    shapes.push(rectangle(LEFT + right, 335, 12, 12, colour, { stroke: QUIET, stroke_width: 0.75 }));
    labels.push(quietLabel([LEFT + right + 18, 346], words, "start"));
  });
  return { shapes, labels };
}

// Powers of e and their shares, each step rounded to the format.
function plainSoftmax(exponents, format) {
  const powers = exponents.map((exponent) => roundTo(format, Math.exp(roundTo(format, exponent))));
  const total = roundTo(format, powers[0] + powers[1]);
  return { powers, shares: powers.map((power) => roundTo(format, power / total)) };
}

// A share for a label; one that was rounded to exactly 0 or 1 is written as such.
const shareText = (value) => (Number.isNaN(value) ? "no value" : value === 0 || value === 1 ? String(value) : probability(value));
const inWords = (value) => (Number.isNaN(value) ? "without value" : value === Infinity ? "infinite" : significant(value, 3));
