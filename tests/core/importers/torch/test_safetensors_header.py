"""The bytes of safetensors: what the library writes is read, and what it would not is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from core.errors import CoreError
from core.importers import errors
from core.importers.limits import Limits
from core.importers.torch.safetensors_header import read_tensors
from core.importers.torch.state_dict import read_state_dict
from tests.core.importers.torch import reference

LIMITS = Limits(file_bytes=1 << 16, header_bytes=4096, tensors=8)


def file_of(header: Any, stored: bytes = b"") -> bytes:
    """A file with this header: a text as it is, or what JSON makes of data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + stored


def tensor(begin: int, end: int, **changes: Any) -> dict[str, Any]:
    return {"dtype": "U8", "shape": [end - begin], "data_offsets": [begin, end]} | changes


def test_what_the_library_writes() -> None:
    generator = np.random.default_rng(0)
    tensors = {
        "wide": generator.normal(size=(3, 4)),
        "half": generator.normal(size=5).astype(np.float16),
        "usual": generator.normal(size=(2, 1, 2)).astype(np.float32),
        "whole": np.arange(-3, 3),
        "none": np.zeros((0, 3), np.float32),
        "scalar": np.array(7.5, np.float32),
    }
    data = save(tensors, metadata={"format": "pt", "글": "값"})
    found = read_tensors(data, limits=LIMITS)
    assert found.metadata == {"format": "pt", "글": "값"}
    for name, expected in load(data).items():
        assert found.tensors[name].tolist() == expected.tolist(), name
        assert found.tensors[name].shape == expected.shape
    assert found.tensors["half"].dtype == np.float32


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    numbers = np.array([1.5, -0.15625, 3e38, 0], np.float32)
    stored = (numbers.view(np.uint32) >> 16).astype("<u2").tobytes()
    header = {"a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
    found = read_tensors(file_of(header, stored), limits=LIMITS).tensors["a"]
    np.testing.assert_allclose(found.ravel(), numbers, rtol=2**-7)
    assert found.dtype == np.float32
    assert found[0, 0] == 1.5


REFUSED: dict[str, tuple[bytes, type[CoreError], str]] = {
    "empty": (b"", errors.CutShort, "header"),
    "a few bytes": (b"\x01\x00", errors.CutShort, "8 bytes"),
    "an endless header": (b"\xff" * 8 + b"{}", errors.HeaderTooLong, "18,446,744,073,709,551,615"),
    "a header cut short": ((99).to_bytes(8, "little") + b"{}", errors.CutShort, "99"),
    "no JSON": (file_of(b"{'a'}"), errors.BrokenFile, "no JSON text"),
    "no text": (file_of(b'{"\xff": 1}'), errors.BrokenFile, "no JSON text"),
    "a list": (file_of([]), errors.BrokenFile, "no JSON object"),
    "deep": (file_of(b"[" * 1000 + b"]" * 1000), errors.TooDeep, "64 deep"),
    "a number without end": (file_of(b'{"a": ' + b"9" * 4000 + b"}"), CoreError, "a"),
    "metadata of numbers": (file_of({"__metadata__": {"a": 1}}), errors.BrokenFile, "texts"),
    "metadata as a list": (file_of({"__metadata__": []}), errors.BrokenFile, "texts"),
    "a name twice": (
        file_of(b'{"a":' + json.dumps(tensor(0, 1)).encode() + b',"a":{}}', b"1"),
        errors.RepeatedEntry,
        "'header/a'",
    ),
    "no tensor": (file_of({"a": []}), errors.BrokenFile, "'a'"),
    "further facts": (file_of({"a": tensor(0, 1, file="/etc")}, b"1"), errors.BrokenFile, "'a'"),
    "no numbers": (file_of({"a": tensor(0, 1, dtype="C64")}, b"1"), errors.NotNumbers, "C64"),
    "a list as type": (file_of({"a": tensor(0, 1, dtype=[])}, b"1"), errors.NotNumbers, "[]"),
    "a shape bomb": (
        file_of({"a": tensor(0, 1, shape=[2**40, 2**40])}, b"1"), errors.TooManyNumbers, "'a'",
    ),
    "a bomb times zero": (
        file_of({"a": tensor(0, 0, shape=[2**62, 0])}), errors.TooManyNumbers, "'a'",
    ),
    "too many dimensions": (
        file_of({"a": tensor(0, 1, shape=[1] * 9)}, b"1"), errors.TooManyDimensions, "9",
    ),
    "a negative shape": (file_of({"a": tensor(0, 1, shape=[-1])}, b"1"), errors.BadShape, "-1"),
    "a shape of words": (file_of({"a": tensor(0, 1, shape=["1"])}, b"1"), errors.BadShape, "'a'"),
    "true as a side": (file_of({"a": tensor(0, 1, shape=[True])}, b"1"), errors.BadShape, "'a'"),
    "offsets of words": (
        file_of({"a": tensor(0, 1, data_offsets=["0", "1"])}, b"1"), errors.BrokenFile, "'a'",
    ),
    "three offsets": (
        file_of({"a": tensor(0, 1, data_offsets=[0, 1, 2])}, b"1"), errors.BrokenFile, "'a'",
    ),
    "too few bytes for the shape": (
        file_of({"a": tensor(0, 1, shape=[2])}, b"1"), errors.NotStored, "2 bytes",
    ),
    "offsets that run back": (
        file_of({"a": tensor(0, 1, data_offsets=[1, 0])}, b"1"), errors.NotStored, "'a'",
    ),
    "past the end": (file_of({"a": tensor(0, 4)}, b"123"), errors.CutShort, "4 bytes"),
    "below the beginning": (
        file_of({"a": tensor(-1, 2, shape=[3])}, b"12"), errors.OverlappingTensors, "'a'",
    ),
    "overlapping": (
        file_of({"a": tensor(0, 3), "b": tensor(2, 4)}, b"1234"), errors.OverlappingTensors, "'b'",
    ),
    "a gap": (
        file_of({"a": tensor(0, 1), "b": tensor(2, 3)}, b"123"), errors.OverlappingTensors, "'b'",
    ),
    "bytes behind": (file_of({"a": tensor(0, 1)}, b"12"), errors.OverlappingTensors, "the end"),
    "too many tensors": (
        file_of({f"t{at}": tensor(at, at + 1) for at in range(9)}, b"1" * 9),
        errors.TooManyEntries,
        "9 parts",
    ),
    "too large": (b"1" * (1 << 17), errors.ModelFileTooLarge, "131,072"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_say_where_and_why(data: bytes, kind: type[CoreError], words: str) -> None:
    with pytest.raises(kind) as refused:
        read_tensors(data, limits=LIMITS)
    assert isinstance(refused.value, errors.FileRefused)
    assert words in str(refused.value)


SOUND = save(
    reference.state_dict("gru", features=2, units=2)
    | reference.table(4, 2, name="embedding")
    | reference.linear(2, 3, name="fc"),
    metadata={"format": "pt"},
)


@settings(max_examples=150)
@given(st.data())
def test_mutated_files_are_read_or_refused_for_a_reason(data: st.DataObject) -> None:
    changed = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        # Mostly in the header, where it hurts.
        at = data.draw(st.integers(0, data.draw(st.sampled_from([16, 700, len(changed) - 1]))))
        changed[min(at, len(changed) - 1)] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 3)) == 0
    mutated = bytes(changed[: data.draw(st.integers(0, len(changed)))] if cut else changed)
    try:
        read_state_dict(mutated)
    except CoreError:
        return
    # Whatever is read, the library reads too: nobody sees another model in the same file.
    try:
        load(mutated)
    except KeyError:
        assert b"BF16" in mutated
    except safetensors.SafetensorError as error:
        pytest.fail(f"read here, refused there: {error}")
