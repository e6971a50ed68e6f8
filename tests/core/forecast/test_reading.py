"""A table as a series: dates as people write them, repeated days, gaps, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from core.forecast.dates import frequency_of, read_dates
from core.forecast.errors import (
    ConstantSeries,
    NoFrequency,
    OnlyGaps,
    TooFewValues,
    TooManyValues,
    UnreadableDate,
    UnreadableValue,
)
from core.forecast.reading import GAPS, columns_of, read_series
from core.forecast.series import Series, check_series
from core.text import read_table

DAYS = """day,kind,count
2019-03-01,W,10
2019-03-02,A,20
2019-03-04,U,40
2019-03-02,A,24
2019-03-05,W,
2019-03-06,W,60
2019-03-07,W,"1,070"
2019-03-08,W,80
2019-03-09,W,90
"""


@pytest.mark.parametrize(
    ("duplicates", "second"), [("first", 20), ("last", 24), ("mean", 22), ("sum", 44)]
)
def test_a_day_that_stands_twice_is_one_by_choice_and_is_reported(duplicates, second):
    read = read_series(read_table(DAYS), date="day", value="count", duplicates=duplicates)
    assert read.series.values[1] == second
    assert read.series.frequency == "day"
    assert read.series.period == 7
    report = read.report
    assert (report.rows, report.repeated, report.differing) == (9, 1, 1)
    assert (report.gaps, report.longest_gap, report.disorder) == (2, 1, True)
    assert list(np.flatnonzero(read.filled)) == [2, 4]


@pytest.mark.parametrize(
    ("gaps", "filled"), [("line", [30, 50]), ("last", [20, 40]), ("zero", [0, 0])]
)
def test_a_gap_is_filled_by_choice(gaps, filled):
    read = read_series(read_table(DAYS), date="day", value="count", gaps=gaps)
    np.testing.assert_array_equal(read.series.values[[2, 4]], filled)
    assert read.series.values[6] == 1070  # thousands with their comma


def test_a_gap_may_be_as_a_season_ago():
    days = [f"2021-05-{day:02},{'' if day in (10, 17) else day}" for day in range(1, 29)]
    table = read_table("\n".join(["date,x", *days]))
    values = read_series(table, date="date", value="x", gaps="season").series.values
    assert values[9] == 3
    assert values[16] == 3  # the week before was a gap itself, and is the one before


@pytest.mark.parametrize(
    ("cells", "written", "frequency"),
    [
        (["03/04/2019", "03/05/2019", "03/06/2019"], "%m/%d/%Y", ("day", 1)),
        (["03/04/2019", "04/04/2019", "05/04/2019"], "%d/%m/%Y", ("day", 1)),
        (["31.01.2020", "29.02.2020", "31.03.2020"], "%d.%m.%Y", ("month", 1)),
        (["2020-01", "2020-02", "2020-05"], "%Y-%m", ("month", 1)),
        (["2001", "2002", "2004"], "%Y", ("year", 1)),
        (["2020-01-01", "2020-04-01", "2020-10-01"], "%Y-%m-%d", ("quarter", 1)),
        (["2020-01-06", "2020-01-13", "2020-01-27"], "%Y-%m-%d", ("week", 1)),
        (["2020-01-01 00:00", "2020-01-01 00:15", "2020-01-01 00:30"], "%Y-%m-%d %H:%M",
         ("minute", 15)),
        (["2019년 3월 1일", "2019년 3월 2일"], "%Y년 %m월 %d일", ("day", 1)),
    ],
)  # fmt: skip
def test_dates_are_read_as_one_way_of_writing(cells, written, frequency):
    dates, how = read_dates(cells)
    assert how == written
    assert frequency_of(np.unique(dates)) == frequency


def test_days_without_weekends_are_workdays_and_months_end_where_they_end():
    weekdays = np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]")
    weekdays = weekdays[np.is_busday(weekdays)].astype("datetime64[s]")
    assert frequency_of(weekdays) == ("workday", 1)
    friday = Series([1, 2], dates=weekdays[3:5], frequency="workday")
    assert friday.following(2).astype("datetime64[D]").tolist() == [
        *np.array(["2024-01-08", "2024-01-09"], "datetime64[D]").tolist()
    ]
    end = Series([1.0], dates=np.array(["2023-12-31"], "datetime64[s]"), frequency="month")
    ahead = end.following(3).astype("datetime64[D]").astype(str).tolist()
    assert ahead == ["2024-01-31", "2024-02-29", "2024-03-31"]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("d,x\n2019-03-01,1\nsoon,2\n", UnreadableDate, "'soon' in row 3"),
        ("d,x\nyesterday,1\ntoday,2\n", UnreadableDate, "'yesterday' in row 2"),
        ("d,x\n2019-03-01,1\n2019-03-02,many\n", UnreadableValue, "'many' in row 3"),
        ("d,x\n2019-03-01,\n2019-03-02,NaN\n", OnlyGaps, "only gaps"),
        ("d,x\n2019-03-01,1\n2019-03-02,2\n2019-03-05,1\n2019-03-05 ,1\n9999-01-01,1\n",
         TooManyValues, "100,000"),
        ("d,x\n2019-03-01 00:00,1\n2019-03-01 00:07,2\n2019-03-01 00:18,1\n",
         NoFrequency, "evenly"),
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused_in_a_sentence(text, error, said):
    with pytest.raises(error, match=said):
        read_series(read_table(text), date="d", value="x")


def test_too_short_and_constant_series_are_refused():
    with pytest.raises(TooFewValues, match="has 2 values"):
        check_series(Series([1.0, 2.0]), least=8, what="a search")
    with pytest.raises(ConstantSeries, match="is 7"):
        check_series(Series([7.0] * 9), least=8, what="a search")


def test_the_columns_that_may_be_dates_and_values_are_found():
    table = read_table("when,kind,x,id\n2019-03-01,W,1,20190301\n2019-03-02,A,,20190302\n")
    assert columns_of(table) == (("when",), ("x", "id"))


def test_rows_are_steps_where_there_are_no_dates():
    read = read_series(read_table("a,x\nq,1\nr,\ns,5\n"), value="x")
    assert read.series.dates is None
    assert read.series.period == 1
    np.testing.assert_array_equal(read.series.values, [1, 3, 5])
    assert read.report.gaps == 1


def test_the_ridership_file_is_read(shared_data):
    table = read_table((shared_data / "ridership.csv").read_text())
    assert columns_of(table)[0] == ("service_date",)
    for gaps in GAPS:
        read = read_series(table, date="service_date", value="rail_boardings", gaps=gaps)
        assert (read.report.repeated, read.report.differing, read.report.gaps) == (62, 0, 0)
        assert len(read.series) == 7639
        assert str(read.series.dates[-1])[:10] == "2021-11-30"
