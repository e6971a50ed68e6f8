"""The forward pass in NumPy: the engine that every picture comes from, and every other is held to.

Each node runs by its own equations, recurrent layers by the reference loop over the steps of their
cells (`core/cells/loops.py`).
"""

from __future__ import annotations

from core.engines.inputs import Inputs
from core.engines.walk import walk
from core.model import Model
from core.threads import one_thread
from core.trace import Trace


def run(model: Model, inputs: Inputs) -> Trace:
    """Records the model on checked inputs."""
    with one_thread():
        return walk(model, inputs, engine="numpy")
