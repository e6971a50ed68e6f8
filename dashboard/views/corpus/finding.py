"""Three further ways to find places: by the state, by what stands in the tables, by one unit."""

from __future__ import annotations

import streamlit as st

from core.cells import CELLS
from core.corpus import Corpus
from core.corpus.contexts import Context, contexts
from core.corpus.extremes import extremes
from core.corpus.neighbours import nearest
from core.corpus.query import Wanted, ask, statement
from core.errors import CoreError
from dashboard import figures, state, widgets
from dashboard.fields import Choice, Flag, Text
from dashboard.i18n import t
from dashboard.views.corpus import notes
from dashboard.views.corpus.choosing import PAGES, Asked
from dashboard.widgets import Reading
from dashboard.widgets.caption import about
from dashboard.widgets.opening import folded
from dashboard.widgets.problem import problem
from dashboard.widgets.quantity import pick_quantity

MOST = 12
MOST_ROWS = 200
TOKEN = state.declare(Text(name="sought_token", default=None, limit=60, url=None, pages=PAGES))
LABEL = state.declare(Text(name="sought_label", default=None, limit=60, url=None, pages=PAGES))
WRONG = state.declare(Flag(name="only_wrong", default=False, pages=PAGES))
OF_STATE = state.declare(
    Choice(
        name="sought_state",
        default="hidden",
        options=tuple(dict.fromkeys(name for cell in CELLS.values() for name in cell.states)),
        pages=PAGES,
    )
)
END = state.declare(
    Choice(name="end_of_unit", default="top", options=("top", "bottom"), pages=PAGES)
)


def near(reading: Reading, corpus: Corpus, asked: Asked | None) -> None:
    """The states nearest to the one at the end of the stretch."""
    with folded(t("corpus.near"), t("corpus.near.seen"), key="corpus-near") as is_open:
        if not is_open:
            return
        step = state.get(state.STEP) if asked is None else asked.stop - 1
        layer = reading.trace.layers[state.fit(state.LAYER, high=len(reading.trace.layers) - 1)]
        name = _pick_state(tuple(layer.states))
        found = nearest(
            corpus, f"{layer.name}/states/{name}", layer.states[name][0, step], most=MOST
        )
        st.caption(t("corpus.near.read", read=found.read, steps=found.steps))
        around = contexts(corpus, [(one.step, one.step + 1) for one in found.nearest])
        _rows(
            around,
            values=[round(one.distance, 4) for one in found.nearest],
            title=t("corpus.near.distance"),
            key="corpus-neighbours",
        )


def _pick_state(known: tuple[str, ...]) -> str:
    """Draw which of a layer's states is meant, where it has several."""
    if state.get(OF_STATE) not in known:
        state.reset(OF_STATE)
    if len(known) > 1:
        said = {name: t(f"quantity.{name}") for name in known}
        st.segmented_control(
            t("corpus.near.state"), known, format_func=said.__getitem__, required=True,
            label_visibility="collapsed", **state.bind(OF_STATE),
        )  # fmt: skip
    return state.get(OF_STATE)


def query(corpus: Corpus) -> None:
    """Steps by token, label and error, and the SQL that asks for them."""
    with folded(t("corpus.query"), t("corpus.query.seen"), key="corpus-query") as is_open:
        if not is_open:
            return
        outcomes = (corpus.folder / "outcomes").is_dir()
        with st.container(horizontal=True, vertical_alignment="bottom", key="corpus-asked"):
            st.text_input(t("corpus.query.token"), width=170, **state.bind(TOKEN))
            st.text_input(t("corpus.query.label"), width=170, **state.bind(LABEL))
            if outcomes:
                st.toggle(t("corpus.query.wrong"), **state.bind(WRONG))
            annotation, annotated = notes.pick(corpus)
        notes.bring(corpus)
        wanted = Wanted(
            token=(state.get(TOKEN) or "").strip(),
            label=(state.get(LABEL) or "").strip(),
            wrong=True if outcomes and state.get(WRONG) else None,
            annotation=annotation,
            annotated=annotated,
        )
        sql = statement(corpus, wanted, most=MOST_ROWS)
        try:
            rows = ask(corpus, sql)
        except CoreError as error:
            problem(error)
            return
        st.markdown(t("corpus.query.count", count=len(rows), most=MOST_ROWS))
        st.dataframe(rows, hide_index=True, key="corpus-rows", height=260)
        st.code(sql, language="sql")


def unit(reading: Reading, corpus: Corpus) -> None:
    """Where the chosen unit is highest or lowest, one place a text."""
    with folded(t("corpus.unit"), t("corpus.unit.seen"), key="corpus-unit") as is_open:
        if not is_open:
            return
        layers = list(dict.fromkeys(q.layer for q in corpus.manifest.quantities))
        layer = layers[min(state.get(state.LAYER), len(layers) - 1)]
        known = {q.name: q for q in corpus.manifest.quantities if q.layer == layer}
        with st.container(horizontal=True, vertical_alignment="bottom", key="corpus-of-unit"):
            of = known[pick_quantity(known, described=True)]
            number = state.fit(state.UNIT, high=of.units - 1)
            st.number_input(
                t("corpus.unit.number"), 0, of.units - 1, width=130, **state.bind(state.UNIT)
            )
            said = {name: t(f"corpus.unit.{name}") for name in END.known()}
            st.segmented_control(
                t("corpus.unit.end"), tuple(said), format_func=said.__getitem__, required=True,
                label_visibility="collapsed", **state.bind(END),
            )  # fmt: skip
        found = extremes(corpus, of.key, number, most=MOST)
        top = state.get(END) == "top"
        steps, values = (
            (found.top, found.top_values) if top else (found.bottom, found.bottom_values)
        )
        said_of_it = t(
            "corpus.unit.said", mean=f"{found.mean:.3f}", deviation=f"{found.deviation:.3f}",
            low=f"{found.spread.low:.3f}", high=f"{found.spread.high:.3f}",
        )  # fmt: skip
        picture = figures.distribution(found.spread, number, **widgets.look())
        widgets.show(picture, name="distribution", about=about(reading), said=said_of_it)
        st.caption(said_of_it)
        around = contexts(corpus, [(int(step), int(step) + 1) for step in steps])
        _rows(
            around,
            values=[round(float(value), 4) for value in values],
            title=t("corpus.unit.value"),
            key="corpus-extremes",
        )


def _rows(around: list[Context], *, values: list[float], title: str, key: str) -> None:
    st.dataframe(
        {
            title: values,
            t("corpus.before"): [" ".join(one.before) for one in around],
            t("corpus.token"): [" ".join(one.tokens) for one in around],
            t("corpus.after"): [" ".join(one.after) for one in around],
            t("corpus.text"): [one.name for one in around],
            t("corpus.label"): [one.label for one in around],
        },
        hide_index=True,
        key=key,
        height=260,
    )
