"""A language model goes on with the reader's text, token by token, and shows what it weighed.

The text grows in a fragment while it is written; what was recorded of it, its gates and its
surprise along the text, follow when it is done.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.surprise import Surprise, surprise
from core.errors import StatesOverflow
from core.generate.stepping import check_language_model, expected
from core.text import visible
from dashboard import cache, state, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import choose, origin
from dashboard.views import Page
from dashboard.views.write import settings
from dashboard.views.write.draft import Draft, draft_of
from dashboard.views.write.insides import insides
from dashboard.views.write.temperatures import temperatures
from dashboard.views.write.text import TICK, text
from dashboard.widgets.frame import open_page

PAGE = Page(key="write", section="work", icon=":material/edit_note:", order=10)


def render() -> None:
    """Draw the beginning and the settings, the text as it grows, and then its insides."""
    settings.pick()
    model = origin(state.get(settings.WRITER)).model(settings.beginning())
    check_language_model(model)
    draft = draft_of(settings.order(model), model)
    growing = not draft.done
    widgets.fragment(text, run_every=TICK if growing else None)(draft, growing=growing)
    if not growing:
        _recorded(draft)


def _recorded(draft: Draft) -> None:
    """What is known of a text once it is written."""
    trace = cache.trace(draft.model, draft.inputs)
    if (step := trace.overflow) is not None:
        raise StatesOverflow(step=step + FIRST, cell=t(f"quantity.{trace.layers[0].cell}"))
    along = None
    if len(draft.ids) > 1:
        along = surprise(expected(draft.model, trace.outputs[0]), ids=draft.inputs[0])
        st.markdown(_figures(along, read=len(draft.read)))
    if draft.stopped:
        st.caption(t("write.stopped", count=len(draft.written), total=draft.order.steps))
    with st.container(horizontal=True, key="write-on"):
        if st.button(t("write.open"), icon=":material/view_agenda:", help=t("write.open.help")):
            choose(state.get(settings.WRITER), text=draft.text)
            open_page("gates")
        with st.popover(t("write.plain"), icon=":material/content_copy:"):
            st.code(draft.text, language=None, wrap_lines=True)
    temperatures(draft)
    insides(draft, tokens=tuple(map(visible, draft.tokens)), along=along)


def _figures(along: Surprise, *, read: int) -> str:
    """Say how surprised the model was by the beginning, and by what it wrote itself."""
    parts = []
    for name, bits in (("read", along.bits[1:read]), ("written", along.bits[max(read, 1) :])):
        if len(bits):
            mean = float(bits.mean())
            facts = {"bits": f"{mean:.2f}", "perplexity": f"{2**mean:.1f}", "count": len(bits)}
            parts.append(t(f"write.figures.{name}", **facts))
    return " ".join(parts)
