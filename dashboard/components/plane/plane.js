// The plane on the left, what is decoded on the right. Dragging mixes the four nearest sequences of
// the grid; letting go tells Python, whose own decoding of that very point then follows.

const planes = new WeakMap();

function read(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  const first = view.getUint32(0, true);
  const said = JSON.parse(text.decode(bytes.subarray(4, 4 + first)));
  const from = 4 + first;
  const second = view.getUint32(from, true);
  const head = JSON.parse(text.decode(bytes.subarray(from + 4, from + 4 + second)));
  const rest = bytes.slice(from + 4 + second);
  return { ...head, ...said, grid: new Int16Array(rest.buffer, 0, rest.length >> 1) };
}

class Plane {
  constructor(root) {
    const box = Object.assign(document.createElement("div"), { className: "plane" });
    this.map = Object.assign(document.createElement("canvas"), { className: "map", tabIndex: 0 });
    this.made = Object.assign(document.createElement("canvas"), { className: "made" });
    this.about = document.createElement("figcaption");
    this.about.setAttribute("aria-live", "polite");
    this.map.setAttribute("role", "application");
    const figure = document.createElement("figure");
    figure.append(this.made, this.about);
    box.append(this.map, figure);
    root.append(box);
    this.map.addEventListener("pointerdown", (event) => this.begin(event));
    this.map.addEventListener("pointermove", (event) => this.held && this.drag(event));
    this.map.addEventListener("pointerup", () => this.end());
    this.map.addEventListener("pointercancel", () => this.end());
    this.map.addEventListener("keydown", (event) => this.press(event));
    new ResizeObserver(() => this.data && this.draw()).observe(box);
  }

  show(data) {
    this.data = data;
    if (!this.held) this.point = [...data.point];
    this.map.setAttribute("aria-label", data.words.label);
    this.draw();
  }

  begin(event) {
    this.held = true;
    this.map.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  drag(event) {
    const box = this.map.getBoundingClientRect();
    const [x, y] = this.data.axes;
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    this.move(x[0] + across * (x[1] - x[0]), y[1] - down * (y[1] - y[0]));
  }

  end() {
    if (!this.held) return;
    this.held = false;
    this.tell();
  }

  press(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
      event.key
    ];
    if (!by) return;
    event.preventDefault();
    const [x, y] = this.data.axes;
    const step = event.shiftKey ? 0.1 : 0.02;
    const [across, up] = this.point;
    this.move(across + by[0] * step * (x[1] - x[0]), up + by[1] * step * (y[1] - y[0]));
    clearTimeout(this.later);
    this.later = setTimeout(() => this.tell(), 400);
  }

  move(across, up) {
    const [x, y] = this.data.axes;
    this.point = [Math.max(x[0], Math.min(x[1], across)), Math.max(y[0], Math.min(y[1], up))];
    this.draw();
  }

  tell() {
    this.moved?.({ x: this.point[0], y: this.point[1] });
  }

  // The sequence at the point, mixed of the four of the grid about it.
  decoded() {
    const { axes, shape, grid, unit } = this.data;
    const size = shape[0] * shape[1];
    const at = this.point.map((value, k) => {
      const [low, high, count] = axes[k];
      return Math.max(0, Math.min(count - 1, ((value - low) / (high - low)) * (count - 1)));
    });
    const [i, j] = at.map((value, k) => Math.min(Math.floor(value), axes[k][2] - 2));
    const [s, r] = [at[0] - i, at[1] - j];
    const corner = (a, b) => ((j + b) * axes[0][2] + i + a) * size;
    const made = new Float32Array(size);
    for (let k = 0; k < size; k += 1) {
      made[k] = unit * (
        (1 - s) * (1 - r) * grid[corner(0, 0) + k] + s * (1 - r) * grid[corner(1, 0) + k]
        + (1 - s) * r * grid[corner(0, 1) + k] + s * r * grid[corner(1, 1) + k]);
    }
    return made;
  }

  draw() {
    const { axes, codes, kinds, signs, shades, palette, words } = this.data;
    const [pen, wide, high] = this.paper(this.map);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = "13px Pretendard, system-ui, sans-serif";
    const place = ([x, y]) => [
      ((x - axes[0][0]) / (axes[0][1] - axes[0][0])) * wide,
      (1 - (y - axes[1][0]) / (axes[1][1] - axes[1][0])) * high,
    ];
    codes.forEach((code, at) => {
      pen.fillStyle = shades[kinds[at] % shades.length];
      pen.fillText(signs[kinds[at]], ...place(code));
    });
    pen.beginPath();
    pen.arc(...place(this.point), 11, 0, 2 * Math.PI);
    pen.lineWidth = 3.5;
    pen.strokeStyle = palette.accent;
    pen.stroke();
    this.sequence(this.decoded());
    const [x, y] = this.point.map((value) => value.toFixed(2).replace("-", "−"));
    this.about.textContent = words.at.replace("{x}", x).replace("{y}", y);
  }

  sequence(made) {
    const { of, shape, palette, degrees, pen: scaled, home } = this.data;
    const [pen, wide, high] = this.paper(this.made);
    const [steps, features] = shape;
    pen.strokeStyle = palette.made;
    pen.lineWidth = of === "melodies" ? 7 : 3.5;
    pen.lineCap = of === "melodies" ? "butt" : "round";
    pen.lineJoin = "round";
    pen.beginPath();
    if (of === "strokes") {
      const scale = Math.min(wide, high) / 2.6;
      const [left, base] = [wide / 2 - 0.5 * scale, high - 0.4 * scale];
      let [x, y] = home;
      for (let t = 0; t < steps; t += 1) {
        const draws = made[t * features + 2] > 0;
        if (draws) pen.moveTo(left + x * scale, base - y * scale);
        x += made[t * features] / scaled;
        y += made[t * features + 1] / scaled;
        if (draws) pen.lineTo(left + x * scale, base - y * scale);
      }
    } else if (of === "melodies") {
      for (let t = 0; t < steps; t += 1) {
        const middle = (degrees - 1) / 2;
        const nearest = Math.round(middle * (1 + made[t * features]));
        const degree = Math.max(0, Math.min(degrees - 1, nearest));
        const level = high * (0.94 - (0.88 * degree) / (degrees - 1));
        const struck = t === 0 || made[t * features + 1] > 0;
        pen.moveTo((wide * (t + (struck ? 0.2 : -0.01))) / steps, level);
        pen.lineTo((wide * (t + 1)) / steps, level);
      }
    } else {
      for (let t = 0; t < steps; t += 1) {
        const at = [(wide * t) / (steps - 1), high * (0.5 - 0.38 * made[t * features])];
        if (t) pen.lineTo(...at);
        else pen.moveTo(...at);
      }
    }
    pen.stroke();
  }

  // A canvas cleared, sharp on every screen.
  paper(canvas) {
    const { palette } = this.data;
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(wide * sharp);
    canvas.height = Math.round(high * sharp);
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    pen.fillStyle = palette.paper;
    pen.fillRect(0, 0, wide, high);
    pen.strokeStyle = palette.line;
    pen.lineWidth = 1;
    pen.strokeRect(0.5, 0.5, wide - 1, high - 1);
    return [pen, wide, high];
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  let plane = planes.get(parentElement);
  if (!plane) {
    plane = new Plane(parentElement);
    planes.set(parentElement, plane);
  }
  plane.moved = (place) => setTriggerValue("moved", place);
  plane.show(read(data));
  return undefined;
}
