// What a function returned, as bars: one panel for each row of numbers. It is drawn for a kernel that computes the numbers.
// Data: `panels`, each with `words`, `names` and `values`; null stands for what is no finite number.

const PANEL = { top: 34, height: 120, pitch: 190, left: 60, right: 700 };

const view = {
  title: "What the function returns",
  controls: () => [],
  draw({ panels, text }) {
    const drawn = panels.map((panel, row) => panelOf(panel, 20 + row * PANEL.pitch));
    const height = 20 + panels.length * PANEL.pitch;
    return picture(view.title, 720, height, drawn.flatMap(({ shapes }) => shapes), drawn.flatMap(({ labels }) => labels), text);
  },
};

// Bars on a line at zero, above it for positive and below it for negative numbers.
function panelOf({ words, names, values }, offset) {
  const finite = values.filter((value) => value !== null), top = offset + PANEL.top;
  const high = Math.max(0, ...finite), low = Math.min(0, ...finite), reach = high - low || 1;
  const height = (value) => top + ((high - value) / reach) * PANEL.height;
  const shapes = [line([PANEL.left, height(0)], [PANEL.right, height(0)], INK, { stroke_width: 1.25 })];
  const labels = [label([PANEL.left, offset + 8], words, "start", { font_weight: "600" })];
  columns([PANEL.left, PANEL.right], values.length).forEach(({ centre, width }, index) => {
    const value = values[index], [upper, lower] = value === null ? [height(0), height(0)] : [height(Math.max(value, 0)), height(Math.min(value, 0))];
    shapes.push(bar(centre - width / 2, upper, width, lower - upper, COLOURS[index % COLOURS.length], { data_part: `value-${index}` }));
    labels.push(label([centre, upper - 5], value === null ? "no number" : significant(value, 4), "middle", { halo: PAPER }));
    labels.push(quietLabel([centre, top + PANEL.height + 18], names[index]));
  });
  return { shapes, labels };
}
