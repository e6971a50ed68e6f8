"""A flipped bit or a cut at any place of any file of ours: the same arrays, or a WrongFile."""

from __future__ import annotations

import warnings
from collections import Counter
from io import BytesIO

import numpy as np
import pytest

import core
from core.arrays import load_arrays, save_arrays
from core.errors import WrongFile
from core.gradients import Gradients
from core.model import Model
from core.text import Vocabulary
from core.trace import Trace

MUTATIONS = 800


def saved(thing) -> bytes:
    file = BytesIO()
    thing.save(file)
    return file.getvalue()


def sound() -> dict[str, tuple[bytes, type | None]]:
    """Every kind of `.npz` that is written here, and the class that reads it."""
    generator = np.random.default_rng(5)
    words = Vocabulary(("좋다", "good", "not"), "word")
    model = core.new_model("gru", vocabulary=words, embedding=4, units=[3], seed=2)
    trace = core.record(model, [[2, 3, 4]], mask=[[True, True, False]])
    gradients = core.backprop(model, trace, [[1.0]])
    file = BytesIO()
    arrays = {
        "model/0": generator.normal(size=(40, 30)).astype(np.float32),
        "model/1": np.zeros(5_000),  # packs so well that its header is most of it
        "optimizer/0": np.array(7, np.int64),
    }
    remembered = {"loop": {"epoch": 3, "best_loss": 0.5}}
    save_arrays(file, kind="checkpoint", description=remembered, arrays=arrays)
    return {
        "model": (saved(model), Model),
        "trace": (saved(trace), Trace),
        "gradients": (saved(gradients), Gradients),
        "checkpoint": (file.getvalue(), None),
    }


SOUND = sound()


def mutated(data: bytes, number: int) -> bytes:
    """One bit flipped anywhere, or in the last places, where a zip keeps its list; or a cut."""
    random = np.random.default_rng([number, len(data)])
    changed = bytearray(data)
    match number % 4:
        case 0:
            return data[: random.integers(len(data))]
        case 1:
            at = len(data) - 1 - random.integers(min(900, len(data)))
        case _:
            at = random.integers(len(data))
    changed[at] ^= 1 << int(random.integers(8))
    return bytes(changed)


@pytest.mark.parametrize("kind", SOUND)
def test_damage_is_seen_or_does_none(kind):
    data, reader = SOUND[kind]
    description, arrays = load_arrays(BytesIO(data), kind=kind)
    seen: Counter[str] = Counter()
    for number in range(MUTATIONS):
        changed = mutated(data, number)
        with warnings.catch_warnings():
            # A page must not fail for what NumPy warns of, as these tests would.
            warnings.simplefilter("ignore")
            try:
                found = load_arrays(BytesIO(changed), kind=kind)
                if reader is not None:
                    reader.load(BytesIO(changed))
            except WrongFile:
                seen["refused"] += 1
                continue
        seen["read"] += 1
        assert found[0] == description, number
        assert found[1].keys() == arrays.keys(), number
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[1][name], array, err_msg=f"{number} {name}")
    # A bit of a date or of a comment does no harm; nearly all others are seen.
    assert seen["refused"] > MUTATIONS / 2, seen
    assert seen["read"] > 0, seen


def test_what_is_whole_but_holds_nothing_of_ours_is_a_wrong_file():
    texts = ("[1]", "{", "[" * 5_000, '{"kind": "model"}')
    for arrays in ({}, {"description": np.arange(3)}, *({"description": t} for t in texts)):
        file = BytesIO()
        np.savez(file, **{name: np.array(value) for name, value in arrays.items()})
        with pytest.raises(WrongFile):
            load_arrays(BytesIO(file.getvalue()), kind="model")
