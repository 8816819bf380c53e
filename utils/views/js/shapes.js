// The shapes that every picture is made of, as SVG text, and numbers as words. Coordinates are in pixels, y downwards.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const { COLOURS, INK, PAPER, QUIET, RULE } = palette;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const escaped = (words) => String(words).replace(/[&<>"']/g, (sign) => ENTITIES[sign]);

// A number with so many decimals, rounded as Python rounds: of two equally near ones the even one.
function fixed(value, digits) {
  const written = value.toFixed(digits);
  const twice = Math.abs(value) * 2 ** (digits + 1) * 5 ** digits; // of the digits before the cut; exact if there is a tie
  if (!Number.isInteger(Math.abs(value) * 2 ** (digits + 1)) || twice >= 2 ** 53 || twice % 2 !== 1) return written;
  const below = (twice - 1) / 2;
  const even = below % 2 ? below + 1 : below;
  return (value < 0 ? "-" : "") + (even / 10 ** digits).toFixed(digits);
}

// A number for an attribute, with at most so many decimals.
function coordinate(value, digits = 2) {
  if (!Number.isFinite(value)) throw new RangeError(`A picture has no place for the number ${value}.`);
  const written = trimmed(fixed(value, digits));
  return written === "-0" ? "0" : written;
}

// A number for a label or a sentence: with the sign − for minus, and none before zero.
function decimal(value, digits) {
  const written = fixed(value, digits);
  return Number(written) === 0 && written[0] === "-" ? written.slice(1) : withMinus(written);
}

// A number with so many significant digits, without zeros at its end; far from 1 as 3e+43.
function significant(value, digits) {
  if (value === 0) return "0";
  const power = Number(value.toExponential(digits - 1).split("e")[1]);
  if (power >= -4 && power < digits) return withMinus(trimmed(fixed(value, digits - 1 - power)));
  const [front, back] = value.toExponential(digits - 1).split("e");
  return withMinus(`${trimmed(front)}e${back[0]}${back.slice(1).padStart(2, "0")}`);
}
const withMinus = (written) => written.replaceAll("-", "−");
const trimmed = (written) => (written.includes(".") ? written.replace(/\.?0+$/, "") : written);
const thousands = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

// A probability; a softmax gives neither 0 nor 1, so none is written as one.
const probability = (value) => (value < 0.0005 ? "<0.001" : value >= 0.9995 ? ">0.999" : decimal(value, 3));
const probabilities = (values) => `[${values.map(probability).join(", ")}]`;
// A loss; none is 0 for finite logits, so none is written as 0.
const lossText = (value) => (value < 0.0005 ? "<0.001" : decimal(value, 3));
const vector = (values, digits) => `[${values.map((value) => decimal(value, digits)).join(", ")}]`;
const listing = (names) => (names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0]);
const indexed = (symbol, index) => symbol + [...String(index)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

// The colour that a share of a colour, 0 to 1, gives on paper, without transparency.
function tint(colour, share) {
  const channel = (of, start) => parseInt(of.slice(start, start + 2), 16);
  const mixed = [1, 3, 5].map((start) => Number(fixed(share * channel(colour, start) + (1 - share) * channel(PAPER, start), 0)));
  return "#" + mixed.map((value) => value.toString(16).toUpperCase().padStart(2, "0")).join("");
}

// One element. An underscore in an attribute's name stands for a hyphen; null leaves the attribute out.
function element(tag, attributes, content = "") {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ` ${name.replaceAll("_", "-")}="${typeof value === "number" ? coordinate(value) : escaped(value)}"`)
    .join("");
  return content ? `<${tag}${written}>${content}</${tag}>` : `<${tag}${written}/>`;
}

const rectangle = (x, y, width, height, fill, more = {}) => element("rect", { x, y, width, height, fill, ...more });
// A rectangle with a thin rim, so that it is seen where its colour is faint.
const bar = (x, y, width, height, fill, more = {}) =>
  rectangle(x, y, width, height, fill, { ...more, stroke: INK, stroke_width: 0.75 });
const line = ([x1, y1], [x2, y2], stroke = RULE, more = {}) => element("line", { x1, y1, x2, y2, stroke, ...more });
const circle = ([cx, cy], r, fill, more = {}) => element("circle", { cx, cy, r, fill, ...more });
const polygon = (corners, fill, more = {}) => element("polygon", { points: pointsOf(corners), fill, ...more });
// An open line.
const polyline = (points, stroke = INK, more = {}) =>
  element("polyline", { points: pointsOf(straightened(points), 1), fill: "none", stroke, ...more });
// The same line without points that lie between their neighbours, to a twentieth of a pixel.
function straightened(points) {
  const kept = points.slice(0, 1);
  points.forEach(([x, y], index) => {
    if (index === 0) return;
    const [nextX, nextY] = points[index + 1] ?? [NaN, NaN], [lastX, lastY] = kept.at(-1);
    const width = nextX - lastX, height = nextY - lastY, off = Math.abs((x - lastX) * height - (y - lastY) * width);
    const isBetween = (x - lastX) * (nextX - x) >= 0 && (y - lastY) * (nextY - y) >= 0;
    if (!(isBetween && off <= 0.02 * Math.hypot(width, height))) kept.push([x, y]);
  });
  return kept;
}
const pointsOf = (points, digits = 2) =>
  points
    .map(([x, y]) => `${coordinate(x, digits)},${coordinate(y, digits)}`)
    .filter((word, place, words) => place === 0 || word !== words[place - 1])
    .join(" ");

// Words on one line, in the middle, in 13 pixels and in ink if nothing else is said; what is usual stands once, around all
// labels. A halo is a rim of a colour that keeps lines away from the letters.
const USUAL = { text_anchor: "middle", font_size: 13, fill: INK, paint_order: "stroke", stroke_linejoin: "round" };
function label([x, y], words, anchor = "middle", { size = 13, fill = INK, halo = null, ...more } = {}) {
  const own = Object.entries({ text_anchor: anchor, font_size: size, fill }).filter(([name, value]) => USUAL[name] !== value);
  const rim = halo === null ? {} : { stroke: halo, stroke_width: 3 };
  return element("text", { x, y, ...Object.fromEntries(own), ...more, ...rim }, escaped(words));
}
const quietLabel = (place, words, anchor = "middle", more = {}) =>
  label(place, words, anchor, { size: 12, fill: QUIET, ...more });

// Shapes and labels on a page of their own colour; labels come last, so that nothing covers them. `text` states the numbers.
function picture(title, width, height, shapes, labels, text) {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    style: "max-width:100%;height:auto",
    role: "img",
    aria_label: text,
    font_family: FONT,
  };
  const page = rectangle(0, 0, width, height, PAPER, { rx: 6 });
  const inside = `<title>${escaped(title)}</title>${page}<g>${shapes.join("")}</g>${element("g", USUAL, labels.join(""))}`;
  return { svg: element("svg", attributes, inside), text };
}

// Two panels side by side with a bar for each class. A panel is [start, end]; upwards it reaches from BOTTOM to TOP.
const TOP = 70, BOTTOM = 238, LEFT_PANEL = [58, 322], RIGHT_PANEL = [442, 706];
const shareHeight = (share) => BOTTOM - share * (BOTTOM - TOP);
function columns([start, end], count) {
  const pitch = (end - start) / count;
  return range(count).map((index) => ({ centre: start + (index + 0.5) * pitch, width: 0.62 * pitch }));
}
const heading = ([start], words, quietWords, more = {}) => [
  label([start, 26], words, "start", { font_weight: "600" }),
  quietLabel([start, 44], quietWords, "start", more),
];
// Thin lines across a panel at the ticks [value, digits], with their numbers on its left.
const scale = ([start, end], ticks, height) => ({
  shapes: ticks.map(([value]) => line([start, height(value)], [end, height(value)])),
  labels: ticks.map(([value, digits]) => quietLabel([start - 8, height(value) + 4], decimal(value, digits), "end")),
});
const shareScale = (panel) => scale(panel, range(5).map((quarter) => [quarter / 4, 2]), shareHeight);
const floor = ([start, end]) => line([start, BOTTOM], [end, BOTTOM], INK, { stroke_width: 1.25 });
