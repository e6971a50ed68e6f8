"""What a run was tested on, to read with it: a few examples, as one types them."""

from __future__ import annotations

import json

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.training.config import RunConfig
from core.training.sources import SOURCES, prepare
from core.training.sources.drawn import DrawnOptions

FEW = 5


def examples(config: RunConfig) -> tuple[str, ...]:
    """Return texts or numbers that a source draws; () for one that reads files. Raises CoreError.

    Drawing five takes milliseconds; reading a corpus for five would take seconds.
    """
    source = SOURCES.get(config.data.source)
    if source is None or not issubclass(source.options, DrawnOptions):
        return ()
    return _examples(source.name, json.dumps(dict(config.data.options), sort_keys=True))


@st.cache_resource(max_entries=32, show_spinner=False)
def _examples(source: str, options: str) -> tuple[str, ...]:
    few = {"train_examples": 10, "test_examples": FEW}
    test = prepare(source, json.loads(options) | few, seed=0, validation=0.0).test
    return tuple(
        _typed(test.alone[at]) if test.texts is None else test.texts(at) for at in range(len(test))
    )


def _typed(numbers: NDArray[np.floating]) -> str:
    """Features (time, features) as lines, one a step."""
    return "\n".join(", ".join(f"{value:.3f}" for value in step) for step in numbers)
