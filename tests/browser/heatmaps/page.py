"""The page that the tests of the heatmaps visit: a scene by name, and what was picked, as text."""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path

# Streamlit runs this file by its path; the project is not installed.
sys.path.insert(0, str(Path(__file__).parents[3]))

import streamlit as st

from dashboard import i18n
from dashboard.components.heatmaps import Picked, heatmaps
from tests.dashboard.components.scenes import DARK, LIGHT, SCENES

st.set_page_config(layout="wide")
state = st.session_state
DEFAULTS: dict[str, object] = {
    "step": None,
    "unit": None,
    "log": [],
    "scene": None,
    "dark": False,
    "hidden": False,
}
for name, value in DEFAULTS.items():
    state.setdefault(name, value)
scene = state.scene or st.query_params.get("scene", "sentence")
korean = st.query_params.get("korean") == "yes"
with i18n.speak("ko" if korean else "en"):
    words = i18n.labels("heatmaps")


def take(picked: Picked) -> None:
    state.step = picked.step
    state.unit = state.unit if picked.unit is None else picked.unit
    state.log = [*state.log, [picked.step, picked.unit, picked.panel, picked.column]]


def choose(name: str, value: object) -> None:
    state[name] = value


for step in (0, 3, 9):
    st.button(f"to step {step}", on_click=choose, args=("step", step))
st.button("other data", on_click=choose, args=("scene", "other"))
st.button("short data", on_click=choose, args=("scene", "one"))
st.button("dark", on_click=choose, args=("dark", True))
st.button("hide", on_click=choose, args=("hidden", True))
st.button("show", on_click=choose, args=("hidden", False))
if not state.hidden:
    heatmaps(
        SCENES[scene](),
        key="maps",
        step=state.step,
        unit=state.unit,
        palette=DARK if state.dark else LIGHT,
        words=words,
        file_name="gates-of-a-sentence",
        caption=st.query_params.get("caption", ""),
        on_pick=take,
    )
if st.query_params.get("twice"):
    found = heatmaps(SCENES["other"](), key="others", step=None, palette=LIGHT)
    state.second = found or state.get("second")
    st.html(f"<div id=second>{state.second}</div>")
st.html(f"<div id=log>{html.escape(json.dumps(state.log))}</div>")
st.html("<div style='height: 1500px'></div>")
