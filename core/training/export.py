"""A run's figures for other programs: CSV, and event files for TensorBoard.

    python -m core.training.export tensorboard RUN_DIR OUT_DIR
    python -m core.training.export csv RUN_DIR OUT_FILE

Event files are written by TensorFlow itself, so this part belongs into a process of its own.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

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


def tensorboard(run: Run, folder: Path) -> list[Path]:
    """Writes event files: scalars per epoch and per batch. Returns the files. Needs TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    batches = run.batches
    with tf.summary.create_file_writer(str(folder / run.id)).as_default():
        for row in run.epochs.to_dict("records"):
            for name in EPOCH_SCALARS:
                value = row.get(name)
                if value is not None and pd.notna(value):
                    tf.summary.scalar(f"epoch/{name}", float(value), step=int(row["epoch"]))
        for step, row in enumerate(batches.to_dict("records"), start=1):
            for column, value in row.items():
                name = str(column)
                if name not in ("epoch", "batch") and pd.notna(value):
                    tf.summary.scalar(f"batch/{name}", float(value), step=step)
    return sorted((folder / run.id).glob("events.*"))


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
        for file in tensorboard(run, given.out):
            print(file)


if __name__ == "__main__":
    main()
