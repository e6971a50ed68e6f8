"""The names that PyTorch gives to weights, and what they say: modules, cells, layers, directions.

A `state_dict` holds no program: `lstm.weight_ih_l0_reverse` says that the module `lstm` has a
first layer that reads backwards, and the shapes say that it is an LSTM (four maps), a GRU (three)
or an RNN (one). What neither says (the order of modules, activations) is asked in
`torch/questions.py`. How PyTorch lays the maps of a cell out stands here, and nowhere else:

    weight_ih (maps·units, features), weight_hh (maps·units, units), bias_ih, bias_hh (maps·units,)
    nn.LSTM  i f g o     nn.GRU  r z n     nn.RNN  one map

Its GRU is Keras's with reset_after: h = (1 − z)⊙n + z⊙h, with one bias beside the input and one
beside the hidden state. In the other cells the two biases only ever appear as their sum.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from core.activations import Array
from core.cells import CELLS
from core.errors import ShapeMismatch, UnsupportedModel
from core.importers.errors import shown

TORCH_ORDER = {cell.name: cell.torch.order for cell in CELLS.values() if cell.torch}
"""Cell → its affine maps in the order of PyTorch's rows."""

TORCH_CLASSES = {cell.name: cell.torch.module for cell in CELLS.values() if cell.torch}
"""Cell → the name of PyTorch's module."""

Kind = Literal["recurrent", "table", "linear", "layer_norm", "batch_norm", "unknown"]
"""A table is a matrix without a bias: an embedding, or a linear layer."""

NORMS = ("layer_norm", "batch_norm")

_RECURRENT = re.compile(
    r"(?P<what>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)"
    r"(?:_l(?P<level>\d{1,4}))?(?P<reverse>_reverse)?"
)
_RECURRENT_END = re.compile(r"(?:.*\.)?weight_[ih]h_l\d{1,4}(?:_reverse)?(?:_raw|_g|_orig)?")
_MADE_OF = re.compile(r"^(?:weight|bias)\w*_(?:g|v|u|orig|raw)$")
_COUNTED = "num_batches_tracked"


@dataclass(frozen=True, eq=False)
class TorchLayer:
    """One layer of a recurrent module in one direction, its arrays as PyTorch names them."""

    name: str
    arrays: Mapping[str, Array]

    @property
    def units(self) -> int:
        """The number of units."""
        return self.arrays["weight_hh"].shape[1]

    @property
    def cell(self) -> str:
        """The cell, told by how many maps stand below each other."""
        wide, units = self.arrays["weight_hh"].shape
        cells = {len(maps): cell for cell, maps in TORCH_ORDER.items()}
        if units == 0 or wide % units or wide // units not in cells:
            what = f"weight_hh of {self.name}, of shape ({wide}, {units}),"
            why = "it has as many rows as its columns once (RNN), three (GRU) or four times (LSTM)"
            raise UnsupportedModel(what=what, why=why)
        return cells[wide // units]

    def gates(self) -> dict[str, dict[str, Array]]:
        """The weights by gate name, copied. Raises ShapeMismatch."""
        maps, units, arrays = TORCH_ORDER[self.cell], self.units, self.arrays
        wide = len(maps) * units
        features = arrays["weight_ih"].shape[-1]
        expected = {
            "weight_ih": (wide, features),
            "weight_hh": (wide, units),
            "bias_ih": (wide,),
            "bias_hh": (wide,),
        }
        for what, array in arrays.items():
            if array.shape != expected[what]:
                name = f"{what} of {self.name}"
                raise ShapeMismatch(what=name, found=array.shape, expected=expected[what])
        return {gate: self._gate(at, units) for at, gate in enumerate(maps)}

    def _gate(self, at: int, units: int) -> dict[str, Array]:
        own = {what: array[at * units : (at + 1) * units] for what, array in self.arrays.items()}
        kernels = {
            "kernel": np.ascontiguousarray(own["weight_ih"].T),
            "recurrent_kernel": np.ascontiguousarray(own["weight_hh"].T),
        }
        if "bias_ih" not in own:
            return kernels
        if "recurrent_bias" in {weight.name for weight in CELLS[self.cell].weights()}:
            two = {"bias": own["bias_ih"].copy(), "recurrent_bias": own["bias_hh"].copy()}
            return kernels | two
        with np.errstate(invalid="ignore", over="ignore"):  # the model refuses what comes of it
            return kernels | {"bias": own["bias_ih"] + own["bias_hh"]}


@dataclass(frozen=True, eq=False)
class Module:
    """The tensors that share the part of their names before the last full stop.

    `tensors` go by the part after it. `features` and `outputs` are the widths of what it takes
    and gives, of a table as a linear layer. `inner` are the names of modules below a recurrent one.
    """

    name: str
    tensors: Mapping[str, Array] = field(repr=False)
    inner: tuple[str, ...] = ()

    @property
    def made_of_others(self) -> bool:
        """Whether weights stand here that others are computed from, as weight_norm does."""
        return ".parametrizations." in f".{self.name}." or any(map(_MADE_OF.search, self.tensors))

    @cached_property
    def kind(self) -> Kind:
        """What it is, by the names and the shapes of its tensors."""
        if self.made_of_others:
            return "unknown"
        if any(_RECURRENT.fullmatch(own) for own in self.tensors):
            return "recurrent"
        dimensions = {own: array.ndim for own, array in self.tensors.items()}
        one_width = len({array.shape for array in self.tensors.values()}) == 1
        match dimensions:
            case {"weight": 2, **rest} if not rest:
                return "table"
            case {"weight": 2, "bias": 1, **rest} if not rest:
                return "linear"
            case {"weight": 1, "bias": 1, **rest} if not rest and one_width:
                return "layer_norm"
            case {"running_mean": 1, "running_var": 1, **rest} if one_width:
                return "batch_norm" if rest.keys() <= {"weight", "bias"} else "unknown"
        return "unknown"

    @property
    def features(self) -> int:
        """The width of what it takes."""
        if self.kind in NORMS:
            return self.outputs
        first = self.levels[0][0].arrays["weight_ih"] if self.levels else self.tensors["weight"]
        return first.shape[-1]

    @property
    def outputs(self) -> int:
        """The width of what it gives at each step."""
        if self.levels:
            return sum(layer.units for layer in self.levels[-1])
        return next(iter(self.tensors.values())).shape[0]

    @cached_property
    def levels(self) -> tuple[tuple[TorchLayer, ...], ...]:
        """Of a recurrent module its layers, lowest first: one, or forward and backward.

        Empty for another kind. Raises UnsupportedModel where an array is missing or too many, or
        where the cell is one that does not run here.
        """
        if self.kind != "recurrent":
            return ()
        self.check_plain()
        found: dict[tuple[int, bool], dict[str, Array]] = {}
        for own, array in self.tensors.items():
            match = _RECURRENT.fullmatch(own)
            if match is None:
                raise self.refuse(own, why="no plain nn.LSTM, nn.GRU or nn.RNN has it")
            if match["what"] == "weight_hr":
                raise self.refuse(own, why="an LSTM with proj_size projects its hidden state")
            if array.ndim != (2 if match["what"].startswith("weight") else 1):
                raise self.refuse(own, why=f"it has the shape {array.shape}")
            at = (int(match["level"] or 0), bool(match["reverse"]))
            if match["what"] in found.setdefault(at, {}):
                raise self.refuse(own, why="a recurrent module has it once")
            found[at][match["what"]] = array
        directions = (False, True) if (0, True) in found else (False,)
        depth = len(found) // len(directions)
        if set(found) != {(level, back) for level in range(depth) for back in directions}:
            raise self.refuse("", why="a layer or a direction of it is missing")
        return tuple(
            tuple(self._layer(level, found[level, back], reverse=back) for back in directions)
            for level in range(depth)
        )

    def _layer(self, level: int, arrays: dict[str, Array], *, reverse: bool) -> TorchLayer:
        name = f"{shown(self.name) or 'model'}, layer {level}" + (", reverse" if reverse else "")
        for needed in ("weight_ih", "weight_hh"):
            if needed not in arrays:
                raise self.refuse("", why=f"{needed} of layer {level} is missing")
        if ("bias_ih" in arrays) != ("bias_hh" in arrays):
            raise self.refuse("", why=f"one of the two biases of layer {level} is missing")
        return TorchLayer(name, arrays)

    def check_plain(self) -> None:
        """Raises UnsupportedModel for a recurrent module that has modules of its own.

        None of PyTorch's has any: it is a cell that somebody wrote, and what it does with them
        between two steps no tensor says.
        """
        if self.inner:
            inner = shown(", ".join(self.inner[:3]))
            why = (
                f"'{inner}' stands within it, and no plain nn.LSTM, nn.GRU or nn.RNN has modules "
                "of its own: it is a cell that somebody wrote"
            )
            raise self.refuse("", why=why)

    @property
    def title(self) -> str:
        """Its name as a stage has it; the tensors of a bare module stand under no name."""
        if self.name:
            return self.name
        if self.kind != "recurrent":
            return "embedding" if self.kind == "table" else self.kind
        return TORCH_CLASSES[self.levels[0][0].cell].lower()

    def refuse(self, own: str, *, why: str) -> UnsupportedModel:
        """The error that names the module, and one of its tensors unless `own` is empty."""
        name = ".".join(part for part in (self.name, own) if part)
        return UnsupportedModel(what=shown(f"The module '{name}'"), why=why)


def is_recurrent(name: str) -> bool:
    """Whether a tensor of this name is one of a recurrent module, of a plain or a wrapped one."""
    return _RECURRENT_END.fullmatch(name) is not None or ".parametrizations.weight_hh" in name


def module_of(name: str) -> str:
    """The name of the module that a tensor belongs to."""
    return name.rpartition(".")[0]


def modules_of(tensors: Mapping[str, Array]) -> dict[str, Module]:
    """The modules that the names speak of, by name, in natural order (`fc2` before `fc10`).

    What a batch norm merely counts while training is left out.
    """
    grouped: dict[str, dict[str, Array]] = {}
    for name, array in tensors.items():
        module = module_of(name)
        grouped.setdefault(module, {})[name.rpartition(".")[2]] = array
    for kept in grouped.values():
        if "running_mean" in kept:
            kept.pop(_COUNTED, None)
    inner = _inner(grouped)
    names = sorted(grouped, key=natural)
    return {name: Module(name, grouped[name], inner.get(name, ())) for name in names}


def _inner(grouped: Mapping[str, Mapping[str, Array]]) -> dict[str, tuple[str, ...]]:
    """Recurrent modules that have modules below them, and which."""
    found = {}
    names = sorted(name for name in grouped if name)
    for above in (name for name, own in grouped.items() if any(map(_RECURRENT.fullmatch, own))):
        start = f"{above}." if above else ""
        # What begins with `start` lies together in the sorted names, up to the sign after a stop.
        stop = bisect_left(names, f"{above}/") if above else len(names)
        below = names[bisect_left(names, start) : stop]
        plain = f"{start}parametrizations."
        found[above] = tuple(name for name in below if not name.startswith(plain))
    return found


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts `fc2` before `fc10`."""
    parts = re.findall(r"\d{1,18}|\D+", name)
    return tuple((int(part), "") if part[0].isdecimal() else (0, part) for part in parts)
