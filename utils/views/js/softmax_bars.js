// Four logits, their powers of e and their softmax as bars; with a common shift and a temperature, or with logits only.

const LOGITS = [44, 224], POWERS = [270, 450], SHARES = [524, 704];
const LIMITS = [6, 12, 30, 60, 120]; // of the scale on the left

const view = {
  title: "Logits, their powers of e, and their softmax",
  prediction: (data) =>
    data === null
      ? {
          question: "The shift c is raised by 1. What happens to the four powers of e in the middle?",
          options: ["Each grows by 1", "Each is multiplied by e", "They stay as they are"],
          answer: 1,
          explanation:
            "Adding 1 in an exponent multiplies the power by e, about 2.7. All four powers and their sum get the same factor, " +
            "so each power keeps its share of the sum. Move c and compare the middle with the right: one grows without end, " +
            "the other does not move.",
        }
      : {
          question: "Only z₀ is raised. What happens to the three other probabilities?",
          options: [
            "They stay as they are",
            "All three shrink, and keep their ratios to each other",
            "Only the second largest shrinks",
          ],
          answer: 1,
          explanation:
            "Each probability is its own power of e over one shared sum. Raising z₀ enlarges the sum and leaves the other three " +
            "powers alone, so all three are divided by the same larger number. Move z₀ and compare a₁ with a₂ before and after: " +
            "both change, a₁ / a₂ does not.",
        },
  controls: (data) => [
    ...[2, 1, 0.1, -1].map((start, index) => logitSlider(index, start)),
    ...(data === null ? [shiftSlider(), temperatureSlider()] : []),
  ],
  draw(data, state) {
    const z = logitsOf(state), { shift = 0, temperature = 1 } = state;
    const shifted = z.map((value) => value + shift), powers = shifted.map((value) => Math.exp(value / temperature));
    const a = softmax(z, temperature), largest = largestOf(z);
    const panels = [
      logitPanel(shifted, data === null ? shift : null),
      powerPanel(powers, data === null),
      sharePanel(a, largest),
    ];
    const caption = quietLabel([360, 305], "Left to middle: e is raised to each number. Middle to right: each power is divided by the sum.");
    const dials = data === null ? `, shift ${decimal(shift, 1)}, temperature ${decimal(temperature, 2)}` : "";
    const text =
      `z = ${vector(z, 1)}${dials}: powers of e [${powers.map(power).join(", ")}], sum ${power(sum(powers))}; ` +
      `a = ${probabilities(a)}, sum ${decimal(sum(a), 3)}, largest ${listing(largest.map((index) => indexed("a", index)))}.`;
    const labels = [...panels.flatMap((panel) => panel.labels), caption];
    return picture(view.title, 720, 316, panels.flatMap(({ shapes }) => shapes), labels, text);
  },
};

// A power of e in at most six characters.
function power(value) {
  if (value < 0.01 || value >= 1e5) return significant(value, 1);
  return value < 1000 ? significant(value, 3) : fixed(value, 0);
}

// The names of the bars, below them.
const names = (panel, symbol) =>
  columns(panel, 4).map(({ centre }, index) => label([centre, BOTTOM + 22], indexed(symbol, index)));

// Bars of z + c around a zero line, and a dashed line at c, from which the bars keep their distances.
function logitPanel(shifted, shift) {
  const [start, end] = LOGITS;
  const reach = Math.max(...shifted.map(Math.abs), Math.abs(shift)) * 1.2;
  const limit = LIMITS.find((one) => reach <= one + 1e-9) ?? reach;
  const height = (value) => (TOP + BOTTOM) / 2 - ((value / limit) * (BOTTOM - TOP)) / 2;
  const { shapes, labels } = scale(LOGITS, range(7).map((step) => [((step - 3) * limit) / 3, 0]), height);
  labels.push(...heading(LOGITS, "Logits", shift === null ? "z" : `z + c, with c = ${decimal(shift, 1)}`), ...names(LOGITS, "z"));
  columns(LOGITS, shifted.length).forEach(({ centre, width }, index) => {
    const value = shifted[index];
    const [upper, lower] = [height(value), height(0)].sort((one, other) => one - other);
    shapes.push(bar(centre - width / 2, upper, width, lower - upper, COLOURS[index], { data_part: `logit-${index}` }));
    labels.push(label([centre, value >= 0 ? upper - 5 : lower + 14], decimal(value, 1), "middle", { size: 12, halo: PAPER }));
  });
  shapes.push(line([start, height(0)], [end, height(0)], INK, { stroke_width: 1.25 }));
  const dashed = { data_part: "shift", stroke_width: 1.25, stroke_dasharray: "5 4" };
  if (shift !== null) shapes.push(line([start, height(shift)], [end + 8, height(shift)], QUIET, dashed));
  return { shapes, labels };
}

// Bars of the powers. The scale ends at 1, 2 or 5 times a power of ten, so that a bar mostly stays while another one grows.
function powerPanel(powers, isFull) {
  const shapes = [], labels = heading(POWERS, "Powers of e", isFull ? "e^((z + c) / T); the scale adapts" : "e^z; the scale adapts");
  const most = Math.max(...powers), ten = 10 ** Math.floor(Math.log10(most));
  const limit = [1, 2, 5, 10].map((step) => step * ten).find((end) => most <= end * (1 + 1e-9)) ?? most;
  labels.push(...names(POWERS, "z"));
  columns(POWERS, powers.length).forEach(({ centre, width }, index) => {
    const tall = (powers[index] / limit) * (BOTTOM - TOP);
    shapes.push(bar(centre - width / 2, BOTTOM - tall, width, tall, COLOURS[index], { data_part: `power-${index}` }));
    labels.push(label([centre, BOTTOM - tall - 5], power(powers[index]), "middle", { size: 12, halo: PAPER }));
  });
  labels.push(label([(POWERS[0] + POWERS[1]) / 2, BOTTOM + 40], `sum ${power(sum(powers))}`, "middle", { size: 12 }));
  shapes.push(floor(POWERS));
  return { shapes, labels };
}

// Bars of the softmax from 0 to 1, the largest marked by a sign and a word.
function sharePanel(shares, largest) {
  const { shapes, labels } = shareScale(SHARES);
  labels.push(...heading(SHARES, "Probabilities", "power / sum"), ...names(SHARES, "a"));
  columns(SHARES, shares.length).forEach(({ centre, width }, index) => {
    const value = shares[index], upper = shareHeight(value);
    shapes.push(bar(centre - width / 2, upper, width, BOTTOM - upper, COLOURS[index], { data_part: `activation-${index}` }));
    labels.push(label([centre, upper - 5], probability(value), "middle", { size: 12, halo: PAPER }));
    if (largest.includes(index))
      labels.push(label([centre, BOTTOM + 40], largest.length === 1 ? "▲ largest" : "▲ tied", "middle", { size: 12 }));
  });
  shapes.push(floor(SHARES));
  return { shapes, labels };
}
