"""Every setting of every layer of Keras's that is read, and what becomes of it.

A setting is honoured (the reader acts on it, or holds it to the weights), or cannot matter, for a
reason that stands here, or is admitted with the values alone under which it changes nothing. A
layer with a setting that is not in its table is refused by the setting's name: whatever a later
or an older Keras says, somebody has looked at it, or the file is not read. Names are those of
Keras 2 and 3; `keras/one.py` translates those of Keras 1, and `OF_KERAS_1` says of each what
becomes of it. Not chosen: to pass over what is not known, which is how wrong numbers come about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.cells import CELLS
from core.engines.keras_along import ALONG
from core.engines.keras_layout import OURS
from core.importers.keras.fields import Fields, KerasLayer
from core.importers.keras.plan import NESTED, OPERATION
from core.importers.shown import shown


@dataclass(frozen=True)
class Verdict:
    """What becomes of a setting: `because` is why it cannot matter, or "" where it is honoured.

    `values` are those that are admitted; empty for any, which the reader may still refuse.
    """

    because: str = ""
    values: tuple[Any, ...] = ()


HONOURED = Verdict()
TOLD = Verdict("the shapes of the weights tell it")
TRAINING = Verdict("it changes training alone")
HOW = Verdict("it changes how the same numbers are computed, not which")
NAME = Verdict("it is a name")
ANEW = Verdict("a text is read from its own initial state, as after reset_states()")
ROUNDING = Verdict("numbers are computed in 32 bits or in 64, as the weights are")
FEED = Verdict("it says how inputs are handed over, and those here are whole arrays")
OURS_ALONE = Verdict("our own readers write it, and act on it")

OFF = Verdict(values=(False, None))
NONE = Verdict(values=(0, None))

Table = Mapping[str, Verdict]


def _all(verdict: Verdict, *names: str) -> dict[str, Verdict]:
    return dict.fromkeys(names, verdict)


def _drawn(*variables: str) -> dict[str, Verdict]:
    """How variables are drawn, and held small, which is over before a file is written."""
    kinds = ("initializer", "regularizer", "constraint")
    return _all(TRAINING, *(f"{variable}_{kind}" for variable in variables for kind in kinds))


_FLOATS = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")
EVERY: Table = {
    **_all(NAME, "name"),
    **_all(TRAINING, "trainable", "activity_regularizer"),
    **_all(HOW, "dynamic"),
    **_all(HONOURED, "batch_input_shape", "batch_shape", "input_length"),  # of a first layer
    "input_dtype": FEED,
    "dtype": Verdict(ROUNDING.because, (*_FLOATS, None)),
    **_all(OURS_ALONE, "of_keras_2"),
}
"""Settings that any layer may have."""

_KERNEL: Table = {
    **_all(HONOURED, "use_bias", "activation"),
    **_drawn("kernel", "bias"),
    # Of weights that were quantised there are others than a layer has, and those are refused.
    "quantization_config": Verdict(values=(None,)),
    # Weights with adapters are stored added up.
    **_all(TOLD, "lora_rank", "lora_alpha"),
}
_CELL: Table = {
    **_KERNEL,
    **_drawn("recurrent"),
    "units": TOLD,
    **_all(TRAINING, "dropout", "recurrent_dropout", "seed", "unit_forget_bias"),
    **_all(HOW, "implementation"),
    **_all(OURS_ALONE, "apart", "cudnn"),
}
_GATED: Table = {**_CELL, "recurrent_activation": HONOURED}
_LOOP: Table = {
    **_all(HONOURED, "return_sequences", "return_state", "go_backwards", "zero_output_for_mask"),
    **_all(HOW, "unroll", "use_cudnn"),
    "stateful": ANEW,
    "time_major": OFF,
    "num_constants": NONE,
    "input_dim": TOLD,
}
_ALONG: Table = {**_all(HONOURED, "padding", "strides", "data_format")}
_POOL: Table = {**_ALONG, "pool_size": HONOURED}
_NOISE: Table = _all(TRAINING, "rate", "seed", "noise_shape", "stddev")
_NORM: Table = {
    **_all(HONOURED, "axis", "center", "scale", "epsilon"),
    **_drawn("gamma", "beta"),
}
_MERGE: Table = {}
_MODEL: Table = {
    **_all(HONOURED, "layers", "input_layers", "output_layers"),
    "build_input_shape": TOLD,
}
_ATTENDS: Table = {
    **_all(HONOURED, "use_scale", "causal"),
    **_all(TRAINING, "dropout", "seed"),
}

SETTINGS: Mapping[str, Table] = {
    "InputLayer": {
        **_all(FEED, "sparse", "ragged", "dtype"),
        "optional": OFF,
        "batch_size": FEED,
    },
    "TextVectorization": {
        **_all(HONOURED, "standardize", "split", "ngrams", "output_mode"),
        **_all(HONOURED, "output_sequence_length", "vocabulary", "encoding"),
        "dtype": FEED,
        **_all(
            Verdict("it says how words were gathered, or how many columns a count would have"),
            *("max_tokens", "pad_to_max_tokens", "vocabulary_size", "idf_weights", "sparse"),
        ),
        "ragged": Verdict("it pads several texts to one another, and here is one"),
        **_all(NAME, "build_config", "registered_name"),
    },
    "Embedding": {
        "mask_zero": HONOURED,
        **_all(TOLD, "input_dim", "output_dim", "lora_rank", "lora_alpha"),
        **_drawn("embeddings"),
        "sparse": TRAINING,
        # Keras 1: of whole words, while training.
        "dropout": TRAINING,
        "quantization_config": Verdict(values=(None,)),
    },
    "SimpleRNN": {**_LOOP, **_CELL},
    "LSTM": {**_LOOP, **_GATED},
    "GRU": {**_LOOP, **_GATED, "reset_after": HONOURED},
    "SimpleRNNCell": _CELL,
    "LSTMCell": _GATED,
    "GRUCell": {**_GATED, "reset_after": HONOURED},
    "RNN": {**_LOOP, "cell": HONOURED},
    "StackedRNNCells": {"cells": HONOURED, "reverse_state_order": OFF},
    "Bidirectional": {
        **_all(HONOURED, "layer", "backward_layer", "merge_mode"),
        "num_constants": NONE,
    },
    "TimeDistributed": {"layer": HONOURED},
    "Dense": {**_KERNEL, **_all(TOLD, "units", "input_dim")},
    "Activation": {"activation": HONOURED},
    "Conv1D": {
        **_KERNEL,
        **_ALONG,
        **_all(HONOURED, "dilation_rate", "groups"),
        **_all(TOLD, "filters", "kernel_size", "input_dim"),
    },
    "MaxPooling1D": _POOL,
    "AveragePooling1D": _POOL,
    **dict.fromkeys(
        ("GlobalMaxPooling1D", "GlobalAveragePooling1D"), _all(HONOURED, "data_format", "keepdims")
    ),
    "ReLU": _all(HONOURED, "max_value", "negative_slope", "threshold"),
    "LeakyReLU": _all(HONOURED, "negative_slope", "alpha"),
    "ELU": {"alpha": HONOURED},
    "Softmax": {"axis": HONOURED},
    "LayerNormalization": {**_NORM, "rms_scaling": HONOURED},
    "BatchNormalization": {
        **_NORM,
        **_drawn("moving_mean", "moving_variance"),
        **_all(TRAINING, "momentum", "synchronized", "virtual_batch_size", "adjustment"),
        # With it there are more sums than a layer has, and those are refused.
        **_all(TRAINING, "renorm", "renorm_clipping", "renorm_momentum"),
        "fused": HOW,
        "mode": NONE,
    },
    "Flatten": {"data_format": HONOURED},
    "Masking": {"mask_value": HONOURED},
    "UpSampling1D": {"size": HONOURED},
    "RepeatVector": {"n": HONOURED},
    "Reshape": {"target_shape": HONOURED},
    "Permute": {"dims": HONOURED},
    "Attention": {**_ATTENDS, "score_mode": HONOURED},
    "AdditiveAttention": _ATTENDS,
    "Concatenate": {"axis": HONOURED},
    **dict.fromkeys(("Add", "Multiply", "Average"), _MERGE),
    **dict.fromkeys(
        ("AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D"), _NOISE
    ),
    "ActivityRegularization": _all(TRAINING, "l1", "l2"),
    "Identity": {},
    "unrolled>ReverseTime": {},
    ALONG: {},
    OURS: {
        **_GATED,
        **_LOOP,
        "cell": HONOURED,
        "forget_bias": TRAINING,
        **_all(HONOURED, *(name for cell in CELLS.values() for name in cell.options)),
    },
    **dict.fromkeys(("Sequential", "Functional", "Model"), _MODEL),
}
"""Class → its settings besides those of `EVERY`."""

_OPERATION: Table = {"axis": HONOURED, "keepdims": OFF, "dtype": HOW}
"""Settings of the operations that masks are made of."""


def verdict_of(kind: str, setting: str) -> Verdict | None:
    """What becomes of a setting of a class; None where it has not been looked at."""
    own = _OPERATION if kind.startswith(OPERATION) else SETTINGS.get(kind, {})
    return own.get(setting, EVERY.get(setting))


def check_settings(layer: Fields) -> None:
    """Raises UnsupportedModel for a setting that nobody has looked at, here or further inside.

    A layer of no known class is left to the reader, which refuses it by its class. What stands in
    a model that stands in a model is checked where it is read, and so may be left out.
    """
    if layer.kind in SETTINGS or layer.kind.startswith(OPERATION):
        for setting, value in layer.layer.config.items():
            _check(layer, setting, value)
    for inner in layer.layer.inner:
        check_settings(layer.inside(inner))


def check_models(layer: KerasLayer) -> None:
    """Raises UnsupportedModel for a setting of a model, or of one in it, that is not known."""
    if layer.kind in NESTED:
        check_settings(Fields(alone := replace(layer, inner=()), alone, at=0, total=0))
    for inner in layer.inner:
        check_models(inner)


def _check(layer: Fields, setting: str, value: Any) -> None:
    verdict = verdict_of(layer.kind, setting)
    inside = "" if layer.layer is layer.outer else f" of its {layer.kind}"
    if verdict is None:
        raise layer.refuse(f"its setting '{shown(setting)}'{inside} is not known here")
    if setting == "dtype":
        value = _type(value)
    if verdict.values and not _is_among(value, verdict.values):
        said = value if isinstance(value, str | int | float | None) else "one of its own"
        raise layer.refuse(f"its setting '{shown(setting)}'{inside} is {shown(str(said))}")


def _is_among(value: Any, values: Iterable[Any]) -> bool:
    return any(value is one or (type(value) is type(one) and value == one) for one in values)


def _type(value: Any) -> Any:
    """The name of a type: Keras 3 writes a policy, of which one kind is a plain name."""
    if not isinstance(value, Mapping):
        return value
    own = value.get("config")
    plain = value.get("class_name") in ("DTypePolicy", "Policy") and isinstance(own, Mapping)
    return own.get("name") if plain and isinstance(own, Mapping) else value
