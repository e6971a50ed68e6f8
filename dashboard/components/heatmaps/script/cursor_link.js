// The cursor from Python: a few bytes that move it without sending or decoding the data again; and
// the number of the last stroke that Python has, which need not be told again.

export default function ({ data }) {
  if (!data) return;
  const { key, step, unit, painted = 0 } = data;
  const strokes = HUB.strokes.get(key) ?? [];
  HUB.strokes.set(key, strokes.filter((stroke) => stroke.number > painted));
  HUB.cursors.set(key, { step, unit });
  HUB.shown.get(key)?.follow({ step, unit });
}
