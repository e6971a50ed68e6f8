// Where the two components of one page meet, by the key of the heatmaps: their cursor as Python
// has it, the instance that is shown, and the window that outlives it.

const HUB = (globalThis[Symbol.for("unrolled.heatmaps")] ??= {
  cursors: new Map(),
  shown: new Map(),
  windows: new Map(),
});
