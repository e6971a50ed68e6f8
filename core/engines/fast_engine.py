"""The compiled engine: the same trace as NumPy's, to float32 rounding, several times as fast.

Recurrent layers run in loops that are compiled from the equations of their cells (`core/engines/
fast/`); every other node by its own equations. It is what `record` takes by default: a layer whose
loops are not compiled yet, or cannot be, runs in NumPy, so that nobody waits for a compiler.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

from core import cells
from core.cells.loops import Back
from core.engines.fast.compiler import Compiler, State
from core.engines.fast.loops import FastLoops
from core.engines.fast.modules import Compiled
from core.engines.fast.rows import Variant
from core.engines.inputs import Inputs
from core.engines.walk import walk
from core.model import Model
from core.nodes import Embedding, Flow, Layer, Node, NodeTrace
from core.threads import one_thread
from core.trace import Trace

FEWEST_STEPS = 8
"""What is shorter, such as a step of what is being written, has no use for another engine."""
WORTH_IT = 1e7
"""Products of two numbers in a run, from which on its loops are asked for: 20 ms in NumPy."""

COMPILER = Compiler()


def run(model: Model, inputs: Inputs, *, wait: bool) -> Trace:
    """Records the model on checked inputs; `wait` for loops that are not compiled yet, or do not.

    The trace says that its engine is "numpy" where no layer had compiled loops.
    """
    if wait:
        loops = FastLoops(lambda variant, work: COMPILER.now(variant))
    else:
        loops = FastLoops(_at_hand, fewest_steps=FEWEST_STEPS)

    with ExitStack() as held:
        # Asking and telling BLAS costs a tenth of a short run: only where something calls it.
        hold = cache(lambda: held.enter_context(one_thread()))

        def run_node(node: Node, *read: Flow) -> NodeTrace:
            if isinstance(node, Layer):
                return node.run(*read, loop=loops.forward)
            if not isinstance(node, Embedding):
                hold()
            return node.run(*read)

        trace = walk(model, inputs, engine="fast", run=run_node)
    return trace if loops.used else replace(trace, engine="numpy")


def way_back(trace: Trace) -> Back | None:
    """The loop that takes a gradient back through a trace that this engine recorded; or None."""
    return (
        FastLoops(lambda variant, work: COMPILER.ready(variant)).backward
        if trace.engine == "fast"
        else None
    )


def wanted() -> bool:
    """Whether this engine is the default: `UNROLLED_ENGINE=numpy` says no."""
    return os.environ.get("UNROLLED_ENGINE", "fast") == "fast"


def warm() -> None:
    """Has the loops of every cell compiled in the background, with its usual settings."""
    if wanted():
        for cell in cells.CELLS.values():
            COMPILER.ask(Variant(cell, cell.options, *cell.default_activations))


def state() -> tuple[State, str]:
    """How far that is, and what stood in the way."""
    return COMPILER.state, COMPILER.why


def _at_hand(variant: Variant, work: float) -> Compiled | None:
    """The loops, where they are compiled; else NumPy answers now, and they are asked for."""
    compiled = COMPILER.ready(variant)
    if compiled is None and work > WORTH_IT:
        COMPILER.ask(variant)
    return compiled
