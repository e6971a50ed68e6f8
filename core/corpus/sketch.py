"""A few bytes of every state, from which most states are seen to be far from one that is sought.

The idea of the VA-file (Weber, Schek & Blott 1998; with turned axes Ferhatosmanoglu et al. 2000):
states are turned onto the axes along which they vary most, and of the first sixteen coordinates a
byte each is kept. The distance within these bytes is never larger than the true one, so a state
whose bytes are farther away than the k nearest found need not be looked at, and the answer is exact
as if all had been. Of a network's states few axes hold most, which is why it pays; where all axes
vary alike nearly every state has to be looked at, and the search costs what brute force does. It
is linear in the steps, with 16 bytes a step. Not chosen: graphs (HNSW) and cells (IVF), whose
answers are mostly right, and which take minutes to build.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.arrays import load_arrays, save_arrays
from core.corpus.errors import NotACorpus
from core.corpus.recorded import Corpus
from core.errors import WrongFile
from core.threads import one_thread, shared
from core.training.files import replace_file

AXES = 16
LEVELS = 256
FEWEST_UNITS = 64
"""From so many on a state is eight times as long as its sketch; a shorter one is soon compared."""
SAMPLE = 20_000
BLOCK = 65_536
CODED = 8_192
"""Steps that are coded at once: what is made of them stays in the cache."""


@dataclass(frozen=True, eq=False)
class Sketch:
    """What is kept of the states of a quantity.

    `codes` (axes, steps) are bytes: coordinate c lies between `low + code · width` and one `width`
    above, the same on all axes; below the first and above the last byte there is no bound. `axes`
    (units, axes) are orthonormal; coordinates are those of a state less the `mean` (units,).
    """

    codes: NDArray[np.uint8]
    axes: NDArray[np.float32]
    mean: NDArray[np.float32]
    low: NDArray[np.float32]
    width: float

    def coded(self, states: NDArray[np.float32]) -> NDArray[np.uint8]:
        """States (steps, units) as bytes, (axes, steps)."""
        turned = self.axes.T @ (states - self.mean).T
        places = (turned - self.low[:, None]) / self.width
        return np.clip(places, 0, LEVELS - 1).astype(np.uint8)

    def bounds(self, code: NDArray[np.uint8], *, start: int, stop: int) -> NDArray[np.uint32]:
        """How far the states from `start` to `stop` are at least from one of that code, (axes,).

        Squared, in squares of `width`: (steps,). Two coordinates whose bytes differ by d are at
        least d − 1 widths apart; another is given away to rounding.
        """
        total = np.zeros(stop - start, np.uint32)
        for of, own in zip(self.codes[:, start:stop], code, strict=True):
            _add_bounds(of, int(own), total)
        return total


@njit(nogil=True, cache=True)
def _add_bounds(codes: NDArray[np.uint8], own: int, total: NDArray[np.uint32]) -> None:
    """What one axis adds to the bounds: in one pass, where NumPy would take five."""
    for step in range(len(codes)):
        apart = max(abs(np.int32(codes[step]) - np.int32(own)) - np.int32(2), np.int32(0))
        total[step] += np.uint32(apart * apart)


def _place(corpus: Corpus, key: str) -> Path:
    return corpus.folder / "sketches" / Path(corpus.quantity(key).file).stem


def build(corpus: Corpus, key: str) -> None:
    """Makes the sketch of a quantity, in one pass over its numbers. Raises OSError."""
    array = corpus.array(key)
    steps = len(array)
    place = _place(corpus, key)
    place.parent.mkdir(exist_ok=True)
    some = np.linspace(0, steps - 1, min(steps, SAMPLE)).astype(np.int64)
    sample = array[some].astype(np.float32)
    mean = sample.mean(axis=0)
    with one_thread():
        _, _, turned = np.linalg.svd(sample - mean, full_matrices=False)
        axes = np.ascontiguousarray(turned[:AXES].T)
        coordinates = (sample - mean) @ axes
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    width = float(max((high - low).max(initial=0.0), 1e-6) / LEVELS)
    empty = np.zeros((axes.shape[1], 0), np.uint8)
    made = Sketch(empty, axes, mean, low, width)
    beside = place.with_suffix(".codes.new")
    with beside.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "|u1", "fortran_order": False, "shape": (axes.shape[1], steps)}
        )
        offset = file.tell()
        file.truncate(offset + axes.shape[1] * steps)
        lock = threading.Lock()

        def block(start: int) -> None:
            codes = made.coded(array[start : start + CODED].astype(np.float32))
            with lock:
                for axis, row in enumerate(codes):
                    file.seek(offset + axis * steps + start)
                    file.write(row.tobytes())

        with one_thread():
            shared([partial(block, start) for start in range(0, steps, CODED)])
    beside.replace(place.with_suffix(".npy"))
    arrays = {"axes": axes, "mean": mean, "low": low, "width": np.array(width)}
    described = {"quantity": key, "steps": steps}
    replace_file(
        place.with_suffix(".npz"),
        lambda file: save_arrays(file, kind="sketch", description=described, arrays=arrays),
    )


def sketch_of(corpus: Corpus, key: str) -> Sketch | None:
    """The sketch of a quantity; None where there is none, as in a recording that goes on.

    Raises NotACorpus where it is damaged.
    """
    place = _place(corpus, key)
    if not (corpus.finished and place.with_suffix(".npz").is_file()):
        return None
    try:
        _, arrays = load_arrays(place.with_suffix(".npz"), kind="sketch")
        codes = np.load(place.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        if codes.shape != (arrays["axes"].shape[1], corpus.steps):
            raise ValueError(f"codes of the shape {codes.shape}")
        width = float(arrays["width"])
        return Sketch(codes, arrays["axes"], arrays["mean"], arrays["low"], width)
    except (WrongFile, KeyError, IndexError, TypeError, ValueError, OSError, EOFError) as error:
        raise NotACorpus(folder=corpus.folder, why=f"the sketch of {key}: {error}") from error
