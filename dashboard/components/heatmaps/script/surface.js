// Where is it drawn? On a canvas (the screen, the PNG) or into an SVG: two surfaces that
// understand the same few words, so that a download is the picture that was on the screen.
// User text reaches the page through fillText and textContent only; it is never markup.

const SVG = "http://www.w3.org/2000/svg";
const ruler = document.createElement("canvas").getContext("2d");
const widths = new Map();

const fontOf = (family, size, weight) => `${weight} ${size}px ${family}`;

/** The width of a text in pixels. */
function measured(text, font) {
  const name = `${font}|${text}`;
  let width = widths.get(name);
  if (width === undefined) {
    ruler.font = font;
    width = ruler.measureText(text).width;
    if (widths.size > 20000) widths.clear();
    widths.set(name, width);
  }
  return width;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text, or as much of it as fits with an ellipsis; whole characters as the reader sees them. */
function fitted(text, font, room) {
  if (measured(text, font) <= room) return text;
  const parts = Array.from(graphemes.segment(text), (part) => part.segment);
  let fits = 0;
  let fails = parts.length;
  while (fails - fits > 1) {
    const middle = (fits + fails) >> 1;
    if (measured(`${parts.slice(0, middle).join("")}…`, font) <= room) fits = middle;
    else fails = middle;
  }
  return fits === 0 ? "" : `${parts.slice(0, fits).join("")}…`;
}

class CanvasSurface {
  constructor(canvas, width, height, ratio, family) {
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.context = canvas.getContext("2d");
    if (canvas.width === wide && canvas.height === high) {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, wide, high);
    } else {
      canvas.width = wide;
      canvas.height = high;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ratio = ratio;
    this.family = family;
  }

  /** To a whole pixel of the device, where lines are sharp. */
  snap(place) {
    return Math.round(place * this.ratio) / this.ratio;
  }

  moved(dx, dy, draw) {
    this.context.save();
    this.context.translate(dx, dy);
    draw();
    this.context.restore();
  }

  clipped(box, draw) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(box.x, box.y, box.width, box.height);
    this.context.clip();
    draw();
    this.context.restore();
  }

  rect(box, { fill, stroke, width = 1, radius = 0, alpha = 1 }) {
    const { context } = this;
    context.globalAlpha = alpha;
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, radius);
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  path(points, { fill, stroke, width = 1, dash = [], alpha = 1 }) {
    if (points.length === 0) return;
    const { context } = this;
    context.globalAlpha = alpha;
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (fill) {
      context.fillStyle = fill;
      context.fill();
    }
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.lineJoin = "round";
      context.setLineDash(dash);
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }

  text(text, x, y, { fill, size = 12, weight = 400, align = "left", upward = false }) {
    const { context } = this;
    context.font = fontOf(this.family, size, weight);
    context.fillStyle = fill;
    context.textAlign = align;
    context.textBaseline = "middle";
    if (!upward) {
      context.fillText(text, x, y);
      return;
    }
    context.save();
    context.translate(x, y);
    context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
    context.restore();
  }

  /** A part of an image, from x `from` to `to`, stretched over a box. */
  image(canvas, from, to, box, { smooth = false } = {}) {
    this.context.imageSmoothingEnabled = smooth;
    const { x, y, width, height } = box;
    this.context.drawImage(canvas, from, 0, to - from, canvas.height, x, y, width, height);
  }
}

class SvgSurface {
  constructor(width, height, family) {
    this.family = family;
    this.ratio = 2; // embedded images are computed for a fine screen
    this.root = this.element("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, null);
    this.into = this.root;
    this.clips = 0;
  }

  element(name, attributes, parent = this.into) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || value === null) continue;
      made.setAttribute(key, typeof value === "number" ? Number(value.toFixed(3)) : value);
    }
    parent?.appendChild(made);
    return made;
  }

  within(group, draw) {
    const before = this.into;
    this.into = group;
    draw();
    this.into = before;
  }

  snap(place) {
    return Math.round(place * 2) / 2;
  }

  moved(dx, dy, draw) {
    this.within(this.element("g", { transform: `translate(${dx} ${dy})` }), draw);
  }

  clipped(box, draw) {
    const id = `clip${this.clips++}`;
    const clip = this.element("clipPath", { id });
    this.element("rect", { x: box.x, y: box.y, width: box.width, height: box.height }, clip);
    this.within(this.element("g", { "clip-path": `url(#${id})` }), draw);
  }

  rect(box, { fill = "none", stroke, width = 1, radius = 0, alpha = 1 }) {
    const { x, y } = box;
    const place = { x, y, width: box.width, height: box.height, rx: radius || undefined };
    const opacity = alpha === 1 ? undefined : alpha;
    this.element("rect", { ...place, fill, stroke, opacity, "stroke-width": stroke && width });
  }

  path(points, { fill = "none", stroke, width = 1, dash = [], alpha = 1 }) {
    if (points.length === 0) return;
    const d = points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
    this.element("path", {
      d,
      fill,
      stroke,
      "stroke-width": stroke && width,
      "stroke-linejoin": stroke && "round",
      "stroke-dasharray": dash.length ? dash.join(" ") : undefined,
      opacity: alpha === 1 ? undefined : alpha,
    });
  }

  text(text, x, y, { fill, size = 12, weight = 400, align = "left", upward = false }) {
    const anchor = { left: undefined, center: "middle", right: "end" }[align];
    // As wide as it was measured, also where the font is another one.
    const wide = measured(text, fontOf(this.family, size, weight));
    this.element("text", {
      x,
      y,
      fill,
      "font-family": this.family,
      "font-size": size,
      "font-weight": weight === 400 ? undefined : weight,
      "text-anchor": anchor,
      textLength: wide || undefined,
      lengthAdjust: "spacingAndGlyphs",
      "dominant-baseline": "central",
      "xml:space": "preserve",
      transform: upward ? `rotate(-90 ${x.toFixed(2)} ${y.toFixed(2)})` : undefined,
    }).textContent = text;
  }

  image(canvas, from, to, box, { smooth = false } = {}) {
    // Only the columns of pixels that are seen travel with the file; the clip cuts their halves.
    const left = Math.floor(from);
    const right = Math.min(canvas.width, Math.ceil(to));
    const part = document.createElement("canvas");
    part.width = right - left;
    part.height = canvas.height;
    part.getContext("2d").drawImage(canvas, -left, 0);
    const pixel = box.width / (to - from);
    const whole = { x: box.x - (from - left) * pixel, width: (right - left) * pixel };
    this.clipped(box, () => {
      this.element("image", {
        ...whole,
        y: box.y,
        height: box.height,
        preserveAspectRatio: "none",
        style: smooth ? undefined : "image-rendering:pixelated",
        href: part.toDataURL("image/png"),
      });
    });
  }
}
