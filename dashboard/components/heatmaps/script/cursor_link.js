// The cursor from Python: a few bytes that move it without sending or decoding the data again.

export default function ({ data }) {
  if (!data) return;
  const { key, step, unit } = data;
  HUB.cursors.set(key, { step, unit });
  HUB.shown.get(key)?.follow({ step, unit });
}
