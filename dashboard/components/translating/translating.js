// Two texts: spans of the source and of what was written. What is pointed at is marked in both, in
// the two heatmaps (by the hub that their cursors meet in) and in the attention matrix (a frame
// laid over Plotly's chart, placed by its own axes).

const texts = new WeakMap();
const linkedCharts = new WeakSet();
const VISIBLE = { "\n": "⏎", "\t": "⇥", " ": "␣" };
const HUB = Symbol.for("unrolled.heatmaps");

function made(tag, name) {
  return Object.assign(document.createElement(tag), { className: name });
}

class Texts {
  constructor(root) {
    this.source = made("div", "line source");
    this.target = made("div", "line target");
    this.about = made("div", "about");
    this.target.tabIndex = 0;
    this.target.setAttribute("role", "group");
    this.about.setAttribute("aria-live", "polite");
    root.append(this.source, this.target, this.about);
    for (const [line, mark] of [[this.target, "mark"], [this.source, "lookers"]]) {
      line.addEventListener("pointerover", (event) => {
        const span = event.target.closest("span[data-at]");
        if (span) this[mark](Number(span.dataset.at));
      });
    }
    // What was pointed at stays, so that the pointer can reach its alternatives.
    this.source.addEventListener("pointerleave", () => this.mark(this.at));
    this.target.addEventListener("click", (event) => {
      const span = event.target.closest("span[data-at]");
      if (span) this.choose(Number(span.dataset.at));
    });
    this.target.addEventListener("keydown", (event) => this.press(event));
  }

  show(data) {
    this.data = data;
    const { words } = data;
    this.target.setAttribute("aria-label", words.label);
    this.sources = this.fill(this.source, words.source, data.source);
    this.targets = this.fill(this.target, words.target, data.target.map(([text]) => text));
    this.targets.forEach((span, at) => {
      span.classList.toggle("forced", data.forced.includes(at));
    });
    this.mark(data.step);
    this.link();
  }

  fill(line, title, tokens) {
    const head = document.createElement("h2");
    head.textContent = title;
    const spans = tokens.map((text, at) => {
      const span = document.createElement("span");
      span.dataset.at = at;
      span.textContent = this.seen(text);
      return span;
    });
    line.replaceChildren(head, ...spans);
    return spans;
  }

  press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Enter") this.choose(this.at);
    if (by === undefined) return;
    event.preventDefault();
    this.mark(Math.max(0, Math.min(this.targets.length - 1, this.at + by)));
  }

  choose(at) {
    this.data.step = at;
    this.mark(at);
    this.pick?.({ step: at });
  }

  shade(span, share) {
    const { table, inks } = this.data;
    const at = Math.round(Math.min(1, share) * (table.length - 1));
    span.style.background = share > 0.005 ? table[at] : "";
    span.style.color = share > 0.005 ? inks[at] : "";
  }

  own(span, at) {
    const [, , colour, ink] = this.data.target[at];
    span.style.background = colour;
    span.style.color = ink;
  }

  /** A token that was written: what it looked at, and what else was weighed. */
  mark(at) {
    const { looks, target, words, first, source } = this.data;
    this.at = at;
    this.targets.forEach((span, place) => {
      span.classList.toggle("at", place === at);
      this.own(span, place);
    });
    const row = looks?.[at] ?? [];
    const most = row.length ? row.indexOf(Math.max(...row)) : null;
    this.sources.forEach((span, place) => {
      this.shade(span, row[place] ?? 0);
      span.classList.toggle("at", place === most);
    });
    const [text, bits, , , others] = target[at];
    const own = others.find(([other]) => other === text)?.[1] ?? 2 ** -bits;
    const fact = document.createElement("p");
    const forced = this.data.forced.includes(at) ? ` · ${words.forced}` : "";
    const looked = most === null ? "" : ` · ${words.looked.replace("{token}", this.seen(source[most]))
      .replace("{share}", this.percent(row[most]))}`;
    fact.textContent = `${first + at} · ‘${this.seen(text)}’ · ${this.percent(own)}`
      + `${forced}${looked}`;
    this.about.replaceChildren(fact, this.others(at, text, others));
    this.follow(at, most);
  }

  others(at, text, others) {
    const row = made("div", "others");
    others.forEach(([other, probability]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${this.seen(other)}  ${this.percent(probability)}`;
      button.disabled = other === text;
      button.title = this.data.words.fork.replace("{token}", this.seen(other));
      button.onclick = () => this.fork?.({ at, text: other });
      row.append(button);
    });
    return row;
  }

  /** A token of the source: who looked at it. */
  lookers(at) {
    const { looks, words, source, target } = this.data;
    if (!looks) return;
    this.sources.forEach((span, place) => {
      this.shade(span, 0);
      span.classList.toggle("at", place === at);
    });
    const column = looks.map((row) => row[at]);
    this.targets.forEach((span, place) => this.shade(span, column[place]));
    const most = column.indexOf(Math.max(...column));
    const fact = document.createElement("p");
    fact.textContent = words.lookers.replace("{token}", this.seen(source[at]))
      .replace("{other}", this.seen(target[most][0])).replace("{share}", this.percent(column[most]));
    this.about.replaceChildren(fact);
  }

  /** The cursors of the heatmaps, and the frame over the matrix. */
  follow(at, most) {
    const { decoder, encoder } = this.data.linked;
    const hub = globalThis[HUB];
    for (const [key, step] of [[decoder, at], [encoder, most]]) {
      if (!key || step === null) continue;
      const before = hub?.cursors.get(key);
      const cursor = { step, unit: before?.unit ?? null };
      hub?.cursors.set(key, cursor);
      hub?.shown.get(key)?.follow(cursor);
    }
    this.framed(at);
  }

  chart() {
    const { matrix } = this.data.linked;
    const place = matrix && document.querySelector(`.st-key-chartbox-${matrix}`);
    return place?.querySelector(".js-plotly-plot") ?? null;
  }

  framed(at) {
    const chart = this.chart();
    const full = chart?._fullLayout;
    if (!full?.yaxis?.l2p || !full._size) return;
    let frame = chart.querySelector(".looked-row");
    if (!frame) {
      frame = made("div", "looked-row");
      chart.style.position = "relative";
      Object.assign(frame.style, { position: "absolute", pointerEvents: "none",
        boxSizing: "border-box", border: "2px solid currentColor", borderRadius: "3px" });
      chart.append(frame);
    }
    const ends = [at - 0.5, at + 0.5].map((place) => full.yaxis._offset + full.yaxis.l2p(place));
    Object.assign(frame.style, { left: `${full.xaxis._offset}px`, width: `${full.xaxis._length}px`,
      top: `${Math.min(...ends)}px`, height: `${Math.abs(ends[1] - ends[0])}px` });
  }

  /** The matrix tells the texts what is pointed at, once it is there. */
  link(tries = 40) {
    const chart = this.chart();
    if (!chart?.on || !chart._fullLayout) {
      if (tries && this.data.linked.matrix) setTimeout(() => this.link(tries - 1), 150);
      return;
    }
    this.framed(this.at);
    chart.unrolledTexts = this;
    if (linkedCharts.has(chart)) return;
    linkedCharts.add(chart);
    chart.on("plotly_hover", ({ points }) => {
      const row = points?.[0]?.pointIndex?.[0];
      if (row !== undefined && row < chart.unrolledTexts.targets.length) {
        chart.unrolledTexts.mark(row);
      }
    });
    chart.on("plotly_relayout", () => chart.unrolledTexts.framed(chart.unrolledTexts.at));
  }

  seen(text) {
    return VISIBLE[text] ?? text;
  }

  percent(share) {
    const value = 100 * share;
    return `${value >= 9.95 ? value.toFixed(0) : value >= 0.095 ? value.toFixed(1) : "<0.1"}%`;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  let shown = texts.get(parentElement);
  if (!shown) {
    shown = new Texts(parentElement);
    texts.set(parentElement, shown);
  }
  shown.pick = (chosen) => setTriggerValue("picked", chosen);
  shown.fork = (chosen) => setTriggerValue("forked", chosen);
  shown.show(data);
  return undefined;
}
