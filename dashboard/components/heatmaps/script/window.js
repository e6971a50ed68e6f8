// Which steps are visible? A window [start, end) along time, in steps, never wider than the text.

const FEWEST = 4; // steps that remain visible when zoomed in fully

/** The window that shows everything follows the text when its length changes. */
function fitWindow(window, steps) {
  if (window.whole) return { start: 0, end: steps, whole: true };
  const width = Math.min(Math.max(window.end - window.start, Math.min(FEWEST, steps)), steps);
  const start = Math.max(0, Math.min(window.start, steps - width));
  return { start, end: start + width, whole: width >= steps };
}

/** Zoom by a factor around a step that stays where it is. */
function zoomWindow(window, steps, factor, around) {
  const width = Math.max((window.end - window.start) / factor, Math.min(FEWEST, steps));
  const share = (around - window.start) / (window.end - window.start);
  const start = around - share * width;
  return fitWindow({ start, end: start + width, whole: width >= steps }, steps);
}

function moveWindow(window, steps, by) {
  return fitWindow({ start: window.start + by, end: window.end + by, whole: window.whole }, steps);
}

/** Move just so far that the step is inside. */
function revealStep(window, steps, step) {
  if (step < window.start) return moveWindow(window, steps, step - window.start);
  if (step + 1 > window.end) return moveWindow(window, steps, step + 1 - window.end);
  return window;
}
