"""The floor of a page: an empty Streamlit app with one component, drawn anew at a press.

What a browser, Streamlit and one message cost, when a page of ours costs nothing.
"""

import streamlit as st

DRAW = """
export default ({ parentElement, data }) => {
  const canvas = parentElement.querySelector("canvas");
  canvas.getContext("2d").fillRect(data % 100, 0, 9, 9);
  canvas.dataset.drawn = String(data);
};
"""

component = st.components.v2.component("floor", html='<canvas class="floor"></canvas>', js=DRAW)
st.session_state.setdefault("presses", 0)


def pressed() -> None:
    """Counts the presses, so that each draws something else."""
    st.session_state.presses += 1


st.button("again", on_click=pressed)
component(data=st.session_state.presses, key="floor")
