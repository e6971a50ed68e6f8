"""What runs wrote, to draw: every number different, names that are no markup."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.analysis.confusion import Confusion
from core.analysis.history import History
from core.analysis.looks import Inside
from core.cells import CELLS
from core.training.experiment import Interval
from dashboard.figures import Band, Group

PER_EPOCH = 10
LAYERS = ("embedding", "<b>recurrent", "dense")


def history(cell: str = "lstm", *, epochs: int = 3, seed: int = 0, **settings: Any) -> History:
    """A run whose loss falls, with some noise."""
    generator = np.random.default_rng([seed, epochs])
    epoch = np.repeat(np.arange(1, epochs + 1), PER_EPOCH).astype(float)
    batch = np.tile(np.arange(1, PER_EPOCH + 1), epochs).astype(float)
    batches = {"epoch": epoch, "batch": batch}
    batches["loss"] = 1 / (epoch + batch / PER_EPOCH) + 0.05 * generator.random(epoch.size)
    batches["metric"] = 1 - batches["loss"] / 2
    batches["learning_rate"] = 1e-3 * 0.9**epoch
    for at, layer in enumerate((LAYERS[0], cell, LAYERS[2])):
        batches[f"norm/{layer}"] = np.exp(generator.normal(-at, 1, epoch.size))
    means = {name: values.reshape(epochs, -1).mean(1) for name, values in batches.items()}
    ends = {name: means[name] for name in ("epoch", "loss", "metric", "learning_rate")}
    ends["validation_loss"] = ends["loss"] + 0.1 * generator.random(epochs)
    ends["validation_metric"] = ends["metric"] - 0.1 * generator.random(epochs)
    best = 1 + int(np.argmin(ends["validation_loss"])) if epochs else None
    given = {"per_epoch": PER_EPOCH, "best_epoch": best} | settings
    return History(cell=cell, batches=batches, epochs=ends, **given)


def looks(cell: str = "lstm", *, count: int = 5, time: int = 40, points: int = 8) -> list[dict]:
    """Lines of looks.jsonl: a gradient that reaches further from look to look."""
    generator = np.random.default_rng(count)
    gates = CELLS[cell].gates
    steps = np.linspace(0, time - 1, points).round()
    return [
        {
            "epoch": 1 + at // 2,
            "batch": PER_EPOCH // 2 if at % 2 == 0 else PER_EPOCH,
            "layers": [
                {
                    "name": "<b>recurrent",
                    "cell": cell,
                    "time": time,
                    "saturation": {gate: generator.random(2).tolist() for gate in gates},
                    "gradient": np.exp((steps - time) / (at + 1)).tolist(),
                }
            ],
        }
        for at in range(count)
    ]


def inside(cell: str = "lstm") -> Inside:
    return Inside.of(looks(cell), layer="<b>recurrent", per_epoch=PER_EPOCH)


def confusion(classes: int = 3, *, names: tuple[str, ...] = ("<b>no", "yes</b>", "%{x}")):
    generator = np.random.default_rng(classes)
    outputs = generator.random((90, classes))
    targets = generator.integers(0, classes, 90)
    return Confusion.of(outputs, targets, answers=names), outputs, targets


def losses(epochs: int = 5) -> History:
    """A run whose losses fall; nothing was validated after the second epoch."""
    generator = np.random.default_rng(epochs)
    epoch = np.arange(1, epochs + 1, dtype=float)
    training = 1 / epoch + 0.01 * generator.random(epochs)
    validation = np.where(epoch == 2, np.nan, training + 0.1)
    return History("lstm", {}, {"epoch": epoch, "loss": training, "validation_loss": validation})


def groups() -> dict[str, Group]:
    """Three seeds of one setting, one of another, none of a third."""
    given = {"<b>LSTM(8)": (0.8, 0.9, 0.85), "GRU(8)": (0.7,), "SimpleRNN(8)": ()}
    cells = ("lstm", "gru", "simple_rnn")
    return {
        title: Group(cell, values, Interval.of(values))
        for (title, values), cell in zip(given.items(), cells, strict=True)
    }


def bands() -> dict[str, Band]:
    generator = np.random.default_rng(0)
    mean = generator.random((2, 4))
    low = mean - generator.random((2, 4))
    low[1] = np.nan  # a single run
    return {
        f"<b>{cell}": Band(cell, np.arange(1.0, 5), mean[at], low[at], 2 * mean[at] - low[at])
        for at, cell in enumerate(("lstm", "gru"))
    }
