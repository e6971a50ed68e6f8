"""PNG and SVG of a Plotly chart as the reader sees it, zoom included, made in the browser.

Plotly's own camera takes the picture. It knows one format at a time, set when the chart is drawn;
two buttons of ours set the format and press it. Its cost: no picture without a browser (a notebook
has Plotly's own). Not chosen: Kaleido on the server, which needs a Chrome there and 150 MB.
"""

from __future__ import annotations

import streamlit as st

from dashboard.i18n import t

_CSS = """
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

_JS = """
export default function ({ data, parentElement }) {
  const row = parentElement.querySelector('.row');
  row.replaceChildren(...['png', 'svg'].map((format) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = format.toUpperCase();
    button.setAttribute('aria-label', `${data.label}: ${format.toUpperCase()}`);
    button.onclick = () => {
      const chart = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
      const camera = chart && chart.querySelector(`[data-title="${data.camera}"]`);
      if (!camera) return;
      // 1400 wide at least: a chart on a telephone would give a picture too small for a slide.
      const scale = format === 'svg' ? 1 : Math.max(2, 1400 / chart.clientWidth);
      chart._context.toImageButtonOptions = { format, scale, filename: data.file };
      camera.click();
    };
    return button;
  }));
}
"""

_buttons = st.components.v2.component(
    "unrolled_snapshot", html="<div class='row'></div>", css=_CSS, js=_JS
)


def snapshot(*, chart: str, file: str) -> None:
    """Offer the chart that was drawn with the key `chart` as file.png and file.svg."""
    data = {
        "chart": chart,
        "file": file,
        "label": t("chart.picture"),
        "camera": t("plotly.Download plot as a PNG"),
    }
    _buttons(key=f"snapshot-{chart}", data=data)
