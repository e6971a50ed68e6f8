"""Examples: cards that open another page with everything on it ready.

An example says what a link would say: fields and their values, the rest at their defaults, so that
it looks the same whatever was on the pages before. The whole card can be pressed; what the keyboard
and screen readers find is the button in it. Not chosen: links, which the session takes only once
(`state.restore`), and which would not know the step of a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.analysis.highlights import forgetful
from core.errors import CoreError
from dashboard import cache, state
from dashboard.fields import Field
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.widgets.frame import open_page
from dashboard.widgets.stepper import pause


@dataclass(frozen=True, kw_only=True)
class Example:
    """One card.

    Attributes:
        name: of its strings, `home.example.<name>` and `….why`.
        page: where it leads.
        icon: ":material/…:".
        text: what is read there; None for the page's own sample.
        at: the token to look at, where it first stands in the text; None leaves it to the page.
        forgets: whether the unit to look at there is the one that loses most of what it held.
        choices: fields and their values.
    """

    name: str
    page: str
    icon: str
    text: str | None = None
    at: str | None = None
    forgets: bool = False
    choices: Mapping[Field[Any], Any] = field(default_factory=dict)

    def choose(self) -> None:
        """Put everything in its place."""
        pause()
        lasting = (each for each in state.FIELDS.values() if each.key is not None)
        state.reset(*(each for each in lasting if each is not state.LANGUAGE))
        for chosen, value in self.choices.items():
            state.put(chosen, value)
        if self.text is not None:
            state.put(state.TEXT, self.text)
        if self.at is not None and self.text is not None:
            self._look()

    def _look(self) -> None:
        model = cache.bundled(f"{state.get(state.TASK)}-{state.get(state.CELL)}")
        try:
            encoded = cache.encoded(self.text or "", model)
            step = encoded.tokens.index(self.at or "")
        except (CoreError, ValueError):  # the page begins where it likes
            return
        state.put(state.STEP, step)
        if self.forgets:
            trace = cache.trace(model, encoded.inputs)
            state.put(state.UNIT, forgetful(trace.layers[0], step))


def examples(shown: Sequence[Example]) -> None:
    """Draw the cards; a press opens the page."""
    # Streamlit's own captions are paler than 4.5:1.
    surface = theme.SURFACE[state.mode()]
    shades = f"--muted: {surface.muted}; --accent: {surface.accent};"
    st.html(f"<style>.st-key-examples {{ {shades} }}</style>")
    with st.container(key="examples"):
        for example in shown:
            with st.container(border=True, key=f"example-{example.name}"):
                pressed = st.button(
                    t(f"home.example.{example.name}"),
                    icon=example.icon,
                    type="tertiary",
                    key=f"open-{example.name}",
                )
                st.caption(t(f"home.example.{example.name}.why"))
            if pressed:
                example.choose()
                open_page(example.page)
