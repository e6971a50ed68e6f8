"""What a series' file leaves open or gets wrong: told by remarks, by rows and by settings."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from core.forecast.errors import PartTooShort
from core.training.errors import WrongSetting
from core.training.sources import prepare
from core.training.sources.errors import (
    DatesOfTwoReadings,
    DatesRepeat,
    FirstRowIsData,
    SeriesFilled,
    TooLargeToLearn,
)


def made(tmp_path, rows, names="d,v", **options):
    text = "\n".join([names, *(",".join(map(str, row)) for row in rows)])
    (tmp_path / "a.csv").write_text(text + "\n", encoding="utf-8")
    given = {"file": "a.csv", "value_column": names.split(",")[1], "window": 4} | options
    return prepare("series", given, seed=0, validation=0.2, folder=tmp_path)


def days(count, written="%Y-%m-%d", first=date(2024, 1, 1)):
    return [(first + timedelta(days=at)).strftime(written) for at in range(count)]


def kinds(data):
    return [type(remark) for remark in data.remarks]


def test_a_sound_series_has_no_remarks(tmp_path):
    rows = [(day, at % 7) for at, day in enumerate(days(60))]
    assert made(tmp_path, rows, date_column="d").remarks == ()


def test_dates_that_stand_there_twice_are_told(tmp_path):
    rows = [(day, at % 7 + half) for at, day in enumerate(days(30)) for half in (0, at % 2)]
    [remark] = made(tmp_path, rows, date_column="d", duplicates="last").remarks
    assert isinstance(remark, DatesRepeat)
    assert remark.facts == {"repeated": 30, "rows": 60, "differing": 15, "how": "last"}


@pytest.mark.parametrize("empty", ["", "nan", "-", "N/A"])
@pytest.mark.parametrize("dated", [True, False])
def test_gaps_are_told_for_every_column_that_is_read(tmp_path, empty, dated):
    rows = [(day, at % 7, at % 5) for at, day in enumerate(days(60))]
    rows[9] = (*rows[9][:2], empty)
    rows[20:23] = [(day, empty, other) for day, _, other in rows[20:23]]
    more = {"date_column": "d"} if dated else {}
    found = made(tmp_path, rows, names="d,v,o", others="o", gaps="last", **more).remarks
    assert [type(each) for each in found] == [SeriesFilled, SeriesFilled]
    of_value, of_other = (each.facts for each in found)
    assert of_value == {"column": "v", "gaps": 3, "total": 60, "longest": 3, "how": "last"}
    assert (of_other["column"], of_other["gaps"]) == ("o", 1)


def test_gaps_outside_of_what_is_read_are_not_told(tmp_path):
    rows = [(day, "" if at < 5 else at % 7) for at, day in enumerate(days(60))]
    assert made(tmp_path, rows, date_column="d", begin="2024-01-06").remarks == ()


def test_days_and_months_that_may_be_the_other_way_round_are_told(tmp_path):
    """Every day is one of the first nine of its month; most steps were made up by lines."""
    dates = [f"{month:02}/{day:02}/2024" for month in range(1, 10) for day in range(1, 10)]
    rows = [(day, at % 7) for at, day in enumerate(dates)]
    data = made(tmp_path, rows, date_column="d")
    assert kinds(data) == [DatesOfTwoReadings, SeriesFilled]
    assert {data.remarks[0].facts[way] for way in ("written", "otherwise")} == {
        "%m/%d/%Y",
        "%d/%m/%Y",
    }


def test_numbers_for_names_are_told(tmp_path):
    rows = [(day, at % 7) for at, day in enumerate(days(60))]
    data = made(tmp_path, rows, names="d,3.5", date_column="d")
    assert kinds(data) == [FirstRowIsData]


@pytest.mark.parametrize("column", ["v", "o"])
@pytest.mark.parametrize("huge", ["1e300", "-1e300", "1e38"])
def test_numbers_that_are_infinite_to_a_network_are_refused_by_row(tmp_path, huge, column):
    rows = [(day, at % 7, at % 5) for at, day in enumerate(days(60))]
    day, value, other = rows[50]
    rows[50] = (day, huge, other) if column == "v" else (day, value, huge)
    with pytest.raises(TooLargeToLearn) as refused:
        made(tmp_path, rows, names="d,v,o", others="o")
    facts = refused.value.facts
    assert (facts["row"], facts["column"], facts["found"]) == (52, column, huge)


@pytest.mark.parametrize("scale", [1e-300, 5e-324, 1e-20, 0.0, 1.0, 1e12])
@pytest.mark.parametrize("last", ["3", "1e14", "1e30"])
def test_whatever_is_read_is_finite_or_refused(tmp_path, scale, last):
    """Its squares as well: the loss is made of them."""
    rows = [(day, at % 7) for at, day in enumerate(days(60))]
    rows[57] = (rows[57][0], last)
    try:
        data = made(tmp_path, rows, scale=scale)
    except TooLargeToLearn:
        return
    for part in (data.train, data.validation, data.test):
        for array in (part.inputs, part.targets):
            assert np.isfinite(np.square(array, dtype=np.float32)).all()
    assert np.isfinite(data.chance)


BOUNDS = {
    "no date": ({"learn_until": "yesterday"}, "learn_until", "one way only"),
    "of two readings": ({"learn_until": "03/04/2024"}, "learn_until", "one way only"),
    "after the end": ({"learn_until": "2030-01-01"}, "learn_until", "before 2024-02-29"),
    "the last day": ({"learn_until": "2024-02-29"}, "learn_until", "before 2024-02-29"),
    "before the beginning": ({"learn_until": "1999-01-01"}, "learn_until", "from 2024-01-01"),
    "turned round": (
        {"learn_until": "2024-02-01", "validate_until": "2024-01-20"},
        "validate_until",
        "after 2024-02-01",
    ),
    "nothing to test": ({"validate_until": "2025-01-01"}, "validate_until", "before 2024-02-29"),
    "begun after the end": ({"begin": "2025-01-01"}, "begin", "from 2024-01-01 to 2024-02-29"),
    "ended before the beginning": ({"end": "2023-01-01"}, "end", "from 2024-01-01 to"),
    "an empty stretch": ({"begin": "2024-02-02", "end": "2024-02-01"}, "end", "from 2024-01-01"),
}


@pytest.mark.parametrize(("options", "setting", "words"), BOUNDS.values(), ids=BOUNDS)
def test_bounds_that_leave_nothing_are_refused_as_settings(tmp_path, options, setting, words):
    rows = [(day, at % 7) for at, day in enumerate(days(60))]
    with pytest.raises(WrongSetting, match=words) as refused:
        made(tmp_path, rows, date_column="d", **options)
    assert refused.value.facts["setting"] == f"data.options.{setting}"


@pytest.mark.parametrize("bound", ["begin", "learn_until", "validate_until", "end"])
def test_bounds_of_rows_without_dates_are_refused(tmp_path, bound):
    rows = [(day, at % 7) for at, day in enumerate(days(60))]
    with pytest.raises(WrongSetting, match=rf"{bound}.*date_column"):
        made(tmp_path, rows, **{bound: "2024-01-20"})


def test_bounds_are_read_as_the_dates_of_the_file_are(tmp_path):
    """03/02/2024 is in February where days stand first."""
    rows = [(day, at % 7) for at, day in enumerate(days(60, "%d/%m/%Y"))]
    ends = {"learn_until": "03/02/2024", "validate_until": "15/02/2024"}
    data = made(tmp_path, rows, date_column="d", **ends)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [30, 12, 14]


@pytest.mark.parametrize("count", range(1, 12))
def test_a_part_without_a_window_says_how_many_values_it_has(tmp_path, count):
    rows = [(day, at % 7) for at, day in enumerate(days(count))]
    try:
        made(tmp_path, rows, window=7)
    except PartTooShort as refused:
        facts = refused.facts
        assert facts["total"] == count
        assert 0 <= facts["found"] < facts["least"]
    else:
        assert count >= 10
