// The largest softmax weight against the number of items among which the whole is shared out.

const HIGH = 66, LOW = 270, CURVE = [62, 402], BAR = [470, 540], MOST = 6, WANTED = 0.9;
const LEADER = COLOURS[5], OTHERS = COLOURS[4];

const view = {
  title: "Sharpness against the number of items",
  prediction: {
    question: "The best of 10 items leads all others by 5 and has the weight 0.943. What does it keep among 1,000 items, none of them closer?",
    options: [
      "It keeps about 0.94: nothing has overtaken it",
      "It keeps about 0.13",
      "It keeps about 0.0094, a hundredth",
    ],
    answer: 1,
    explanation:
      "Each other item adds a term of e to the −5, that is 0.0067, below the line. Ten items have nine of them, a thousand have " +
      "999, and together these weigh more than the leader. Raise the number of items and read off the lead that 0.9 would need: " +
      "by how much does it grow when the number of items becomes ten times larger?",
  },
  controls: () => [
    powerSlider("items", "items n", "How many items share the weight, on a logarithmic scale", { low: 0, high: MOST, step: 0.05, start: 10, digits: 0 }),
    slider("lead", "lead g", "By how much the best score leads all others", { low: 0, high: 20, step: 0.1, start: 5 }),
  ],
  draw(data, { items, lead }) {
    const n = Number(fixed(items, 0)), weight = leadingWeight(lead, n), alone = n === 1;
    const height = heightOf(weight), across = acrossOf(Math.log10(n)), width = BAR[1] - BAR[0], rim = { stroke: INK, stroke_width: 0.75 };
    const { shapes, labels } = axes();
    shapes.push(
      curveOf(lead),
      line([across, HIGH], [across, LOW], QUIET, { stroke_width: 1, stroke_dasharray: "3 3" }),
      circle([across, height], 5, LEADER, { data_part: "point", stroke: PAPER, stroke_width: 1.5 }),
      rectangle(BAR[0], HIGH, width, LOW - HIGH, OTHERS, { data_part: "others", ...rim }),
      rectangle(BAR[0], height, width, LOW - height, LEADER, { data_part: "leader", ...rim }),
    );
    const rest = inWords(1 - weight), each = alone ? "none" : inWords((1 - weight) / (n - 1));
    const needed = alone ? "any" : decimal(leadNeeded(n, WANTED), 2);
    const rows = [["the leader", inWords(weight)], ["all others together", alone ? "none" : rest], ["each of the others", each], [`lead needed for ${WANTED}`, needed]];
    rows.forEach(([name, value], number) => {
      const y = HIGH + 22 + 50 * number;
      if (number < 2) shapes.push(rectangle(562, y - 10, 10, 10, [LEADER, OTHERS][number], rim)); // the two parts of the bar
      labels.push(quietLabel([578, y], name, "start"), label([578, y + 19], value, "start", { font_weight: "600" }));
    });
    const counted = `${thousands(n)} item${alone ? "" : "s"}, lead ${decimal(lead, 1)}`;
    labels.push(quietLabel([360, 330], counted));
    const others = alone
      ? "; there are no others, and any lead is enough."
      : `, all others together ${rest}, each of them ${each}; a weight of ${WANTED} needs a lead of ${needed}.`;
    return picture(view.title, 720, 342, shapes, labels, `${counted}: the leader has ${inWords(weight)}${others}`);
  },
};

const acrossOf = (power) => CURVE[0] + (power / MOST) * (CURVE[1] - CURVE[0]);
const heightOf = (weight) => LOW - weight * (LOW - HIGH);

// Headings, ticks and thin lines.
function axes() {
  const { shapes, labels } = scale(CURVE, range(5).map((quarter) => [quarter / 4, 2]), heightOf);
  labels.push(...heading(CURVE, "Weight of the leader", "the others are equal; the scale of items is logarithmic"));
  labels.push(...heading(BAR, "The whole weight", "shared out"));
  for (const power of [0, 2, 4, 6]) {
    shapes.push(line([acrossOf(power), HIGH], [acrossOf(power), LOW]));
    labels.push(quietLabel([acrossOf(power), LOW + 18], thousands(10 ** power)));
  }
  labels.push(quietLabel([(CURVE[0] + CURVE[1]) / 2, LOW + 38], "number of items"));
  return { shapes, labels };
}

// The leader's weight for every number of items.
function curveOf(lead) {
  const points = range(121).map((step) => [acrossOf(step / 20), heightOf(leadingWeight(lead, 10 ** (step / 20)))]);
  return polyline(points, COLOURS[0], { stroke_width: 2.5, data_part: "curve" });
}

// A weight in words: three decimals, more for small ones, and never 0 or 1 where it is neither.
function inWords(weight) {
  if (weight === 0 || weight === 1) return decimal(weight, 3);
  if (weight >= 0.9995) return ">0.999";
  return weight >= 0.01 ? decimal(weight, 3) : significant(weight, 2);
}
