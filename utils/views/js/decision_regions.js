// The decision regions of a softmax regression while it learns, one epoch at a time, from weights that were stored.
// Data: `runs`, for each learning rate its `rate`, and for every epoch `W`, `b`, `costs` and `accuracies`; points `X`, labels `y`.

const PLANE = { left: 16, top: 56, right: 436, bottom: 336 }, CURVE = { left: 506, top: 56, right: 704, bottom: 240 };
const REACH = [9, 6], UNIT = 420 / 18, HIGHEST_COST = 1.5; // the plane shows features from minus to plus REACH
// One outline for each class, drawn from the centre of a point, so that no class is known by its colour alone.
const OUTLINES = [
  "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  "m-3-3h6v6h-6z",
  "m0-4l3.8 6.6h-7.6z",
  "m0-4.2l4.2 4.2l-4.2 4.2l-4.2-4.2z",
];

const view = {
  title: "Decision regions while a softmax regression learns",
  prediction: {
    question: "The learning rate 0.003 makes 100 steps. After how many steps of the rate 0.03 are the regions nearly the same?",
    options: [
      "After 100, too: the rate changes only the cost",
      "After about 10",
      "After no number of them: a larger rate takes another path",
    ],
    answer: 1,
    explanation:
      "As long as steps are short, all of them follow nearly the same path downhill, and what counts is the learning rate times " +
      "the number of steps. Compare epoch 100 at 0.003 with epoch 10 at 0.03, and then with epoch 1 at 0.3: that single step " +
      "is too long, and ends elsewhere.",
  },
  controls: ({ runs }) => [
    slider("epoch", "epoch", "How many steps were made", { low: 0, high: runs[0].costs.length - 1, step: 1, start: 20, digits: 0 }),
    stops("learning_rate", "learning rate", "The number that every gradient is multiplied by", { values: runs.map(({ rate }) => rate), start: 0.3 }),
  ],
  draw({ runs, X, y }, { epoch, learning_rate: rate }) {
    const run = runs.find((one) => one.rate === rate), W = run.W[epoch], b = run.b[epoch];
    const isTied = [...W.flat(), ...b].every((value) => value === 0);
    const found = isTied ? [] : regionsOf(W, b), curve = costCurve(run.costs, epoch), key = legend(b.length);
    const regions = isTied ? { shapes: [], labels: [label([226, 80], "All classes tie everywhere", "middle", { halo: PAPER })] } : named(found, W, b);
    const frame = rectangle(PLANE.left, PLANE.top, 420, 280, "none", { stroke: QUIET, stroke_width: 1 });
    const labels = [
      ...regions.labels,
      ...heading([PLANE.left], "Decision regions", "the class with the largest logit; points with a rim are wrong"),
      quietLabel([226, PLANE.bottom + 22], "features x0 and x1"),
      ...curve.labels,
      ...key.labels,
    ];
    const text =
      `Epoch ${epoch}, learning rate ${rate}: cost ${decimal(run.costs[epoch], 3)}, ${decimal(100 * run.accuracies[epoch], 1)} percent ` +
      `of all points right. ${isTied ? "All classes tie everywhere, so the first one is taken." : sharesOf(found)}`;
    const shapes = [...regions.shapes, ...points(W, b, X, y), frame, ...curve.shapes, ...key.shapes];
    return picture(view.title, 720, 372, shapes, labels, text);
  },
};

const logitsAt = (W, b, [x0, x1]) => b.map((bias, k) => W[0][k] * x0 + W[1][k] * x1 + bias);
const classAt = (W, b, point) => argmax(logitsAt(W, b, point));
const toPixels = ([x0, x1]) => [226 + x0 * UNIT, 196 - x1 * UNIT];
const toFeatures = ([x, y]) => [(x - 226) / UNIT, (196 - y) / UNIT];

// The part of the plane where each class has the largest logit, as the corners of a polygon: class k wins where it beats each
// rival, and each rival's bound is a straight line.
const regionsOf = (W, b) =>
  range(b.length).map((k) => {
    let corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x0, x1]) => [x0 * REACH[0], x1 * REACH[1]]);
    for (const rival of range(b.length))
      if (rival !== k && corners.length) corners = cut(corners, [W[0][k] - W[0][rival], W[1][k] - W[1][rival]], b[k] - b[rival]);
    return corners;
  });

// The part of a convex polygon where normal · x + offset is not negative (Sutherland and Hodgman 1974).
function cut(corners, normal, offset) {
  const heights = corners.map(([x0, x1]) => x0 * normal[0] + x1 * normal[1] + offset);
  return corners.flatMap((corner, index) => {
    const last = (index + corners.length - 1) % corners.length, kept = [];
    if (heights[index] >= 0 !== heights[last] >= 0) {
      const share = heights[last] / (heights[last] - heights[index]);
      kept.push([0, 1].map((axis) => corners[last][axis] + (corner[axis] - corners[last][axis]) * share));
    }
    return heights[index] >= 0 ? [...kept, corner] : kept;
  });
}

// The area of a polygon (the shoelace formula).
const areaOf = (corners) =>
  Math.abs(sum(corners.map(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length];
    return x * nextY - y * nextX;
  }))) / 2;

function sharesOf(regions) {
  const areas = regions.map(areaOf), whole = sum(areas);
  const shares = areas.map((area, index) => `class ${index} ${decimal((100 * area) / whole, 0)}`);
  return `Shares of the plane in percent: ${shares.join(", ")}.`;
}

// The regions with their names.
function named(regions, W, b) {
  const shapes = [], labels = [];
  regions.forEach((corners, index) => {
    if (!corners.length) return;
    const pixels = corners.map(toPixels), colour = tint(COLOURS[index], 0.22), place = placeOfName(W, b, index, pixels);
    shapes.push(polygon(pixels, colour, { data_part: `class-${index}`, stroke: QUIET, stroke_width: 0.75 }));
    if (place) labels.push(label(place, `class ${index}`, "middle", { halo: colour }));
  });
  return { shapes, labels };
}

// Where the name of a region stands: in a corner of the page that is its own, away from the points, or in the middle of a
// region without such a corner; a small one has no name.
function placeOfName(W, b, index, pixels) {
  const { left, top, right, bottom } = PLANE;
  for (const [x, ownX] of [[left, left + 34], [right, right - 34]])
    for (const [y, ownY] of [[top, top + 20], [bottom, bottom - 12]]) {
      const around = [[x, y], [ownX + (ownX - x) * 0.9, ownY], [ownX, ownY + (ownY - y) * 0.5]];
      if (around.every((point) => classAt(W, b, toFeatures(point)) === index)) return [ownX, ownY];
    }
  const extents = [0, 1].map((axis) => pixels.map((corner) => corner[axis])).map((values) => Math.max(...values) - Math.min(...values));
  const isRoomy = Math.min(...extents) > 60 && areaOf(pixels) > 6000;
  return isRoomy ? [0, 1].map((axis) => sum(pixels.map((corner) => corner[axis])) / pixels.length) : null;
}

// The points of each class in one outline; those that are classified wrongly have a rim.
function points(W, b, X, y) {
  const near = (value) => Number(fixed(value, 1)), inside = X.map(([x0, x1]) => Math.abs(x0) <= REACH[0] && Math.abs(x1) <= REACH[1]);
  const found = X.map((point) => classAt(W, b, point));
  return range(b.length).flatMap((index) => [false, true].flatMap((isWrong) => {
    const chosen = X.filter((_, place) => inside[place] && y[place] === index && (found[place] !== index) === isWrong);
    if (!chosen.length) return [];
    const d = chosen.map(toPixels).map(([x, v]) => `M${coordinate(near(x))} ${coordinate(near(v))}${OUTLINES[index]}`).join("");
    const rim = isWrong ? { stroke: INK, stroke_width: 1.5 } : { stroke: PAPER, stroke_width: 0.5 };
    return [element("path", { d, fill: COLOURS[index], data_part: `${isWrong ? "wrong" : "right"}-${index}`, ...rim })];
  }));
}

// The cost of every epoch, and a dot at this one.
function costCurve(costs, epoch) {
  const { left, top, right, bottom } = CURVE, last = costs.length - 1;
  const across = (step) => left + (step / last) * (right - left);
  const height = (cost) => bottom - (Math.min(cost, HIGHEST_COST) / HIGHEST_COST) * (bottom - top);
  const { shapes, labels } = scale([left, right], [0, 0.5, 1, 1.5].map((cost) => [cost, 1]), height);
  for (const step of [0, Math.floor(costs.length / 2), last]) labels.push(quietLabel([across(step), bottom + 18], String(step)));
  const all = costs.map((cost, step) => [across(step), height(cost)]);
  shapes.push(
    polyline(all, tint(COLOURS[0], 0.4), { stroke_width: 2 }),
    polyline(all.slice(0, epoch + 1), COLOURS[0], { stroke_width: 2.5, data_part: "so-far" }),
    circle(all[epoch], 5, COLOURS[0], { data_part: "now", stroke: INK, stroke_width: 1.5 }),
  );
  labels.push(...heading([left], "Mean cost", "against the epoch"));
  return { shapes, labels };
}

// Which outline stands for which class.
function legend(K) {
  const places = range(K).map((index) => [CURVE.left + 8 + 100 * (index % 2), CURVE.bottom + 56 + 24 * Math.floor(index / 2)]);
  return {
    shapes: places.map(([x, y], index) => element("path", { d: `M${coordinate(x)} ${coordinate(y)}${OUTLINES[index]}`, fill: COLOURS[index] })),
    labels: places.map(([x, y], index) => label([x + 12, y + 5], `class ${index}`, "start")),
  };
}
