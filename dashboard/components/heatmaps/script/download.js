// The picture as a file: what is on the screen, at twice the size as PNG, or as SVG with real text
// and the heatmaps as embedded images. Both are drawn anew by the code that draws the screen.

const MARGIN = 16;

/** Draw all columns where they stand now, in their distances, on a surface of the whole. */
function drawAll(heatmaps, makeSurface) {
  const { scene, layouts, places } = heatmaps;
  const width = Math.max(...places.map((place, i) => place.x + layouts[i].width)) + 2 * MARGIN;
  const height = Math.max(...places.map((place, i) => place.y + layouts[i].height)) + 2 * MARGIN;
  const surface = makeSurface(Math.ceil(width), Math.ceil(height));
  surface.rect({ x: 0, y: 0, width: Math.ceil(width), height: Math.ceil(height) }, {
    fill: scene.palette.background,
  });
  scene.columns.forEach((column, i) => {
    surface.moved(places[i].x + MARGIN, places[i].y + MARGIN, () => {
      drawColumn(surface, column, layouts[i], scene);
      drawCursor(surface, column, layouts[i], scene, heatmaps.cursor);
    });
  });
  return surface;
}

function downloadPng(heatmaps) {
  const canvas = document.createElement("canvas");
  drawAll(heatmaps, (width, height) => {
    return new CanvasSurface(canvas, width, height, 2, heatmaps.family);
  });
  canvas.toBlob((blob) => save(blob, `${heatmaps.scene.file}.png`), "image/png");
}

function downloadSvg(heatmaps) {
  const surface = drawAll(heatmaps, (width, height) => {
    return new SvgSurface(width, height, heatmaps.family);
  });
  const text = new XMLSerializer().serializeToString(surface.root);
  save(new Blob([text], { type: "image/svg+xml" }), `${heatmaps.scene.file}.svg`);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
