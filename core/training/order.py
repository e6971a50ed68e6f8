"""Which examples make up each batch of an epoch: drawn from the seed and the epoch's number alone.

So nothing has to be remembered to resume. Where the network masks padding, texts of similar length
go together and each batch is cut to its longest text, rounded up to one of a few lengths, because
each new shape is compiled anew. What a masked network computes stays the same; how texts are mixed
does not quite. Where nothing is masked the padding is part of what is learned, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.training.dataset import Dataset, Part

SHAPES = 3
"""At most so many different lengths, each compiled once."""
ROUNDING = 8


@dataclass(frozen=True, eq=False)
class Portion:
    """The examples of one batch, and how many steps of them are more than padding.

    `length` is None where several things are read.
    """

    places: NDArray[np.int64]
    length: int | None


def portions(
    part: Part, *, dataset: Dataset, batch: int, seed: int | None, epoch: int = 0
) -> list[Portion]:
    """The batches of an epoch in their order; with `seed` None in the order of the examples.

    Examples of one length stand together where `dataset` is masked and not contiguous.
    """
    count = len(part)
    whole = None if isinstance(part.inputs, Mapping) else part.inputs.shape[1]
    order = np.arange(count)
    random = None if seed is None else np.random.default_rng([seed, epoch])
    if random is not None:
        order = random.permutation(count)
    found = []
    lengths = _lengths(part, dataset)
    for length in (whole,) if lengths is None else np.unique(lengths).tolist():
        own = order if lengths is None else order[lengths[order] == length]
        found += [
            Portion(own[start : start + batch], length) for start in range(0, len(own), batch)
        ]
    if random is not None and lengths is not None:
        found = [found[place] for place in random.permutation(len(found))]
    return found


def _lengths(part: Part, dataset: Dataset) -> NDArray[np.int64] | None:
    """To how many steps each example is cut, (examples,); None where nothing may be cut."""
    if isinstance(part.inputs, Mapping) or part.inputs.ndim != 2:
        return None
    if not dataset.mask or dataset.contiguous:
        return None
    time = part.inputs.shape[1]
    used = part.inputs != 0
    if dataset.padding == "post":
        used = used[:, ::-1]
    own = time - used.argmax(axis=1)
    own[~used.any(axis=1)] = 1
    shares = np.linspace(0, 1, SHAPES + 1)[1:]
    edges = np.quantile(own, shares)
    rounded = np.unique(np.minimum(-(-edges // ROUNDING) * ROUNDING, time).astype(np.int64))
    return rounded[np.searchsorted(rounded, own)]
