"""How other libraries lay a cell out, as data: which class, in which order its maps lie.

The readers and writers of files, the Keras engine and the trainer take the layout from the cell's
own declaration. A cell without a twin has None, and is refused there with a sentence, or (Keras)
run by a class that is built from its equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KerasTwin:
    """A layer of Keras; its cell is called so too, with Cell at the end.

    `order` are the maps as Keras's columns have them, `calls` the calls of activation functions
    in one step: which of the two, and on which map or state. `older` are settings as files have
    them that were written before the setting was.
    """

    layer: str
    order: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    older: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class TorchTwin:
    """A module of PyTorch; `order` are the maps as its rows have them.

    `activations` are those that it knows of, the first its default; `options` those that it has.
    """

    module: str
    order: tuple[str, ...]
    activations: tuple[str, ...] = ("tanh",)
    options: Mapping[str, bool] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True)
class OnnxTwin:
    """An operation of ONNX; `order` are its blocks of rows, some of which may be no map here.

    `functions` are its activations in their order, by the setting that names them here.
    `attributes` are those that tell this cell from others of the same operation; `options` which
    attribute says an option. `peepholes` are the maps in the order of its P.
    """

    operation: str
    order: tuple[str, ...]
    functions: tuple[str, ...]
    attributes: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    peepholes: tuple[str, ...] = ()
