"""What is done with a model that was brought: keep, rename, delete and undo, save as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from core.errors import CoreError
from core.importers.save import model_bytes
from core.model import Model
from core.training.shelf import KeptModel
from dashboard import cache, reader, state
from dashboard.i18n import t
from dashboard.i18n.reasons import told
from dashboard.origins.upload import Brought, OfModel, give_up, put_back
from dashboard.views.model.original import wait
from dashboard.widgets.problem import guard, plain, problem

MOST_NAME = 120
_PROBLEM, _DELETED = "model problem", "model deleted"


def actions(shown: OfModel, *, then: Callable[[str], None]) -> None:
    """Draw the buttons; `then` is told which model is shown from here on, "" for none."""
    found = shown.found
    if isinstance(found, Brought):
        st.button(
            t("model.keep"), icon=":material/bookmark_add:", help=t("model.keep.help"),
            on_click=_keep, args=(found, then), key="model-keep",
        )  # fmt: skip
    with (
        st.popover(t("model.rename"), icon=":material/edit:", key=f"model-rename-{shown.id}"),
        st.form(f"model-name-{shown.id}", border=False),
    ):
        name = st.text_input(t("model.name"), found.name, max_chars=MOST_NAME)
        if st.form_submit_button(t("model.rename.save")):
            _attempt(lambda: _rename(found, name.strip() or found.name))
            st.rerun()
    st.button(
        t("model.delete"), icon=":material/delete:", type="tertiary", key="model-delete",
        help=t("model.delete.help"), on_click=_delete, args=(found, then),
    )  # fmt: skip


def outcome(*, then: Callable[[str], None]) -> None:
    """Draw why the last action failed, and the way back from a deletion."""
    failed: CoreError | None = state.recall(_PROBLEM)
    if failed is not None:
        problem(failed)
        state.remember(_PROBLEM, None)
    deleted: tuple[str, Brought | KeptModel] | None = state.recall(_DELETED)
    if deleted is not None:
        name, found = deleted
        row = st.container(horizontal=True, vertical_alignment="center", key="model-deleted")
        row.info(t("model.deleted", name=plain(name, most=60)), icon=":material/delete:")
        row.button(
            t("model.undo"), icon=":material/undo:", key="model-undo",
            on_click=_undelete, args=(found, then),
        )  # fmt: skip


def files(model: Model, name: str) -> None:
    """Draw the model as files of other programs; `.keras` is written by Keras, in its child."""
    with st.container(horizontal=True, vertical_alignment="center", key="model-files"):
        for ending in (".npz", ".safetensors"):
            with guard():
                _file(ending, model, name)
        asked = f"keras of {model.digest}"
        if not state.recall(asked):
            st.button(
                t("model.make.keras"), icon=":material/deployed_code:", key="model-make-keras",
                help=t("model.make.keras.help"), on_click=state.remember,
                args=(asked, True),
            )  # fmt: skip
            return
        future = cache.keras_file_soon(model)
        if wait(future, said=t("model.making")):
            with guard():
                _download(".keras", future.result(), name)


def _file(ending: str, model: Model, name: str) -> None:
    """Offer a file. What cannot be said in a format is said when it is asked for."""
    made = f"file {ending} of {model.digest}"
    if ending == ".safetensors" and state.recall(made) is None:
        # Whether the format can hold the model shows when it is written; that takes milliseconds.
        try:
            state.remember(made, bool(model_bytes(model, ending)))
        except CoreError as error:
            state.remember(made, error)
    refused = state.recall(made)
    if isinstance(refused, CoreError):
        said = t(f"errors.{type(refused).__name__}", **told(refused.facts))
        st.button(ending, disabled=True, icon=":material/download:", help=said)
        return
    _download(ending, lambda: model_bytes(model, ending), name)


def _download(ending: str, data: bytes | Callable[[], bytes], name: str) -> None:
    st.download_button(
        ending, data=data, file_name=f"{name}{ending}", icon=":material/download:",
        key=f"model-file{ending}", on_click="ignore",
    )  # fmt: skip


def _attempt(do: Callable[[], object]) -> None:
    try:
        do()
    except CoreError as error:
        state.remember(_PROBLEM, error)


def _rename(found: Brought | KeptModel, name: str) -> None:
    if isinstance(found, KeptModel):
        found.rename(name)
    else:
        put_back(replace(found, name=name))


def _keep(found: Brought, then: Callable[[str], None]) -> None:
    def keep() -> None:
        kept = reader.shelf().keep(found.model, name=found.name, source=found.file)
        give_up(found.id)
        _follow(found.id, kept.id)
        then(kept.id)

    _attempt(keep)


def _delete(found: Brought | KeptModel, then: Callable[[str], None]) -> None:
    def away() -> None:
        name = found.name
        if isinstance(found, KeptModel):
            reader.shelf().delete(found)
        else:
            give_up(found.id)
        _follow(found.id, None)
        state.remember(_DELETED, (name, found))
        then("")

    _attempt(away)


def _undelete(found: Brought | KeptModel, then: Callable[[str], None]) -> None:
    def back() -> None:
        if isinstance(found, KeptModel):
            reader.shelf().undelete(found.id)
        else:
            put_back(found)
        state.remember(_DELETED, None)
        then(found.id)

    _attempt(back)


def _follow(old: str, new: str | None) -> None:
    """Let the pages that read with a model go on with it under its new id, or with another."""
    for name in ("task", "weights"):
        field = state.FIELDS[name]
        if state.get(field) == state.MODEL + old:
            if new is None:
                state.reset(field, state.TEXT, state.EPOCH)
            else:
                state.put(field, state.MODEL + new)
