"""Files of the right form that hold what nobody wrote: refused in words, or of use.

Every value of a file's description is replaced in turn by others, and every array by arrays of
other kinds and shapes. What is then read has to compute, and to be written again.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest

import core
from core.arrays import load_arrays, save_arrays
from core.errors import CoreError, WrongFile

VALUES: tuple[Any, ...] = (None, True, -1, 10**20, 1.5, "x", "", [], [1], {}, {"a": 1}, [[None]])
ARRAYS: dict[str, Callable[[Any], Any]] = {
    "fewer dimensions": lambda array: array.reshape(-1),
    "a scalar": lambda array: np.float32(1.0) + np.zeros((), np.float32),
    "nothing": lambda array: array[:0],
    "one more": lambda array: np.concatenate([array, array[:1]]),
    "texts": lambda array: array.astype("U8"),
    "whole numbers": lambda array: array.astype(np.int64),
    "complex": lambda array: array.astype(np.complex64),
    "dates": lambda array: np.zeros(array.shape, "datetime64[s]"),
}
TOKENS = np.array([[3, 1, 4, 1, 5]])


def model_of(cell: str) -> core.Model:
    return core.new_model(cell, vocabulary=12, units=[4, 3], seed=1)


def used_model(file: BytesIO) -> None:
    model = core.Model.load(file)
    core.record(model, TOKENS)
    model.save(BytesIO())


def used_trace(file: BytesIO) -> None:
    trace = core.Trace.load(file)
    trace.frame()
    trace.overflow  # noqa: B018 - asked for because it computes
    trace.save(BytesIO())


SOUND: dict[str, tuple[str, Any, Callable[[BytesIO], None]]] = {
    **{f"model of {cell}": ("model", model_of(cell), used_model) for cell in ("lstm", "gru")},
    "trace": ("trace", core.record(model_of("lstm"), TOKENS), used_trace),
}


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value in plain data, those that hold others too."""
    if here:
        yield here
    inside = dict(enumerate(value)) if isinstance(value, list) else value
    for name, held in inside.items() if isinstance(inside, dict) else ():
        yield from places(held, (*here, name))


def changed(described: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The description with another value there."""
    whole = copy.deepcopy(described)
    holder: Any = whole
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return whole


def written(kind: str, described: dict[str, Any], arrays: dict[str, Any]) -> BytesIO:
    file = BytesIO()
    save_arrays(file, kind=kind, description=described, arrays=arrays)
    return BytesIO(file.getvalue())


def saved(of: Any, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    file = BytesIO()
    of.save(file)
    described, arrays = load_arrays(BytesIO(file.getvalue()), kind=kind)
    del described["kind"], described["format"]
    return described, arrays


@pytest.mark.parametrize("name", SOUND)
def test_another_value_in_a_description_is_refused_in_words_or_is_of_use(name):
    kind, of, use = SOUND[name]
    described, arrays = saved(of, kind)
    use(written(kind, described, arrays))
    refused = 0
    for place in places(described):
        for value in VALUES:
            file = written(kind, changed(described, place, value), arrays)
            try:
                use(file)
            except CoreError:
                refused += 1
            except Exception as error:
                error.add_note(f"{place}: {json.dumps(value)}")
                raise
    assert refused > 100


@pytest.mark.parametrize("how", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("name", SOUND)
def test_another_array_is_refused_in_words_or_is_of_use(name, how):
    kind, of, use = SOUND[name]
    described, arrays = saved(of, kind)
    refused = 0
    for changed_one, array in arrays.items():
        file = written(kind, described, {**arrays, changed_one: how(array)})
        try:
            use(file)
        except CoreError:
            refused += 1
        except Exception as error:
            error.add_note(changed_one)
            raise
    assert refused > 0


def test_a_model_whose_weights_are_no_numbers_is_a_wrong_file():
    described, arrays = saved(model_of("lstm"), "model")
    first = next(iter(arrays))
    with pytest.raises(WrongFile, match="no floating-point numbers"):
        core.Model.load(written("model", described, {**arrays, first: arrays[first].astype("U")}))
