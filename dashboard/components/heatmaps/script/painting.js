// What was painted? A rectangle of units and steps in one heatmap, drawn out with the pointer, or
// with Shift and the arrows from the cursor and then Enter. It is told to Python once, whole, and
// stays to be seen until the new picture comes. Only where the scene says that it can be painted.

Object.assign(Heatmaps.prototype, {
  /** Whether a press at this point begins to paint. */
  paintsAt(index, at) {
    return Boolean(this.scene.paints) && this.placeAt(index, at)?.region.kind === "map";
  },

  beginPainting(index, at) {
    const { step, panel, region } = this.placeAt(index, at);
    const corner = { step, row: region.row };
    this.brush = { column: index, panel: region.panel, units: panel.units, from: corner, to: corner };
  },

  /** The other corner, kept within the heatmap in which it began. */
  paintTo(index, { x, y }) {
    const { brush } = this;
    if (!brush) return; // dropped by key while the pointer is down
    const layout = this.layouts[index];
    const { map } = layout.panels[brush.panel];
    const row = Math.floor(((y - map.y) / map.height) * brush.units);
    const inside = Math.max(0, Math.min(brush.units - 1, row));
    const step = stepAt(layout, this.window, this.scene.columns[index].steps, x);
    this.brush = { ...brush, to: { step, row: inside } };
    this.refresh();
  },

  /** One step or row further, by key: it begins at the cursor. */
  stretch(index, steps, rows) {
    if (!this.scene.paints) return;
    this.active.column = index;
    const { column, panel } = this.activePlace();
    if (!panel) return;
    if (this.brush?.column !== index || this.brush.panel !== this.active.panel) {
      const known = this.cursor.unit !== null && this.cursor.unit < panel.units;
      const corner = { step: this.cursor.step ?? 0, row: known ? panel.rowOf[this.cursor.unit] : 0 };
      this.brush = {
        column: index, panel: this.active.panel, units: panel.units, from: corner, to: corner,
      };
    }
    const { to, units } = this.brush;
    const step = Math.max(0, Math.min(column.steps - 1, to.step + steps));
    const row = Math.max(0, Math.min(units - 1, to.row + rows));
    this.brush = { ...this.brush, to: { step, row }, told: false };
    this.setWindow(revealStep(this.window, this.scene.steps, step));
    this.live.textContent = this.paintedWords();
  },

  /** Tell it, with what was painted before and has no answer yet, each by a number that grows. */
  paint() {
    const { column, panel, rows, steps } = this.painted();
    const before = HUB.strokes.get(this.scene.key) ?? [];
    const strokes = before.concat({
      number: Math.max(Date.now(), (before.at(-1)?.number ?? 0) + 1),
      panel: panel.key,
      column: column.key,
      steps: [steps[0], steps[1]],
      units: panel.order.slice(rows[0], rows[1] + 1),
    });
    HUB.strokes.set(this.scene.key, strokes);
    this.brush.told = true;
    this.tellPainted?.(strokes);
  },

  /** Whether what is shown has the heatmap on which the brush is. */
  brushFits() {
    if (!this.brush) return false;
    const { column, panel, units, from, to } = this.brush;
    const found = this.scene.columns[column];
    return found?.panels[panel]?.units === units && Math.max(from.step, to.step) < found.steps;
  },

  dropBrush() {
    this.brush = null;
    this.refresh();
  },

  /** The brush as what it covers; both ends of steps and rows are in it. */
  painted() {
    const { column, panel, from, to } = this.brush;
    const ends = (name) => [Math.min(from[name], to[name]), Math.max(from[name], to[name])];
    const scene = this.scene.columns[column];
    return { column: scene, panel: scene.panels[panel], steps: ends("step"), rows: ends("row") };
  },

  paintedWords() {
    const { panel, steps, rows } = this.painted();
    const { words, first } = this.scene;
    const span = ([from, to]) => (from === to ? String(from) : `${from}–${to}`);
    const units = span([panel.order[rows[0]], panel.order[rows[1]]]);
    const when = span(steps.map((step) => step + first));
    return [panel.title, `${words.unit} ${units}`, `${words.step} ${when}`].join(" · ");
  },
});

/** The rectangle being painted, over the heatmap. */
function drawBrush(surface, layout, { window, palette }, { panel, units, from, to }) {
  const { map } = layout.panels[panel];
  const left = xOf(layout, window, Math.min(from.step, to.step));
  const right = xOf(layout, window, Math.max(from.step, to.step) + 1);
  const row = map.height / units;
  const y = map.y + Math.min(from.row, to.row) * row;
  const height = (Math.abs(from.row - to.row) + 1) * row;
  surface.clipped({ ...map, x: map.x - 2, width: map.width + 4 }, () => {
    surface.rect({ x: left, y, width: right - left, height }, { fill: palette.accent, alpha: 0.3 });
    haloed(surface, { x: left, y, width: right - left, height }, palette);
  });
}

/** What was put in place: outlines over the heatmap, [first step, end, first row, end]. */
function drawMarks(surface, panel, box, layout, { window, palette }) {
  const row = box.height / panel.units;
  surface.clipped(box, () => {
    for (const [start, stop, top, bottom] of panel.marks ?? []) {
      const x = xOf(layout, window, start);
      const width = Math.max(xOf(layout, window, stop) - x, 1);
      const place = { x, y: box.y + top * row, width, height: Math.max((bottom - top) * row, 1) };
      surface.rect(place, { stroke: palette.background, width: 3, alpha: 0.8 });
      surface.rect(place, { stroke: palette.accent, width: 1.5 });
    }
  });
}
