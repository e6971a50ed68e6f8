from __future__ import annotations

import tracemalloc
import zlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.fields import (
    LINK_CHARACTERS,
    Choice,
    Flag,
    Names,
    Number,
    Refused,
    Text,
    Whole,
    pack,
    unpack,
)

CELLS = ("simple_rnn", "lstm", "gru")
CHOICE = Choice(name="cell", default="lstm", options=CELLS)
NAMES = Names(name="cells", default=CELLS, options=CELLS, most=3)
FLAG = Flag(name="both", default=False)
WHOLE = Whole(name="step", default=0, low=-5, high=100)
NUMBER = Number(name="scale", default=1.0, low=-2.0, high=4.0)
TEXT = Text(name="text", default=None, limit=5_000)


def through_a_url(field, value):
    (written,) = parse_qs(urlencode({"key": field.write(value)}), keep_blank_values=True)["key"]
    return field.read(written)


@given(some.text(max_size=400))
def test_any_text_survives_a_link(text):
    assert through_a_url(TEXT, text) == text


@pytest.mark.parametrize(
    "text",
    ["", "~", "~abc", "= 1 & 2 = 3?#", "줄\r\n바꿈\0", "👩‍👩‍👧", "a" * 5_000],
)
def test_awkward_texts_survive_a_link(text):
    assert through_a_url(TEXT, text) == text


def test_half_a_character_is_refused():
    half = urlsafe_b64encode(zlib.compress("good \ud800".encode("utf-8", "surrogatepass")))
    with pytest.raises(Refused, match="not a packed text"):
        TEXT.read(f"~{half.decode().rstrip('=')}")


@given(some.integers(-5, 100), some.floats(-2, 4), some.booleans())
def test_numbers_and_flags_survive_a_link(whole, number, flag):
    assert through_a_url(WHOLE, whole) == whole
    assert through_a_url(NUMBER, number) == pytest.approx(number, rel=1e-5, abs=1e-12)
    assert through_a_url(FLAG, flag) is flag


@given(some.permutations(CELLS), some.integers(1, 3))
def test_names_survive_a_link_in_their_order(names, count):
    assert through_a_url(NAMES, tuple(names[:count])) == tuple(names[:count])


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (CHOICE, "LSTM"),
        (CHOICE, ""),
        (NAMES, ""),
        (NAMES, "lstm,lstm,lsttm"),
        (FLAG, "true"),
        (WHOLE, "101"),
        (WHOLE, "-6"),
        (WHOLE, "1.5"),
        (WHOLE, "1_0"),
        (WHOLE, "٣"),  # a digit to Python, but none of ours
        (WHOLE, "9" * 4_000),
        (WHOLE, " 1"),
        (NUMBER, "nan"),
        (NUMBER, "inf"),
        (NUMBER, "1e999"),
        (NUMBER, "4.1"),
        (NUMBER, "0x1"),
        (TEXT, "a" * 5_001),
        (TEXT, "~not packed at all"),
        (TEXT, "~"),
        (TEXT, "~" + pack("a" * 5_001)),
        (TEXT, "~" + pack("a whole text")[:-4]),
        (TEXT, "~" + urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode()),
    ],
)
def test_nonsense_in_a_link_is_refused(field, written):
    with pytest.raises(Refused):
        field.read(written)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (CHOICE, None),
        (CHOICE, ["lstm"]),
        (NAMES, "lstm"),
        (NAMES, ()),
        (FLAG, 1),
        (WHOLE, True),
        (WHOLE, 3.0),
        (WHOLE, None),
        (NUMBER, float("nan")),
        (NUMBER, "1"),
        (NUMBER, True),
        (TEXT, 5),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(field, value):
    with pytest.raises(Refused):
        field.accept(value)


def test_a_number_may_be_given_as_a_whole_one():
    assert isinstance(NUMBER.accept(2), float)
    assert NUMBER.accept(2) == 2


def test_options_may_be_a_function():
    known = ["one"]
    field = Choice(name="model", default="one", options=lambda: known)
    with pytest.raises(Refused):
        field.read("two")
    known.append("two")
    assert field.read("two") == "two"


def test_a_bomb_is_not_unpacked():
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    packed = urlsafe_b64encode(bomb).rstrip(b"=").decode()  # 0.4 MB that hold 300 MB
    tracemalloc.start()
    with pytest.raises(Refused):
        unpack(packed, limit=5_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * len(packed)


def test_a_short_text_stays_readable_in_a_link():
    assert TEXT.write("not good") == "not good"


def test_a_long_text_is_packed_and_one_that_is_too_long_refused():
    long = Text(name="text", default=None, limit=10_000_000)
    prose = "the film was not good, but it was not boring either. " * 60
    assert len(long.write(prose)) < len(prose) / 10
    noise = "".join(chr(0xAC00 + at * 7_919 % 11_172) for at in range(4_000))
    with pytest.raises(Refused):
        long.write(noise)
    assert len(long.write(noise[:1_200])) <= LINK_CHARACTERS
    with pytest.raises(Refused):
        long.write("a" * 1_000_000)


def test_a_field_can_stay_out_of_links():
    assert Flag(name="open", default=False).key == "open"
    assert Flag(name="open", default=False, url="o").key == "o"
    assert Flag(name="open", default=False, url=None).key is None
