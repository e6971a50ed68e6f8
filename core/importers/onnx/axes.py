"""What lies along which axis of a tensor, however a graph turns and joins its axes.

An axis is a group of atoms, outermost first: the output of a bidirectional LSTM, brought into the
shape (time, batch, 2 · units), has the axes `(time)`, `(batch)`, `(part, units)`. To transpose is
to reorder groups; to reshape is to group the same row of atoms anew. So no size needs to be known
but those that a graph names. An atom of size 1 that is nobody's is called `one`; it comes and goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.importers.onnx.sizes import Dim, Size, UnknownSize, divided, product

ONE, UNITS, PART = "one", "units", "part"


@dataclass(frozen=True)
class Atom:
    """Something that an axis counts: its label and its size.

    Axes of an input are called after it; `units` are those of a layer; `part0`, `part1`, … count
    layers or directions that stand beside each other.
    """

    label: str
    size: Dim

    @property
    def part(self) -> int | None:
        """Which axis of the parts it counts, None for another atom."""
        return int(self.label.removeprefix(PART)) if self.label.startswith(PART) else None


Group = tuple[Atom, ...]
Axes = tuple[Group, ...]


def sizes(axes: Axes) -> list[Dim]:
    """The shape."""
    return [product([atom.size for atom in group]) for group in axes]


def atoms(axes: Axes) -> list[Atom]:
    """All atoms, outermost first, but those that are nobody's."""
    return [atom for group in axes for atom in group if atom.label != ONE]


def new_axis(at: int, axes: Axes) -> Axes:
    """With an axis of size 1 at `at`."""
    return (*axes[:at], (Atom(ONE, 1),), *axes[at:])


def without_axis(at: int, axes: Axes) -> Axes:
    """Without an axis of size 1; what it counted goes to a neighbour. Raises UnknownSize."""
    group = axes[at]
    if product([atom.size for atom in group]) != 1:
        raise UnknownSize
    kept = tuple(atom for atom in group if atom.label != ONE)
    rest = [*axes[:at], *axes[at + 1 :]]
    if kept and rest:
        to = max(at - 1, 0)
        rest[to] = (*rest[to], *kept) if at else (*kept, *rest[to])
    return tuple(rest)


def regrouped(axes: Axes, target: Sequence[Dim]) -> Axes:
    """The axes after a reshape to `target`, in which every size is known.

    Parts may be split as well: their atoms are called `part<k>` still, the outer one first.
    Raises UnknownSize where the target cuts through anything else.
    """
    left = atoms(axes)
    groups: list[Group] = []
    for size in target:
        group: list[Atom] = []
        if size == 1:
            found = left.pop(0) if left and left[0].size == 1 else Atom(ONE, 1)
            groups.append((found,))
            continue
        missing = size
        while missing != 1:
            if not left:
                raise UnknownSize
            atom = left.pop(0)
            if atom.part is not None and _splits(atom.size, missing):
                group.append(replace(atom, size=missing))
                left.insert(0, replace(atom, size=divided(atom.size, missing)))
                break
            missing = divided(missing, atom.size)
            group.append(atom)
        groups.append(tuple(group))
    if any(atom.size != 1 for atom in left):
        raise UnknownSize
    if left and groups:
        groups[-1] = (*groups[-1], *left)
    return tuple(groups)


def _splits(whole: Dim, piece: Dim) -> bool:
    return (
        not isinstance(whole, Size)
        and not isinstance(piece, Size)
        and whole > piece > 1
        and whole % piece == 0
    )


def completed(target: Iterable[Dim], before: Sequence[Dim], *, zero_is_zero: bool) -> list[Dim]:
    """The target of a reshape with its 0 (as before) and −1 (the rest) filled in.

    Raises UnknownSize where that cannot be told.
    """
    filled: list[Dim] = []
    for at, size in enumerate(target):
        if size == 0 and not zero_is_zero:
            if at >= len(before):
                raise UnknownSize
            size = before[at]
        filled.append(size)
    open_at = [at for at, size in enumerate(filled) if size == -1]
    if len(open_at) > 1 or any(not isinstance(s, Size) and s < -1 for s in filled):
        raise UnknownSize
    if open_at:
        known = product([size for size in filled if size != -1])
        filled[open_at[0]] = divided(product(list(before)), known)
    return filled
