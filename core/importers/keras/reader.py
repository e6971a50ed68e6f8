"""One layer of Keras after another, as the stages of a Model.

Order in time. A Model says in which direction of the *text* each layer reads. Keras says
`go_backwards`, relative to the sequence the layer is handed, and a layer that goes backwards hands
on its outputs in the order in which it read: reversed. So the reader keeps in mind, layer by
layer, whether the sequence is reversed by now, and how it stood when its mask was made, which
Keras never reverses. In traces everything is in the order of the text; where a Keras model ends
in a reversed sequence, `trace.outputs[:, ::-1]` is what it predicts.

What a recurrent layer is, with its cells, is read in `keras/recurrent.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from core.activations import Array
from core.importers.keras.fields import Fields
from core.importers.keras.recurrent import RECURRENT, recurrent_stages
from core.importers.keras.words import vocabulary_of
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
    Masking,
    Part,
    Recurrent,
    nodes_of,
)
from core.text import Vocabulary
from core.wiring import wire

IDENTITY = (
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "SpatialDropout1D",
)
"""Layers that do nothing when nothing trains."""

_EACH_STEP = ("Activation", "BatchNormalization", "Dense", "LayerNormalization", *IDENTITY)
"""What TimeDistributed may hold: layers that make the same of each step by itself anyway."""

ADMITTED = (
    "TextVectorization, Embedding, SimpleRNN, LSTM, GRU, RNN, Bidirectional, Dense, "
    "TimeDistributed, Activation, LayerNormalization, BatchNormalization, GlobalMaxPooling1D, "
    "GlobalAveragePooling1D, Flatten, Masking and dropout"
)


@dataclass
class Reader:
    """Reads Keras layers one after another into `stages`.

    `reversed` tells the order of the sequence by now, `steps` whether it still is one (and not
    one vector). `mask` is None where no steps are skipped, else the order of the sequence when
    the mask was made. `vocabulary` is that of a TextVectorization.
    """

    stages: list[Part] = field(default_factory=list)
    reversed: bool = False
    steps: bool = True
    mask: bool | None = None
    vocabulary: Vocabulary | None = None
    _flatten: tuple[int, Fields] | None = None

    @property
    def unrolls(self) -> bool:
        """Whether a recurrent layer has been read."""
        return any(isinstance(stage, Recurrent) for stage in self.stages)

    def read(self, layer: Fields) -> None:
        """Appends what the layer does. Raises UnsupportedModel, and what stages raise."""
        name = layer.outer.name
        match layer.kind:
            case kind if kind in IDENTITY:
                return
            case "TextVectorization":
                if self.stages:
                    raise layer.refuse("it reads texts, and stands above another layer")
                self.vocabulary = vocabulary_of(layer)
            case "Embedding":
                masked = layer.flag("mask_zero", default=False)
                self.mask = self.reversed if masked else None
                table = cast(Array, layer.arrays("embeddings")["embeddings"])
                self.stages.append(Embedding(name, table, masked))
            case kind if kind in RECURRENT:
                self._recurrent(layer)
            case "Dense":
                own: dict[str, Any] = layer.arrays("kernel", optional=("bias",))
                layer.agree("use_bias", present=own["bias"] is not None)
                self._flattened(len(own["kernel"]) if own["kernel"].ndim else 0)
                self.stages.append(Dense(name, **own, activation=layer.activation()))
            case "Activation":
                self.stages.append(Activation(name, layer.activation()))
            case "LayerNormalization" | "BatchNormalization":
                self._normalisation(layer)
            case "GlobalMaxPooling1D" | "GlobalAveragePooling1D":
                self._pooling(layer)
            case "Flatten":
                self._flatten_steps(layer)
            case "Masking":
                self._needs_steps(layer)
                self.mask = self.reversed
                self.stages.append(Masking(name, layer.number("mask_value", default=0.0)))
            case "TimeDistributed":
                inside = layer.layer.inner
                if len(inside) != 1 or inside[0].kind not in _EACH_STEP:
                    held = ", ".join(one.kind for one in inside) or "nothing"
                    raise layer.refuse(f"it wraps {held}, not one of {', '.join(_EACH_STEP)}")
                self._needs_steps(layer)
                self.read(layer.inside(inside[0]))
            case "unrolled>ReverseTime":
                self.reversed = not self.reversed
            case _:
                raise layer.refuse(f"it is none of {ADMITTED}")

    def end(self, *, steps: int | None) -> None:
        """Completes what waited for later layers. `steps` is the length of texts, if it is known.

        Raises UnsupportedModel for a Flatten of no known number of steps.
        """
        if self._flatten is not None:
            at, layer = self._flatten
            if steps is None:
                raise layer.refuse("the number of steps that it flattens is not fixed")
            self.stages.insert(at, Flatten(layer.outer.name, steps))
            self._flatten = None

    def cut(self) -> None:
        """Leaves out what waits for later layers, and all that has been read since."""
        if self._flatten is not None:
            del self.stages[self._flatten[0] :]

    def _recurrent(self, layer: Fields) -> None:
        self._needs_steps(layer)
        read = recurrent_stages(layer, reversed_by_now=self.reversed, masked=self.mask is not None)
        if self.mask is not None and self.mask != self.reversed:
            raise layer.refuse(
                "it reads a reversed sequence with a mask that Keras has not reversed, and so "
                "skips other steps than the padded ones"
            )
        self.stages += read.stages
        if read.stages[-1].returns == "last":
            self.steps, self.reversed, self.mask = False, False, None
        elif read.backwards:
            self.reversed = not self.reversed

    def _normalisation(self, layer: Fields) -> None:
        last = 2 if self.steps else 1
        axis = layer.layer.config.get("axis", -1)
        if axis not in (-1, last, [-1], [last], (-1,), (last,)):
            raise layer.refuse(f"it normalises over axis {axis!r:.20}, not over the features")
        batch = layer.kind == "BatchNormalization"
        if layer.flag("rms_scaling", default=False):
            raise layer.refuse("with rms_scaling it does not take away the mean")
        needed = ("moving_mean", "moving_variance") if batch else ()
        own: dict[str, Any] = layer.arrays(*needed, optional=("gamma", "beta"))
        layer.agree("scale", present=own["gamma"] is not None)
        layer.agree("center", present=own["beta"] is not None)
        for array in own.values():
            self._flattened(0 if array is None else array.size)
        kind = BatchNormalization if batch else LayerNormalization
        epsilon = layer.number("epsilon", default=1e-3)
        self.stages.append(kind(layer.outer.name, **own, epsilon=epsilon))

    def _pooling(self, layer: Fields) -> None:
        self._needs_steps(layer)
        layer.choice("data_format", default="channels_last", among=("channels_last",))
        if layer.flag("keepdims", default=False):
            raise layer.refuse("with keepdims it hands on a sequence of one step")
        if layer.kind == "GlobalMaxPooling1D":
            self.stages.append(GlobalMaxPooling(layer.outer.name))
        else:
            if self.mask is not None and self.mask != self.reversed:
                raise layer.refuse(
                    "it averages a reversed sequence with a mask that Keras has not reversed, and "
                    "so leaves out other steps than the padded ones"
                )
            self.stages.append(GlobalAveragePooling(layer.outer.name))
        self.steps, self.reversed, self.mask = False, False, None

    def _flatten_steps(self, layer: Fields) -> None:
        layer.choice("data_format", default="channels_last", among=("channels_last",))
        if not self.steps:
            return  # a vector stays as it is
        if self.reversed:
            raise layer.refuse("it flattens a reversed sequence")
        self._flatten = len(self.stages), layer
        self.steps, self.mask = False, None

    def _flattened(self, rows: int) -> None:
        """Completes a Flatten from the number of features that the next weights are made for."""
        if self._flatten is None or rows == 0:
            return
        at, layer = self._flatten
        width = _width(self.stages[:at]) if self.unrolls else 0
        if width == 0 or rows % width:
            raise layer.refuse(f"it hands on {rows} features, not a multiple of {width}")
        self.end(steps=rows // width)

    def _needs_steps(self, layer: Fields) -> None:
        if not self.steps:
            raise layer.refuse("it reads a sequence, and the layers before it hand on one vector")


def _width(parts: Sequence[Part]) -> int:
    """How many features a chain with a recurrent layer hands on."""
    nodes = nodes_of(parts)
    return wire(nodes).specs[nodes[-1].hands_on].features or 0
