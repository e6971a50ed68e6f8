"""A run's figures for other programs: CSV, and event files for TensorBoard.

    python -m core.training.export tensorboard RUN_DIR OUT_DIR
    python -m core.training.export csv RUN_DIR OUT_FILE

TensorFlow gives the records and their format, so this part belongs into a process of its own. Not
chosen: `tf.summary.scalar`, which needs TensorBoard where the files are written, and takes a minute
for 100,000 batches.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from core.terminal import print_anywhere
from core.training.run_folder import Run

EPOCH_SCALARS = (
    "loss",
    "metric",
    "validation_loss",
    "validation_metric",
    "learning_rate",
    "seconds",
)


def table(run: Run) -> pd.DataFrame:
    """One row an epoch, the layers' gradient norms in columns of their own."""
    frame = run.epochs
    if "norms" not in frame:
        return frame
    norms = pd.json_normalize(list(frame["norms"])).add_prefix("norm/")
    return pd.concat([frame.drop(columns="norms"), norms], axis=1)


def tensorboard(run: Run, folder: Path) -> Path:
    """Writes an event file: scalars per batch and per epoch. Returns it. Needs TensorFlow.

    Raises BrokenRun.
    """
    tables = {"batch": run.batches, "epoch": run.epochs}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    begun = run.status.started or run.status.created
    file = folder / run.id / f"events.out.tfevents.{int(begun):010d}.unrolled"
    file.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as records:
        version = tf.compat.v1.Event(wall_time=begun, file_version="brain.Event:2")
        records.write(version.SerializeToString())
        for when, step, scalars in _scalars(tables):
            values = [
                tf.compat.v1.Summary.Value(tag=tag, simple_value=scalars[tag]) for tag in scalars
            ]
            summary = tf.compat.v1.Summary(value=values)
            event = tf.compat.v1.Event(wall_time=begun + when, step=step, summary=summary)
            records.write(event.SerializeToString())
    return file


def _scalars(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[float, int, dict[str, float]]]:
    """Seconds since the start, the step, and what was measured there: batches, then epochs."""
    for part, table in tables.items():
        columns = [
            str(name) for name in table.columns
            if (name in EPOCH_SCALARS if part == "epoch" else name not in ("epoch", "batch"))
        ]  # fmt: skip
        numbers = table[columns].apply(pd.to_numeric, errors="coerce").to_numpy(float)
        seconds = table["seconds"].cumsum() if "seconds" in table else pd.Series(0, table.index)
        steps = range(1, len(table) + 1) if part == "batch" else table["epoch"]
        for when, step, row in zip(seconds, steps, numbers, strict=True):
            told = zip(columns, row.tolist(), strict=True)
            yield (
                float(when),
                int(step),
                {f"{part}/{name}": x for name, x in told if not math.isnan(x)},
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m core.training.export", description=__doc__)
    parser.add_argument("format", choices=("csv", "tensorboard"))
    parser.add_argument("run", type=Path, metavar="RUN_DIR")
    parser.add_argument("out", type=Path, metavar="OUT")
    given = parser.parse_args(arguments)
    run = Run(given.run.resolve())
    if given.format == "csv":
        table(run).to_csv(given.out, index=False)
    else:
        print(tensorboard(run, given.out))


if __name__ == "__main__":
    print_anywhere()
    main()
