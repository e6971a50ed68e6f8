// What can be done to the heatmaps? The verbs that gestures.js and Python use, and how a choice
// is told to Python: at once when it was clicked, after a pause when it was stepped by keyboard.

Object.assign(Heatmaps.prototype, {
  setWindow(window) {
    this.window = fitWindow(window, this.scene.steps);
    HUB.windows.set(this.scene.key, this.window);
    this.redraw();
  },

  zoomAt(index, x, factor) {
    const layout = this.layouts[index];
    const share = Math.max(0, Math.min(1, (x - layout.plot.x) / layout.plot.width));
    const around = this.window.start + share * (this.window.end - this.window.start);
    this.setWindow(zoomWindow(this.window, this.scene.steps, factor, around));
  },

  /** Zoom around the cursor when it is visible, which it stays, else around the middle. */
  zoom(factor) {
    const { steps } = this.scene;
    const { start, end } = this.window;
    const { step } = this.cursor;
    const seen = step !== null && step + 1 > start && step < end;
    const around = seen ? step + 0.5 : (start + end) / 2;
    const zoomed = zoomWindow(this.window, steps, factor, around);
    this.setWindow(seen ? revealStep(zoomed, steps, step) : zoomed);
  },

  reset() {
    this.setWindow({ start: 0, end: this.scene.steps, whole: true });
  },

  drag(index, pixels) {
    if (this.window.whole) return;
    const perPixel = (this.window.end - this.window.start) / this.layouts[index].plot.width;
    this.setWindow(moveWindow(this.window, this.scene.steps, -pixels * perPixel));
  },

  /** The place in the data under a point, or null beside it. */
  placeAt(index, { x, y }) {
    const column = this.scene.columns[index];
    const layout = this.layouts[index];
    const region = regionAt(layout, column, y);
    const { plot } = layout;
    if (region.kind === "none" || x < plot.x || x > plot.x + plot.width) return null;
    const step = stepAt(layout, this.window, column.steps, x);
    const panel = region.panel === undefined ? null : column.panels[region.panel];
    const unit = region.kind === "map" ? panel.order[region.row] : null;
    return { column: index, step, unit, panel, region };
  },

  point(index, at) {
    this.hover = this.placeAt(index, at);
    this.columns[index].above.style.cursor = this.hover ? "crosshair" : "default";
    if (this.hover) this.showTip(index, at);
    else this.tip.hidden = true;
    this.refresh();
  },

  leave() {
    this.tip.hidden = true;
    if (this.hover) {
      this.hover = null;
      this.refresh();
    }
  },

  showTip(index, at) {
    const column = this.scene.columns[index];
    const { step, unit, panel } = this.hover;
    const rows = facts(this.scene, column, { step, unit, panel }).map(({ name, text }) => {
      const row = make("div", name ? "fact" : "note");
      if (name) make("span", "name", row).textContent = name;
      make("span", "text", row).textContent = text;
      return row;
    });
    const head = make("div", "head");
    make("b", "token", head).textContent = column.tokens[step];
    if (panel) {
      const chip = make("i", "chip", head);
      chip.style.background = panel.accent;
      make("span", "title", head).textContent = panel.title;
    }
    this.tip.replaceChildren(head, ...rows);
    this.tip.hidden = false;
    const { x, y } = this.places[index];
    const frame = { width: this.root.clientWidth, top: this.body.offsetTop };
    const own = { width: this.tip.offsetWidth, height: this.tip.offsetHeight };
    const right = x + at.x + 16;
    const left = right + own.width > frame.width ? x + at.x - 16 - own.width : right;
    const top = frame.top + y + at.y + 14;
    const below = top + own.height > this.root.clientHeight ? top - own.height - 28 : top;
    this.tip.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, below)}px)`;
  },

  pickAt(index, at) {
    const place = this.placeAt(index, at);
    if (!place) return;
    const unit = place.unit ?? this.cursor.unit;
    this.cursor = { step: place.step, unit };
    if (place.region.panel !== undefined) this.active = { column: index, panel: place.region.panel };
    else this.active.column = index;
    this.refresh();
    this.announce();
    this.report({
      step: place.step,
      unit: place.unit,
      panel: place.panel?.key ?? null,
      column: this.scene.columns[index].key,
    });
  },

  focus(index) {
    const panels = this.scene.columns[index].panels.length;
    this.active = { column: index, panel: Math.min(this.active.panel, Math.max(0, panels - 1)) };
    if (this.columns[index].frame.matches(":focus-visible")) this.announce();
  },

  activePlace() {
    const column = this.scene.columns[this.active.column];
    const panel = column.panels[this.active.panel] ?? null;
    return { column, panel };
  },

  /** One step or unit on; units in the order in which they are drawn. */
  walk(index, steps, rows) {
    this.active.column = index;
    const { column, panel } = this.activePlace();
    const from = this.cursor.step ?? (steps < 0 ? column.steps : -1);
    const step = steps || this.cursor.step === null ? from + (steps || 1) : from;
    this.cursor.step = Math.max(0, Math.min(column.steps - 1, step));
    if (rows && panel) {
      const known = this.cursor.unit !== null && this.cursor.unit < panel.units;
      const row = known ? panel.rowOf[this.cursor.unit] + rows : 0;
      this.cursor.unit = panel.order[Math.max(0, Math.min(panel.units - 1, row))];
    }
    this.afterKey();
  },

  changePanel(index, by) {
    const { panels } = this.scene.columns[index];
    this.active.column = index;
    this.active.panel = Math.max(0, Math.min(panels.length - 1, this.active.panel + by));
    this.afterKey();
  },

  afterKey() {
    this.leave();
    const { step } = this.cursor;
    if (step !== null) this.setWindow(revealStep(this.window, this.scene.steps, step));
    this.refresh();
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      this.announce();
      this.pickCursor();
    }, REPORT_AFTER);
  },

  pickCursor() {
    clearTimeout(this.reporting);
    if (this.cursor.step === null) return;
    const { column, panel } = this.activePlace();
    const unit = panel && this.cursor.unit < panel.units ? this.cursor.unit : null;
    this.report({
      step: this.cursor.step,
      unit,
      panel: unit === null ? null : panel.key,
      column: column.key,
    });
  },

  report(picked) {
    const now = performance.now();
    this.pending = this.pending.filter((pick) => now - pick.at < PENDING_FOR);
    this.pending.push({ step: picked.step, unit: this.cursor.unit, at: now });
    this.tell?.(picked);
  },

  /** The cursor as Python has it. An echo of an earlier pick must not pull the cursor back. */
  follow({ step, unit }) {
    const now = performance.now();
    const alive = this.pending.filter((pick) => now - pick.at < PENDING_FOR);
    const echoed = alive.findIndex((pick) => pick.step === step && pick.unit === unit);
    this.pending = echoed < 0 ? [] : alive.slice(echoed + 1);
    if (this.pending.length) return;
    this.cursor = { step, unit };
    if (this.scene && this.layouts) this.refresh();
  },

  /** The cursor in words; null when there is none. */
  described() {
    const { step, unit } = this.cursor;
    const { column, panel } = this.activePlace();
    if (step === null || step >= column.steps) return null;
    return sentence(this.scene, column, { step, unit, panel });
  },

  announce() {
    const text = this.described();
    if (text !== null) this.live.textContent = text;
  },
});
