// What do mouse, fingers and keys mean? They are turned into the few things that heatmaps do:
// point, leave, pick, paint, step, zoom, move. The wheel alone scrolls the page, as everywhere; with Ctrl
// or Cmd (a trackpad's pinch says Ctrl too) it zooms, sideways or with Shift it moves.

const CLICK = 4; // pixels that a finger may slip while it clicks
const WHEEL = 0.0035; // zoom per pixel of wheel, as an exponent

/** How many times as large as it was laid out an element is seen: 1, but for a presentation. */
function magnified(element) {
  return element.getBoundingClientRect().width / element.offsetWidth || 1;
}

function listenToPointers(target, heatmaps, index) {
  const fingers = new Map();
  let press = null;
  let pressedAt = null; // where it stood then: what comes above it meanwhile moves it, not the hand
  const at = (event) => {
    const box = pressedAt ?? target.getBoundingClientRect();
    const scale = magnified(target);
    return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale };
  };
  const middle = () => {
    const [a, b] = fingers.values();
    return { x: (a.x + b.x) / 2, apart: Math.max(12, Math.hypot(a.x - b.x, a.y - b.y)) };
  };
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    target.setPointerCapture(event.pointerId);
    if (!fingers.has(event.pointerId)) heatmaps.hold();
    pressedAt ??= target.getBoundingClientRect();
    fingers.set(event.pointerId, at(event));
    press = fingers.size === 1 ? { ...at(event), moved: false } : { ...middle(), moved: true };
    press.paints = fingers.size === 1 && heatmaps.paintsAt(index, press);
    if (heatmaps.brush) heatmaps.dropBrush();
  });
  target.addEventListener("pointermove", (event) => {
    const here = at(event);
    if (!fingers.has(event.pointerId) || !press) {
      if (event.pointerType !== "touch") heatmaps.point(index, here);
      return;
    }
    fingers.set(event.pointerId, here);
    if (fingers.size === 2) {
      const now = middle();
      heatmaps.zoomAt(index, now.x, now.apart / press.apart);
      heatmaps.drag(index, now.x - press.x);
      press = { ...now, moved: true };
      return;
    }
    if (!press.moved && Math.hypot(here.x - press.x, here.y - press.y) < CLICK) return;
    heatmaps.leave();
    if (press.paints) {
      if (!press.moved) heatmaps.beginPainting(index, press);
      press.moved = true;
      heatmaps.paintTo(index, here);
      return;
    }
    heatmaps.drag(index, here.x - press.x);
    press = { ...here, moved: true };
  });
  const release = (event) => {
    const lifted = press && fingers.size === 1 && event.type === "pointerup";
    const clicked = lifted && !press.moved;
    const painted = press?.paints && press.moved && heatmaps.brush;
    const held = fingers.delete(event.pointerId);
    press = fingers.size === 1 ? { ...fingers.values().next().value, moved: true } : null;
    if (clicked) heatmaps.pickAt(index, at(event));
    if (painted && lifted) heatmaps.paint();
    else if (painted) heatmaps.dropBrush(); // the browser took the finger to scroll
    if (fingers.size === 0) pressedAt = null;
    if (held) heatmaps.letGo();
  };
  target.addEventListener("pointerup", release);
  target.addEventListener("pointercancel", release);
  target.addEventListener("lostpointercapture", release);
  target.addEventListener("pointerleave", () => heatmaps.leave());
}

function listenToWheel(target, heatmaps, index) {
  const turn = (event) => {
    const box = target.getBoundingClientRect();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 32;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const factor = Math.exp(-event.deltaY * pixels * WHEEL);
      const here = (event.clientX - box.left) / magnified(target);
      heatmaps.zoomAt(index, here, Math.max(0.5, Math.min(2, factor)));
      return;
    }
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    const meant = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!meant || sideways === 0 || heatmaps.window.whole) return;
    event.preventDefault();
    heatmaps.drag(index, -sideways * pixels);
  };
  target.addEventListener("wheel", turn, { passive: false });
}

function listenToKeys(target, heatmaps, index) {
  const actions = {
    ArrowLeft: () => heatmaps.walk(index, -1, 0),
    ArrowRight: () => heatmaps.walk(index, 1, 0),
    ArrowUp: () => heatmaps.walk(index, 0, -1),
    ArrowDown: () => heatmaps.walk(index, 0, 1),
    Home: () => heatmaps.walk(index, -Infinity, 0),
    End: () => heatmaps.walk(index, Infinity, 0),
    PageUp: () => heatmaps.changePanel(index, -1),
    PageDown: () => heatmaps.changePanel(index, 1),
    Enter: () => (heatmaps.brush ? heatmaps.paint() : heatmaps.pickCursor()),
    Escape: () => (heatmaps.brush ? heatmaps.dropBrush() : heatmaps.leave()),
    "+": () => heatmaps.zoom(2),
    "=": () => heatmaps.zoom(2),
    "-": () => heatmaps.zoom(0.5),
    "\u2212": () => heatmaps.zoom(0.5),
    0: () => heatmaps.reset(),
  };
  const stretches = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  target.addEventListener("keydown", (event) => {
    // With Ctrl, Alt or Cmd a key belongs to the browser: Ctrl + 0 is its own zoom.
    if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.shiftKey && stretches[event.key]) heatmaps.stretch(index, ...stretches[event.key]);
    else actions[event.key]();
  });
}
