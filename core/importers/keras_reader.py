"""One layer of Keras after another, as the stages of a Model.

Order in time. A Model says in which direction of the *text* each layer reads. Keras says
`go_backwards`, relative to the sequence the layer is handed, and a layer that goes backwards hands
on its outputs in the order in which it read: reversed. So the reader keeps in mind, layer by
layer, whether the sequence is reversed by now, and its mask, which Keras never reverses. In
traces everything is in the order of the text; where a Keras model ends in a reversed sequence,
`trace.outputs[:, ::-1]` is what it predicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from core.activations import Array
from core.engines.keras_layout import KERAS_CLASSES, gates_from_keras
from core.importers.keras_fields import Fields, KerasLayer
from core.stages import Dense, Direction, Embedding, Layer, Readout, Recurrent, Stage

_CELLS = {name: cell for cell, name in KERAS_CLASSES.items()}
IDENTITY = (
    "Dropout",
    "SpatialDropout1D",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
)
"""Layers that do nothing when nothing trains."""

RECURRENT = (*_CELLS, "RNN", "Bidirectional")
"""Layers with a loop in time."""


@dataclass
class Reader:
    """Reads Keras layers one after another into `stages`.

    `reversed` tells the order of the sequence by now; `masked` whether some steps are skipped.
    """

    stages: list[Stage] = field(default_factory=list)
    reversed: bool = False
    masked: bool = False

    @property
    def unrolls(self) -> bool:
        """Whether a recurrent layer has been read."""
        return any(isinstance(stage, Recurrent) for stage in self.stages)

    def read(self, layer: Fields) -> None:
        """Appends what the layer does. Raises UnsupportedModel, and what stages raise."""
        match layer.kind:
            case kind if kind in IDENTITY:
                return
            case "Embedding":
                self._embedding(layer)
            case kind if kind in RECURRENT:
                self._recurrent(layer)
            case "Dense":
                self._dense(layer)
            case "TimeDistributed" if [one.kind for one in layer.layer.inner] == ["Dense"]:
                self._dense(layer.inside(layer.layer.inner[0]))
            case "unrolled>ReverseTime":
                self.reversed = not self.reversed
            case _:
                raise layer.refuse(
                    "it is none of Embedding, SimpleRNN, LSTM, GRU, Bidirectional, Dense, "
                    "TimeDistributed(Dense) and dropout"
                )

    def _embedding(self, layer: Fields) -> None:
        self.masked = layer.flag("mask_zero", default=False)
        table = cast(Array, layer.arrays("embeddings")["embeddings"])
        self.stages.append(Embedding(layer.outer.name, table, self.masked))

    def _dense(self, layer: Fields) -> None:
        own: dict[str, Any] = layer.arrays("kernel", optional=("bias",))
        if layer.flag("use_bias", default=True) != (own["bias"] is not None):
            raise layer.refuse("its use_bias and its weights say different things")
        activation = layer.activation()
        self.stages.append(Dense(layer.outer.name, own["kernel"], own["bias"], activation))

    def _recurrent(self, layer: Fields) -> None:
        merge = None
        inner = [layer]
        if layer.kind == "Bidirectional":
            if layer.layer.config.get("merge_mode", "concat") is None:
                raise layer.refuse(
                    "with merge_mode None it hands on two sequences; use concat, sum, …"
                )
            merge = layer.choice(
                "merge_mode", default="concat", among=("concat", "sum", "mul", "ave")
            )
            inner = [layer.inside(one) for one in layer.layer.inner]
            if len(inner) != 2:
                raise layer.refuse(f"it has {len(inner)} layers inside, not two")
        if any(one.flag("return_state", default=False) for one in inner):
            raise layer.refuse("with return_state it hands on its states as well")
        every = inner[0].flag("return_sequences", default=False)
        zeroes = inner[0].flag("zero_output_for_mask", default=False)
        if self.masked and merge is None and every and zeroes:
            raise layer.refuse("with zero_output_for_mask it hands on zeros at masked steps")
        if self.masked and self.reversed:
            raise layer.refuse(
                "it reads a reversed sequence with a mask that Keras has not reversed, and so "
                "skips other steps than the padded ones"
            )
        returns: Readout = "every" if every else "last"
        read = tuple(self._layer(one, merge=merge) for one in inner)
        self.stages.append(Recurrent(layer.outer.name, read, merge, returns))
        if every and inner[0].flag("go_backwards", default=False):
            self.reversed = not self.reversed

    def _layer(self, layer: Fields, *, merge: str | None) -> Layer:
        cell, holder = _cell(layer)
        backwards = layer.flag("go_backwards", default=False) != self.reversed
        direction: Direction = "backward" if backwards else "forward"
        name = layer.outer.name if merge is None else f"{layer.outer.name}/{direction}"
        own: dict[str, Any] = holder.arrays("kernel", "recurrent_kernel", optional=("bias",))
        if holder.flag("use_bias", default=True) != (own["bias"] is not None):
            raise layer.refuse("its use_bias and its weights say different things")
        after = holder.flag("reset_after", default=True) if cell == "gru" else True
        settings = {}
        if cell != "simple_rnn":
            settings["recurrent_activation"] = holder.activation(
                "recurrent_activation", default="sigmoid"
            )
        return Layer(
            name,
            cell,
            gates_from_keras(cell, name=name, reset_after=after, **own),
            direction,
            activation=holder.activation(default="tanh"),
            reset_after=after,
            **settings,
        )


def _cell(layer: Fields) -> tuple[str, Fields]:
    """The cell of a recurrent layer, and the layer that holds its weights and settings."""
    if layer.kind in _CELLS:
        return _CELLS[layer.kind], layer
    if layer.kind == "RNN" and len(layer.layer.inner) == 1:
        cell: KerasLayer = layer.layer.inner[0]
        name = cell.kind.removesuffix("Cell")
        if name in _CELLS and name != cell.kind:
            return _CELLS[name], layer.inside(cell)
        raise layer.refuse(f"its cell is a {cell.kind}, not of a SimpleRNN, LSTM or GRU")
    kind = layer.kind.rpartition(">")[2]
    raise layer.refuse(f"it wraps a {kind}, not a SimpleRNN, LSTM or GRU")
