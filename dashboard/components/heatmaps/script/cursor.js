// What is pointed at: the linked cursor over all panels, the mouse's hairlines, and the words for
// a cell (the tooltip, the status line, the announcement to a screen reader).

/** The chosen step and unit, on the strip, every heatmap and every line of means. */
function drawCursor(surface, column, layout, scene, cursor) {
  const { window, palette } = scene;
  const { step, unit } = cursor;
  column.panels.forEach((panel, index) => {
    drawUnits(surface, panel, layout.panels[index].map, layout, scene, unit);
  });
  if (step === null || step >= column.steps) return;
  const left = surface.snap(xOf(layout, window, step));
  const right = Math.max(surface.snap(xOf(layout, window, step + 1)), left + 1);
  const frame = { x: left, width: right - left };
  const band = bandOf(layout.strip, window);
  surface.clipped({ x: layout.plot.x - 3, width: layout.plot.width + 6, y: 0, height: layout.height }, () => {
    haloed(surface, { ...frame, y: band.y - 1, height: band.height + 2 }, palette, 3);
    column.panels.forEach((panel, index) => {
      const { map, line } = layout.panels[index];
      haloed(surface, { ...frame, y: map.y, height: map.height }, palette);
      if (unit !== null && unit < panel.units) {
        drawRow(surface, map, panel, unit, frame, palette);
      }
      if (line) drawMeanPoint(surface, panel, line, (left + right) / 2, step, palette);
    });
  });
  drawTokenName(surface, column, layout, scene, step);
  drawContext(surface, column, layout, scene, step);
  column.panels.forEach((panel, index) => {
    drawReading(surface, panel, layout.panels[index], layout, palette, cursor);
  });
}

/** An outline that is seen on any colour: ink with the background around it. */
function haloed(surface, box, palette, radius = 0) {
  const inside = box.width >= 5;
  const place = inside ? grown(box, -0.25) : { ...box, x: box.x + box.width / 2 - 0.5, width: 1 };
  if (!inside) {
    surface.rect(grown(place, 1), { fill: palette.background, alpha: 0.75 });
    surface.rect(place, { fill: palette.ink });
    return;
  }
  surface.rect(grown(place, 0.5), { stroke: palette.background, width: 3, radius, alpha: 0.75 });
  surface.rect(place, { stroke: palette.ink, width: 1.5, radius });
}

const grown = (box, by) => ({
  x: box.x - by,
  y: box.y - by,
  width: box.width + 2 * by,
  height: box.height + 2 * by,
});

function drawRow(surface, map, panel, unit, frame, palette) {
  const height = map.height / panel.units;
  const y = map.y + panel.rowOf[unit] * height;
  const thick = Math.max(height, 1);
  for (const edge of thick >= 4 ? [y, y + thick] : [y + thick / 2]) {
    const at = surface.snap(edge);
    const points = [[map.x, at], [map.x + map.width, at]];
    surface.path(points, { stroke: palette.background, width: 2.5, alpha: 0.5 });
    surface.path(points, { stroke: palette.ink, width: 0.75, alpha: 0.8 });
  }
  const least = 5;
  const cell = {
    x: frame.x + frame.width / 2 - Math.max(frame.width, least) / 2,
    width: Math.max(frame.width, least),
    y: y + thick / 2 - Math.max(thick, least) / 2,
    height: Math.max(thick, least),
  };
  surface.rect(grown(cell, 0.75), { stroke: palette.background, width: 3 });
  surface.rect(cell, { stroke: palette.ink, width: 1.75 });
}

function drawMeanPoint(surface, panel, box, x, step, palette) {
  const number = numberAt(panel.mean, step);
  if (Number.isNaN(number)) return;
  const y = yOfMean(panel, box, number);
  const dot = { x: x - 3, y: y - 3, width: 6, height: 6 };
  surface.rect(dot, { fill: panel.accent, stroke: palette.background, width: 1.5, radius: 3 });
}

/** Behind the title: the value at the cursor, so that all panels can be read at once. */
function drawReading(surface, panel, boxes, layout, palette, { step, unit }) {
  const { end, right } = titleOf(surface.family, panel, boxes.title, layout);
  const place = unit !== null && unit < panel.units ? panel.rowOf[unit] * panel.steps + step : null;
  const source = place === null ? panel.mean : panel.values;
  const text = source && textAt(source, place ?? step);
  if (!text) return;
  const shown = place === null ? `⌀ ${text}` : text;
  if (end + 10 + measured(shown, fontOf(surface.family, 13, 400)) > right) return;
  const middle = boxes.title.y + boxes.title.height / 2 - 1;
  surface.text(shown, end + 10, middle, { fill: palette.muted, size: 13 });
}

/** The numbers of the units beside their rows; the chosen one stands out, its neighbours yield. */
function drawUnits(surface, panel, map, layout, { palette, words }, chosen) {
  const row = map.height / panel.units;
  const every = row >= 11 ? 1 : niceStride(15 / row);
  const middleOf = (at) => map.y + (at + 0.5) * row;
  const known = chosen !== null && chosen < panel.units;
  const taken = known ? middleOf(panel.rowOf[chosen]) : -Infinity;
  const label = { fill: palette.muted, size: 12, align: "right" };
  for (let at = 0; at < panel.units; at += every) {
    const y = middleOf(at);
    if (Math.abs(y - taken) >= 12.5) surface.text(String(panel.order[at]), map.x - 6, y, label);
  }
  if (known) drawUnitName(surface, map, taken, chosen, palette);
  if (layout.narrow || map.height < 40) return;
  const caption = { fill: palette.muted, size: 12, align: "center", upward: true };
  surface.text(words.unit, 8, map.y + map.height / 2, caption);
}

function drawUnitName(surface, map, y, unit, palette) {
  const text = String(unit);
  const width = measured(text, fontOf(surface.family, 12, 600)) + 8;
  const patch = { x: map.x - 4 - width, y: y - 7.5, width, height: 15 };
  surface.rect(patch, { fill: palette.ink, radius: 4 });
  const label = { fill: palette.background, size: 12, weight: 600, align: "center" };
  surface.text(text, patch.x + width / 2, y + 0.5, label);
}

/** Hairlines where the mouse is: the step everywhere, the unit in its own panel. */
function drawHover(surface, column, layout, scene, hover, own) {
  if (hover.step >= column.steps) return;
  const { window, palette } = scene;
  const x = surface.snap(xOf(layout, window, hover.step + 0.5));
  if (x < layout.plot.x || x > layout.plot.x + layout.plot.width) return;
  const line = { stroke: palette.ink, width: 1, alpha: 0.45 };
  for (const { map } of layout.panels) surface.path([[x, map.y], [x, map.y + map.height]], line);
  if (!own || hover.region.kind !== "map") return;
  const { map } = layout.panels[hover.region.panel];
  const row = map.height / column.panels[hover.region.panel].units;
  const y = surface.snap(map.y + (hover.region.row + 0.5) * row);
  surface.path([[map.x, y], [map.x + map.width, y]], line);
}

/** A cell in words, as pairs of name and value; what does not apply is left out. */
function facts(scene, column, { step, unit, panel }) {
  const { words } = scene;
  const found = [{ name: words.step, text: String(step + scene.first) }];
  if (column.unknown.has(step)) found.push({ name: "", text: words.unknown });
  if (column.masked.has(step)) found.push({ name: "", text: words.masked });
  if (!panel) {
    const { strip } = column;
    const text = strip && (textAt(strip.values, step) ?? words.missing);
    return strip ? [...found, { name: strip.title, text }] : found;
  }
  if (unit === null || unit >= panel.units) {
    const text = panel.mean && (textAt(panel.mean, step) ?? words.missing);
    return text ? [...found, { name: words.mean, text }] : found;
  }
  const place = panel.rowOf[unit] * panel.steps + step;
  found.push({ name: words.unit, text: String(unit) });
  found.push({ name: words.value, text: textAt(panel.values, place) ?? words.missing });
  const before = panel.preactivations && textAt(panel.preactivations, place);
  if (before) found.push({ name: words.preactivation, text: before });
  return found;
}

/** The same as one sentence: for the status line and the screen reader. */
function sentence(scene, column, place) {
  const parts = facts(scene, column, place).map(({ name, text }) => (name ? `${name} ${text}` : text));
  const step = scene.words.at_step.replace("{step}", place.step + scene.first);
  const others = parts.slice(1);
  const title = place.panel ? [place.panel.title] : [];
  return [step, `“${column.tokens[place.step]}”`, ...title, ...others].join(" · ");
}
