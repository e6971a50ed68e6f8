// What stands where? Boxes in CSS pixels for one column, from its data and its width alone, so
// that the height is known before anything is painted and nothing below it jumps.

const ROW = { title: 24, line: 26, gap: 12, axis: 20, heading: 26, overview: 12 };
const NARROW = 520;
const LEAST_WIDTH = 340; // columns narrower than this stand below one another

/** Pixels of height for so many units: tall rows for few, a pixel or less for hundreds. */
function heightOfMap(units, wished) {
  if (wished) return wished;
  if (units <= 96) return units * Math.max(2, Math.min(14, Math.floor(112 / units)));
  return Math.min(units, 160);
}

/** The boxes of a column of this width; `showHeading` when several columns need names. */
function layOut(column, width, { panelHeight, showHeading, family, whole = false }) {
  const narrow = width < NARROW;
  const gutter = narrow ? 34 : 46;
  const plot = { x: gutter, width: Math.max(40, width - gutter - (narrow ? 4 : 10)) };
  let y = showHeading ? ROW.heading : 0;
  const box = (height) => {
    const made = { x: plot.x, width: plot.width, y, height };
    y += height;
    return made;
  };
  const strip = { title: box(ROW.title) };
  strip.words = wordsOfStrip(column, family);
  if (whole) strip.words = wholeWords(strip.words);
  strip.cells = box(heightOfStrip(strip.words, plot.width / column.steps));
  strip.overview = box(ROW.overview);
  const panels = column.panels.map((panel) => {
    const boxes = { title: box(ROW.title), map: box(heightOfMap(panel.units, panelHeight)) };
    if (panel.mean) {
      y += 3;
      boxes.line = box(ROW.line);
    }
    y += ROW.gap;
    return boxes;
  });
  y -= column.panels.length ? ROW.gap : 0;
  const axis = box(ROW.axis);
  return { width, height: Math.ceil(y), narrow, gutter, plot, strip, panels, axis };
}

/** What lies under a point: a panel and its row, the strip, or nothing; the step comes apart. */
function regionAt(layout, column, y) {
  const inside = (box) => box && y >= box.y && y < box.y + box.height;
  if (inside(layout.strip.cells)) return { kind: "strip" };
  for (const [index, boxes] of layout.panels.entries()) {
    if (inside(boxes.map)) {
      const { units } = column.panels[index];
      const row = Math.floor(((y - boxes.map.y) / boxes.map.height) * units);
      return { kind: "map", panel: index, row: Math.min(row, units - 1) };
    }
    if (inside(boxes.line)) return { kind: "line", panel: index };
  }
  return { kind: "none" };
}

/** A step's left edge in pixels, in the visible window. */
function xOf(layout, window, step) {
  const { x, width } = layout.plot;
  return x + ((step - window.start) / (window.end - window.start)) * width;
}

/** The step under a pixel; the nearest one when the pixel lies outside. */
function stepAt(layout, window, steps, x) {
  const share = (x - layout.plot.x) / layout.plot.width;
  const step = Math.floor(window.start + share * (window.end - window.start));
  return Math.max(0, Math.min(steps - 1, step));
}

/** Steps between two labels: 1, 2 or 5 times a power of ten, so that labels keep apart. */
function niceStride(least) {
  for (let ten = 1; ; ten *= 10) {
    for (const factor of [1, 2, 5]) if (ten * factor >= least) return ten * factor;
  }
}
