"""What share of Keras files of the kinds that people have is read, and rightly.

By the Keras that is installed, and by Keras 2 where `tf_keras` can be imported: it is in no lock.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.core.importers.keras.people import KINDS, RIGHT, answered, files, outcome


def _measured(keras: Any, *, seeds: int) -> Iterator[tuple[str, str, str]]:
    """Kind, format and outcome of every file."""
    for make in KINDS:
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            model = make(keras, rng)
            x, y = answered(model, rng)
            with tempfile.TemporaryDirectory() as folder:
                for form, path, how in files(keras, model, Path(folder)):
                    yield make.__name__, form, outcome(path, how, x, y)


def shares(*, seeds: int) -> str:
    """The table of each kind and format, and why others were refused."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    named = [name for name in ("keras", "tf_keras") if importlib.util.find_spec(name)]
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for name in named:
        for kind, form, what in _measured(importlib.import_module(name), seeds=seeds):
            for key in (kind, form, "all"):
                total[key] += 1
                right[key] += what == RIGHT
            if what != RIGHT:
                others[re.sub(r"_\d+'", "'", f"{kind}: {what}")[:120]] += 1
    lines = ["| files | right |", "| --- | --- |"]
    lines += [f"| {key} | {right[key]} of {count} |" for key, count in total.items()]
    return "\n".join([*lines, "", *(f"{count} × {what}" for what, count in others.most_common())])
