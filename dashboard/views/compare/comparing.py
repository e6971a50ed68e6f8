"""The same text through up to three cells: the controls, and what was recorded with each.

Trained models of one task stand side by side as they ship (their counts were matched when they were
trained). Untrained ones come from one seed, and are matched by units or by parameters: then the
LSTM keeps the units that were chosen, and the others get as many as give its count.
"""

from __future__ import annotations

import streamlit as st

from core.analysis.matching import match_units
from core.model import Model
from dashboard import cache, state
from dashboard.i18n import labels, t
from dashboard.origins import Untrained, origin
from dashboard.widgets.model import choose_cells, pick_settings, pick_task, shown_cells
from dashboard.widgets.problem import problem
from dashboard.widgets.reading import Reading, recorded
from dashboard.widgets.text import Passage, passage, pick_source, pick_text, readable

REFERENCE = "lstm"
"""The cell that keeps its units when the others are matched to its parameters."""


def comparing() -> dict[str, Reading]:
    """Draw the pickers and return what each cell recorded, in the order of the cells.

    A text that cannot be read gives a sentence; the last one that could be stays in the pictures.
    """
    pick_text()
    row = st.container(horizontal=True, vertical_alignment="bottom", key="comparing")
    with row:
        pick_task()
        offered = origin().cells
        if len(offered) > 1:
            choose_cells(t("compare.cells"), offered)
        if state.get(state.TASK) == state.UNTRAINED:
            _pick_match()
            with st.popover(t("reading.settings"), icon=":material/tune:", key="untrained"):
                pick_settings(shown_cells(offered))
        pick_source()
    found, error = readable(_read)
    if error is not None:
        problem(error)
    return found


def matched_model(text: str, *, cell: str) -> Model:
    """The model of one cell, with the units that the matching gives it."""
    source = origin()
    by_units = state.get(state.MATCH) == "units" or cell == REFERENCE
    if not isinstance(source, Untrained) or by_units:
        return source.model(text, cell=cell)
    reference = source.model(text, cell=REFERENCE)
    found = match_units(reference, cell, part="recurrent", reset_after=state.get(state.RESET_AFTER))
    return source.model(text, cell=cell, units=found.units)


def _read(text: str) -> dict[str, Reading]:
    shown = shown_cells(origin().cells)
    models = {cell: matched_model(text, cell=cell) for cell in shown}
    first = models[shown[0]]
    part = passage(first, text)
    found = {}
    for cell, model in models.items():
        # The mover of a long text is drawn once; the siblings of a task share their vocabulary.
        own = part if model.vocabulary == first.vocabulary else _same_part(part, model)
        found[cell] = recorded(model, own)
    return found


def _same_part(part: Passage, model: Model) -> Passage:
    whole, window = cache.encoded(part.text, model), part.window
    return Passage(part.text, whole.part(window.start, window.stop), window)


def _pick_match() -> None:
    st.segmented_control(
        t("compare.match"),
        state.MATCH.known(),
        format_func=labels("compare", "match.by").__getitem__,
        required=True,
        help=t("compare.match.help"),
        **state.bind(state.MATCH),
    )
