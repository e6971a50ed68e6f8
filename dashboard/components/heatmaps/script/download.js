// The picture as a file: what is on the screen, at twice the size as PNG, or as SVG with real text
// and the heatmaps as embedded images. Both are drawn anew by the code that draws the screen, as
// wide as it takes to write every token whole, with a line beneath that says what it is of.

const MARGIN = 16;
const CAPTION = { size: 12, line: 17, gap: 10 };
const WIDEST_FILE = 15000; // CSS pixels, for a thousand tokens; more would be a picture of nothing
const WIDEST_PNG = 16000; // pixels of the device: browsers paint no wider canvas

/** Boxes and places of all columns with room for their tokens; as on the screen where there is. */
function arrangedWhole({ scene, layouts, places, family }) {
  const { panelHeight, showHeading, window } = scene;
  const visible = window.end - window.start;
  const wide = layouts.map((layout, i) => {
    const least = leastStep(wholeWords(wordsOfStrip(scene.columns[i], family)));
    const needed = layout.width - layout.plot.width + Math.ceil(visible * least);
    return needed > WIDEST_FILE ? layout.width : Math.max(layout.width, needed);
  });
  const whole = scene.columns.map((column, i) =>
    layOut(column, wide[i], { panelHeight, showHeading, family, whole: true }),
  );
  const stacked = places.length > 1 && places[1].y > 0;
  const gap = 20;
  let [x, y] = [0, 0];
  const placed = whole.map((layout) => {
    const place = { x, y };
    if (stacked) y += layout.height + gap;
    else x += layout.width + gap;
    return place;
  });
  return { layouts: whole, places: placed };
}

/** What the picture is of, in lines of that width; the step as the cursor stands. */
function captionOf({ scene, cursor, family }, width) {
  const { caption, words, first } = scene;
  if (!caption) return [];
  const at = cursor.step === null ? "" : ` · ${words.at_step.replace("{step}", cursor.step + first)}`;
  const token = scene.columns[0].tokens[cursor.step];
  const line = at && token !== undefined ? `${caption}${at} “${token}”` : caption + at;
  const font = fontOf(family, CAPTION.size, 400);
  const lines = [];
  for (const word of line.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && measured(longer, font) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Draw all columns as they stand now, the cursor in them, on a surface of the whole. */
function drawAll(heatmaps, makeSurface) {
  const { scene } = heatmaps;
  const { layouts, places } = arrangedWhole(heatmaps);
  const inner = Math.max(...places.map((place, i) => place.x + layouts[i].width));
  const lines = captionOf(heatmaps, inner);
  const below = lines.length ? lines.length * CAPTION.line + CAPTION.gap : 0;
  const drawn = Math.max(...places.map((place, i) => place.y + layouts[i].height));
  const [width, height] = [Math.ceil(inner + 2 * MARGIN), Math.ceil(drawn + below + 2 * MARGIN)];
  const surface = makeSurface(width, height);
  surface.rect({ x: 0, y: 0, width, height }, { fill: scene.palette.background });
  scene.columns.forEach((column, i) => {
    surface.moved(places[i].x + MARGIN, places[i].y + MARGIN, () => {
      drawColumn(surface, column, layouts[i], scene);
      drawCursor(surface, column, layouts[i], scene, heatmaps.cursor);
    });
  });
  lines.forEach((line, i) => {
    const y = MARGIN + drawn + CAPTION.gap + (i + 0.5) * CAPTION.line;
    surface.text(line, MARGIN, y, { fill: scene.palette.muted, size: CAPTION.size });
  });
  return surface;
}

/** The file's name without its ending: the step is the cursor's. */
function fileOf({ scene, cursor }) {
  const step = scene.caption && cursor.step !== null ? `-step-${cursor.step + scene.first}` : "";
  return `${scene.file}${step}`;
}

function downloadPng(heatmaps) {
  const canvas = document.createElement("canvas");
  drawAll(heatmaps, (width, height) => {
    const ratio = Math.min(2, WIDEST_PNG / width);
    return new CanvasSurface(canvas, width, height, ratio, heatmaps.family);
  });
  canvas.toBlob((blob) => save(blob, `${fileOf(heatmaps)}.png`), "image/png");
}

function downloadSvg(heatmaps) {
  const surface = drawAll(heatmaps, (width, height) => {
    return new SvgSurface(width, height, heatmaps.family);
  });
  const text = new XMLSerializer().serializeToString(surface.root);
  save(new Blob([text], { type: "image/svg+xml" }), `${fileOf(heatmaps)}.svg`);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
