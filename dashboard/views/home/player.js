// The play of a text: a button, the sentence of the step read last, and the veil behind it, which
// dashboard/views/home/veil.py lays over the picture. Python is told only where a page is turned.

const players = new WeakMap();
const SIGNS = { play: "M8 5v14l11-7z", pause: "M6 5h4v14H6zM14 5h4v14h-4z" };

class Player {
  constructor(root) {
    this.box = Object.assign(document.createElement("div"), { className: "player" });
    this.button = Object.assign(document.createElement("button"), { type: "button" });
    this.button.onclick = () => this.toggle();
    this.sentence = document.createElement("p");
    this.box.append(this.button, this.sentence);
    root.append(this.box);
    this.onKey = (event) => this.press(event);
    document.addEventListener("keydown", this.onKey);
  }

  /** New data: of another text or model the whole is shown, of the same one the play goes on. */
  show(data) {
    const before = this.data;
    this.data = data;
    if (before?.of !== data.of) {
      this.halt();
      this.at = data.at;
      this.turning = false;
    } else if (this.turning && (before.start !== data.start || this.next === data.at)) {
      this.turning = false;
      this.at = this.next;
      if (this.running) this.wait();
    }
    this.draw();
  }

  /** What is seen of the step read last; null is all of it, read to its end. */
  draw() {
    const { start, total, ends, sentences, words } = this.data;
    const place = this.at === null ? ends.length - 1 : this.at - start;
    const name = this.running ? "pause" : "play";
    this.button.disabled = total < 2;
    this.button.dataset.does = name;
    this.button.replaceChildren(sign(SIGNS[name]), words[name], tag("kbd", "K"));
    const parts = (sentences[place] ?? []).map(([text, bold]) => (bold ? tag("b", text) : text));
    this.sentence.replaceChildren(...parts);
    const veiled = this.at !== null && place < ends.length - 1;
    const style = document.documentElement.style;
    style.setProperty("--home-read", veiled ? ends[place] : 1);
    style.setProperty("--home-veil", veiled ? 1 : 0);
  }

  toggle() {
    if (this.running) {
      this.halt();
      this.draw();
      return;
    }
    this.running = true;
    if (this.at !== null) this.wait();
    else if (this.data.start > 0) this.turn(0);
    else {
      this.at = 0;
      this.wait();
    }
    this.draw();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.step(), 1000 * this.data.pause);
  }

  step() {
    const { start, ends, total, at } = this.data;
    const next = this.at + 1;
    if (next >= total) {
      this.halt();
      this.at = null;
      if (at !== null) this.tell(null); // the picture is that of the end already
    } else if (next >= start + ends.length) {
      this.turn(next);
      return;
    } else {
      this.at = next;
      this.wait();
    }
    this.draw();
  }

  /** Another part of the text: the play goes on when its picture is here. */
  turn(step) {
    this.turning = true;
    this.next = step;
    this.tell(step);
  }

  tell(step) {
    this.turned?.({ of: this.data.of, step });
  }

  halt() {
    this.running = false;
    clearTimeout(this.timer);
  }

  /** K, as on the other pages, but not amid a text. */
  press(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (key.toLowerCase() !== "k" || ctrlKey || metaKey || altKey || this.button.disabled) return;
    const at = event.composedPath()[0];
    if (at instanceof Element && at.matches("input, textarea, select, [contenteditable=true]")) {
      return;
    }
    this.toggle();
  }

  destroy() {
    this.halt();
    document.removeEventListener("keydown", this.onKey);
    for (const name of ["read", "veil"]) {
      document.documentElement.style.removeProperty(`--home-${name}`);
    }
  }
}

function tag(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}

function sign(path) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  drawn.firstChild.setAttribute("d", path);
  return drawn;
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  let player = players.get(parentElement);
  if (!player) {
    player = new Player(parentElement);
    players.set(parentElement, player);
  }
  player.turned = (turned) => setTriggerValue("turned", turned);
  player.show(data);
  return () => {
    player.destroy();
    players.delete(parentElement);
  };
}
