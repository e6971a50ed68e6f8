// What Streamlit's own markup lacks for those who read with keys or a screen reader. It draws anew
// whenever it likes, so this looks again after every change, once a frame at most.
const headings = () => {
  // A page's title is level 1 and its parts are drawn as 3: levels without a gap, looks unchanged.
  for (const part of document.querySelectorAll("[data-testid=stMain] :is(h3, h4, h5, h6)")) {
    part.setAttribute("aria-level", Number(part.tagName[1]) - 1);
  }
};

const scrollable = () => {
  // An equation wider than its place can be scrolled, by keys too.
  for (const equation of document.querySelectorAll(".katex-display")) {
    equation.tabIndex = equation.scrollWidth > equation.clientWidth ? 0 : -1;
  }
};

const icons = () => {
  // An icon amid words is named as its file is: "check_circle icon". The words say it.
  for (const icon of document.querySelectorAll('[role=img][aria-label$=" icon"]')) {
    icon.removeAttribute("aria-label");
    icon.setAttribute("aria-hidden", "true");
  }
};

const navigation = () => {
  const names = JSON.parse(document.documentElement.dataset.names);
  for (const [where, name] of Object.entries(names)) {
    document.querySelector(where)?.setAttribute("aria-label", name);
  }
};

const fitting = () => {
  // Plotly draws shapes as wide as there is room and words as large as ever: in a narrow diagram
  // they would stand out of their boxes. A tenth is to spare, for words that are read.
  for (const plot of document.querySelectorAll(".js-plotly-plot")) {
    if (plot.layout?.meta !== "drawing" || !plot._fullLayout?.xaxis) continue;
    const [low, high] = plot._fullLayout.xaxis.range;
    const fit = Math.min(1, (1.1 * plot._fullLayout.xaxis._length) / (high - low));
    for (const note of plot.querySelectorAll(".annotation")) {
      const anchor = plot.layout.annotations[note.dataset.index]?.xanchor ?? "center";
      note.style.transformBox = "fill-box";
      note.style.transformOrigin = `${anchor} center`;
      note.style.transform = fit < 1 ? `scale(${fit})` : "";
    }
  }
};

// The list of pages covers a narrow screen: who has chosen one wants to see it.
const choose = (event) => {
  if (!event.target.closest("[data-testid=stSidebarNavLink]")) return;
  if (!matchMedia("(max-width: 768px)").matches) return;
  setTimeout(() => {
    document.querySelector('[data-collapsed=false] [data-testid=stSidebarCollapseButton] button')
      ?.click();
  }, 150);
};

if (!window.unrolledFrame) {
  let waits = false;
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 50));
  let measures = false;
  const mend = () => {
    waits = false;
    headings();
    icons();
    navigation();
    fitting();
    // It asks for widths, and so for a layout amid what is being drawn: nobody waits for it.
    if (!measures) {
      idle(() => {
        measures = false;
        scrollable();
      }, { timeout: 1000 });
    }
    measures = true;
  };
  window.unrolledFrame = new MutationObserver(() => {
    if (!waits) requestAnimationFrame(mend);
    waits = true;
  });
  window.unrolledFrame.observe(document.body, { childList: true, subtree: true });
  window.addEventListener("resize", mend);
  document.addEventListener("click", choose, true);
  mend();
}
