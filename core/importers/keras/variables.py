"""Which variables a layer of Keras has, in Keras's order.

Files of Keras 3 number the variables of a layer, files of Keras 2 name them but are read in their
order, by Keras as well. So the order is what tells a kernel from a recurrent kernel: it stands
here, once, for every format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.cells import CELLS
from core.engines.keras_along import ALONG
from core.engines.keras_layout import KERAS_CELLS, OURS, keras_variables
from core.importers.keras.config import Configured
from core.importers.keras.plan import NESTED, OPERATION

LOOPS = tuple(KERAS_CELLS)
"""Layers whose variables are their cell's."""

_NONE = (
    *("InputLayer", "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "Masking"),
    *("Flatten", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "Activation", "TextVectorization"),
    *("ReLU", "LeakyReLU", "ELU", "Softmax"),
    *("ActivityRegularization", "Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells"),
    *("unrolled>ReverseTime", ALONG, "Concatenate", "Add", "Multiply", "Average"),
    *("MaxPooling1D", "AveragePooling1D", "UpSampling1D", "RepeatVector", "Reshape", "Permute"),
)
STATISTICS = ("moving_mean", "moving_variance")
"""Variables that are counted while training, not trained: legacy files keep them at the end."""


def variables_of(layer: Configured) -> tuple[str, ...] | None:
    """The names of the variables of a layer itself, in Keras's order; None if not known here.

    Those of an SimpleRNN, LSTM or GRU are its cell's.
    """
    config = layer.config
    match layer.kind:
        case "Embedding":
            return ("embeddings",)
        case kind if kind.removesuffix("Cell") in KERAS_CELLS or kind == OURS:
            cell = KERAS_CELLS.get(kind.removesuffix("Cell")) or CELLS.get(str(config.get("cell")))
            if cell is None:
                return None
            if config.get("apart"):  # as Keras 1 has them
                gates = {"LSTM": "icfo", "GRU": "zrh"}.get(kind, "")
                each = ("kernel", "recurrent_kernel", "bias")
                return tuple(f"{name}_{gate}" for gate in gates for name in each)
            options = {name: bool(config.get(name, v)) for name, v in cell.options.items()}
            return keras_variables(cell, options, biased=bool(config.get("use_bias", True)))
        case "Dense" | "Conv1D":
            return ("kernel", *_if(config, "bias", by="use_bias"))
        case "LayerNormalization":
            return _if(config, "gamma", by="scale") + _if(config, "beta", by="center")
        case "BatchNormalization":
            trained = _if(config, "gamma", by="scale") + _if(config, "beta", by="center")
            return trained + STATISTICS
        case "Attention":
            concat = ("concat_score_weight",) if config.get("score_mode") == "concat" else ()
            return (("scale",) if config.get("use_scale") else ()) + concat
        case "AdditiveAttention":
            return _if(config, "scale", by="use_scale")
        case kind if kind in _NONE or kind in NESTED or kind.startswith(OPERATION):
            return ()
    return None


def _if(config: Mapping[str, Any], name: str, *, by: str) -> tuple[str, ...]:
    return (name,) if config.get(by, True) else ()
