// How do a million cells become pixels? Each panel is coloured once into an image with one pixel
// per cell, and the browser stretches the visible part of it, without smoothing: a cell is a
// rectangle of one colour. Where there are more cells than pixels, cells are averaged in their own
// numbers and the mean is coloured: rows by their share of the pixel, steps by halving until a
// pixel holds less than one cell. Not chosen: the browser's own smoothing, which mixes colours
// (red and blue to violet, a number that nobody computed) and blurs both axes at once; skipping
// cells, which loses the one that spiked.

const WIDEST = 8192; // pixels of one image; browsers limit a canvas to 16,384 or so

/** Row after row of numbers, steps × rows, averaged to at most `rows` rows and 2^level steps. */
function averaged(panel, rows, level) {
  const { counts, origin, step } = panel.values;
  const { steps, units } = panel;
  const run = 2 ** level;
  const wide = Math.ceil(steps / run);
  const sums = new Float32Array(wide * rows);
  const weights = new Float32Array(wide * rows);
  for (let row = 0; row < rows; row++) {
    const top = (row * units) / rows;
    const bottom = ((row + 1) * units) / rows;
    for (let unit = Math.floor(top); unit < bottom; unit++) {
      const share = Math.min(unit + 1, bottom) - Math.max(unit, top);
      if (share < 1e-6) continue;
      for (let time = 0; time < steps; time++) {
        const count = counts[unit * steps + time];
        if (count === MISSING) continue;
        const cell = row * wide + Math.floor(time / run);
        sums[cell] += share * (origin + (count + 0.5) * step);
        weights[cell] += share;
      }
    }
  }
  for (let cell = 0; cell < sums.length; cell++) sums[cell] /= weights[cell]; // 0/0: missing
  return { cells: sums, wide };
}

/**
 * Colour cells, row after row: counts as they came, or averaged numbers; the place of a cell on
 * its scale is gain · cell + shift. Missing cells stay transparent. Images from left to right.
 */
function coloured(panel, { cells, wide, gain, shift, missing }, rows) {
  const colours = new Uint32Array(panel.colours.slice().buffer);
  const images = [];
  for (let left = 0; left < wide; left += WIDEST) {
    const width = Math.min(WIDEST, wide - left);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = rows;
    const data = new ImageData(width, rows);
    const pixels = new Uint32Array(data.data.buffer);
    for (let row = 0; row < rows; row++) {
      for (let x = 0; x < width; x++) {
        const cell = cells[row * wide + left + x];
        if (cell === missing || cell !== cell) continue; // the second is NaN, tested quickly
        const place = cell * gain + shift;
        pixels[row * width + x] = colours[place < 0 ? 0 : place > 255 ? 255 : place | 0];
      }
    }
    canvas.getContext("2d").putImageData(data, 0, 0);
    images.push({ canvas, left, width });
  }
  return images;
}

/** The cells for so many rows and halvings, and how they lie on the scale of 256 colours. */
function cellsOf(panel, rows, level) {
  const { origin, step, counts } = panel.values;
  const scale = 255 / (panel.high - panel.low);
  const shift = 0.5 - panel.low * scale;
  if (rows < panel.units || level > 0) {
    return { ...averaged(panel, rows, level), gain: scale, shift, missing: NaN };
  }
  const ofCounts = { gain: step * scale, shift: shift + (origin + 0.5 * step) * scale };
  return { cells: counts, wide: panel.steps, missing: MISSING, ...ofCounts };
}

/** The images for so many pixels: `pixelRows` in height, `stepPixels` for one step in width. */
function imagesOf(panel, pixelRows, stepPixels) {
  const rows = Math.max(1, Math.min(panel.units, Math.floor(pixelRows)));
  const level = stepPixels >= 1 ? 0 : Math.ceil(-Math.log2(stepPixels));
  panel.images ??= new Map();
  const name = `${rows}/${level}`;
  if (!panel.images.has(name)) {
    panel.images.set(name, coloured(panel, cellsOf(panel, rows, level), rows));
  }
  return { images: panel.images.get(name), run: 2 ** level, rows };
}

/** The colour of one number, as channels; null when it is missing. */
function colourOf(scale, number) {
  if (Number.isNaN(number)) return null;
  const place = Math.round((255 * (number - scale.low)) / (scale.high - scale.low));
  const at = 4 * Math.max(0, Math.min(255, place));
  return [scale.colours[at], scale.colours[at + 1], scale.colours[at + 2]];
}

/** The scale itself as an image of 256 × 1, for the legend. */
function imageOfScale(scale) {
  if (!scale.image) {
    const canvas = document.createElement("canvas");
    canvas.width = 256;
    canvas.height = 1;
    canvas.getContext("2d").putImageData(new ImageData(scale.colours.slice(), 256, 1), 0, 0);
    scale.image = canvas;
  }
  return scale.image;
}
