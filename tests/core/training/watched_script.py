"""A script as somebody may have it: a small LSTM on words, watched. Tests run it as a child.

python -m tests.core.training.watched_script RUNS_DIR EPOCHS
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

WORDS = ["good", "bad", "dull", "fine", "not", "very", "film", "plot"]


def data(count: int = 96, *, steps: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Ids from 2 on, and whether 'good' or 'fine' is among the last three."""
    ids = np.random.default_rng(seed).integers(2, 2 + len(WORDS), (count, steps))
    return ids, np.isin(ids[:, -3:], (2, 5)).any(axis=1).astype(np.float32)


def network(**compiled):
    """An embedding, an LSTM and a sigmoid, in Keras."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(2 + len(WORDS), 4),
            keras.layers.LSTM(5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    settings = {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]}
    model.compile(**(settings | compiled))
    return model


def main() -> None:
    """Trains."""
    from core.training import watch

    folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
    ids, targets = data()
    callback = watch(
        "a script's", probes=["not good", "very dull film"], folder=folder,
        vocabulary=["", "[UNK]", *WORDS],
    )  # fmt: skip
    network().fit(ids, targets, epochs=epochs, batch_size=8, verbose=0, callbacks=[callback])


if __name__ == "__main__":
    main()
