"""Logs as runs: which files are logs, which belong together, and what of them are the curves.

Every folder that holds event files is a run, called by its path as TensorBoard has it; `train` and
`validation` beside each other, as Keras writes them, are one. A CSV file is a run. What a measure
is, its name says: a loss, or something else; of training, or of validation. All are kept; the first
loss and the first other measure, an accuracy before others, are drawn. A CSV file that counts steps
is a history of Weights & Biases.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from core.training.brought import ACCURACIES, RESERVED, Brought, Program, metric_kind
from core.training.logs.csv_logger import read_table, rows_of
from core.training.logs.errors import LogDamaged, NoLogs, NotALog, TooMuchLog
from core.training.logs.events import Scalars, read_events
from core.training.logs.history_csv import read_history, step_column
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.status import is_time
from core.training.store import RunStore
from core.typed_paths import typed_path

EVENTS = "tfevents"
MOST_FILES = 500
MOST_BYTES = 512 * 2**20
MOST_MEASURES = 40
_VALIDATION = re.compile(r"(?:^|[/_. -])(?:validation|valid|val|eval|dev|test)(?=$|[/_. -])")
_TRAINING = re.compile(r"(?:^|[/_. -])(?:training|train|epoch)(?=$|[/_. -])")
_RATE = re.compile(r"(?:^|[/_. -])(?:learning_rate|lr)(?=$|[/_. -])")
_KERAS = "epoch_"
_NO_METRIC = frozenset({"learning_rate", "seconds", "epoch", "batch", "memory", "norms"})
_SIDES = ("train", "validation")


@dataclass
class _Log:
    """One run to be: its rows by epoch, under the columns of a run's table."""

    name: str
    program: Program
    source: str
    rows: dict[int, dict[str, float]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    metric: str = ""
    damaged: int | None = None


def import_log(
    path: str | Path, *, name: str | None = None, folder: str | Path | None = None
) -> list[Run]:
    """The runs that a log holds, or a folder of logs, beside those of the dashboard.

    Args:
        path: a CSV file of Keras's CSVLogger or a history that Weights & Biases exported, an event
            file of TensorBoard, or a folder of them.
        name: what the run is called, or what stands before the names of several.
        folder: where runs are kept; unless given, where the dashboard looks for them.

    Raises UnusablePath, NoLogs, NotALog, TooMuchLog, FolderNotWritable and DiskFull.
    """
    place = typed_path(path)
    found = sorted(each for each in place.rglob("*") if _is_log(each.name) and each.is_file())
    if place.is_file():
        found = [place]
    if not found:
        raise NoLogs(where=str(place))
    base = place if place.is_dir() else place.parent
    if len(found) > MOST_FILES or sum(each.stat().st_size for each in found) > MOST_BYTES:
        raise _too_much(str(place))
    files = {each.relative_to(base).as_posix(): _bytes(each) for each in found}
    store = RunStore(None if folder is None else Path(folder))
    called = name or (place.stem if place.is_file() else place.resolve().name)
    return import_files(files, store=store, name=called)


def import_files(files: Mapping[str, bytes], *, store: RunStore, name: str = "") -> list[Run]:
    """The same of files in memory, by their paths below one folder. Raises as `import_log`."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise _too_much(name or _named(files))
    logs = [*_of_events(files, name), *_of_tables(files, name)]
    if not logs:
        raise NoLogs(where=name or _named(files))
    return [_written(log, store) for log in logs]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotALog(file=str(path), why=error.strerror or str(error)) from error


def _too_much(where: str) -> TooMuchLog:
    return TooMuchLog(where=where, files=MOST_FILES, megabytes=MOST_BYTES >> 20)


def _named(files: Iterable[str]) -> str:
    """The names of some files, of many the first."""
    return ", ".join(list(files)[:3])


def _is_log(name: str) -> bool:
    return EVENTS in name or name.lower().endswith(".csv")


def _of_events(files: Mapping[str, bytes], name: str) -> Iterable[_Log]:
    """A log for each folder of event files, train and validation of one parent together."""
    folders: dict[str, dict[str, Scalars]] = {}
    for path in sorted(path for path in files if EVENTS in PurePosixPath(path).name):
        place = PurePosixPath(path).parent
        side = place.name if place.name in _SIDES else ""
        run = (place.parent if side else place).as_posix()
        scalars = folders.setdefault(run, {}).setdefault(side, Scalars())
        read_events(files[path], into=scalars)
    for run, sides in folders.items():
        inner = "" if run == "." else run
        called = "/".join(filter(None, (name, inner))) or "TensorBoard"
        log = _Log(called, "tensorboard", inner or name)
        for side, scalars in sides.items():
            log.damaged = scalars.damaged if log.damaged is None else log.damaged
            tags = scalars.by_tag
            # Where some count epochs, those that count batches have no place on their axis.
            counted = [tag for tag in tags if tag.startswith("epoch")] or list(tags)
            for tag in counted:
                values = tags[tag]
                _take(log, tag, values, validation=side == "validation")
        if not log.rows:
            if log.damaged is not None:
                why = f"it is damaged at byte {log.damaged:,}, and holds no number before that"
                raise NotALog(file=called, why=why)
            raise NotALog(file=called, why="it holds no scalars")
        _draw(log)
        yield log


def _take(
    log: _Log, tag: str, values: Mapping[int, tuple[float, float]], *, validation: bool
) -> None:
    """Puts a tag's values into the rows, under the name of its measure."""
    first = 1 if tag.startswith(_KERAS) else 0  # Keras counts epochs from 0
    column = measure(tag, validation=validation)
    for step, (when, value) in values.items():
        row = log.rows.setdefault(step + first, {})
        if math.isfinite(value) and (column in row or len(row) < MOST_MEASURES):
            row[column] = value
            log.times.append(when)


def measure(tag: str, *, validation: bool = False) -> str:
    """A tag as a measure: "loss", "val_loss", "accuracy", "learning_rate", or as it stands.

    "epoch_loss", "Loss/train" and "train/loss" are one; "Loss/val" and "validation/loss" another.
    """
    low = tag.strip().lower()
    if _RATE.search(low):
        return "learning_rate"
    validation = validation or bool(_VALIDATION.search(low))
    bare = _TRAINING.sub("", _VALIDATION.sub("", low.removeprefix(_KERAS))).strip("/_. -") or low
    return f"val_{bare}" if validation else bare


def _of_tables(files: Mapping[str, bytes], name: str) -> Iterable[_Log]:
    """A log for each CSV file."""
    for path in sorted(files):
        own = PurePosixPath(path)
        if EVENTS in own.name or not (own.suffix.lower() == ".csv" or len(files) == 1):
            continue
        called = own.stem if len(files) > 1 or not name else name
        names, rows = read_table(files[path], name=own.name)
        if step_column(names) is not None:
            yield from _of_history(names, rows, called=called, source=own.name)
            continue
        log = _Log(called, "csv", own.name)
        for row in rows_of(names, rows, name=own.name):
            epoch = int(row.pop("epoch"))
            log.rows[epoch] = {
                "learning_rate" if _RATE.search(key.lower()) else key: value
                for key, value in list(row.items())[:MOST_MEASURES]
            }
        _draw(log)
        yield log


def _of_history(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, called: str, source: str
) -> Iterable[_Log]:
    """A log for each run of a history, its measures called as those of TensorBoard are."""
    for run, history in read_history(names, rows, name=source).items():
        log = _Log(f"{called}/{run}" if run else called, "csv", source, times=history.times)
        columns: dict[str, str] = {}
        for name in history.columns:
            known = measure(name)
            taken = columns.values()
            columns[name] = next(n for n in (known, name, f"{name}_") if n not in taken)
        for epoch, row in history.rows.items():
            some = history.columns[:MOST_MEASURES]
            log.rows[epoch] = {columns[name]: row[name] for name in some if name in row}
        _draw(log)
        yield log


def _draw(log: _Log) -> None:
    """Names the columns that are drawn as a run's table has them."""
    columns = list(dict.fromkeys(name for row in log.rows.values() for name in row))
    bare = [name.removeprefix("val_") for name in columns]
    losses = [name for name in bare if "loss" in name.lower()]
    loss = "loss" if "loss" in losses else next(iter(losses), "")
    others = [name for name in bare if name not in losses and name not in _NO_METRIC]
    log.metric = next((name for name in others if name.lower() in ACCURACIES),
                      next(iter(others), ""))  # fmt: skip
    renamed = {name: f"{name}_" for name in RESERVED - _NO_METRIC}  # another's "metric"
    renamed |= {f"val_{loss}": "validation_loss", f"val_{log.metric}": "validation_metric"}
    renamed |= {loss: "loss", log.metric: "metric"}
    for epoch, row in log.rows.items():
        log.rows[epoch] = {renamed.get(name, name): value for name, value in row.items()}


def _written(log: _Log, store: RunStore) -> Run:
    """The run of a log, finished."""
    epochs = sorted(log.rows)
    brought = Brought(
        kind="log", program=log.program, epochs=max(1, epochs[-1]), metric=log.metric,
        source=log.source,
    )  # fmt: skip
    run = store.bring(brought, name=log.name, versions={})
    writer = RunWriter(run)
    losses = {row["validation_loss"]: epoch for epoch, row in log.rows.items()
              if "validation_loss" in row}  # fmt: skip
    for epoch in epochs:
        writer.epoch({"epoch": epoch, **log.rows[epoch]})
    writer.dataset({"name": log.name, "metric": metric_kind(log.metric), "layers": []})
    times = list(filter(is_time, log.times))
    took = max(times, default=0.0) - min(times, default=0.0)
    began = min(times, default=time.time())
    if log.damaged is not None:
        writer.note(LogDamaged(file=log.name, position=log.damaged))
    writer.tell(
        state="finished", epoch=max(0, epochs[-1]), best_epoch=losses.get(min(losses, default=0.0)),
        created=began, started=began, ended=began + took, seconds=took,
    )  # fmt: skip
    writer.close()
    return run
