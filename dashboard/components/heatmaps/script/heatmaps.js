// One instance on the page: its elements, what it knows, and when it draws.
//
// Two layers per column: the picture, drawn again when data, size or window change, and the cursor
// above it, drawn again whenever something is pointed at. Both wait for the next frame, so that a
// burst of events costs one drawing.

const REPORT_AFTER = 200; // ms of quiet before steps by keyboard are reported to Python
const PENDING_FOR = 4000; // ms that a pick may be under way to Python and back

class Heatmaps {
  constructor(parent) {
    this.cursor = { step: null, unit: null };
    this.active = { column: 0, panel: 0 };
    this.hover = null;
    this.brush = null;
    this.held = 0;
    this.waiting = null;
    this.window = { start: 0, end: 1, whole: true };
    this.pending = [];
    this.columns = [];
    this.root = make("div", "heatmaps");
    this.bar = make("div", "bar", this.root);
    this.status = make("div", "status", this.bar);
    this.buttons = make("div", "buttons", this.bar);
    this.buttons.setAttribute("role", "toolbar");
    this.body = make("div", "columns", this.root);
    this.hint = make("p", "hint", this.root);
    this.hint.id = "hint";
    this.live = make("div", "live", this.root);
    this.live.setAttribute("aria-live", "polite");
    this.tip = make("div", "tip", this.root);
    this.tip.hidden = true;
    this.addButtons();
    parent.appendChild(this.root);
    this.observer = new ResizeObserver(() => this.arrange());
    this.observer.observe(this.root);
    // A window that moves to a finer screen is resized in its own eyes only.
    this.onResize = () => this.redraw();
    addEventListener("resize", this.onResize);
    this.onFonts = () => this.measureAgain();
    document.fonts.addEventListener("loadingdone", this.onFonts);
  }

  addButtons() {
    const add = (name, sign, act) => {
      const button = make("button", name, this.buttons);
      button.type = "button";
      button.textContent = sign;
      button.addEventListener("click", act);
      return [name, button];
    };
    this.named = Object.fromEntries([
      add("zoom_out", "\u2212", () => this.zoom(0.5)),
      add("zoom_in", "+", () => this.zoom(2)),
      add("reset", "\u21E4\u21E5", () => this.reset()),
      add("png", "PNG", () => downloadPng(this)),
      add("svg", "SVG", () => downloadSvg(this)),
    ]);
  }

  /** New data, shown at once unless something is pressed: what is drawn on stays as it was. */
  receive(scene) {
    if (this.held) this.waiting = scene;
    else this.show(scene);
  }

  hold() {
    this.held += 1;
  }

  letGo() {
    this.held -= 1;
    const { waiting } = this;
    if (this.held || !waiting) return;
    this.waiting = null;
    this.show(waiting);
  }

  /** New data. The window, the cursor and the focus stay, and a brush that keys stretch. */
  show(scene) {
    this.scene = { ...scene, showHeading: scene.columns.length > 1 };
    if (this.brush?.told || !this.brushFits()) this.brush = null;
    const { palette, words } = scene;
    for (const name of ["background", "surface", "ink", "muted", "grid", "accent"]) {
      this.root.style.setProperty(`--${name}`, palette[name]);
    }
    this.root.style.fontFamily = palette.font || "";
    this.family = palette.font || getComputedStyle(this.root).fontFamily || "sans-serif";
    for (const [name, button] of Object.entries(this.named)) {
      button.title = words[name];
      button.setAttribute("aria-label", words[name]);
    }
    this.buttons.setAttribute("aria-label", words.tools);
    this.hint.textContent = words.hint;
    this.matchColumns();
    this.active.column = Math.min(this.active.column, scene.columns.length - 1);
    this.leave();
    this.setWindow(HUB.windows.get(scene.key) ?? this.window);
    this.arrange(true);
    // At once: the charts that come with it would else be drawn before it.
    this.draw();
    this.root.dataset.digest = scene.digest;
  }

  /** As many canvases as columns; those that are there are kept, and with them the focus. */
  matchColumns() {
    const wanted = this.scene.columns;
    while (this.columns.length > wanted.length) this.columns.pop().frame.remove();
    while (this.columns.length < wanted.length) {
      const index = this.columns.length;
      const frame = make("div", "column", this.body);
      frame.tabIndex = 0;
      frame.setAttribute("role", "application");
      frame.setAttribute("aria-describedby", "hint");
      const below = make("canvas", "picture", frame);
      const above = make("canvas", "cursor", frame);
      listenToPointers(above, this, index);
      listenToWheel(above, this, index);
      listenToKeys(frame, this, index);
      frame.addEventListener("focus", () => this.focus(index));
      this.columns.push({ frame, below, above });
    }
    wanted.forEach((column, index) => {
      const { frame } = this.columns[index];
      const title = column.title ? `${column.title}: ` : "";
      frame.setAttribute("aria-label", title + this.scene.words.label);
      frame.setAttribute("aria-roledescription", this.scene.words.role);
    });
  }

  /** Boxes for the width that there is, and the height before the first paint. */
  arrange(anyway = false) {
    if (!this.scene) return;
    const width = this.root.clientWidth;
    if (width === 0 || (!anyway && width === this.arrangedFor)) return;
    this.arrangedFor = width;
    const { columns, panelHeight, showHeading } = this.scene;
    const gap = 20;
    const abreast = Math.floor((width - gap * (columns.length - 1)) / columns.length);
    const stacked = columns.length > 1 && abreast < LEAST_WIDTH;
    const each = stacked ? width : abreast;
    const options = { panelHeight, showHeading, family: this.family };
    this.layouts = columns.map((column) => layOut(column, each, options));
    let top = 0;
    this.places = this.layouts.map((layout, index) => {
      const place = stacked ? { x: 0, y: top } : { x: index * (each + gap), y: 0 };
      top += layout.height + gap;
      return place;
    });
    this.body.classList.toggle("stacked", stacked);
    this.layouts.forEach((layout, index) => {
      const { frame } = this.columns[index];
      frame.style.width = `${layout.width}px`;
      frame.style.height = `${layout.height}px`;
    });
    this.redraw();
  }

  /** A font has arrived: what was measured was measured in another one. */
  measureAgain() {
    widths.clear();
    this.scene?.columns.forEach((column) => {
      column.words = null;
    });
    this.arrange(true);
  }

  redraw() {
    this.stale = true;
    this.refresh();
  }

  /** Draw in the next frame: the cursor, and the picture under it when it is stale. */
  refresh() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    if (!this.layouts) return;
    if (this.stale) this.drawPicture();
    this.drawCursors();
  }

  drawPicture() {
    this.stale = false;
    this.scene.window = this.window;
    this.scene.columns.forEach((column, index) => {
      drawColumn(this.surface(index, "below"), column, this.layouts[index], this.scene);
    });
    this.root.dataset.drawn = this.scene.digest;
    this.root.dataset.window = `${this.window.start.toFixed(2)} ${this.window.end.toFixed(2)}`;
    this.named.zoom_out.disabled = this.named.reset.disabled = this.window.whole;
    this.named.zoom_in.disabled = this.window.end - this.window.start <= FEWEST;
  }

  drawCursors() {
    this.scene.columns.forEach((column, index) => {
      const surface = this.surface(index, "above");
      const layout = this.layouts[index];
      drawCursor(surface, column, layout, this.scene, this.cursor);
      const own = this.hover?.column === index;
      if (this.brush?.column === index) drawBrush(surface, layout, this.scene, this.brush);
      if (this.hover) drawHover(surface, column, layout, this.scene, this.hover, own);
    });
    this.root.dataset.cursor = `${this.cursor.step} ${this.cursor.unit}`;
    this.status.textContent = this.described() ?? "";
  }

  surface(index, layer) {
    const { width, height } = this.layouts[index];
    const canvas = this.columns[index][layer];
    const ratio = (devicePixelRatio || 1) * Math.max(1, magnified(this.root));
    return new CanvasSurface(canvas, width, height, ratio, this.family);
  }

  destroy() {
    this.observer.disconnect();
    removeEventListener("resize", this.onResize);
    document.fonts.removeEventListener("loadingdone", this.onFonts);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.reporting);
    this.root.remove();
  }
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  element.className = name;
  parent?.appendChild(element);
  return element;
}
