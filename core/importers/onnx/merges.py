"""Two recurrent layers put together: side by side, stacked as their states are, or as one sum.

A bidirectional layer may stand in a graph as one node, or as two whose outputs are joined. The
states of all layers, stacked and then cut apart again, are PyTorch's `h_n`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.importers.onnx.axes import ONE, PART, UNITS, Atom, Axes
from core.importers.onnx.proto import Node
from core.importers.onnx.values import Aside, Const, Flow, Tips, Value, joined
from core.nodes import Recurrent


def concatenated(values: Sequence[Value], axis: int, node: Node) -> Value:
    """What Concat gives of recurrent layers; aside if it is states that nobody goes on with."""
    if all(isinstance(value, Aside) for value in values):
        return values[0]
    tips = [value for value in values if isinstance(value, Tips)]
    if len(tips) != len(values):
        raise node.refuse("it joins what is not the outputs of recurrent layers alone")
    first = tips[0]
    if any(len(value.axes) != len(first.axes) for value in tips):
        raise node.refuse("it joins layers of different shapes")
    widths = [_units(value) for value in tips]
    if len(set(widths)) > 1:
        return _unequal(tips, axis, node)
    parted = [_parted(value, axis, node) for value in tips]
    labels = [_labels(value.axes) for value in parted]
    if any(each != labels[0] for each in labels) or not _alike(tips):
        raise node.refuse("it joins layers whose axes differ")
    axes = parted[0].axes
    number = next(atom.part for atom in axes[axis] if atom.part is not None)
    parts = np.concatenate([value.parts for value in parted], axis=number)
    more = tuple(
        Atom(atom.label, parts.shape[number]) if atom.part == number else atom
        for atom in axes[axis]
    )
    return first.with_parts(parts, (*axes[:axis], more, *axes[axis + 1 :]))


def _parted(value: Tips, axis: int, node: Node) -> Tips:
    """The value with an atom of parts in that axis, of one part if there was none."""
    group = value.axes[axis]
    if any(atom.part is not None for atom in group):
        return value
    inner = [atom.label for atom in group if atom.label != ONE]
    if inner not in ([], [UNITS]):
        raise node.refuse("it joins layers along time or along the examples")
    number = value.parts.ndim
    part = (Atom(f"{PART}{number}", 1), *group)
    axes = (*value.axes[:axis], part, *value.axes[axis + 1 :])
    # Not with_parts: it would let go of an atom of one part.
    return replace(value, parts=value.parts[..., None], axes=axes)


def _unequal(tips: Sequence[Tips], axis: int, node: Node) -> Flow:
    """Two layers of different widths side by side: they can only be a pair."""
    plain = len(tips) == 2 and all(value.parts.ndim == 0 for value in tips)
    ends = [[atom.label for atom in value.axes[axis] if atom.size != 1] for value in tips]
    if not plain or any(labels not in ([UNITS], []) for labels in ends) or not _alike(tips):
        raise node.refuse("it joins layers of different widths that are no pair")
    own = [value.parts.item() for value in tips]
    flow = joined(own, "concat", node, axes=tips[0].axes, of=tips[0])
    wide = Atom(UNITS, sum(tip.layer.units for tip in own))
    axes = tuple(
        tuple(wide if atom.label == UNITS else atom for atom in group) for group in flow.axes
    )
    return replace(flow, axes=axes)


def merged(first: Tips, second: Tips, how: str, node: Node) -> Flow:
    """Two layers added or multiplied, unit by unit."""
    if first.parts.ndim or second.parts.ndim or not _alike([first, second]):
        raise node.refuse("it joins recurrent layers that are no pair")
    if _labels(first.axes) != _labels(second.axes):
        raise node.refuse("it joins layers whose axes differ")
    tips = [first.parts.item(), second.parts.item()]
    return joined(tips, how, node, axes=first.axes, of=first)


def halved(flow: Flow, factor: float) -> Flow | None:
    """A sum of two layers times ½ is their mean; None for anything else."""
    stage = flow.stages[-1] if flow.stages else None
    if not isinstance(stage, Recurrent) or stage.merge != "sum" or factor != 0.5:
        return None
    return replace(flow, stages=(*flow.stages[:-1], replace(stage, merge="ave")))


def factor_of(value: Value | None) -> float | None:
    """The one number of a constant, None for anything else."""
    if isinstance(value, Const) and value.array.size == 1 and value.array.dtype.kind in "fi":
        return float(value.array.item())
    return None


def _units(value: Tips) -> int:
    return int(value.parts.flat[0].layer.units)


def _labels(axes: Axes) -> list[list[str]]:
    return [[atom.label for atom in group if atom.label != ONE] for group in axes]


def _alike(values: Sequence[Tips]) -> bool:
    """Whether time runs the same way in all of them."""
    return len({(value.flipped, value.padded) for value in values}) == 1
