"""A model file that is dropped on the page: read in a child, and what it lacks asked for.

Each file is read once, under all that was said about it; what came of it, a model or a refusal, is
remembered, so that a rerun starts no child. A refusal is the core's own sentence; where something
can be done about it, that is offered beneath.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import CoreError, UnsupportedBetween, UnsupportedTail
from core.importers.errors import PickleInFile, WeightsAlone
from core.importers.limits import Limits
from core.importers.load import load_model, stem_of
from core.importers.torch.errors import ModulesApart, OtherNorm
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins.upload import Brought, bring, cleaned, put_back
from dashboard.widgets.problem import problem

MEGABYTES = min(500, Limits().file_bytes // 2**20)  # Streamlit would show 512 as 1 GB
MOST_CONFIG = 16  # megabytes


def drop() -> Brought | CoreError | None:
    """Draw the uploader. Return the model of a file dropped just now, or why it was refused."""
    # Any file is taken: what is none of these is refused with the reason, and a way out.
    file = st.file_uploader(
        t("model.drop"),
        max_upload_size=MEGABYTES,
        help=t("model.drop.help", megabytes=MEGABYTES),
        key="model-file",
    )
    if file is None:
        return None
    name, data = file.name, file.getvalue()
    options: dict[str, Any] = {}
    if state.recall("model lacks") == file.file_id:
        config = _config(file.file_id)
        if config is not None:
            options["config"] = config
    if state.recall("model without tail") == file.file_id:
        options["without_tail"] = True
    file_of_order, order = state.recall("model order") or ("", ())
    if file_of_order == file.file_id:
        options["hints"] = {"order": list(order)}
    file_of_norms, norms = state.recall("model norms") or ("", {})
    if file_of_norms == file.file_id:
        options["hints"] = {**options.get("hints", {}), **norms}
    if state.recall("model shapes") == file.file_id and "config" not in options:
        options["hints"] = {}
    key = (file.file_id, cache.digest(sorted(options.items())))
    fresh = state.recall("model read") != key
    if fresh:
        with st.spinner(t("model.reading")):
            found = _read(name, data, options)
        state.remember("model read", key)
        state.remember("model refused", found if isinstance(found, CoreError) else None)
        if isinstance(found, WeightsAlone) and state.recall("model lacks") != file.file_id:
            state.remember("model lacks", file.file_id)
            st.rerun()
        if isinstance(found, Brought):
            return found
    refusal: CoreError | None = state.recall("model refused")
    if refusal is not None:
        _refused(refusal, file.file_id)
    return refusal


def read_again(found: Brought, **options: Any) -> None:
    """Read a model's file again under other options; its vocabulary stays.

    Raises what reading raises; the model then stays as it was.
    """
    asked = {**found.options, **options}
    model = load_model(found.data, name=found.name, vocabulary=found.model.vocabulary, **asked)
    put_back(replace(found, model=cleaned(model), options=asked))


def _read(name: str, data: bytes, options: dict[str, Any]) -> Brought | CoreError:
    try:
        model = load_model(data, name=stem_of(name), file=name, **options)
    except CoreError as error:
        return error
    return bring(model, name=stem_of(name), file=name, data=data, options=options)


def _config(file_id: str) -> bytes | None:
    config = st.file_uploader(
        t("model.config"),
        type=["json"],
        max_upload_size=MOST_CONFIG,
        help=t("model.config.help"),
        key=f"model-config-{file_id}",
    )
    return None if config is None else config.getvalue()


def _refused(refusal: CoreError, file_id: str) -> None:
    problem(refusal)
    if isinstance(refusal, PickleInFile):
        st.code(refusal.lines, language="python")
    if isinstance(refusal, WeightsAlone):
        st.button(
            t("model.shapes"),
            icon=":material/straighten:",
            help=t("model.shapes.help"),
            on_click=state.remember,
            args=("model shapes", file_id),
            key="model-shapes",
        )
    if isinstance(refusal, OtherNorm) and (hints := _json(refusal, "hints")):
        st.button(
            t("model.layer_norm"),
            on_click=state.remember,
            args=("model norms", (file_id, hints)),
            key="model-layer-norm",
        )
    if isinstance(refusal, ModulesApart | OtherNorm):
        _apart(refusal, file_id)
    if isinstance(refusal, UnsupportedTail | UnsupportedBetween):
        st.button(
            t("model.without_tail"),
            icon=":material/content_cut:",
            on_click=state.remember,
            args=("model without tail", file_id),
            key="model-without-tail",
        )


def _apart(refusal: ModulesApart | OtherNorm, file_id: str) -> None:
    """Draw which modules to read, and in which order; one that can be read is chosen already."""
    names, order = (_json(refusal, fact) for fact in ("modules", "order"))
    if not names or not order:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="model-apart"):
        chosen = st.multiselect(
            t("model.apart"),
            names,
            default=[name for name in order if name in names],
            help=t("model.apart.help"),
            key=f"model-apart-{file_id}",
        )
        st.button(
            t("model.apart.read"),
            disabled=not chosen,
            on_click=state.remember,
            args=("model order", (file_id, tuple(chosen))),
            key="model-apart-read",
        )


def _json(refusal: CoreError, fact: str) -> Any:
    """A fact that is a list or a dict; None where it is missing, or was cut on its way."""
    try:
        return json.loads(str(refusal.facts.get(fact, "")))
    except ValueError:
        return None
