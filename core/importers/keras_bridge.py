"""From a Keras model in memory to a Model. The way back is `keras_export.py`.

Sequential models of Embedding, SimpleRNN, LSTM, GRU, Bidirectional and Dense layers; what is the
identity when nothing trains (dropout, noise) is passed over. Cost: one copy of the weights.

Order in time. A Model says in which direction of the *text* each layer reads. Keras says
`go_backwards`, relative to the sequence the layer is handed, and a layer that goes backwards hands
on its outputs in the order in which it read: reversed. So `from_keras` keeps in mind, layer by
layer, whether the sequence is reversed by now. In traces everything is in the order of the text;
where a Keras model ends in a reversed sequence, `trace.outputs[:, ::-1]` is what it predicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import activations
from core.activations import Array
from core.engines.keras_layout import KERAS_CLASSES, gates_from_keras
from core.errors import UnsupportedModel
from core.importers.keras_export import reverse_time
from core.model import Model
from core.stages import Dense, Direction, Embedding, Layer, Readout, Recurrent, Stage
from core.text import Vocabulary

_CELLS = {name: cell for cell, name in KERAS_CLASSES.items()}
_IDENTITY = (
    "InputLayer",
    "Dropout",
    "SpatialDropout1D",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
"""Layers that do nothing when nothing trains."""

Refuse = Callable[[str], UnsupportedModel]
"""From why, the error that names the layer as well."""


def from_keras(
    keras_model: Any,
    *,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
    card: Mapping[str, Any] | None = None,
) -> Model:
    """The Model that does what a Keras Sequential model does.

    Layers keep their names; a bidirectional layer becomes two, `<name>/forward` and
    `<name>/backward`, called after the direction in which they read the text. Where the Keras
    model ends in a reversed sequence (an odd number of `go_backwards` with `return_sequences`),
    its predictions are `trace.outputs[:, ::-1]`: traces are in the order of the text.

    Raises UnsupportedModel, which names the layer and where it stands, and what Model raises.
    """
    import keras

    if not isinstance(keras_model, keras.Sequential):
        what = f"A Keras {type(keras_model).__name__}"
        raise UnsupportedModel(
            what=what, why="only Sequential models can be read; rebuild it as one"
        )
    if not keras_model.built:
        why = "it has no weights yet; build it, or call it once"
        raise UnsupportedModel(what=f"The Keras model '{keras_model.name}'", why=why)
    layers = list(_flat(keras_model))
    reader = _Reader(total=len(layers))
    for at, layer in enumerate(layers, start=1):
        reader.read(layer, at=at)
    return Model(
        tuple(reader.stages),
        name=name or keras_model.name,
        vocabulary=vocabulary,
        card=dict(card or {}),
    )


@dataclass
class _Reader:
    """Reads Keras layers one after another; `reversed` tells the order of the sequence by now."""

    total: int
    stages: list[Stage] = field(default_factory=list)
    reversed: bool = False
    masked: bool = False

    def read(self, layer: Any, *, at: int) -> None:
        def refuse(why: str) -> UnsupportedModel:
            kind = type(layer).__name__
            what = f"The layer '{layer.name}' ({kind}, number {at} of {self.total})"
            return UnsupportedModel(what=what, why=why)

        match _kind(layer):
            case kind if kind in _IDENTITY:
                return
            case "Embedding":
                self.masked = bool(layer.mask_zero)
                self.stages.append(Embedding(layer.name, _array(layer.embeddings), self.masked))
            case kind if kind in _CELLS:
                self._recurrent(layer, [layer], merge=None, refuse=refuse)
            case "Bidirectional":
                if layer.merge_mode is None:
                    raise refuse(
                        "with merge_mode None it hands on two sequences; use concat, sum, …"
                    )
                pair = [layer.forward_layer, layer.backward_layer]
                self._recurrent(layer, pair, merge=layer.merge_mode, refuse=refuse)
            case "Dense":
                self._dense(layer, name=layer.name, refuse=refuse)
            case "TimeDistributed" if _kind(layer.layer) == "Dense":
                self._dense(layer.layer, name=layer.name, refuse=refuse)
            case "ReverseTime":
                self.reversed = not self.reversed
            case _:
                raise refuse(
                    "it is none of Embedding, SimpleRNN, LSTM, GRU, Bidirectional, Dense, "
                    "TimeDistributed(Dense) and dropout"
                )

    def _recurrent(
        self, outer: Any, inner: list[Any], *, merge: str | None, refuse: Refuse
    ) -> None:
        if any(layer.return_state for layer in inner):
            raise refuse("with return_state it hands on its states as well")
        returns: Readout = "every" if inner[0].return_sequences else "last"
        if self.masked and merge is None and returns == "every" and inner[0].zero_output_for_mask:
            raise refuse("with zero_output_for_mask it hands on zeros at masked steps")
        if self.masked and self.reversed:
            raise refuse(
                "it reads a reversed sequence with a mask that Keras has not reversed, and so "
                "skips other steps than the padded ones"
            )
        read = [self._layer(outer, layer, merge=merge, refuse=refuse) for layer in inner]
        self.stages.append(Recurrent(outer.name, tuple(read), merge, returns))
        if returns == "every" and inner[0].go_backwards:
            self.reversed = not self.reversed

    def _layer(self, outer: Any, layer: Any, *, merge: str | None, refuse: Refuse) -> Layer:
        kind = _kind(layer)
        if kind not in _CELLS:
            raise refuse(f"it wraps a {type(layer).__name__}, not a SimpleRNN, LSTM or GRU")
        cell, rnn = _CELLS[kind], layer.cell
        backwards = layer.go_backwards != self.reversed
        direction: Direction = "backward" if backwards else "forward"
        reset_after = bool(getattr(rnn, "reset_after", True))
        name = outer.name if merge is None else f"{outer.name}/{direction}"
        settings = {}
        if cell != "simple_rnn":
            settings["recurrent_activation"] = _activation(rnn.recurrent_activation, refuse)
        return Layer(
            name,
            cell,
            gates_from_keras(
                cell,
                name=name,
                kernel=_array(rnn.kernel),
                recurrent_kernel=_array(rnn.recurrent_kernel),
                bias=_array(rnn.bias) if rnn.use_bias else None,
                reset_after=reset_after,
            ),
            direction,
            activation=_activation(rnn.activation, refuse),
            reset_after=reset_after,
            **settings,
        )

    def _dense(self, layer: Any, *, name: str, refuse: Refuse) -> None:
        bias = _array(layer.bias) if layer.use_bias else None
        activation = _activation(layer.activation, refuse)
        self.stages.append(Dense(name, _array(layer.kernel), bias, activation))


def _flat(keras_model: Any) -> Iterator[Any]:
    """The layers, those of nested Sequential models in their place."""
    for layer in keras_model.layers:
        if _kind(layer) == "Sequential":
            yield from _flat(layer)
        else:
            yield layer


def _kind(layer: Any) -> str:
    """The name of a class that is Keras's own (or ours); a subclass may compute anything."""
    kind = type(layer)
    if kind is reverse_time() or kind.__module__.startswith("keras."):
        return kind.__name__
    return ""


def _activation(function: Any, refuse: Refuse) -> str:
    import keras

    name = getattr(function, "__name__", type(function).__name__)
    # By identity: another function may bear the name of one of Keras's.
    if name in activations.ACTIVATIONS and keras.activations.get(name) is function:
        return name
    known = ", ".join(sorted(activations.ACTIVATIONS))
    raise refuse(f"its activation '{name}' is not one of {known}")


def _array(variable: Any) -> Array:
    """A copy of a Keras variable: float64 if it is, else float32."""
    import keras

    # Not keras.ops.convert_to_numpy: NumPy 2 warns about the way in which that copies.
    array = np.asarray(keras.ops.convert_to_tensor(variable)).copy()
    return array if array.dtype == np.float64 else array.astype(np.float32)
