"""The form of the Train page: four choices in sight, the rest a press away."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.fields import Number, Whole
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
                st.text_input(
                    t("train.units"), help=t("train.units.help"), **state.bind(form.LAYERS)
                )
            with epochs:
                _number(form.EPOCHS, "epochs")
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
            "optimizer": _optimizer,
            "fit": _fit,
            "experiment": _experiment,
            "film": _film,
        }
        drawn[group]()


def _data() -> None:
    train_data.options()
    _number(form.VALIDATION, "validation", step=0.05)
    st.caption(train_data.citation_of(state.get(form.SOURCE)))


def _network() -> None:
    left, right = st.columns(2)
    with left:
        _number(form.EMBEDDING, "embedding")
        _number(form.DROPOUT, "dropout", step=0.05)
        _number(form.RECURRENT_DROPOUT, "recurrent_dropout", step=0.05)
    with right:
        st.toggle(t("train.both"), help=t("train.both.help"), **state.bind(form.BOTH_WAYS))
        st.toggle(
            t("train.normalise"), help=t("train.normalise.help"), **state.bind(form.NORMALISE)
        )
        if "gru" in state.get(form.CELLS):
            st.toggle(
                t("reading.reset_after"),
                help=t("reading.reset_after.help"),
                **state.bind(form.RESET_AFTER),
            )
        if "lstm" in state.get(form.CELLS):
            _number(form.FORGET_BIAS, "forget_bias", step=0.5)


def _optimizer() -> None:
    left, right = st.columns(2)
    with left:
        st.selectbox(
            t("train.optimizer"),
            form.OPTIMIZER.known(),
            format_func=labels("train", "optimizer.of").__getitem__,
            help=t("train.optimizer.help"),
            **state.bind(form.OPTIMIZER),
        )
        _number(form.RATE, "rate", step=1e-4, shown="%.6g")
        _number(form.CLIP, "clip", step=0.5, shown="%.4g")
    with right:
        st.selectbox(
            t("train.schedule"),
            form.SCHEDULE.known(),
            format_func=labels("train", "schedule.of").__getitem__,
            help=t("train.schedule.help"),
            **state.bind(form.SCHEDULE),
        )
        _number(form.WARM_UP, "warm_up", step=0.05)


def _fit() -> None:
    left, right = st.columns(2)
    with left:
        _number(form.BATCH, "batch")
        _number(form.PATIENCE, "patience")
        st.toggle(t("train.best"), help=t("train.best.help"), **state.bind(form.RESTORE_BEST))
    with right:
        _number(form.TRUNCATE, "truncate")
        st.toggle(t("train.stateful"), help=t("train.stateful.help"), **state.bind(form.STATEFUL))
        _number(form.SEED, "seed")


def _experiment() -> None:
    st.caption(t("train.experiment.why"))
    left, right = st.columns(2)
    with left:
        _number(form.REPEATS, "repeats")
        st.selectbox(
            t("train.match"),
            form.MATCH.known(),
            format_func=labels("train", "match.of").__getitem__,
            help=t("train.match.help"),
            **state.bind(form.MATCH),
        )
    with right:
        said = {form.NOT_VARIED: t("train.vary.none")} | {
            path: t(f"run.setting.{path}") for path in form.VARIED
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


def _number(
    field: Whole | Number, name: str, *, step: float | None = None, shown: str | None = None
) -> None:
    st.number_input(
        t(f"train.{name}"),
        field.low,
        field.high,
        step=step,
        format=shown,
        help=t(f"train.{name}.help"),
        **state.bind(field),
    )
