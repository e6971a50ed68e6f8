"""Buttons that one should press first, readable in both modes."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.figures import theme


def emphasis() -> None:
    """Let what stands on a primary button have the colour of the page: white on the pale colour
    of the dark mode would have a contrast of 2:1.
    """
    paper = theme.SURFACE[state.mode()].paper
    chosen = '[data-testid="stBaseButton-primary"]'
    st.html(f"<style>{chosen}, {chosen} * {{ color: {paper} !important; }}</style>")
