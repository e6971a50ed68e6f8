// How are the tokens written when there are twenty of them, and when there are two thousand?
//   across   each in its coloured cell, as one reads
//   upright  turned by a quarter, when the cells are narrower than the words
//   sparse   cells without text, and every so many steps a word above them
// The height is chosen for the whole text and kept when the user zooms; the manner follows the zoom.

const TOKEN = { size: 13, short: 16, least: 15, low: 28, tall: 92, band: 12, cut: 52, most: 640 };

/** How wide the words are: nine out of ten are at most `wide`; the longest is `longest`. */
function wordsOfStrip(column, family) {
  if (column.words?.family !== family) {
    const font = fontOf(family, TOKEN.size, 400);
    const found = column.tokens.map((token) => measured(token, font)).sort((a, b) => a - b);
    const wide = found[Math.floor(0.9 * (found.length - 1))];
    column.words = { family, font, wide, longest: found[found.length - 1] };
  }
  return column.words;
}

/** The same where every token is to be written whole: for files, which may be as wide as need be. */
function wholeWords(words) {
  return { ...words, wide: words.longest, whole: true };
}

/** How wide a step has to be for its token to be seen at all. */
function leastStep(words) {
  return words.wide <= TOKEN.short ? words.wide + 3 : TOKEN.least;
}

function mannerOfStrip(words, stepWidth) {
  const short = words.wide <= TOKEN.short;
  const across = words.wide + (short ? 3 : 8);
  if (stepWidth >= (words.whole ? across : Math.min(across, TOKEN.cut))) return "across";
  if (!short && stepWidth >= TOKEN.least) return "upright";
  return "sparse";
}

function heightOfStrip(words, stepWidth) {
  if (mannerOfStrip(words, stepWidth) === "across") return TOKEN.low;
  const sparse = mannerOfStrip(words, stepWidth) === "sparse" ? TOKEN.band + 4 : 0;
  if (words.wide <= TOKEN.short) return TOKEN.low + 8;
  const most = words.whole ? TOKEN.most : TOKEN.tall - 16;
  return Math.ceil(Math.min(words.longest + 14, most) + sparse);
}

/** Black or white text: one of them has a contrast of 4.5:1 to whatever colour is under it. */
function inkOn(channels, palette) {
  if (!channels) return palette.ink;
  const own = brightness(channels);
  return contrast(own, 0) >= contrast(own, 1) ? "#000000" : "#ffffff";
}

function brightness(channels) {
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** The part of the strip that carries the colour: all of it, or a band under the words. */
function bandOf({ cells, words }, { start, end }) {
  if (mannerOfStrip(words, cells.width / (end - start)) !== "sparse") return cells;
  return { ...cells, y: cells.y + cells.height - TOKEN.band, height: TOKEN.band };
}

function drawStrip(surface, column, layout, { window, palette }) {
  const { cells, words } = layout.strip;
  const stepWidth = cells.width / (window.end - window.start);
  const manner = mannerOfStrip(words, stepWidth);
  const sparse = manner === "sparse";
  const band = bandOf(layout.strip, window);
  const gap = stepWidth >= 6 ? 1 : 0;
  const radius = stepWidth >= 12 ? 3 : 0;
  const every = sparse ? niceStride(16 / stepWidth) : 1;
  const last = Math.min(column.steps, Math.ceil(window.end));
  const slack = sparse ? 8 : 0; // the word above the first step may stand out to its left
  const visible = { x: cells.x - slack, width: cells.width + 2 * slack };
  surface.clipped({ ...visible, y: cells.y - 2, height: cells.height + 4 }, () => {
    for (let step = Math.floor(window.start); step < last; step++) {
      const left = Math.max(cells.x, surface.snap(xOf(layout, window, step)));
      const end = surface.snap(xOf(layout, window, step + 1));
      const right = Math.min(cells.x + cells.width, end);
      const masked = column.masked.has(step);
      const channels = masked ? null : colourOfToken(column, step);
      const fill = channels ? `rgb(${channels.join(",")})` : palette.grid;
      const box = { ...band, x: left, width: Math.max(right - left - gap, 0.5) };
      surface.rect(box, { fill, radius, alpha: channels ? 1 : 0.55 });
      if (step % every) continue;
      const ink = masked || sparse ? palette.muted : inkOn(channels, palette);
      const unknown = column.unknown.has(step);
      const centre = (left + right - gap) / 2;
      if (sparse) drawAbove(surface, column.tokens[step], centre, cells, words, ink, unknown);
      else drawInside(surface, column.tokens[step], box, centre, manner, words, ink, unknown);
    }
  });
}

function colourOfToken(column, step) {
  return column.strip && colourOf(column.strip, numberAt(column.strip.values, step));
}

function drawInside(surface, token, box, centre, manner, words, fill, unknown) {
  const middle = box.y + box.height / 2;
  if (manner === "across") {
    // A letter that is wider than most may stand out of its cell: nothing of it could be left out.
    const text = words.wide <= TOKEN.short ? token : fitted(token, words.font, box.width - 4);
    surface.text(text, centre, middle, { fill, size: TOKEN.size, align: "center" });
    const half = measured(text, words.font) / 2;
    if (unknown) dotted(surface, [[centre - half, middle + 9], [centre + half, middle + 9]], fill);
    return;
  }
  const text = fitted(token, words.font, box.height - 12);
  const bottom = box.y + box.height - 6;
  surface.text(text, centre, bottom, { fill, size: TOKEN.size, upward: true });
  const top = bottom - measured(text, words.font);
  const beside = Math.min(centre + 7, box.x + box.width - 1);
  if (unknown) dotted(surface, [[beside, bottom], [beside, top]], fill);
}

function drawAbove(surface, token, centre, cells, words, fill, unknown) {
  const bottom = cells.y + cells.height - TOKEN.band - 5;
  if (words.wide <= TOKEN.short) {
    const middle = cells.y + (bottom - cells.y) / 2;
    surface.text(token, centre, middle, { fill, size: TOKEN.size, align: "center" });
    if (unknown) dotted(surface, [[centre - 5, bottom + 1], [centre + 5, bottom + 1]], fill);
    return;
  }
  const text = fitted(token, words.font, bottom - cells.y - 2);
  surface.text(text, centre, bottom, { fill, size: TOKEN.size, upward: true });
  const top = bottom - measured(text, words.font);
  if (unknown) dotted(surface, [[centre + 7, bottom], [centre + 7, top]], fill);
}

function dotted(surface, points, stroke) {
  surface.path(points, { stroke, width: 1.25, dash: [1.25, 2] });
}

/** In a sparse strip the token at the cursor may have no label: it gets one of its own. */
function drawTokenName(surface, column, layout, { window, palette }, step) {
  const { cells, words } = layout.strip;
  if (mannerOfStrip(words, cells.width / (window.end - window.start)) !== "sparse") return;
  const centre = xOf(layout, window, step + 0.5);
  if (centre < cells.x || centre > cells.x + cells.width) return;
  const short = words.wide <= TOKEN.short;
  const bottom = cells.y + cells.height - TOKEN.band - 3;
  const text = fitted(column.tokens[step], words.font, short ? 60 : bottom - cells.y - 8);
  const long = measured(text, words.font) + 8;
  const patch = short
    ? { x: centre - long / 2, width: long, y: bottom - 19, height: 18 }
    : { x: centre - 9, width: 18, y: bottom - long, height: long };
  const [x, y] = short ? [centre, bottom - 10] : [centre, bottom - 4];
  surface.rect(grown(patch, 2), { fill: palette.background, radius: 6 });
  surface.rect(patch, { fill: palette.ink, radius: 4 });
  const align = short ? "center" : "left";
  surface.text(text, x, y, { fill: palette.background, size: TOKEN.size, align, upward: !short });
}

/** And beside the strip's title the text around it can be read, the token in the same place. */
function drawContext(surface, column, layout, { window, palette, words: names }, step) {
  const { cells, words, title: box } = layout.strip;
  if (mannerOfStrip(words, cells.width / (window.end - window.start)) !== "sparse") return;
  const strip = column.strip ?? { title: names.tokens };
  const { end, right } = titleOf(surface.family, strip, box, layout);
  const from = end + 18;
  if (right - from < 140) return;
  const anchor = from + 0.45 * (right - from);
  const bold = fontOf(surface.family, TOKEN.size, 600);
  const own = fitted(column.tokens[step], bold, right - anchor);
  const gap = words.wide <= TOKEN.short ? "" : " ";
  const after = anchor + measured(own, bold);
  const before = neighbours(column, words.font, step, -1, gap, anchor - from);
  const behind = neighbours(column, words.font, step, 1, gap, right - after);
  const middle = box.y + box.height / 2 - 1;
  const style = { fill: palette.muted, size: TOKEN.size };
  surface.text(before, anchor, middle, { ...style, align: "right" });
  surface.text(own, anchor, middle, { ...style, fill: palette.ink, weight: 600 });
  surface.text(behind, after, middle, style);
}

/** As many tokens before (−1) or after (1) a step as there is room for. */
function neighbours(column, font, step, direction, gap, room) {
  ruler.font = font;
  let text = "";
  for (let at = step + direction; at >= 0 && at < column.steps; at += direction) {
    const token = column.tokens[at];
    const longer = direction < 0 ? token + gap + text : text + gap + token;
    if (ruler.measureText(`…${longer}`).width > room) {
      return direction < 0 ? `…${text}` : `${text}…`;
    }
    text = longer;
  }
  return text;
}
