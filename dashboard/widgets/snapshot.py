"""PNG and SVG of a chart as the reader sees it, zoom included, made in the browser.

Plotly's own camera takes the picture of its charts. It knows one format at a time, set when the
chart is drawn; two buttons of ours set the format and press it. A canvas has its own. Its cost: no
picture without a browser (a notebook has Plotly's own). Not chosen: Kaleido on the server, which
needs a Chrome there and 150 MB.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.figures import theme
from dashboard.i18n import t

BUTTONS = """
.row { display: flex; gap: 0.5rem; }
button {
  flex: 1; min-height: 2.5rem; padding: 0.25rem 0.75rem; cursor: pointer;
  font: inherit; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, 0.5rem);
}
button:hover, button:focus-visible { color: var(--st-primary-color);
  border-color: var(--st-primary-color); outline: none; }
button:focus-visible { box-shadow: 0 0 0 2px var(--st-primary-color); }
"""
"""How buttons of our own look like those of the page."""

_JS = r"""
const SIZE = 12;  // pixels: of the caption's letters
const EACH = 15;  // pixels that a token needs on an axis that names all of them
const WIDEST = 8000;

/** The layout with the caption beneath it, and every step named on the axes of tokens. */
function captioned(chart, { caption, ink }) {
  const full = chart._fullLayout;
  const { l, r, b } = full._size;
  const layout = { ...chart.layout };
  let width = full.width;
  for (const name of Object.keys(full).filter((key) => /^xaxis[0-9]*$/.test(key))) {
    const axis = full[name];
    if (axis.type !== 'category' || !axis._categories) continue;
    const [first, last] = [Math.ceil(axis.range[0]), Math.floor(axis.range[1])];
    const share = axis.domain[1] - axis.domain[0];
    const needed = ((last - first + 1) * EACH) / share + l + r;
    if (needed > WIDEST) continue;
    width = Math.max(width, Math.ceil(needed));
    layout[name] = { ...layout[name], tickmode: 'linear', tick0: 0, dtick: 1 };
  }
  const lines = wrapped(caption, width - 16, `${SIZE}px ${full.font.family}`);
  const extra = lines.length ? lines.length * SIZE * 1.35 + 10 : 0;
  layout.margin = { ...layout.margin, b: b + extra };
  layout.annotations = [...(layout.annotations ?? []), ...lines.map((line, at) => ({
    text: line, showarrow: false, align: 'left', font: { size: SIZE, color: ink },
    xref: 'paper', x: 0, xanchor: 'left', xshift: 8 - l,
    yref: 'paper', y: 0, yanchor: 'top', yshift: -b - 4 - at * SIZE * 1.35, borderpad: 0,
  }))];
  return { layout, width, height: full.height + extra };
}

/** A text in lines that are at most so wide; in it nothing is markup for Plotly. */
function wrapped(text, width, font) {
  const ruler = document.createElement('canvas').getContext('2d');
  ruler.font = font;
  const lines = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && ruler.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '$': '&#36;' };
  return lines.map((line) => line.replace(/[&<>$]/g, (sign) => named[sign]));
}

export default function ({ data, parentElement }) {
  const row = parentElement.querySelector('.row');
  row.replaceChildren(...['png', 'svg'].map((format) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = format.toUpperCase();
    button.setAttribute('aria-label', `${data.label}: ${format.toUpperCase()}`);
    button.onclick = () => {
      const place = document.querySelector(`.st-key-chartbox-${data.chart}`);
      const chart = place?.querySelector('.js-plotly-plot');
      // A canvas has a camera for each format, and knows what it is of.
      for (const part of chart ? [] : (place?.querySelectorAll('*') ?? [])) {
        part.shadowRoot?.querySelector(`.heatmaps .bar .${format}`)?.click();
      }
      const camera = chart && chart.querySelector(`[data-title="${data.camera}"]`);
      if (!camera) return;
      const before = chart.layout;
      const { layout, width, height } = captioned(chart, data);
      // 1400 wide at least: a chart on a telephone would give a picture too small for a slide.
      const scale = format === 'svg' ? 1 : Math.max(2, 1400 / width);
      chart._context.toImageButtonOptions = { format, scale, width, height, filename: data.file };
      // The camera copies data and layout while it is pressed; the chart itself is never redrawn.
      chart.layout = layout;
      try {
        camera.click();
      } finally {
        chart.layout = before;
      }
    };
    return button;
  }));
}
"""

_buttons = st.components.v2.component(
    "unrolled_snapshot", html="<div class='row'></div>", css=BUTTONS, js=_JS
)


def snapshot(*, chart: str, file: str, caption: str) -> None:
    """Offer the chart or canvas with this key as file.png and file.svg, a caption under it."""
    data = {
        "chart": chart,
        "file": file,
        "caption": caption,
        "ink": theme.SURFACE[state.mode()].muted,
        "label": t("chart.picture"),
        "camera": t("plotly.Download plot as a PNG"),
    }
    _buttons(key=f"snapshot-{chart}", data=data)
