"""The parts that models are built of, one file each.

Frozen data: names, weights, settings, the checks that they fit, and what each does to what it
reads, forward and back. A new node is one class, and its name in `NODES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.activations import Array
from core.errors import UnknownName
from core.nodes.attention import AdditiveAttention, Attention
from core.nodes.base import Activated, Back, Contribution, Node, NodeTrace
from core.nodes.bidirectional import MERGES, Part, Recurrent, exchanged, nodes_of, recurrent_parts
from core.nodes.convolution import PADDINGS, Conv1D
from core.nodes.dense import Activation, Dense
from core.nodes.embedding import Embedding
from core.nodes.flow import LAST, MAIN, PREACTIVATIONS, READ, Flow, Mask, Port, Spec, both, port
from core.nodes.input import Input
from core.nodes.layer_gradients import LayerBack, LayerGradients
from core.nodes.layer_trace import (
    AXES,
    STATE,
    Direction,
    LayerTrace,
    in_reading_order,
    in_text_order,
    last_read,
)
from core.nodes.masking import Masking
from core.nodes.merging import Add, Average, Concatenate, Merge, Multiply
from core.nodes.normalisation import BatchNormalization, LayerNormalization
from core.nodes.pooling import Flatten, GlobalAveragePooling, GlobalMaxPooling
from core.nodes.recurrent import Layer, Readout
from core.nodes.resampling import (
    AveragePooling1D,
    MaxPooling1D,
    RepeatAlong,
    RepeatVector,
    UpSampling1D,
)
from core.nodes.reshaping import Permute, Reshape, TimeDistributed

__all__ = [
    "AXES",
    "LAST",
    "MAIN",
    "MERGES",
    "NODES",
    "PADDINGS",
    "PREACTIVATIONS",
    "READ",
    "STATE",
    "Activated",
    "Activation",
    "Add",
    "AdditiveAttention",
    "Attention",
    "Average",
    "AveragePooling1D",
    "Back",
    "BatchNormalization",
    "Concatenate",
    "Contribution",
    "Conv1D",
    "Dense",
    "Direction",
    "Embedding",
    "Flatten",
    "Flow",
    "GlobalAveragePooling",
    "GlobalMaxPooling",
    "Input",
    "Layer",
    "LayerBack",
    "LayerGradients",
    "LayerNormalization",
    "LayerTrace",
    "Mask",
    "Masking",
    "MaxPooling1D",
    "Merge",
    "Multiply",
    "Node",
    "NodeTrace",
    "Part",
    "Permute",
    "Port",
    "Readout",
    "Recurrent",
    "RepeatAlong",
    "RepeatVector",
    "Reshape",
    "Spec",
    "TimeDistributed",
    "UpSampling1D",
    "both",
    "exchanged",
    "in_reading_order",
    "in_text_order",
    "last_read",
    "nodes_from",
    "nodes_of",
    "port",
    "recurrent_parts",
]

NODES: dict[str, type[Node]] = {
    kind.kind: kind
    for kind in (
        Input,
        Embedding,
        Layer,
        Dense,
        Activation,
        LayerNormalization,
        BatchNormalization,
        GlobalMaxPooling,
        GlobalAveragePooling,
        Flatten,
        Masking,
        Concatenate,
        Add,
        Average,
        Multiply,
        Conv1D,
        MaxPooling1D,
        AveragePooling1D,
        UpSampling1D,
        RepeatVector,
        RepeatAlong,
        Attention,
        AdditiveAttention,
        Reshape,
        Permute,
        TimeDistributed,
    )
}
"""Every node by the name of its kind."""


def nodes_from(
    described: Iterable[Mapping[str, Any]], weights: Mapping[str, Array]
) -> tuple[Node, ...]:
    """The nodes that `Node.described` described, with their weights by full name.

    Reads what the first format calls stages, too: there a recurrent one holds its layers. Raises
    KeyError where a setting or an array is missing, UnknownName, and what the nodes raise.
    """
    nodes: list[Node] = []
    for settings in described:
        kind = settings["kind"]
        _check_texts(kind, settings["name"], *settings.get("reads", ()))
        if kind not in NODES:
            raise UnknownName(kind="node", found=kind, known=", ".join(NODES))
        if "layers" in settings:
            ends: dict[str, Any] = {"returns": "every", "zero_masked": False, "masked": True}
            layers = tuple(Layer.restore({**ends, **own}, weights) for own in settings["layers"])
            merge, returns = settings["merge"], settings["returns"]
            nodes += Recurrent(settings["name"], layers, merge, returns).nodes
        else:
            held = (
                {"inner": nodes_from([settings["inner"]], weights)[0]}
                if "inner" in settings
                else {}
            )
            nodes.append(NODES[kind].restore({**settings, **held}, weights))
    return tuple(nodes)


def _check_texts(*texts: object) -> None:
    """Raises TypeError for what should be a name and is none."""
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"{text!r:.40} in the place of a name")
