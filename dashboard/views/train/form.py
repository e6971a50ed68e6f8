"""The form of the Train page: four choices in sight, the rest a press away."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core.cells import get
from dashboard import state
from dashboard.fields import Choice, Number, Whole
from dashboard.i18n import labels, t
from dashboard.views.train import data as train_data
from dashboard.views.train import fields as form
from dashboard.views.train.plan import Given

SECTIONS = ("data", "network", "optimizer", "fit", "experiment", "film")


def fill_in() -> Given | None:
    """Draw the form; return what the data need, None as long as something is missing."""
    with st.container(border=True, key="train-form"):
        left, right = st.columns(2, gap="medium")
        with left:
            train_data.pick_source()
        with right:
            _cells()
            units, epochs = st.columns(2)
            with units:
                _setting("network.units")
            with epochs:
                _setting("fit.epochs")
        given = train_data.own_data()
        _more()
    return given


def _cells() -> None:
    st.pills(
        t("train.cells"),
        state.CELLS,
        selection_mode="multi",
        format_func=labels("quantity").__getitem__,
        help=t("train.cells.help"),
        **state.bind(form.CELLS),
    )


def _more() -> None:
    """Draw what most runs leave as it is, one group at a time."""
    with st.expander(
        t("train.more"), icon=":material/tune:", key="train-more", on_change="rerun"
    ) as box:
        if not box.open:
            return
        group = st.segmented_control(
            t("train.group"),
            SECTIONS,
            default=SECTIONS[0],
            format_func=labels("train", "group.of").__getitem__,
            required=True,
            label_visibility="collapsed",
            key="train-group",
        )
        drawn = {
            "data": _data,
            "network": _network,
            "optimizer": lambda: _group("optimizer"),
            "fit": _fit,
            "experiment": _experiment,
            "film": _film,
        }
        drawn[group]()


def _data() -> None:
    train_data.options()
    _setting("data.validation")
    st.caption(train_data.citation_of(state.get(form.SOURCE)))


def _network() -> None:
    shut = {"network.units"}
    cells = state.get(form.CELLS)
    if not any("reset_after" in get(cell).options for cell in cells):
        shut.add("network.reset_after")
    if not any(get(cell).forget_bias for cell in cells):
        shut.add("network.forget_bias")
    _group("network", without=shut)
    for path, field in form.architecture_fields(state.get(form.SOURCE)).items():
        train_data.control(
            field,
            t(f"setting.{path}"),
            words=labels("setting", f"{path}.of") if isinstance(field, Choice) else {},
            help=t(f"setting.{path}.help"),
        )


def _group(table: str, *, without: Collection[str] = ()) -> None:
    """Draw the settings of one table, those that are numbers on the left."""
    left, right = st.columns(2)
    for path, field in form.FIELDS.items():
        if path.startswith(f"{table}.") and path not in without:
            with left if isinstance(field, Whole | Number) else right:
                _setting(path)


def _fit() -> None:
    _group("fit", without=("fit.epochs",))
    _setting("seed")


def _experiment() -> None:
    seeds = "several" if state.get(form.REPEATS) > 1 else "alone"
    st.caption(t(f"train.experiment.why.{seeds}"))
    left, right = st.columns(2)
    with left:
        st.number_input(
            t("train.repeats"),
            form.REPEATS.low,
            form.REPEATS.high,
            help=t("train.repeats.help"),
            **state.bind(form.REPEATS),
        )
        st.selectbox(
            t("train.match"),
            form.MATCH.known(),
            format_func=labels("train", "match.of").__getitem__,
            help=t("train.match.help"),
            **state.bind(form.MATCH),
        )
    with right:
        said = {form.NOT_VARIED: t("train.vary.none")} | {
            path: t(f"setting.{path}") for path in form.VARIED
        }
        st.selectbox(
            t("train.vary"),
            form.VARY.known(),
            format_func=said.__getitem__,
            help=t("train.vary.help"),
            **state.bind(form.VARY),
        )
        if state.get(form.VARY) != form.NOT_VARIED:
            st.text_input(
                t("train.values"),
                placeholder="0.001, 0.003, 0.01",
                **state.bind(form.VALUES, showing=state.get(form.VALUES) or ""),
            )


def _film() -> None:
    st.text_area(
        t("train.probes"),
        help=t("train.probes.help"),
        height=160,
        **state.bind(form.PROBES, showing=state.get(form.PROBES) or ""),
    )
    st.text_input(
        t("train.name"), help=t("train.name.help"), **state.bind(form.NAME, showing=_name())
    )


def _name() -> str:
    return state.get(form.NAME) or ""


_STEPS = {
    "optimizer.learning_rate": (1e-4, "%.6g"),
    "optimizer.clip": (0.5, "%.4g"),
    "network.forget_bias": (0.5, None),
}
"""How far a press of + goes, and how the number is written; a twentieth of a share else."""


def _setting(path: str) -> None:
    """Draw the control of a setting, whatever its kind."""
    field = form.FIELDS[path]
    step, written = _STEPS.get(path, (0.05 if isinstance(field, Number) else None, None))
    train_data.control(
        field,
        t(f"setting.{path}"),
        words=labels("setting", f"{path}.of") if isinstance(field, Choice) else {},
        help=t(f"setting.{path}.help"),
        step=step,
        format=written,
    )
