"""Branches that meet: side by side, stacked as states are, or as one sum, product or mean.

A bidirectional layer may stand in a graph as one node, or as two whose outputs are joined. The
states of all layers, stacked and then cut apart again, are PyTorch's `h_n`: layers beside each
other are put together only when somebody reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.importers.onnx.axes import ONE, PART, UNITS, Atom, Axes, Group
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading
from core.importers.onnx.sizes import product
from core.importers.onnx.values import Aside, Flow, Step, Tip, Tips, Value
from core.nodes import Concatenate, Merge


def settled(value: Value | None, node: Node, reading: Reading, *, handed_out: bool = False) -> Flow:
    """The value as a Flow: what `node` reads has to be what some port of the model has.

    What is `handed_out` at the end may have its two directions along an axis of their own.
    """
    if isinstance(value, Flow):
        return value
    if not isinstance(value, Tips):
        found = value.what if isinstance(value, Aside) else "numbers of the file"
        raise node.refuse(f"it reads {'nothing' if value is None else found}")
    tips: list[Tip] = list(value.parts.ravel())
    if value.parts.ndim > 1 or (handed_out and len(tips) > 2):
        raise node.refuse(f"it reads {len(tips)} recurrent layers at once")
    axes = value.axes
    if len(tips) > 1:
        axes = _without_parts(axes) if handed_out else _side_by_side(axes, node)
    step = _step_of(tips, node)
    at = [tip.port if step is None else tip.layer.name for tip in tips]
    joined = at[0]
    if len(at) > 1:
        stage = tips[0].stage if tips[0].layer.name != tips[0].stage else ""
        joined = reading.merge(Concatenate, tuple(at), node, stage)
    width = sum(tip.layer.units for tip in tips)
    named = tuple(
        tuple(Atom(UNITS, width) if atom.label == UNITS else atom for atom in group)
        for group in axes
    )
    return Flow(joined, named, value.source, step, value.flipped, value.padded, unrolls=True)


def _step_of(tips: Sequence[Tip], node: Node) -> Step | None:
    """The step that is still to be taken of all of them."""
    if all(tip.pending is None for tip in tips):
        if len({tip.step is None for tip in tips}) == 1:
            return None
    # Both directions at one step of the text: one of them has not read it to the end.
    elif len({tip.step for tip in tips}) == 1:
        return tips[0].step
    raise node.refuse("it reads one direction at another step than the one it reads last")


def concatenated(values: Sequence[Value], axis: int, node: Node, reading: Reading) -> Value:
    """What Concat gives; aside if it is what nobody goes on with."""
    if all(isinstance(value, Aside) for value in values):
        return values[0]
    tips = [value for value in values if isinstance(value, Tips)]
    if len(tips) == len(values):
        stacked = _stacked(tips, axis, node, reading)
        if stacked is not None:
            return stacked
    flows = _settled_together(values, node, reading)
    return merged(Concatenate, flows, node, reading, along=axis)


def _stacked(tips: Sequence[Tips], axis: int, node: Node, reading: Reading) -> Tips | None:
    """Layers of one width and one shape beside each other, and nothing done to them yet."""
    first = tips[0]
    widths = {tip.layer.units for value in tips for tip in value.parts.flat}
    if len({len(value.axes) for value in tips}) > 1 or len(widths) > 1 or not _alike(tips):
        return None
    parted = [_parted(value, axis, node) for value in tips]
    labels = [_labels(value.axes, reading) for value in parted]
    if any(each != labels[0] for each in labels):
        return None
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


def _settled_together(values: Sequence[Value], node: Node, reading: Reading) -> list[Flow]:
    """Each settled; single layers all at the same step, if it is not the last for all."""
    tips = [
        value.parts.item() if isinstance(value, Tips) and value.parts.size == 1 else None
        for value in values
    ]
    flows = [settled(value, node, reading) for value in values]
    single = [tip for tip in tips if tip is not None]
    if len(single) == len(flows) and (step := _step_of(single, node)) is not None:
        return [
            replace(flow, port=tip.layer.name, step=step)
            for flow, tip in zip(flows, single, strict=True)
        ]
    return flows


def merged(
    kind: type[Merge],
    values: Sequence[Value | None],
    node: Node,
    reading: Reading,
    *,
    along: int | None = None,
) -> Flow:
    """Branches of one shape, but along the axis that they are joined `along`."""
    flows = _settled_together([each for each in values if each is not None], node, reading)
    first = flows[0]
    if len({len(flow.axes) for flow in flows}) > 1:
        raise node.refuse("it joins what has different axes")
    if not _alike(flows) or len({flow.step for flow in flows}) > 1:
        raise node.refuse("it joins what runs in different ways, or one step and all of them")
    axes: list[Group] = []
    for at, groups in enumerate(zip(*(flow.axes for flow in flows), strict=True)):
        features = [
            _features_of(group, flow, reading) for group, flow in zip(groups, flows, strict=True)
        ]
        widths = [product([atom.size for atom in group]) for group in groups]
        if all(features) and (at == along or all(width == widths[0] for width in widths)):
            wide = sum(widths) if at == along else widths[0]
            axes.append((Atom(UNITS, wide),))
        elif at != along and _one_axis(groups, reading):
            axes.append(groups[0])
        else:
            what = "along time, or along the examples" if at == along else "of different shapes"
            raise node.refuse(f"it joins branches {what}")
    joined = reading.merge(kind, tuple(flow.port for flow in flows), node)
    unrolls = any(flow.unrolls for flow in flows)
    return replace(first, port=joined, axes=tuple(axes), bare=False, unrolls=unrolls)


def _features_of(group: Group, flow: Flow, reading: Reading) -> bool:
    labels = [atom.label for atom in group if atom.label != ONE]
    return len(labels) == 1 and reading.is_features(labels[0], flow.source)


def _one_axis(groups: Sequence[Group], reading: Reading) -> bool:
    """Whether the groups count the same: each atom with those of the others."""
    plain = [[atom.label for atom in group if atom.label != ONE] for group in groups]
    if len({len(labels) for labels in plain}) > 1:
        return False
    return all(
        reading.same_axis(one, other)
        for labels in plain[1:]
        for one, other in zip(plain[0], labels, strict=True)
    )


def _side_by_side(axes: Axes, node: Node) -> Axes:
    """The axes of layers whose units lie beside each other, as those of one."""
    for at, group in enumerate(axes):
        counted = [atom for atom in group if atom.size != 1 or atom.label == UNITS]
        for atom, inner in pairwise(counted):
            if atom.part is not None and inner.label == UNITS:
                kept = tuple(each for each in group if each is not atom)
                return (*axes[:at], kept, *axes[at + 1 :])
    raise node.refuse("it reads two directions that do not lie side by side")


def _without_parts(axes: Axes) -> Axes:
    return tuple(tuple(atom for atom in group if atom.part is None) for group in axes)


def _labels(axes: Axes, reading: Reading) -> list[list[str]]:
    return [[reading.axis(atom.label) for atom in group if atom.label != ONE] for group in axes]


def _alike(values: Sequence[Tips | Flow]) -> bool:
    """Whether time runs the same way in all of them."""
    return len({(value.flipped, value.padded) for value in values}) == 1
