"""A run as files for other programs, made by child processes that know Keras and TensorFlow."""

from __future__ import annotations

import io
import zipfile
from concurrent.futures import Future
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from core import children
from core.importers.save import model_bytes
from core.model import Model
from core.training.errors import ExportFailed
from core.training.run_folder import Run
from dashboard.cache.parity import asking, keras_process
from dashboard.cache.runs import Stamp, stamp

_SECONDS = 900
_WORDS = 600  # characters of what a failed process said


def keras_file(model: Model) -> bytes:
    """Return a model as a `.keras` file. Raises UnsupportedModel and what asking Keras raises."""
    return _keras_file(model.digest, model)


def keras_file_soon(model: Model) -> Future[bytes]:
    """Return a model as a `.keras` file, as soon as Keras has written it: ask `done()`."""
    return _keras_file_soon(model.digest, model)


def event_files(run: Run) -> bytes:
    """Return a run's figures as event files for TensorBoard, in a `.zip`. Raises ExportFailed."""
    return _event_files((stamp(run, "epochs.jsonl"), stamp(run, "batches.csv")), run)


@st.cache_resource(max_entries=2, show_spinner=False)
def _keras_file(key: str, _model: Model) -> bytes:
    del key
    return model_bytes(_model, ".keras", process=keras_process())


@st.cache_resource(max_entries=2, show_spinner=False)
def _keras_file_soon(key: str, _model: Model) -> Future[bytes]:
    del key
    return asking().submit(model_bytes, _model, ".keras", process=keras_process())


@st.cache_resource(max_entries=2, show_spinner=False)
def _event_files(key: tuple[Stamp, Stamp], _run: Run) -> bytes:
    del key
    with TemporaryDirectory(prefix="unrolled-") as folder:
        given = children.command("core.training.export", "tensorboard", str(_run.folder), folder)
        try:
            done = children.ask(given, seconds=_SECONDS)
        except children.ChildTooSlow as error:
            raise ExportFailed(words=f"no answer within {_SECONDS:g} seconds") from error
        if done.code != 0:
            raise ExportFailed(words=done.stderr.decode("utf-8", "replace")[-_WORDS:])
        return _zipped(Path(folder))


def _zipped(folder: Path) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(folder))
    return file.getvalue()
