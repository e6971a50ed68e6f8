"""The recurrent cells. A new one is a file beside these, and its name in `_FILES`: one line."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from core.cells.base import Cell
from core.cells.leaves import Value, Weight
from core.cells.record import Backward, Kernels, Record
from core.errors import UnknownName

_FILES = (
    "simple_rnn",
    "lstm",
    "gru",
    "peephole_lstm",
    "coupled_lstm",
    "minimal_gated",
    "min_gru",
    "slstm",
)
"""The files that declare a cell each, in the order in which cells are listed everywhere."""


def _declared(file: str) -> Cell:
    """The one cell that a file declares."""
    module = import_module(f"core.cells.{file}")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type)]
    (kind,) = (
        kind for kind in kinds if issubclass(kind, Cell) and kind.__module__ == module.__name__
    )
    cell: Cell = kind()
    return cell


CELLS: dict[str, Cell] = {cell.name: cell for cell in map(_declared, _FILES)}

__all__ = [
    "CELLS",
    "Backward",
    "Cell",
    "Kernels",
    "Record",
    "Weight",
    "get",
    "helps",
    "options_of",
    "titles",
    "values",
]


def get(name: str) -> Cell:
    """The cell called `name`. Raises UnknownName."""
    if name not in CELLS:
        raise UnknownName(kind="cell", found=name, known=", ".join(CELLS))
    return CELLS[name]


def values() -> dict[str, Value | Weight]:
    """What the cells bring words and colours for, once each: gates, states, kinds of parts."""
    found: dict[str, Value | Weight] = {}
    for cell in CELLS.values():
        for value in cell.values.values():
            found.setdefault(value.name, value)
        for weight in cell.weights():
            if weight.title:
                found.setdefault(weight.part, weight)
    return found


def titles(language: str) -> dict[str, str]:
    """What gates, states and cells are called, by name."""
    named = {name: value.title[language] for name, value in values().items()}
    return named | {name: cell.title[language] for name, cell in CELLS.items()}


def helps(language: str) -> dict[str, str]:
    """What each gate does in its cell, a sentence: `cell.lstm.forget`."""
    return {
        f"cell.{cell.name}.{value.name}": value.help[language]
        for cell in CELLS.values()
        for value in cell.values.values()
        if value.help
    }


def options_of(name: str, given: Mapping[str, bool]) -> dict[str, bool]:
    """Those of the given options that the cell `name` has. Raises UnknownName for one none has."""
    known = {option for cell in CELLS.values() for option in cell.options}
    for option in given:
        if option not in known:
            raise UnknownName(kind="option of a cell", found=option, known=", ".join(known))
    return {option: value for option, value in given.items() if option in get(name).options}
