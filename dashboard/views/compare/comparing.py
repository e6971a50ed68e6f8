"""The same text through up to three models: the controls, and what was recorded with each.

Cells of one origin stand side by side by themselves. Trained ones of a task come as they ship
(their counts were matched when they were trained). Untrained ones come from one seed, and are
matched by units or by parameters: then the LSTM keeps the units that were chosen, and the others
get as many as give its count. Or the reader names any models that are known; each reads the text
with its own tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core.analysis.matching import match_units
from core.model import Model
from dashboard import cache, state
from dashboard.i18n import labels, t
from dashboard.origins import Untrained, origin
from dashboard.origins.beside import titles
from dashboard.views.compare.models import chosen_names, pick_models, read_all
from dashboard.widgets.caption import About, about_cells, titled
from dashboard.widgets.model import choose_cells, pick_settings, pick_task, shown_cells
from dashboard.widgets.opening import opening, reader
from dashboard.widgets.problem import plain, problem, told
from dashboard.widgets.reading import Reading, recorded
from dashboard.widgets.text import Passage, passage, readable

REFERENCE = "lstm"
"""The cell that keeps its units when the others are matched to its parameters."""


@dataclass(frozen=True)
class Entry:
    """One of the models that are compared.

    Attributes:
        key: of its column and its arrays, such as "lstm".
        title: what it is called.
        reading: it, and what it recorded.
    """

    key: str
    title: str
    reading: Reading

    @property
    def cell(self) -> str:
        """That of its first recurrent layer: its colour."""
        return self.reading.trace.layers[0].cell


@dataclass(frozen=True)
class Comparison:
    """What is compared.

    Attributes:
        entries: one to three.
        named: whether the reader named them; else they are the cells of one origin.
    """

    entries: tuple[Entry, ...]
    named: bool

    @property
    def first(self) -> Reading:
        """The first of them."""
        return self.entries[0].reading

    @property
    def linked(self) -> bool:
        """Whether all read the same tokens, so that a step of one is a step of all."""
        return len({each.reading.tokens for each in self.entries}) == 1

    def about(self, *, step: int | None = None) -> About:
        """What their pictures are about."""
        text, tokens = self.first.passage.text, self.first.tokens
        if self.named:
            titles = [each.title for each in self.entries]
            found = titled(titles, text, tokens=tokens, step=step)
        else:
            cells = [each.cell for each in self.entries]
            found = about_cells(cells, text=text, tokens=tokens, step=step)
        return replace(found, digests=tuple(each.reading.model.digest for each in self.entries))


def comparing() -> Comparison:
    """Draw the pickers and return what was recorded.

    A text that cannot be read gives a sentence; the last one that could be stays in the pictures.
    """
    names = chosen_names()
    with opening(_called(names)):
        if not names:
            _pick_cells()
        pick_models()
    found, error = readable(_read_named if names else _read)
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


def _pick_cells() -> None:
    pick_task()
    offered = origin().cells
    if len(offered) > 1:
        choose_cells(t("compare.cells"), offered)
    if state.get(state.TASK) == state.UNTRAINED:
        _pick_match()
        pick_settings(shown_cells(offered))


def _called(names: tuple[str, ...]) -> str:
    """What reads, in few words."""
    if names:
        return plain(", ".join(titles(names).values()), most=60)
    return reader(shown_cells(origin().cells))


def _read(text: str) -> Comparison:
    shown = shown_cells(origin().cells)
    models = {cell: matched_model(text, cell=cell) for cell in shown}
    first = models[shown[0]]
    part = passage(first, text)
    entries = []
    for cell, model in models.items():
        # The mover of a long text is drawn once; the siblings of a task share their vocabulary.
        own = part if model.vocabulary == first.vocabulary else _same_part(part, model)
        entries.append(Entry(cell, t(f"quantity.{cell}"), recorded(model, own)))
    return Comparison(tuple(entries), named=False)


def _read_named(text: str) -> Comparison:
    found, refused = read_all(chosen_names(), text)
    for title, error in refused.items():
        if not found:
            raise error
        said = t("compare.models.refused", title=plain(title, most=60), why=told(error))
        st.warning(said, icon=":material/block:")
    entries: list[Entry] = []
    for title, reading in found.items():
        cell = reading.trace.layers[0].cell
        before = sum(each.cell == cell for each in entries)
        entries.append(Entry(f"{cell}-{before + 1}" if before else cell, title, reading))
    return Comparison(tuple(entries), named=True)


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
