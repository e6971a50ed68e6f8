"""Runs as files: numbers as CSV, settings as JSON, TensorBoard's event files, the Keras model.

What needs another process is made when asked for and offered once it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import streamlit as st

from core.training.run_folder import Run
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.run_overview import Overview


def export(chosen: Sequence[Overview]) -> None:
    """Draw a row of files for each run."""
    if not chosen:
        st.info(t("runs.choose_one"))
    for seen in chosen:
        with st.container(border=True, key=f"export-{seen.run.id}"):
            st.markdown(f"**{plain(seen.name, most=80)}**")
            with st.container(horizontal=True, vertical_alignment="center"):
                _files(seen)
            _made(seen)


def _files(seen: Overview) -> None:
    run = seen.run
    if _is_there(run, "epochs.jsonl"):
        _file("epochs.csv", run, lambda: _epochs_csv(run))
    if _is_there(run, "batches.csv"):
        _file("batches.csv", run, run.file("batches.csv").read_bytes)
    config = seen.config if seen.brought is None else seen.brought
    if config is not None:
        written = json.dumps(config.to_json(), indent=2, ensure_ascii=False).encode()
        _file("config.json", run, lambda: written)


def _is_there(run: Run, name: str) -> bool:
    _, _, size = cache.stamp(run, name)
    return size >= 0


def _epochs_csv(run: Run) -> bytes:
    from core.training.export import table

    return table(run).to_csv(index=False).encode()


def _made(seen: Overview) -> None:
    """Files that another process makes: a button first, then the file."""
    run = seen.run
    with st.container(horizontal=True, vertical_alignment="center"), guard():
        if _is_there(run, "epochs.jsonl"):
            _on_demand("tensorboard.zip", run, lambda: cache.event_files(run))
        if run.model_epochs:
            _on_demand("model.keras", run, lambda: cache.keras_file(cache.run_model(run)))


def _on_demand(name: str, run: Run, make: Callable[[], bytes]) -> None:
    asked = f"asked for {name} of {run.id}"
    if st.button(
        t(f"runs.make.{name.rpartition('.')[2]}"), icon=":material/deployed_code:",
        help=t(f"runs.make.{name.rpartition('.')[2]}.help"), key=f"make-{name}-{run.id}",
    ):  # fmt: skip
        state.remember(asked, True)  # noqa: FBT003 — a mark
    if state.recall(asked):
        with st.spinner(t("runs.making")):
            data = make()
        _file(name, run, lambda: data)


def _file(name: str, run: Run, make: Callable[[], bytes]) -> None:
    st.download_button(
        name, data=make, file_name=f"{run.id}-{name}", key=f"file-{name}-{run.id}",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
