// Where the two components of one page meet, by the key of the heatmaps: their cursor as Python
// has it, the instance that is shown, and what outlives it: the window, and what was painted and is
// not answered yet.

const HUB = (globalThis[Symbol.for("unrolled.heatmaps")] ??= {
  cursors: new Map(),
  shown: new Map(),
  windows: new Map(),
  strokes: new Map(),
});
