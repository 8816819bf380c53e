// Handwritten digits one by one: the picture, the logits of a network, and the probabilities at a temperature.
// Data: `pixels`, for each picture a text with one digit of ink, 0 to 9 and then a, for each pixel; `labels`; `logits`.

const HIGH = 62, PITCH = 25, PAGE = { left: 16, top: 62, side: 192 };
const LOGITS = { zero: 296, longest: 60, end: 408 }, SHARES = [504, 648];

const view = {
  title: "A handwritten digit",
  prediction: {
    question: "You raise the temperature from 1 to 5. What changes, for some of the pictures?",
    options: [
      "The digit that the network decides for",
      "The order of the ten probabilities",
      "How sure it is, and nothing else",
      "Nothing at all",
    ],
    answer: 2,
    explanation:
      "All ten logits are divided by the same positive number, and that keeps their order. So the decision stays, right or wrong, " +
      "and the accuracy with it. Sort by the highest loss, look at the first picture, and move the temperature.",
  },
  controls: ({ labels }) => [
    choice("order", "order", "In which order the pictures come", {
      options: ["as they come", "highest loss", "least sure"].map((name) => [name, name]),
      start: "as they come",
    }),
    slider("place", "picture", "Which picture of this order", { low: 1, high: labels.length, step: 1, start: 1, digits: 0 }),
    temperatureSlider(),
  ],
  draw(data, { order, place, temperature }) {
    const index = inOrder(data, order)[place - 1], z = data.logits[index], truth = data.labels[index];
    const p = softmax(z, temperature), chosen = argmax(z);
    const loss = crossEntropy(z.map((value) => value / temperature), truth), verdict = chosen === truth ? "right" : "wrong";
    const { shapes, labels } = rows(z, p, truth, chosen), count = `${data.labels.length}, ${order}`;
    labels.push(
      ...heading([PAGE.left], `Picture ${place} of ${count}`, `label ${truth}, taken for ${chosen}: ${verdict}`),
      label([LOGITS.end, 26], "Logits", "end", { font_weight: "600" }),
      quietLabel([LOGITS.end, 44], "of the network", "end"),
      ...heading(SHARES, "Probabilities", `at T = ${fixed(temperature, 2)}`),
      quietLabel([PAGE.left, 298], `sure to ${probability(p[chosen])}`, "start"),
      quietLabel([PAGE.left, 316], `loss ${lossText(loss)}`, "start"),
    );
    const text =
      `Picture ${place} of ${count}, label ${truth}, taken for ${chosen}: ${verdict}. z = ${vector(z, 1)}, temperature ` +
      `${fixed(temperature, 2)}: p = ${probabilities(p)}, sure to ${probability(p[chosen])}, loss ${lossText(loss)}.`;
    return picture(view.title, 720, 330, [...ink(data.pixels[index]), ...shapes], labels, text);
  },
};

// The places of the pictures in an order; what the last two orders name comes first.
function inOrder({ logits, labels }, order) {
  const places = range(labels.length);
  const sorted = (size) => places.map((place) => [size(place), place]).sort((one, other) => one[0] - other[0] || one[1] - other[1]).map(([, place]) => place);
  if (order === "highest loss") return sorted((place) => -crossEntropy(logits[place], labels[place]));
  if (order === "least sure") return sorted((place) => -crossEntropy(logits[place], argmax(logits[place])) );
  return places;
}

// The picture: one square for each pixel that holds ink, on a page with a rim.
function ink(pixels) {
  const { left, top, side } = PAGE, count = Math.round(Math.sqrt(pixels.length)), size = side / count;
  const squares = [...pixels].flatMap((digit, place) => {
    const strength = parseInt(digit, 36) / 16;
    const corner = [left + (place % count) * size, top + Math.floor(place / count) * size];
    return strength ? [rectangle(...corner, size + 0.4, size + 0.4, INK, { fill_opacity: strength })] : [];
  });
  return [rectangle(left, top, side, side, PAPER, { stroke: QUIET, stroke_width: 1, data_part: "page" }), ...squares];
}

// A row for each class: its logit to the left or right of a line at zero, and its probability.
function rows(z, p, truth, chosen) {
  const { zero, longest, end } = LOGITS, [start, full] = SHARES, bottom = HIGH + 10 * PITCH;
  const reach = Math.max(1, ...z.map(Math.abs)), rim = { stroke: INK, stroke_width: 0.5 };
  const shapes = [line([start, HIGH], [start, bottom - 4], QUIET), line([full, HIGH], [full, bottom - 4])], labels = [];
  z.forEach((logit, index) => {
    const y = HIGH + index * PITCH, length = (Math.abs(logit) / reach) * longest, [word, colour] = roleOf(index, truth, chosen);
    shapes.push(rectangle(logit < 0 ? zero - length : zero, y, length, 17, colour, { data_part: `logit-${index}`, ...rim }));
    shapes.push(rectangle(start, y, p[index] * (full - start), 17, colour, { data_part: `share-${index}`, ...rim }));
    const weight = word ? { font_weight: "600" } : {};
    labels.push(label([start - 14, y + 13], String(index), "end", weight), label([end, y + 13], decimal(logit, 1), "end"));
    labels.push(label([704, y + 13], probability(p[index]), "end", weight));
    if (word) labels.push(label([start - 30, y + 13], word, "end", { font_weight: "600" }));
  });
  shapes.push(line([zero, HIGH - 4], [zero, bottom - 4], INK, { stroke_width: 1.25, data_part: "zero" }));
  return { shapes, labels };
}

// What a class is for this picture, in a word and a colour.
function roleOf(index, truth, chosen) {
  if (index === truth) return [index === chosen ? "right" : "label", COLOURS[2]];
  return index === chosen ? ["taken", COLOURS[5]] : ["", COLOURS[4]];
}
