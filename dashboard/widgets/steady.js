// Nothing blanks on a step. Streamlit puts another chart in the place of the one whose numbers have
// changed, and Plotly needs a tenth of a second to draw it. Until then a likeness of the old one
// stands in its place; then its shapes move to where the new ones are.
const STEADY = ".st-key-explored [class*=st-key-chartbox-]";
const MOVES = 220; // ms
const PATIENCE = 3000; // ms that a chart may take to be drawn

/** Whether a chart is drawn and seen. One that is on its way out is in the page, and hidden. Asked
 * after every change of the page, so without a layout: of the styles alone. */
const isSeen = (plot) =>
  plot._fullLayout && plot.checkVisibility({ visibilityProperty: true }) &&
  plot.querySelector(".main-svg");

const drawnIn = (box) => [...box.querySelectorAll(".js-plotly-plot")].find(isSeen);

/** Remember how a chart looks, whenever it has been drawn. */
const watch = (box, plot) => {
  const remember = () => {
    const inner = plot.querySelector(".svg-container");
    if (!inner || !plot.isConnected) return;
    const [at, from] = [inner.getBoundingClientRect(), box.getBoundingClientRect()];
    box.steadyLook = inner.cloneNode(true);
    Object.assign(box.steadyLook.style, {
      position: "absolute", pointerEvents: "none", zIndex: 3,
      left: `${at.left - from.left}px`, top: `${at.top - from.top}px`,
    });
  };
  box.steadyPlot = plot;
  remember();
  plot.on?.("plotly_afterplot", remember);
};

/** The old look, in its old place. */
const cover = (box) => {
  const look = box.steadyLook;
  look.classList.add("unrolled-steady");
  look.setAttribute("aria-hidden", "true");
  box.append(look);
  return look;
};

/** Shapes move from where they were; only where there are as many, each of the same kind. */
const move = (look, plot) => {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const shapes = (root) => [...root.querySelectorAll(".shapelayer path")];
  const [before, after] = [shapes(look), shapes(plot)];
  if (before.length !== after.length) return;
  const of = (path) => ({
    d: `path("${path.getAttribute("d")}")`,
    fill: path.style.fill, stroke: path.style.stroke, strokeWidth: path.style.strokeWidth,
  });
  after.forEach((path, at) => {
    const [start, end] = [of(before[at]), of(path)];
    if (JSON.stringify(start) !== JSON.stringify(end)) {
      path.animate([start, end], { duration: MOVES, easing: "ease-out" });
    }
  });
};

const follow = (box) => {
  if (box.steadyWaits) return;
  if (box.steadyPlot?.isConnected && isSeen(box.steadyPlot)) return;
  if (!box.steadyLook && !box.querySelector(".js-plotly-plot, .stPlotlyChart")) return;
  const look = box.steadyLook ? cover(box) : null;
  const since = performance.now();
  box.steadyWaits = true;
  const wait = () => {
    const drawn = drawnIn(box);
    if (!drawn && box.isConnected && performance.now() - since < PATIENCE) {
      requestAnimationFrame(wait);
      return;
    }
    box.steadyWaits = false;
    if (drawn && look) move(look, drawn);
    look?.remove();
    if (drawn) watch(box, drawn);
  };
  wait();
};

// At once, not in the next frame: between the two the browser may paint.
if (!window.unrolledSteady) {
  window.unrolledSteady = new MutationObserver(() => {
    document.querySelectorAll(STEADY).forEach(follow);
  });
  window.unrolledSteady.observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["style", "class", "hidden"],
  });
}
