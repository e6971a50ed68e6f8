"""One chart full screen, as a teacher shows it: all of it larger, type included, and with keys.

The chart keeps its layout and is magnified as a whole, so that nothing is drawn anew: by a
transformation, under which Plotly and the canvas still know what is pointed at. Escape leaves, as
in every full screen; the arrows press the stepper's buttons where the page has one. Not chosen: a
dialog, whose chart would be another one, without the zoom and the step of the first.
"""

from __future__ import annotations

import streamlit as st

from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.state import mode
from dashboard.widgets.snapshot import BUTTONS

_JS = """
const MARGIN = 0.96; // of the screen: what fills it to the edge looks cut off
const LEAST = 1.25; // times as large, or it would be no help at the back of a room
const BACK = ['step-back', 'epoch-back'], ON = ['step-on', 'epoch-on'];

const press = (keys) => {
  for (const key of keys) {
    const button = document.querySelector(`.st-key-${key} button`);
    if (button) { if (!button.disabled) button.click(); return true; }
  }
  return false;
};

function present(box, paper) {
  const stage = box.parentElement;
  const [width, height] = [box.offsetWidth, box.offsetHeight];
  const style = box.style;
  const fit = () => {
    const [wide, high] = [innerWidth * MARGIN, innerHeight * MARGIN];
    const scale = Math.min(wide / width, Math.max(LEAST, high / height));
    const left = Math.max(0, (innerWidth - scale * width) / 2);
    const top = Math.max(0, (innerHeight - scale * height) / 2);
    // A chart of Streamlit's is as wide as its place is seen, magnified: a place that is so much
    // narrower gives it the width that it had, and it may stand out of that place.
    const place = box.querySelector('.stPlotlyChart') ? width / scale : width;
    // What is taller than the screen even so begins at its top, and can be scrolled.
    Object.assign(style, { width: `${place}px`, flex: 'none', transformOrigin: '0 0',
      position: 'absolute', left: `${left}px`, top: `${top}px`, transform: `scale(${scale})` });
  };
  const onKey = (event) => {
    const keys = { ArrowLeft: BACK, ArrowRight: ON, PageUp: BACK, PageDown: ON }[event.key];
    if (!keys || event.ctrlKey || event.metaKey || event.altKey || !press(keys)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onChange = () => {
    if (document.fullscreenElement === stage) return;
    for (const name of ['width', 'flex', 'transformOrigin', 'position', 'left', 'top', 'transform'])
      style[name] = '';
    stage.style.overflow = stage.style.background = '';
    delete box.dataset.presented;
    removeEventListener('resize', fit);
    removeEventListener('keydown', onKey, true);
    document.removeEventListener('fullscreenchange', onChange);
    dispatchEvent(new Event('resize'));
  };
  stage.requestFullscreen().then(() => {
    stage.style.overflow = 'auto';
    stage.style.background = paper;
    box.dataset.presented = '';
    fit();
    addEventListener('resize', fit);
    addEventListener('keydown', onKey, true);
    document.addEventListener('fullscreenchange', onChange);
    dispatchEvent(new Event('resize'));
  }, () => {});
}

export default function ({ data, parentElement }) {
  const row = parentElement.querySelector('.row');
  if (!document.fullscreenEnabled) { row.replaceChildren(); return; }
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = data.label;
  button.title = data.help;
  button.onclick = () => {
    const box = document.querySelector(`.st-key-${data.box}`);
    if (!box) return;
    present(box, data.paper);
    // A press beside it closes the menu, which would wait on the page until the chart is back.
    box.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
  };
  row.replaceChildren(button);
}
"""

_button = st.components.v2.component(
    "unrolled_present", html="<div class='row'></div>", css=BUTTONS, js=_JS
)


def present(*, box: str) -> None:
    """Offer to show the container with the key `box` full screen."""
    data = {
        "box": box,
        "label": t("chart.present"),
        "help": t("chart.present.help"),
        "paper": theme.SURFACE[mode()].paper,
    }
    _button(key=f"present-{box}", data=data)
