"""What runs wrote, read again only when its file has changed.

A run's files grow while it trains, so each is kept under its path, its time and its size. Tables
and lists are shared between sessions: nobody may change them. A file that is broken raises
BrokenRun each time and is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.analysis.looks import is_look
from core.analysis.questions import answering
from core.model import Model
from core.training import cost
from core.training.answer_names import FILE as ANSWER_NAMES
from core.training.answer_names import answer_names as given_names
from core.training.brought import Brought
from core.training.config import RunConfig
from core.training.described import read_described
from core.training.errors import BrokenRun
from core.training.files import read_json, read_json_lines
from core.training.presets import Preset
from core.training.run_folder import Run
from core.training.shelf import KeptModel

if TYPE_CHECKING:
    import pandas as pd

Stamp = tuple[str, int, int]


def stamp(run: Run, name: str) -> Stamp:
    """Return what changes whenever a file of a run does; also for one that is missing."""
    file = run.file(name)
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, -1
    return str(file), found.st_mtime_ns, found.st_size


def batches(run: Run) -> pd.DataFrame:
    """Return one row a batch. Raises BrokenRun."""
    return _batches(stamp(run, "batches.csv"), run)


def epochs(run: Run) -> pd.DataFrame:
    """Return one row an epoch. Raises BrokenRun."""
    return _epochs(stamp(run, "epochs.jsonl"), run)


def validation_metric(run: Run, *, epoch: int | None) -> float | None:
    """Return the validation metric of an epoch, else of the last one; None without validation."""
    return _validation_metric(stamp(run, "epochs.jsonl"), epoch, run)


def seconds_of(known: Preset) -> float:
    """Return how long a known experiment that says what it reads takes here, estimated once."""
    return _seconds_of(known.name, known)


@st.cache_resource(max_entries=32, show_spinner=False)
def _seconds_of(name: str, _known: Preset) -> float:
    del name
    assert _known.reads is not None
    tokens, outputs = _known.reads
    return cost.seconds_of(_known.config, tokens=tokens, outputs=outputs)


def config(run: Run) -> RunConfig:
    """Return what a run computes. Raises BrokenRun."""
    return _config(stamp(run, "config.json"), run)


def brought(run: Run) -> Brought | None:
    """Return where a run came from that was not trained here, else None. Raises BrokenRun."""
    return _brought(stamp(run, "config.json"), run)


def looks(run: Run) -> list[dict[str, Any]]:
    """Return what was seen inside; lines that are none are left out. Raises BrokenRun."""
    return _looks(stamp(run, "looks.jsonl"), run)


def described(run: Run) -> Mapping[str, Any] | None:
    """Return what its data and its network are; None until they are prepared. Raises BrokenRun."""
    return _described(stamp(run, "dataset.json"), run)


def mistakes(run: Run) -> list[dict[str, Any]]:
    """Return the worst mistakes on test data, [] until they are known. Raises BrokenRun."""
    return _mistakes(stamp(run, "mistakes.json"), run)


def answered(run: Run) -> dict[str, Any] | None:
    """Return `outputs` and `targets` on test data, None until they are known. Raises BrokenRun."""
    return _answers(stamp(run, "test.npz"), run)


def kept_model(kept: KeptModel) -> Model:
    """Return a model of the shelf. Raises what `KeptModel.model` raises."""
    try:
        found = kept.file.stat()
    except OSError:
        return kept.model()  # which says why not
    return _kept_model((str(kept.file), found.st_mtime_ns, found.st_size), kept)


def run_model(run: Run, *, epoch: int | None = None) -> Model:
    """Return the model after an epoch; unless one is named, the run's own. Raises BrokenRun.

    Its card names its answers as people do, else as the run's data do, where the names fit.
    """
    epoch = run.final_epoch if epoch is None else epoch
    key = stamp(run, f"epochs/{epoch or 0:04d}.npz")
    named = stamp(run, "dataset.json"), stamp(run, ANSWER_NAMES)
    return _run_model(key, named, epoch, run)


def answer_names(run: Run) -> tuple[str, ...]:
    """Return what the answers of a run's model are called; () for numbers. Raises BrokenRun."""
    return given_names(run) or _data_names(run)


def renamed_answers(run: Run) -> dict[str, str]:
    """Return what people call the answers, by what its data call them. Raises BrokenRun."""
    given = given_names(run)
    data = _data_names(run) or tuple(map(str, range(len(given))))
    return dict(zip(data, given, strict=True)) if len(given) == len(data) else {}


def _data_names(run: Run) -> tuple[str, ...]:
    names = (described(run) or {}).get("answers") or ()
    return tuple(map(str, names)) if isinstance(names, list | tuple) else ()


@st.cache_resource(max_entries=12, show_spinner=False)
def _batches(key: Stamp, _run: Run) -> pd.DataFrame:
    del key
    return _run.batches


@st.cache_resource(max_entries=64, show_spinner=False)
def _epochs(key: Stamp, _run: Run) -> pd.DataFrame:
    del key
    return _run.epochs


@st.cache_resource(max_entries=2_000, show_spinner=False)
def _validation_metric(key: Stamp, epoch: int | None, _run: Run) -> float | None:
    # Lists of runs ask for one number of each; a table would take a hundred times as long.
    del key
    found: dict[object, object] = {}
    for line in read_json_lines(_run.file("epochs.jsonl")):
        found[line.get("epoch")] = line.get("validation_metric")
    value = found.get(epoch, next(reversed(found.values()), None))
    return float(value) if isinstance(value, int | float) else None


@st.cache_resource(max_entries=2_000, show_spinner=False)
def _config(key: Stamp, _run: Run) -> RunConfig:
    del key
    return _run.config


@st.cache_resource(max_entries=2_000, show_spinner=False)
def _brought(key: Stamp, _run: Run) -> Brought | None:
    del key
    return _run.brought


@st.cache_resource(max_entries=12, show_spinner=False)
def _looks(key: Stamp, _run: Run) -> list[dict[str, Any]]:
    del key
    return [look for look in _run.looks if is_look(look)]


@st.cache_resource(max_entries=2_000, show_spinner=False)
def _described(key: Stamp, _run: Run) -> Mapping[str, Any] | None:
    del key
    return read_described(_run.file("dataset.json"))


@st.cache_resource(max_entries=16, show_spinner=False)
def _mistakes(key: Stamp, _run: Run) -> list[dict[str, Any]]:
    del key
    found = read_json(_run.file("mistakes.json")) or []
    whole = {"text", "target", "answer", "probability"}
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BrokenRun(file="mistakes.json", why="it is no list of mistakes")
    return [each for each in found if whole <= each.keys()]


@st.cache_resource(max_entries=8, show_spinner=False)
def _answers(key: Stamp, _run: Run) -> dict[str, Any] | None:
    del key
    found = _run.answers
    if found is None:
        return None
    if not {"outputs", "targets"} <= found.keys() or found["outputs"].ndim != 2:
        raise BrokenRun(file="test.npz", why="it holds no answers")
    return found


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept_model(key: Stamp, _kept: KeptModel) -> Model:
    del key
    return _kept.model()


@st.cache_resource(max_entries=16, show_spinner=False)
def _run_model(key: Stamp, named: tuple[Stamp, Stamp], epoch: int | None, _run: Run) -> Model:
    del key, named
    model = answering(_run.model(epoch), (described(_run) or {}).get("answers"))
    given = answering(model, given_names(_run))
    return given if "answers" in given.card else model
