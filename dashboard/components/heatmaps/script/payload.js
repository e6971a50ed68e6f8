// What did Python send? The other half of payload.py: bytes in, a scene of typed arrays out.

const MISSING = 65535;

/** The header of a payload: cheap, so that an unchanged payload is recognised by its digest. */
function readHeader(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, bodyStart: 4 + length };
}

/** The scene that the bytes describe; every quantity has its counts, every scale its colours. */
function readScene(header, bytes, bodyStart) {
  // Copied, because a view of 16-bit numbers must begin at an even address.
  const body = bytes.slice(bodyStart).buffer;
  const quantity = (record, length) =>
    record && { ...record, counts: new Uint16Array(body, record.at, length) };
  const table = (at) => new Uint8ClampedArray(body, at, 1024);
  const columns = header.columns.map((column) => {
    const steps = column.tokens.length;
    return {
      ...column,
      steps,
      unknown: new Set(column.unknown),
      masked: new Set(column.masked),
      strip: column.strip && {
        ...column.strip,
        colours: table(column.strip.table),
        values: quantity(column.strip.values, steps),
      },
      panels: column.panels.map((panel) => ({
        ...panel,
        steps,
        rowOf: invert(panel.order),
        colours: table(panel.table),
        values: quantity(panel.values, steps * panel.units),
        preactivations: quantity(panel.preactivations, steps * panel.units),
        mean: quantity(panel.mean, steps),
      })),
    };
  });
  return { ...header, columns, steps: Math.max(...columns.map((column) => column.steps)) };
}

function invert(order) {
  const places = new Array(order.length);
  order.forEach((unit, row) => {
    places[unit] = row;
  });
  return places;
}

/** The number at an index, NaN when missing: the middle of the step that it was counted in. */
function numberAt(quantity, index) {
  const count = quantity.counts[index];
  return count === MISSING ? NaN : quantity.origin + (count + 0.5) * quantity.step;
}

/** The number as text, right to its last decimal, with a typographic minus; null when missing. */
function textAt(quantity, index) {
  const number = numberAt(quantity, index);
  if (Number.isNaN(number)) return null;
  return written(number, quantity.decimals, quantity.exponent);
}

function written(number, decimals, exponent) {
  let text = (number / 10 ** exponent).toFixed(decimals);
  if (Number(text) === 0) text = text.replace("-", "");
  text = text.replace("-", "\u2212");
  return exponent === 0 || Number(text) === 0 ? text : `${text}×10${superscript(exponent)}`;
}

function superscript(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");
  return (exponent < 0 ? "⁻" : "") + digits;
}

/** The end of a scale: three digits at most, no zeros behind. */
function endOfScale(number) {
  if (number === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(number)));
  if (magnitude < -3 || magnitude > 4) return written(number, 1, magnitude);
  return String(Number(number.toPrecision(3))).replace("-", "\u2212");
}
