"""The model as boxes and arrows: every part stands below what it reads, and says what it is."""

from __future__ import annotations

import pytest

from core.analysis.anatomy import anatomy as parts_of
from dashboard import figures
from tests.core.graphs import GRAPHS


@pytest.mark.parametrize("name", GRAPHS)
def test_every_part_has_a_box_and_stands_below_what_it_reads(name: str) -> None:
    parts = parts_of(GRAPHS[name].model())
    picture = figures.anatomy(parts)
    (text,) = picture.draw.data
    inputs = {read for part in parts for read in part.reads} - {part.name for part in parts}
    names = [words.partition("</b>")[0].removeprefix("<b>") for words in text.text]
    names = ["input" if name == figures.labels()["anatomy.input"] else name for name in names]
    places = dict(zip(names, zip(text.x, text.y, strict=True), strict=True))
    assert set(places) == {part.name for part in parts} | inputs
    assert len(set(places.values())) == len(places), "two boxes in one place"
    for part in parts:
        for read in part.reads:
            assert places[read][1] > places[part.name][1], f"{part.name} reads {read}"
    wires = sum(shape.type == "path" for shape in picture.draw.layout.shapes)
    assert wires == sum(len(part.reads) for part in parts)
    assert list(picture.table["Name"]) == [part.name for part in parts]
    assert picture.table["Parameters"].sum() == GRAPHS[name].model().parameter_count


def test_the_two_directions_are_one_box() -> None:
    parts = parts_of(GRAPHS["a pair above a pair"].model())
    assert [(part.name, part.both_ways, part.depth) for part in parts] == [
        ("low", True, 1), ("top", True, 2), ("answer", False, 3),
    ]  # fmt: skip
    assert [part.reads for part in parts] == [("input",), ("low",), ("top",)]
    assert "top (⇄ GRU) reads low" in figures.anatomy(parts).words
