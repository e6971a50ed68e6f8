"""A layer of Keras as plain data, and its fields read with a check each.

Whatever a Keras model came from (memory, `.keras`, `.h5`), it arrives here as `KerasLayer`s; files
come from strangers, so no field is believed to be there, or of its kind. Not chosen: to hand
the config to Keras, which builds whatever class it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core import activations
from core.activations import Array
from core.errors import UnsupportedModel
from core.importers.keras.graph import Call

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class KerasLayer:
    """One layer of a Keras model: what `get_config` says, and its weights by Keras's names.

    `kind` is Keras's class name, such as "LSTM"; that of anybody else's class is `package>Name`,
    as Keras registers it, so that no class passes for one of Keras's by its name. `config` is
    plain JSON data. `weights` go by the names of the variables: kernel, recurrent_kernel, bias,
    embeddings, gamma, beta, moving_mean, moving_variance. `inner` are, each with its own config
    and weights: of Bidirectional the forward and the backward layer; of TimeDistributed its
    layer; of RNN its cell; of StackedRNNCells its cells; of a nested model its layers in their
    order. For an SimpleRNN, LSTM or GRU the weights of its cell are its own. The vocabulary of a
    TextVectorization stands in config["vocabulary"], a list of words. `calls` are there in a
    functional model: what the layer reads, by the names of others.
    """

    kind: str
    name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Array] = field(default_factory=dict)
    inner: tuple[KerasLayer, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, eq=False)
class Fields:
    """The fields of `layer`, which is `outer` or stands inside it, number `at` of `total`.

    Inputs and operations on tensors have no number: theirs is 0.
    """

    layer: KerasLayer
    outer: KerasLayer
    at: int
    total: int

    @property
    def kind(self) -> str:
        """The class of the layer."""
        return self.layer.kind

    def inside(self, inner: KerasLayer) -> Fields:
        """The fields of a layer inside this one; refusals go on to name the outer one."""
        return replace(self, layer=inner)

    def refuse(self, why: str) -> UnsupportedModel:
        """The error that names the layer, its class and its place."""
        kind = re.split(r">|^ops\.", self.outer.kind)[-1]
        place = f", number {self.at} of {self.total}" if self.at else ""
        what = f"The layer '{self.outer.name}' ({kind}{place})"
        return UnsupportedModel(what=what, why=why)

    def flag(self, name: str, *, default: bool) -> bool:
        """A setting that is true or false."""
        value = self.layer.config.get(name)
        if value is None:
            return default
        if not isinstance(value, bool | int) or value not in (0, 1):
            raise self.refuse(f"its {name} is {value!r:.40}, not true or false")
        return bool(value)

    def agree(self, name: str, *, present: bool, default: bool = True) -> None:
        """Holds a setting that says whether there are certain weights to what there is."""
        if self.flag(name, default=default) != present:
            raise self.refuse(f"its {name} and its weights say different things")

    def number(self, name: str, *, default: float) -> float:
        """A setting that is a finite number, also in float32: JSON has numbers of any length."""
        value = self.layer.config.get(name, default)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number and abs(value) <= _LARGEST):
            raise self.refuse(f"its {name} is {value!r:.40}, not a finite number")
        return float(value)

    def wholes(self, name: str) -> tuple[int, ...]:
        """A setting that is a list of whole numbers."""
        value = self.layer.config.get(name)
        if not isinstance(value, list | tuple) or any(type(one) is not int for one in value):
            raise self.refuse(f"its {name} is {value!r:.40}, not a list of whole numbers")
        return tuple(value)

    def whole(self, name: str, *, default: int) -> int:
        """A setting that is one whole number, perhaps in a list."""
        value = self.layer.config.get(name)
        if value is None:
            return default
        value = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
        if type(value) is not int:
            raise self.refuse(f"its {name} is {value!r:.40}, not a whole number")
        return value

    def choice(self, name: str, *, default: str, among: tuple[str, ...]) -> str:
        """A setting that is one of some words."""
        value = self.layer.config.get(name, default)
        if not isinstance(value, str) or value not in among:
            raise self.refuse(f"its {name} is {value!r:.40}, not {' or '.join(among)}")
        return value

    def activation(self, name: str = "activation", *, default: str = "linear") -> str:
        """A setting that is an activation by Keras's name; no setting (null) is linear."""
        value = self.layer.config.get(name, default)
        if value is None:
            return "linear"
        if isinstance(value, str) and value in activations.ACTIVATIONS:
            return activations.get(value).name
        if isinstance(value, Mapping):  # a function or a layer of one's own, as Keras writes it
            own = value.get("config")
            value = own if isinstance(own, str) else value.get("class_name")
        known = ", ".join(sorted(activations.ACTIVATIONS))
        raise self.refuse(f"its {name} {str(value)[:40]!r} is not one of {known}")

    def arrays(self, *needed: str, optional: tuple[str, ...] = ()) -> dict[str, Array | None]:
        """The weights by name, None for those of `optional` that are not there.

        In float64 if they are, else in float32. No others may be there: a layer with more weights
        than its class has (quantised, or with low-rank adapters) computes something else.
        """
        found = {
            name: weights
            for name, weights in self.layer.weights.items()
            if not name.startswith("seed_generator")  # of dropout; nothing is dropped here
        }
        for name in needed:
            if name not in found:
                raise self.refuse(f"it has no weights '{name}'")
        for name in found:
            if name not in (*needed, *optional):
                raise self.refuse(f"it has weights '{name}', which are not known here")
        return {
            name: self._floats(name, found[name]) if name in found else None
            for name in (*needed, *optional)
        }

    def _floats(self, name: str, given: Any) -> Array:
        array = np.asarray(given)
        if array.dtype == np.float64:
            return array
        if array.dtype.kind not in "fiu" and array.dtype.name != "bfloat16":
            raise self.refuse(f"its weights '{name}' are {array.dtype}, not numbers")
        return array.astype(np.float32, copy=False)
