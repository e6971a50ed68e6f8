"""The child that compiles: `python -m core.engines.fast.child`, a cell and its settings on stdin.

It leaves what it compiled in the folder of `modules.py`, for whoever asked to take from there, and
yields to every other process on the machine meanwhile.
"""

from __future__ import annotations

import json
import os
import sys

from core import cells
from core.engines.fast.modules import load
from core.engines.fast.rows import NoCompiledLoop, Variant

YIELDS = 10
"""How nice it is to others, as Unix counts."""


def main() -> int:
    """The command. Returns 0 when the loops are there, or when none can be written."""
    cell, options, *functions = json.load(sys.stdin)
    if hasattr(os, "nice"):
        os.nice(YIELDS)
    try:
        load(Variant(cells.get(cell), options, *functions))
    except NoCompiledLoop:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
