"""The recurrent cells. A new one is a file beside these and its name in the line below."""

from __future__ import annotations

from core.cells.base import Backward, Cell, Kernels, Record
from core.cells.gru import GRU
from core.cells.lstm import LSTM
from core.cells.simple_rnn import SimpleRNN
from core.errors import UnknownName

CELLS: dict[str, Cell] = {cell.name: cell for cell in (SimpleRNN(), LSTM(), GRU())}

__all__ = ["CELLS", "Backward", "Cell", "Kernels", "Record", "get"]


def get(name: str) -> Cell:
    """The cell called `name`. Raises UnknownName."""
    if name not in CELLS:
        raise UnknownName(kind="cell", found=name, known=", ".join(CELLS))
    return CELLS[name]
