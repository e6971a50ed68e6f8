// A text of tokens: one span each, what is known of the one pointed at beneath, alternatives as
// buttons. The spans are made anew only where the data changed, so that text which is being
// written grows at its end and the pointer keeps its place.

const texts = new WeakMap();
const VISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥" };

class Text {
  constructor(root) {
    this.at = null;
    this.spans = [];
    this.text = Object.assign(document.createElement("div"), { className: "text", tabIndex: 0 });
    this.about = Object.assign(document.createElement("div"), { className: "about" });
    this.about.setAttribute("aria-live", "polite");
    this.scale = Object.assign(document.createElement("div"), { className: "scale" });
    this.text.setAttribute("role", "group");
    root.append(this.text, this.about, this.scale);
    this.text.addEventListener("pointerover", (event) => this.point(event));
    this.text.addEventListener("click", (event) => this.point(event));
    this.text.addEventListener("keydown", (event) => this.press(event));
  }

  show(data) {
    this.data = data;
    this.text.setAttribute("aria-label", data.words.label);
    data.tokens.forEach((token, at) => this.draw(token, at));
    this.spans.splice(data.tokens.length).forEach((span) => span.remove());
    const [low, high, most] = data.scale;
    const bar = document.createElement("i");
    bar.style.background = `linear-gradient(to right, ${low}, ${high})`;
    this.scale.replaceChildren(`${data.words.scale} 0`, bar, `${most}+`);
    if (this.at !== null && this.at >= data.tokens.length) this.at = null;
    this.mark(this.at);
  }

  draw([text, , written, colour, ink], at) {
    let span = this.spans[at];
    if (!span) {
      span = document.createElement("span");
      span.dataset.at = at;
      this.text.append(span);
      this.spans[at] = span;
    }
    // A line break has to be seen as what it is, and to break the line.
    const shown = text === "\n" ? "⏎\n" : text;
    if (span.textContent !== shown) span.textContent = shown;
    span.className = `${written ? "written" : ""} ${this.data.gap ? "gap" : ""}`;
    span.style.background = colour;
    span.style.color = ink;
  }

  point(event) {
    const span = event.target.closest("span[data-at]");
    if (span) this.mark(Number(span.dataset.at));
  }

  press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || !this.spans.length) return;
    event.preventDefault();
    const last = this.spans.length - 1;
    const from = this.at === null ? (by > 0 ? -1 : last + 1) : this.at;
    this.mark(Math.max(0, Math.min(last, from + by)));
  }

  mark(at) {
    this.spans.forEach((span, place) => span.classList.toggle("at", place === at));
    this.at = at;
    const { words, tokens, first, forks } = this.data;
    const hint = Object.assign(document.createElement("p"), { className: "muted" });
    if (at === null) {
      hint.textContent = words.hint;
      this.about.replaceChildren(hint);
      return;
    }
    const [text, bits, , , , others] = tokens[at];
    const facts = bits === null ? words.first : words.bits.replace("{bits}", bits.toFixed(2))
      .replace("{probability}", this.percent(2 ** -bits));
    hint.textContent = `${first + at} · ‘${this.seen(text)}’ · ${facts}`;
    const row = Object.assign(document.createElement("div"), { className: "others" });
    others.forEach(([other, probability]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${this.seen(other)}  ${this.percent(probability)}`;
      button.disabled = !forks || other === text;
      button.title = words.fork.replace("{token}", this.seen(other));
      button.onclick = () => this.fork?.({ at, text: other });
      row.append(button);
    });
    this.about.replaceChildren(hint, row);
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
  let text = texts.get(parentElement);
  if (!text) {
    text = new Text(parentElement);
    texts.set(parentElement, text);
  }
  text.fork = (chosen) => setTriggerValue("forked", chosen);
  text.show(data);
  return undefined;
}
