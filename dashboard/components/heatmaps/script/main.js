// Streamlit calls this whenever data, theme or fragment change, with the same element each time.
// Drawing anew is left out when the digest says that nothing is new: a step of the cursor travels
// through a component of its own (cursor_link.js) and comes here only as the same bytes again.

const instances = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!data) return undefined;
  let heatmaps = instances.get(parentElement);
  const isNew = !heatmaps;
  if (isNew) {
    heatmaps = new Heatmaps(parentElement);
    instances.set(parentElement, heatmaps);
  }
  heatmaps.tell = (picked) => setTriggerValue("picked", picked);
  // Not a trigger: a trigger that waits behind a running script is lost to the next one, of whichever
  // name. A state keeps its last value, which holds all that was painted and is not answered yet.
  heatmaps.tellPainted = (strokes) => setStateValue("painted", strokes);
  const { header, bodyStart } = readHeader(data);
  if ((heatmaps.waiting ?? heatmaps.scene)?.digest !== header.digest) {
    heatmaps.receive(readScene(header, data, bodyStart));
  }
  HUB.shown.set(header.key, heatmaps);
  if (isNew && HUB.cursors.has(header.key)) heatmaps.follow(HUB.cursors.get(header.key));
  return () => {
    heatmaps.destroy();
    instances.delete(parentElement);
    if (HUB.shown.get(header.key) === heatmaps) HUB.shown.delete(header.key);
  };
}
