// The picture itself, one column of it: headings, legends, heatmaps, means and the axis of steps.
// What moves with the mouse is drawn by cursor.js, over this.

function drawColumn(surface, column, layout, scene) {
  const { palette, words } = scene;
  if (scene.showHeading) {
    const text = fitted(column.title, fontOf(surface.family, 15, 600), layout.plot.width);
    surface.text(text, layout.plot.x, 10, { fill: palette.ink, size: 15, weight: 600 });
  }
  const strip = column.strip ?? { title: words.tokens };
  drawTitle(surface, strip, layout.strip.title, layout, palette);
  drawStrip(surface, column, layout, scene);
  drawOverview(surface, column, layout, scene);
  column.panels.forEach((panel, index) => {
    const boxes = layout.panels[index];
    drawTitle(surface, panel, boxes.title, layout, palette);
    drawMap(surface, panel, boxes.map, layout, scene);
    drawMasked(surface, column, boxes.map, layout, scene);
    drawMarks(surface, panel, boxes.map, layout, scene);
    if (boxes.line) drawMean(surface, panel, boxes.line, layout, scene);
  });
  drawSteps(surface, column, layout, scene);
}

const LEGEND = { wide: 72, narrow: 44, height: 7 };

/** Chip, title and legend; returns nothing, but cursor.js continues the line at titleEnd. */
function drawTitle(surface, record, box, layout, palette) {
  const middle = box.y + box.height / 2 - 1;
  const { from, title } = titleOf(surface.family, record, box, layout);
  if (record.accent) {
    const chip = { x: box.x, y: middle - 5, width: 10, height: 10 };
    surface.rect(chip, { fill: record.accent, radius: 3 });
  }
  surface.text(title, from, middle, { fill: palette.ink, size: 13, weight: 600 });
  if (record.colours) drawLegend(surface, record, box, layout, palette, middle);
}

/** The title as it fits, where it begins and ends, and where the legend begins. */
function titleOf(family, record, box, layout) {
  const from = box.x + (record.accent ? 16 : 0);
  const right = record.colours ? legendOf(family, record, box, layout).from - 10 : box.x + box.width;
  const font = fontOf(family, 13, 600);
  const title = fitted(record.title, font, right - from);
  return { from, title, end: from + measured(title, font), right };
}

function legendOf(family, record, box, layout) {
  const font = fontOf(family, 12, 400);
  const [low, high] = [endOfScale(record.low), endOfScale(record.high)];
  const width = layout.narrow ? LEGEND.narrow : LEGEND.wide;
  const bar = box.x + box.width - measured(high, font) - 5 - width;
  return { low, high, bar, width, from: bar - 5 - measured(low, font) };
}

function drawLegend(surface, record, box, layout, palette, middle) {
  const { low, high, bar, width } = legendOf(surface.family, record, box, layout);
  const label = { fill: palette.muted, size: 12 };
  surface.text(low, bar - 5, middle, { ...label, align: "right" });
  surface.text(high, box.x + box.width, middle, { ...label, align: "right" });
  const place = { x: bar, y: middle - LEGEND.height / 2, width, height: LEGEND.height };
  surface.image(imageOfScale(record), 0, 256, place, { smooth: true });
  surface.rect(place, { stroke: palette.grid, width: 0.75 });
}

function drawMap(surface, panel, box, layout, { window, palette }) {
  surface.rect(box, { fill: palette.grid, alpha: 0.55 });
  const stepPixels = (box.width / (window.end - window.start)) * surface.ratio;
  const { images, run } = imagesOf(panel, box.height * surface.ratio, stepPixels);
  for (const { canvas, left, width } of images) {
    const first = Math.max(window.start / run, left);
    // The last run may be cut short by the end of the text; its pixel still stands for it all.
    const last = Math.min(window.end / run, left + width);
    if (last <= first) continue;
    const x = xOf(layout, window, first * run);
    const right = xOf(layout, window, last * run);
    surface.image(canvas, first - left, last - left, { ...box, x, width: right - x });
  }
}

/** A veil over steps that the model did not read. */
function drawMasked(surface, column, box, layout, { window, palette }) {
  for (const [first, end] of runsOf(column.masked)) {
    const x = xOf(layout, window, Math.max(first, window.start));
    const right = xOf(layout, window, Math.min(end, window.end));
    if (right <= x) continue;
    surface.rect({ ...box, x, width: right - x }, { fill: palette.background, alpha: 0.6 });
  }
}

/** Neighbouring steps as pairs of first and end. */
function runsOf(steps) {
  const runs = [];
  for (const step of [...steps].sort((a, b) => a - b)) {
    if (runs.length && runs[runs.length - 1][1] === step) runs[runs.length - 1][1] = step + 1;
    else runs.push([step, step + 1]);
  }
  return runs;
}

/** A number's height in the line panel, which has the scale of its heatmap. */
function yOfMean(panel, box, number) {
  const share = (number - panel.low) / (panel.high - panel.low);
  return box.y + box.height - Math.max(0, Math.min(1, share)) * box.height;
}

function drawMean(surface, panel, box, layout, { window, palette }) {
  const base = yOfMean(panel, box, Math.max(panel.low, Math.min(0, panel.high)));
  const hairline = surface.snap(base) - 0.5 / surface.ratio;
  const ends = [[box.x, hairline], [box.x + box.width, hairline]];
  surface.path(ends, { stroke: palette.grid, width: 1 });
  const last = Math.min(panel.steps, Math.ceil(window.end) + 1);
  surface.clipped({ ...box, y: box.y - 2, height: box.height + 4 }, () => {
    for (const points of unbroken(panel, box, layout, window, last)) {
      const [from, to] = [points[0][0], points[points.length - 1][0]];
      surface.path([...points, [to, base], [from, base]], { fill: panel.accent, alpha: 0.14 });
      surface.path(points, { stroke: panel.accent, width: 1.5 });
    }
  });
}

/** The line of means as runs without missing numbers; a lone step is as wide as it is. */
function unbroken(panel, box, layout, window, last) {
  const runs = [];
  let run = null;
  for (let step = Math.max(0, Math.floor(window.start) - 1); step < last; step++) {
    const number = numberAt(panel.mean, step);
    if (Number.isNaN(number)) {
      run = null;
      continue;
    }
    if (!run) runs.push((run = []));
    run.push([xOf(layout, window, step + 0.5), yOfMean(panel, box, number)]);
  }
  const half = (0.5 * layout.plot.width) / (window.end - window.start);
  return runs.map((r) => (r.length > 1 ? r : [-half, half].map((dx) => [r[0][0] + dx, r[0][1]])));
}

function drawSteps(surface, column, layout, { window, palette, words, first }) {
  const { axis } = layout;
  const middle = axis.y + 11;
  const label = { fill: palette.muted, size: 12 };
  surface.text(words.step, axis.x - 6, middle, { ...label, align: "right" });
  const stepWidth = axis.width / (window.end - window.start);
  const every = niceStride(44 / stepWidth);
  const last = Math.min(column.steps, Math.ceil(window.end));
  for (let step = Math.floor(window.start); step < last; step++) {
    if (!isLabelled(step, first, every)) continue;
    const x = xOf(layout, window, step + 0.5);
    if (x < axis.x - 1 || x > axis.x + axis.width + 1) continue;
    const tick = surface.snap(x);
    surface.path([[tick, axis.y + 1], [tick, axis.y + 4]], { stroke: palette.muted });
    surface.text(String(step + first), x, middle, { ...label, align: "center" });
  }
}

/** Round numbers, and the first step, unless a round number stands too near to it. */
function isLabelled(step, first, every) {
  if (step === 0) return true;
  return (step + first) % every === 0 && step >= every / 2;
}

/** When zoomed in: which part of the text is seen. Its place is kept free otherwise. */
function drawOverview(surface, column, layout, { window, palette, steps }) {
  if (window.whole) return;
  const { overview } = layout.strip;
  const track = { ...overview, y: overview.y + 4, height: 3 };
  const scale = overview.width / steps;
  const x = overview.x + window.start * scale;
  const width = Math.max(6, (window.end - window.start) * scale);
  surface.rect(track, { fill: palette.grid, radius: 1.5 });
  surface.rect({ ...track, x, width }, { fill: palette.muted, radius: 1.5 });
}
