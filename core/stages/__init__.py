"""The parts that a model is a chain of: embedding, recurrent layers, and plain stages.

Frozen data: names, weights, settings, and the checks that the weights fit each other. Plain
stages (`plain.py`) say what they do as well; the loops of recurrent layers are the business of
`engines/`, those backwards of `bptt.py`. A new plain stage is one class, and its name in `PLAIN`.
"""

from __future__ import annotations

from core.stages.dense import Activation, Dense
from core.stages.embedding import Embedding
from core.stages.masking import Masking
from core.stages.normalisation import BatchNormalization, LayerNormalization
from core.stages.plain import Activated, Back, Mask, Plain, StageTrace
from core.stages.pooling import Flatten, GlobalAveragePooling, GlobalMaxPooling
from core.stages.recurrent import MERGES, Direction, GateWeights, Layer, Readout, Recurrent

__all__ = [
    "MERGES",
    "PLAIN",
    "Activated",
    "Activation",
    "Back",
    "BatchNormalization",
    "Dense",
    "Direction",
    "Embedding",
    "Flatten",
    "GateWeights",
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "Layer",
    "LayerNormalization",
    "Mask",
    "Masking",
    "Plain",
    "Readout",
    "Recurrent",
    "Stage",
    "StageTrace",
]

Stage = Embedding | Recurrent | Plain

PLAIN: dict[str, type[Plain]] = {
    kind.kind: kind
    for kind in (
        Dense,
        Activation,
        LayerNormalization,
        BatchNormalization,
        GlobalMaxPooling,
        GlobalAveragePooling,
        Flatten,
        Masking,
    )
}
"""Plain stages by the name of their kind."""
