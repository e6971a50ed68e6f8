"""A layer of Keras without a loop, as a node: what each class's settings and weights mean here.

How such layers are put together, with their masks and their order in time, is in
`keras/reader.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from core.activations import Array, numbered
from core.importers.keras.fields import Fields
from core.nodes import (
    Activation,
    Add,
    AdditiveAttention,
    Attention,
    Average,
    AveragePooling1D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Dense,
    Embedding,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
    Masking,
    MaxPooling1D,
    Merge,
    Multiply,
    Node,
    Permute,
    RepeatVector,
    Reshape,
    Spec,
    UpSampling1D,
)

MERGES: Mapping[str, type[Merge]] = {
    node.title: node for node in (Concatenate, Add, Multiply, Average)
}
"""Layers that make one tensor of several."""

ATTENTIONS = (Attention.title, AdditiveAttention.title)
"""Layers that read a query, a value, and perhaps a key."""

IN_ORDER = ("AveragePooling1D", "Conv1D", "MaxPooling1D", "Permute", "Reshape", *ATTENTIONS)
"""Layers that make something else of a sequence turned round."""

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

_SLOPES = ("alpha", "negative_slope", "max_value", "threshold")

EACH_STEP = (
    "Activation",
    "ELU",
    "LeakyReLU",
    "ReLU",
    "BatchNormalization",
    "Dense",
    "LayerNormalization",
    *IDENTITY,
)
"""What TimeDistributed may hold: layers that make the same of each step by itself anyway."""

ADMITTED = (
    "TextVectorization, Embedding, SimpleRNN, LSTM, GRU, RNN, Bidirectional, Dense, "
    "TimeDistributed, Activation, ReLU, LeakyReLU, ELU, Softmax, LayerNormalization, "
    "BatchNormalization, GlobalMaxPooling1D, GlobalAveragePooling1D, Flatten, Masking, Conv1D, "
    "MaxPooling1D, AveragePooling1D, UpSampling1D, RepeatVector, Reshape, Permute, Attention, "
    "AdditiveAttention, Concatenate, Add, Multiply, Average and dropout"
)

_SEQUENCES = (
    *("AveragePooling1D", "Conv1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"),
    *("Masking", "MaxPooling1D", "Permute", "UpSampling1D"),
)


def plain_node(layer: Fields, spec: Spec) -> Node | None:
    """The node that a layer is which reads what `spec` says; None where it is of no known class.

    Raises UnsupportedModel, and what nodes raise.
    """
    name = layer.outer.name
    if layer.kind in _SEQUENCES and not spec.steps:
        raise layer.refuse("it reads a sequence, and the layers before it hand on one vector")
    match layer.kind:
        case "Embedding":
            table = cast(Array, layer.arrays("embeddings")["embeddings"])
            return Embedding(name, table, layer.flag("mask_zero", default=False))
        case "Dense":
            own: dict[str, Any] = _affine(layer)
            return Dense(name, **own, activation=layer.activation())
        case "Conv1D":
            return _convolution(layer)
        case "Activation":
            return Activation(name, layer.activation())
        case "ReLU" | "LeakyReLU" | "ELU" | "Softmax":
            return Activation(name, _activation_of(layer, spec))
        case "LayerNormalization" | "BatchNormalization":
            return _normalisation(layer, spec)
        case "GlobalMaxPooling1D" | "GlobalAveragePooling1D":
            _channels_last(layer)
            if layer.flag("keepdims", default=False):
                raise layer.refuse("with keepdims it hands on a sequence of one step")
            pools = (GlobalMaxPooling, GlobalAveragePooling)
            return next(pool(name) for pool in pools if pool.title == layer.kind)
        case "MaxPooling1D" | "AveragePooling1D":
            _channels_last(layer)
            size = layer.whole("pool_size", default=2)
            stride = layer.whole("strides", default=size)
            padding = layer.choice("padding", default="valid", among=("valid", "same"))
            kind = MaxPooling1D if layer.kind == "MaxPooling1D" else AveragePooling1D
            return kind(name, size=size, stride=stride, padding=padding)
        case "UpSampling1D":
            return UpSampling1D(name, layer.whole("size", default=2))
        case "RepeatVector":
            return RepeatVector(name, layer.whole("n", default=0))
        case "Masking":
            return Masking(name, layer.number("mask_value", default=0.0))
        case "Reshape":
            if len(shape := layer.wholes("target_shape")) not in (1, 2):
                raise layer.refuse(f"its target_shape is {shape!r:.40}, no sequence and no vector")
            return Reshape(name, shape)
        case "Permute":
            if (dims := layer.wholes("dims")) != (2, 1):
                raise layer.refuse(f"its dims are {dims!r:.20}, not (2, 1)")
            return Permute(name)
    return None


def attention_node(layer: Fields, *, causal: bool) -> Node:
    """An Attention or AdditiveAttention, which is causal if it or its call says so."""
    name = layer.outer.name
    causal = causal or layer.flag("causal", default=False)
    weights: dict[str, Any] = layer.arrays(optional=("scale", "concat_score_weight"))
    layer.agree(
        "use_scale", present=weights["scale"] is not None, default=layer.kind != "Attention"
    )
    if layer.kind == "Attention":
        mode = layer.choice("score_mode", default="dot", among=("dot", "concat"))
        return Attention(name, causal=causal, score_mode=mode, **weights)
    if weights["concat_score_weight"] is not None:
        raise layer.refuse("it has weights 'concat_score_weight', which are not known here")
    return AdditiveAttention(name, causal=causal, scale=weights["scale"])


def over_features(layer: Fields, spec: Spec, *, doing: str) -> None:
    """Raises where the axis that is set is another than that of the features."""
    # A layer for each step is given them one by one.
    last = 2 if spec.steps and layer.outer.kind != "TimeDistributed" else 1
    axis = layer.layer.config.get("axis", -1)
    if axis not in (-1, last, [-1], [last], (-1,), (last,)):
        raise layer.refuse(f"{doing} over axis {axis!r:.20}, not over the features")


def _activation_of(layer: Fields, spec: Spec) -> str:
    """The activation that a layer is, with its number where that is not the usual one."""
    if layer.kind == "Softmax":
        if spec.steps:
            raise layer.refuse("it reads a sequence, of which a mask might leave out steps")
        over_features(layer, spec, doing="it is a softmax")
        return "softmax"
    if layer.kind == "ELU":
        return numbered("elu", layer.number("alpha", default=1.0))
    if layer.kind == "LeakyReLU":
        slope = layer.number("alpha", default=0.3)  # as Keras 2 calls it
        return numbered("leaky_relu", layer.number("negative_slope", default=slope))
    most = layer.layer.config.get("max_value")
    highest = None if most is None else layer.number("max_value", default=0.0)
    slope, threshold = (layer.number(n, default=0.0) for n in ("negative_slope", "threshold"))
    if threshold == 0 and highest is None:
        return numbered("leaky_relu", slope) if slope else "relu"
    if (threshold, slope, highest) == (0, 0, 6):
        return "relu6"
    said = {name: layer.layer.config[name] for name in _SLOPES if name in layer.layer.config}
    raise layer.refuse(f"its settings {said!r:.80} are those of no activation that is known")


def _affine(layer: Fields) -> dict[str, Array | None]:
    own = layer.arrays("kernel", optional=("bias",))
    layer.agree("use_bias", present=own["bias"] is not None)
    return own


def _channels_last(layer: Fields) -> None:
    layer.choice("data_format", default="channels_last", among=("channels_last",))


def _convolution(layer: Fields) -> Conv1D:
    _channels_last(layer)
    if layer.whole("groups", default=1) != 1:
        raise layer.refuse("it convolves groups of features apart")
    own: dict[str, Any] = _affine(layer)
    return Conv1D(
        layer.outer.name,
        **own,
        activation=layer.activation(),
        stride=layer.whole("strides", default=1),
        dilation=layer.whole("dilation_rate", default=1),
        padding=layer.choice("padding", default="valid", among=("valid", "same", "causal")),
    )


def _normalisation(layer: Fields, spec: Spec) -> Node:
    over_features(layer, spec, doing="it normalises")
    batch = layer.kind == "BatchNormalization"
    if layer.flag("rms_scaling", default=False):
        raise layer.refuse("with rms_scaling it does not take away the mean")
    needed = ("moving_mean", "moving_variance") if batch else ()
    own: dict[str, Any] = layer.arrays(*needed, optional=("gamma", "beta"))
    layer.agree("scale", present=own["gamma"] is not None)
    layer.agree("center", present=own["beta"] is not None)
    kind = BatchNormalization if batch else LayerNormalization
    return kind(layer.outer.name, **own, epsilon=layer.number("epsilon", default=1e-3))
