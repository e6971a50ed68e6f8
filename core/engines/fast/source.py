"""The Python module of a cell's compiled loops: what is written to disk, and how it is called."""

from __future__ import annotations

from dataclasses import dataclass

from core.engines.fast.backward import BackwardLoop
from core.engines.fast.forward import ForwardLoop
from core.engines.fast.rows import Blocks, Variant

HEAD = '''"""The loops of {name}, written by core.engines.fast from the cell's equations."""

from numba import float32, njit, types

from core.engines.fast.functions import *
from core.engines.fast.options import OPTIONS
from core.engines.fast.products import add_product
from core.engines.fast.views import part

vector = types.Array(types.float32, 1, "C", readonly=True)
given = types.Array(types.float32, 2, "C", readonly=True)
blocks = types.Array(types.float32, 3, "C", readonly=True)
made = types.Array(types.float32, 2, "C")
mask = types.Array(types.boolean, 1, "C", readonly=True)
whole = types.intp
'''


@dataclass(frozen=True)
class Source:
    """The module's text, and the matrices and vectors that each function takes, in order."""

    text: str
    forward_blocks: tuple[Blocks, ...]
    forward_vectors: tuple[str, ...]
    forward_rooms: int
    backward_blocks: tuple[Blocks, ...]
    backward_vectors: tuple[str, ...]
    backward_rooms: int


def written(variant: Variant) -> Source:
    """The loops of a cell with its settings. Raises NoCompiledLoop."""
    there, back = ForwardLoop(variant), BackwardLoop(variant)
    text = [HEAD.format(name=variant.name)]
    for loop in (there, back):
        kinds = ", ".join(kind for _, kind in loop.parameters())
        text += ["", f"@njit(types.void({kinds}), cache=True, **OPTIONS)", *loop.source(), ""]
    return Source(
        "\n".join(text),
        tuple(there.blocks),
        tuple(there.vectors),
        len(there.rooms),
        tuple(back.blocks),
        tuple(back.vectors),
        len(back.rooms),
    )
