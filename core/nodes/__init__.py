"""The parts that a model is a chain of: embedding, recurrent layers, and plain stages.

Frozen data: names, weights, settings, and the checks that the weights fit each other. Plain
stages (`plain.py`) say what they do as well; the loops of recurrent layers are the business of
`engines/`, those backwards of `bptt.py`. A new plain stage is one class, and its name in `PLAIN`.
"""

from __future__ import annotations

from core.nodes.base import Activated, Back, Mask, NodeTrace, Plain
from core.nodes.dense import Activation, Dense
from core.nodes.embedding import Embedding
from core.nodes.masking import Masking
from core.nodes.normalisation import BatchNormalization, LayerNormalization
from core.nodes.pooling import Flatten, GlobalAveragePooling, GlobalMaxPooling
from core.nodes.recurrent import MERGES, Direction, Layer, Readout, Recurrent

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
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "Layer",
    "LayerNormalization",
    "Mask",
    "Masking",
    "NodeTrace",
    "Plain",
    "Readout",
    "Recurrent",
    "Stage",
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
