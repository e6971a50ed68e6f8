from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dashboard.components.heatmaps import WORDS, Column, Panel, Strip, pack
from dashboard.components.heatmaps.payload import colour_table, panels_in
from tests.dashboard.components.scenes import GREENS, LIGHT, SCENES, SENTENCE, column

NAMES = {name: name for name in WORDS}


def read(payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and body, by the format's description alone."""
    (length,) = struct.unpack_from("<I", payload)
    return json.loads(payload[4 : 4 + length]), payload[4 + length :]


def array(body: bytes, record: dict[str, Any], *shape: int) -> np.ndarray:
    """The numbers of one array, missing ones as NaN."""
    counts = np.frombuffer(body, "<u2", count=int(np.prod(shape)), offset=record["at"])
    found = record["origin"] + (counts + 0.5) * record["step"]
    return np.where(counts == 65535, np.nan, found).reshape(shape)


def packed(*columns: Column, **more: Any) -> bytes:
    return pack(columns, **{"key": "k", "palette": LIGHT, "words": NAMES, **more})


@st.composite
def columns(draw: st.DrawFn) -> Column:
    time, units = draw(st.integers(1, 20)), draw(st.integers(1, 12))
    values = draw(hnp.arrays(np.float64, (time, units), elements=st.floats(0, 1)))
    before = draw(hnp.arrays(np.float32, (time, units), elements=st.floats(-50, 50, width=32)))
    order = draw(st.permutations(range(units)))
    tokens = draw(st.lists(st.text(max_size=5), min_size=time, max_size=time))
    flags = draw(hnp.arrays(np.bool_, time))
    panel = Panel("forget", "Forget", values, 0, 1, GREENS, "#116655", before, order)
    return Column("c", "", tokens, [panel], None, flags, ~flags)


@given(columns())
def test_what_goes_in_comes_out(given_column: Column) -> None:
    header, body = read(packed(given_column))
    (found,) = header["columns"]
    panel, (wanted,) = found["panels"][0], given_column.panels
    time, units = wanted.values.shape
    assert found["tokens"] == list(given_column.tokens)
    assert found["unknown"] == np.flatnonzero(given_column.unknown).tolist()
    assert found["masked"] == np.flatnonzero(given_column.masked).tolist()
    assert wanted.order is not None
    assert wanted.preactivations is not None
    assert panel["order"] == list(wanted.order)
    values = array(body, panel["values"], units, time)
    for row, unit in enumerate(panel["order"]):
        np.testing.assert_allclose(values[row], wanted.values[:, unit], atol=2e-5)
    before = array(body, panel["preactivations"], units, time)
    np.testing.assert_allclose(before, wanted.preactivations.T[panel["order"]], atol=2e-3)
    mean = array(body, panel["mean"], time)
    np.testing.assert_allclose(mean, wanted.values.mean(axis=1), atol=2e-5)


def test_means_leave_out_what_is_missing() -> None:
    values = np.array([[0.2, np.nan, 0.6], [np.nan, np.nan, np.nan]])
    panel = Panel("p", "", values, 0, 1, GREENS, "#116655")
    header, body = read(packed(Column("c", "", ["a", "b"], [panel])))
    record = header["columns"][0]["panels"][0]
    mean = array(body, record["mean"], 2)
    np.testing.assert_allclose(mean, [0.4, np.nan], atol=2e-5)
    cells = array(body, record["values"], 3, 2)
    np.testing.assert_allclose(cells, values.T, atol=2e-5)


def test_the_strip_travels() -> None:
    given_column = column(SENTENCE, units=4)
    header, body = read(packed(given_column))
    strip = header["columns"][0]["strip"]
    found = array(body, strip["values"], len(SENTENCE))
    assert given_column.strip is not None
    np.testing.assert_allclose(found, given_column.strip.values, atol=2e-5)
    table = np.frombuffer(body, np.uint8, count=1024, offset=strip["table"]).reshape(256, 4)
    assert table[0].tolist() == [255, 255, 255, 255]
    assert table[255].tolist() == [0x11, 0x66, 0x55, 255]


@pytest.mark.parametrize("name", SCENES)
def test_arrays_begin_at_even_bytes_and_end_within(name: str) -> None:
    header, body = read(packed(*SCENES[name]()))
    for found in header["columns"]:
        time = len(found["tokens"])
        for panel in found["panels"]:
            records = [
                (panel[each], time * panel["units"]) for each in ("values", "preactivations")
            ]
            for record, length in [*records, (panel["mean"], time)]:
                assert record is None or record["at"] % 2 == 0
                assert record is None or record["at"] + 2 * length <= len(body)


def test_six_gates_of_256_units_over_500_steps_stay_small() -> None:
    values = np.random.default_rng(0).random((500, 256), dtype=np.float32)
    panels = [
        Panel(str(i), "", values, 0, 1, GREENS, "#116655", preactivations=values) for i in range(6)
    ]
    payload = packed(Column("c", "", ["word"] * 500, panels))
    assert len(payload) < 3_200_000


def test_the_digest_tells_what_is_equal() -> None:
    payload = packed(column(SENTENCE, units=4))
    assert packed(column(SENTENCE, units=4)) == payload
    others = [
        packed(column(SENTENCE, units=4, seed=3)),
        packed(column([*SENTENCE[:-1], "ugly"], units=4)),
        packed(column(SENTENCE, units=4), palette=replace(LIGHT, ink="#000000")),
        packed(column(SENTENCE, units=4), words={**NAMES, "unit": "단위"}),
        packed(column(SENTENCE, units=4), first=0),
    ]
    digests = {read(each)[0]["digest"] for each in [payload, *others]}
    assert len(digests) == 1 + len(others)


def test_lone_surrogates_do_not_stop_the_picture() -> None:
    header, _ = read(packed(Column("c", "", ["\ud800", "ok"], [])))
    assert header["columns"][0]["tokens"][1] == "ok"


def test_colours_are_linear_between_their_stops() -> None:
    table = colour_table([(0.0, "#000"), (0.5, "#ff0000"), (1.0, "#ffffff")])
    assert table[[0, 255]].tolist() == [[0, 0, 0, 255], [255, 255, 255, 255]]
    assert table[64].tolist() == [128, 0, 0, 255]
    assert np.array_equal(colour_table(["#336699"]), np.tile([0x33, 0x66, 0x99, 255], (256, 1)))
    shades = [f"#0000{level:02x}" for level in range(256)]
    assert colour_table(shades)[:, 2].tolist() == list(range(256))


GOOD = Panel("p", "", np.zeros((2, 3)), 0, 1, GREENS, "#116655")
TWO = Column("c", "", ["a", "b"], [GOOD])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(TWO, tokens=[]), "no tokens"),
        (replace(TWO, tokens=["a"]), r"expected \(time, units\) = \(1, n\)"),
        (replace(TWO, unknown=[True]), "1 flags for 2 tokens"),
        (replace(TWO, masked=[True] * 3), "3 flags for 2 tokens"),
        (replace(TWO, panels=[replace(GOOD, order=[0, 1, 1])]), "each of 3 units"),
        (replace(TWO, panels=[replace(GOOD, order=[0, 1])]), "each of 3 units"),
        (replace(TWO, panels=[replace(GOOD, preactivations=np.zeros((3, 2)))]), "pre-activations"),
        (replace(TWO, panels=[replace(GOOD, low=1)]), "runs from 1 to 1"),
        (replace(TWO, panels=[replace(GOOD, high=np.nan)]), "runs from 0 to nan"),
        (replace(TWO, panels=[replace(GOOD, colours=[])]), "at least one colour"),
        (replace(TWO, panels=[replace(GOOD, colours=["blue"])]), "not a hex colour"),
        (replace(TWO, strip=Strip("s", np.zeros(3), 0, 1, GREENS)), "the strip 's'"),
    ],
)
def test_what_does_not_fit_is_said(wrong: Column, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        packed(wrong)


def test_a_missing_word_is_said() -> None:
    with pytest.raises(ValueError, match="words lack unit"):
        packed(TWO, words={name: name for name in WORDS if name != "unit"})


def test_bytes_tell_how_many_panels_stand_below_one_another():
    one = column(SENTENCE, units=4)
    more = replace(one, key="b", panels=[*one.panels, *one.panels[:1]])
    assert panels_in(packed(one, more)) == len(one.panels) + 1
    assert panels_in(packed()) == 0
