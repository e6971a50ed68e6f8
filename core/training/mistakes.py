"""Which test examples were answered wrong, and with the most confidence."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.training.dataset import Dataset

MOST = 100
_SMALLEST = 1e-7


def mistakes(dataset: Dataset, outputs: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """The test examples that were answered wrong with the most confidence, the worst first.

    `outputs` (examples, outputs). [] where answers are numbers.
    """
    targets = dataset.test.targets
    if dataset.loss == "mean_squared_error":
        return []
    if dataset.loss == "binary_crossentropy":
        yes = outputs[:, 0]
        wanted = targets[:, 0].astype(int)
        answered = (yes > 0.5).astype(int)
        given = np.where(wanted == 1, yes, 1 - yes)
    else:
        wanted = targets.astype(int)
        answered = outputs.argmax(axis=1)
        given = outputs[np.arange(len(outputs)), wanted]
    wrong = np.flatnonzero(answered != wanted)
    worst = wrong[np.argsort(given[wrong], kind="stable")][:MOST]
    named = dataset.answers
    texts = dataset.test.texts
    return [
        {
            "index": int(at),
            "text": "" if texts is None else texts(int(at)),
            "target": named[wanted[at]] if named else str(wanted[at]),
            "answer": named[answered[at]] if named else str(answered[at]),
            "probability": float(given[at]),
            "loss": float(-np.log(max(given[at], _SMALLEST))),
        }
        for at in worst
    ]
