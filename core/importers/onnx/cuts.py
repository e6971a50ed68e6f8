"""Taking a part of an axis: the last step, one direction, one layer, or all of it backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.importers.onnx.axes import ONE, UNITS, Atom, Axes, without_axis
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading
from core.importers.onnx.sizes import Dim, Size, product
from core.importers.onnx.values import Aside, Flow, Step, Tips, last_read, tips_of
from core.nodes import (
    LAST,
    Activation,
    BatchNormalization,
    Dense,
    Layer,
    LayerNormalization,
    Merge,
    Port,
    port,
)

_FAR = 2**31 - 1
"""From here on a bound means the end of the axis, as exporters write it."""

Chosen = Sequence[int] | str
"""Positions, or one of all, flipped, first, last."""


def chosen(size: Dim, *, start: Dim, stop: Dim, step: Dim) -> Chosen:
    """What a slice takes of an axis."""
    if isinstance(step, Size) or step == 0:
        return ()
    if not isinstance(size, Size) and not isinstance(start, Size) and not isinstance(stop, Size):
        taken = range(size)[start:stop:step]
        if taken == range(size):
            return "all"
        return "flipped" if taken == range(size)[::-1] else taken
    to_the_end = stop == size or (isinstance(stop, int) and stop >= _FAR)
    if step == 1:
        if start == 0 and to_the_end:
            return "all"
        if start == 0 and stop == 1:
            return "first"
        return "last" if start in (-1, size - 1) and to_the_end else ()
    before = isinstance(stop, int) and stop <= -_FAR
    from_the_end = start in (-1, size - 1) or (isinstance(start, int) and start >= _FAR)
    return "flipped" if step == -1 and before and from_the_end else ()


def position(size: Dim, at: Dim) -> Chosen:
    """What one index takes of an axis."""
    if isinstance(size, Size) or isinstance(at, Size):
        known = {0: "first", -1: "last", size - 1: "last"}
        return known.get(at, () if isinstance(at, Size) else (at,))
    return (at % size,) if -size <= at < size else ()


def take(
    value: Flow | Tips, axis: int, what: Chosen, node: Node, reading: Reading
) -> Flow | Tips | Aside:
    """The value with a part of one of its axes; where one position is left, of size 1."""
    group = value.axes[axis]
    size = product([atom.size for atom in group])
    timed = len(group) == 1 and reading.is_time(group[0].label)
    if what == "all" or (size == 1 and what == (0,) and not timed):
        return value
    if isinstance(value, Flow) and value.bare and what != "flipped":
        return Aside(f"a part of the input '{value.source}'")
    if what == "flipped" and len(group) == 1:
        return replace(value, flipped=value.flipped ^ {reading.axis(group[0].label)})
    if isinstance(what, str):
        what = {"first": (0,), "last": (-1,)}.get(what, ())
    if timed and len(what) == 1:
        return _step(value, axis, what[0], node, reading)
    if isinstance(value, Tips) and what and isinstance(size, int):
        found = _parts(value, axis, what, size)
        if found is not None:
            return found
    raise node.refuse("it takes a part of an axis that is neither the last step nor a direction")


def dropped(value: Flow | Tips, axis: int) -> Flow | Tips:
    """The value without an axis of size 1. Raises UnknownSize."""
    return replace(value, axes=without_axis(axis, value.axes))


def _step(value: Flow | Tips, axis: int, at: int, node: Node, reading: Reading) -> Flow | Tips:
    """One step of every one: the first or the last of the text."""
    size = value.axes[axis][0].size
    last = at == -1 or (isinstance(size, int) and at == size - 1)
    if not last and at != 0:
        raise node.refuse("it takes a step in the middle of the text")
    if value.padded:
        why = "it takes a step of texts of several lengths, which is zeros past the end of each"
        raise node.refuse(why)
    forward = last != (reading.axis(value.axes[axis][0].label) in value.flipped)
    step: Step = "end" if forward else "start"
    axes = (*value.axes[:axis], (Atom(ONE, 1),), *value.axes[axis + 1 :])
    if isinstance(value, Tips):
        tips = [replace(tip, step=step) for tip in value.parts.ravel()]
        return replace(value, parts=tips_of(tips).reshape(value.parts.shape), axes=axes)
    if not value.unrolls:
        raise node.refuse("it takes one step before any recurrent layer has read the text")
    alone = _at(value.port, step, reading)
    if alone is None:
        return replace(value, axes=axes, step=step)
    return replace(value, port=alone, axes=axes)


def _at(port_of: Port, step: Step, reading: Reading) -> Port | None:
    """The port that has one step of what `port_of` has at every one; None where there is none.

    What treats every step alike may as well read that step alone, down to the recurrent layers:
    it is put once more, by the name of a `step_of`, and takes the other's name if that goes unread.
    """
    node = reading.made.get(port_of)
    if isinstance(node, Layer):
        return port(node.name, LAST) if last_read(node.direction) == step else None
    if not isinstance(node, _STEP_BY_STEP):
        return None
    reads = [_at(read, step, reading) for read in node.reads]
    if any(read is None for read in reads):
        return None
    named = step_of(node.name, step)
    reading.put(replace(node, name=named, reads=tuple(read for read in reads if read)))
    return named


def step_of(name: str, step: Step) -> str:
    """What a node is called that reads one step alone."""
    return f"{name}@{step}"


_STEP_BY_STEP = (Dense, Activation, LayerNormalization, BatchNormalization, Merge)


def _parts(value: Tips, axis: int, what: Sequence[int], size: int) -> Tips | None:
    """Some of the parts along an axis, whole; None where they do not end with a part."""
    group = value.axes[axis]
    at = next((at for at, atom in enumerate(group) if atom.part is not None), None)
    if at is None or any(atom.size != 1 for atom in group[:at]):
        return None
    atom = group[at]
    inner = product([each.size for each in group[at + 1 :] if each.label == UNITS])
    if not isinstance(inner, int) or not isinstance(atom.size, int) or size != atom.size * inner:
        return None
    assert atom.part is not None
    positions = [each % size for each in what]
    wanted = [position // inner for position in positions[::inner]]
    whole = [each * inner + offset for each in wanted for offset in range(inner)]
    if positions != whole:
        return None
    parts = value.parts.take(wanted, axis=atom.part)
    fewer = (*group[:at], Atom(atom.label, len(wanted)), *group[at + 1 :])
    axes: Axes = (*value.axes[:axis], fewer, *value.axes[axis + 1 :])
    return value.with_parts(parts, axes)
