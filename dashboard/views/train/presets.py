"""Known experiments as cards: what each is, what its reference reached, and one press to start it.

The quick form comes first on every card, because it shows the same in less than two minutes; what
needs no download comes first among the cards. The others say what they download, and from where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.errors import CoreError
from core.training.config import RunConfig
from core.training.presets import PRESETS, Preset
from dashboard.cache.runs import seconds_of
from dashboard.i18n import t
from dashboard.origins.run_name import layers_said
from dashboard.views.train.download import (
    check_files,
    files_of,
    folder_chosen,
    needs_nothing,
    pick_files,
)
from dashboard.views.train.plan import UNNAMED, probes, start
from dashboard.views.train.status import score_said
from dashboard.widgets.problem import problem
from dashboard.widgets.run_overview import duration


def presets(*, beside: Callable[[], None] | None = None) -> str | None:
    """Draw the cards; return the id of a run that was started.

    `beside` draws what stands beside the first card.
    """
    started: str | None = None
    first, *others = PRESETS.values()
    if beside is not None:
        left, right = st.columns([1, 2], gap="small")
        with left:
            started = _card(first)
        with right:
            beside()
    with st.container(key="presets"):
        for known in others if beside is not None else (first, *others):
            started = _card(known) or started
    return started


def start_what_needs_nothing() -> str | None:
    """Draw the button that trains what needs no download; return the id of a run it started."""
    known = needs_nothing()
    network = layers_said(known.config)
    label = t("train.files.none", source=t(f"source.{known.config.data.source}"), network=network)
    if st.button(label, icon=":material/play_arrow:", key="needs-nothing"):
        return _start(known, known.quick, quick=True)
    return None


def _card(known: Preset) -> str | None:
    config = known.config
    started: str | None = None
    with st.container(border=True, key=f"preset-card-{known.name}"):
        st.markdown(f"**{t(f'source.{config.data.source}')}** · {layers_said(config)}")
        st.caption(_told(known))
        if known.reference:
            st.markdown(_published(known))
        else:
            st.markdown(t(f"train.preset.no_reference{_unpublished(config)}"))
        pick_files(config.data.source, at=known.name)
        with st.container(horizontal=True, vertical_alignment="center"):
            for whole, name in ((known.quick, "quick"), (config, "whole")):
                pressed = st.button(
                    t(f"train.preset.{name}"),
                    help=t(f"train.preset.{name}.help", epochs=whole.fit.epochs),
                    type="primary" if name == "quick" else "tertiary",
                    icon=":material/play_arrow:" if name == "quick" else None,
                    key=f"preset-{name}-{known.name}",
                )
                if pressed:
                    started = _start(known, whole, quick=name == "quick")
    return started


def _unpublished(config: RunConfig) -> str:
    """The ending of the sentence about what nobody has published a figure of."""
    if config.network.architecture != "two_way":
        return ""
    return ".both" if config.data.source == "senses" else ".context"


def _published(known: Preset) -> str:
    """What the reference reached: accuracy and loss in testing, or the one figure that it gives."""
    if "loss" in known.reference:
        return t("train.preset.reference", **known.reference)
    value = score_said(known.metric, known.reference["metric"])
    return t(f"train.preset.reference.{known.measured}.{known.metric}", value=value)


def _told(known: Preset) -> str:
    """What is trained and how, in one line."""
    config = known.config
    facts = {
        "optimizer": t(f"setting.optimizer.name.of.{config.optimizer.name}"),
        "rate": f"{config.optimizer.learning_rate:g}",
        "batch": config.fit.batch,
        "epochs": config.fit.epochs,
    }
    told = [t("train.preset.how", **facts)]
    if config.network.dropout:
        told.append(t("train.preset.dropout", share=f"{config.network.dropout:g}"))
    length = config.data.options.get("length")
    if config.fit.stateful:
        told.append(t("train.preset.stateful", length=length))
    if config.data.options.get("stride"):
        told.append(t("train.preset.stride", length=length))
    if config.network.tied:
        told.append(t("train.preset.tied"))
    if known.reads is not None:
        told.append(t("train.preset.takes", time=duration(seconds_of(known))))
    if config.fit.patience is not None:
        told.append(t("train.preset.patience", epochs=config.fit.patience))
    return " ".join(told)


def _start(known: Preset, config: RunConfig, *, quick: bool) -> str | None:
    try:
        check_files(config.data.source)
        folder = folder_chosen()
        if folder is not None and files_of(config.data.source):
            config = config.with_setting("data.options.folder", str(folder))
        config = replace(config, probes=probes())
        label = replace(UNNAMED, kind="quick" if quick else "")
        [run] = start([config], files={}, label=label)
    except CoreError as error:
        problem(error)
        return None
    return run.id
