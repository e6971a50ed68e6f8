from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EmptyText
from core.text.decode import decode
from core.text.errors import EmptyTable, NoSuchColumn, NoSuchRow, RaggedRow, UnreadableRow
from core.text.table import read_table

CELLS = st.text(
    alphabet=st.one_of(st.sampled_from("ab,;|\t\"'\n 한글=-"), st.characters(codec="utf-8"))
)


@given(
    rows=st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=6
        )
    ),
    delimiter=st.sampled_from([",", ";", "|", "\t"]),
)
def test_what_a_writer_quotes_comes_back(rows: list[list[str]], delimiter: str):
    buffer = StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    table = read_table(buffer.getvalue(), delimiter=delimiter, header="none")
    assert [list(row) for row in table.rows] == rows


def test_quotes_and_line_breaks_in_cells():
    table = read_table('id,"the ""text""",score\r\n1,"a, b\nc",-3.5\r\n\r\n007,,x\r\n')
    assert table.delimiter == ","
    assert table.columns == ("id", 'the "text"', "score")
    assert table.rows == (("1", "a, b\nc", "-3.5"), ("007", "", "x"))
    assert table.column("score") == ("-3.5", "x")
    assert table.cell(column='the "text"', row=1) == "a, b\nc"
    assert table.wordiest_column() == 'the "text"'


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        ("a;b\n1,5;2,5\n", ";", ("a", "b")),
        ("a\tb\n1,5\tx;y\n", "\t", ("a", "b")),
        ("a|b|c\n1|2|3\n", "|", ("a", "b", "c")),
        ("id,text\n1,one; two\n2,three; four\n", ",", ("id", "text")),
        ("review\nI liked it, much\nNot, so, much\n", "\t", ("review",)),
        ("a, b and c\nno separator\nin these\n", "\t", ("a, b and c",)),
        ("aha\nbe\n", "\t", ("aha",)),
        ("old,mac\r1,2\r3,4", ",", ("old", "mac")),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str, columns: tuple[str, ...]):
    table = read_table(text)
    assert (table.delimiter, table.columns) == (delimiter, columns)


def test_names_are_told_apart_and_a_table_without_names_gets_numbers():
    assert read_table("x,,x, x \n1,2,3,4\n").columns == ("x", "#2", "x #3", "x #4")
    table = read_table("1,2\n3,4\n", header="none")
    assert table.columns == ("#1", "#2")
    assert table.rows == (("1", "2"), ("3", "4"))


@pytest.mark.parametrize(
    ("text", "row", "line", "found"),
    [
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", 3, 3, 2),
        ('a,b,c\n"1\n1",2,3\n4,5,6,7\n', 3, 4, 4),
        ("a\tb\tc\n1\t2\t3\n\n4\t5\n", 4, 4, 2),
        ('a\tb\n"1\n1"\t2\n3\n', 3, 4, 1),
    ],
)
def test_a_ragged_row_is_named(text: str, row: int, line: int, found: int):
    with pytest.raises(RaggedRow) as caught:
        read_table(text)
    facts = caught.value.facts
    assert (facts["row"], facts["line"], facts["found"]) == (row, line, found)


@pytest.mark.parametrize(
    ("text", "row", "line"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n', 3, 3),
        ('a,b\n1,2\n3,"4" x\n', 3, 3),
        ('a,b\n"1\n1",2\n"3,4\n', 3, 4),
    ],
)
def test_a_row_with_a_stray_quote_is_named(text: str, row: int, line: int):
    with pytest.raises(UnreadableRow) as caught:
        read_table(text)
    assert caught.value.facts == {"row": row, "line": line}


@given(
    blank=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    declared=st.booleans(),
    delimiter=st.sampled_from(",;|\t"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_rows_are_numbered_as_a_spreadsheet_shows_them(
    blank: list[int], declared: bool, delimiter: str, end: str
):
    """Blank lines are counted, the line that names the delimiter is not, in mistakes neither."""
    rows = [["a", "b"], ["x", "1"], ['"x"', "2"], ["y", "3"]]
    lines, expected = [], []
    for row, above in zip(rows, blank, strict=True):
        lines += [""] * above
        expected.append(len(lines) + 1)
        lines.append(delimiter.join(row))
    text = end.join([f"sep={delimiter}"] * declared + lines)
    table = read_table(text + end)
    assert table.columns == ("a", "b")
    assert table.delimiter == delimiter
    assert [table.number(place) for place in range(3)] == expected[1:]
    for wrong in ("only one", '"open'):
        with pytest.raises((RaggedRow, UnreadableRow)) as caught:
            read_table(f"{text}{end}{wrong}{end}")
        assert caught.value.facts["row"] == len(lines) + 1
        assert caught.value.facts["line"] == len(lines) + 1 + declared


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;,,"])
def test_a_first_line_that_names_the_delimiter_is_no_row(first: str):
    table = read_table(f"{first}\r\ntext;label\r\ngood, fine;1,5\r\n")
    assert (table.columns, table.rows) == (("text", "label"), (("good, fine", "1,5"),))
    assert read_table("sep=|\na;b|c\n1|2\n").columns == ("a;b", "c")
    with pytest.raises(EmptyText):
        read_table(f"{first}\n\n")


def test_tabs_are_read_with_quotes_where_there_are_quotes():
    assert read_table('a\tb\n1\t"x ""y"""\n').rows == (("1", 'x "y"'),)
    assert read_table('a\tb\n1\t"x\ny"\n').rows == (("1", "x\ny"),)
    assert read_table('a\tb\n1\t"x" y\n2\t5" z\n').rows == (("1", '"x" y'), ("2", '5" z'))
    # Taken as quotes, these would swallow a row.
    rows = (('"x', "1"), ('y"', "2"))
    assert read_table('a\tb\n"x\t1\ny"\t2\n').rows == rows


def test_a_long_cell_is_read():
    cell = "가," * 200_000
    assert read_table(f'id,text\n1,"{cell}"\n').cell(column="text", row=1) == cell


def test_what_is_not_there_is_named():
    table = read_table("a,b\n1,2\n")
    with pytest.raises(NoSuchColumn, match="no column 'c'"):
        table.column("c")
    for row in (0, 2, -1):
        with pytest.raises(NoSuchRow, match="from 1 to 1"):
            table.cell(column="a", row=row)


def test_tables_without_rows():
    for text in ("", " \n\t\n"):
        with pytest.raises(EmptyText):
            read_table(text)
    with pytest.raises(EmptyTable):
        read_table("a,b\n")


def test_the_subway_table(shared_data: Path):
    data = (shared_data / "encodings" / "ko_euckr_subwaytime.csv").read_bytes()
    table = read_table(decode(data).text)
    assert table.delimiter == ","
    assert table.columns[:7] == (
        *("사용월", "호선명", "역ID", "지하철역", "04:00:00~04:59:59", "#6", "05:00:00~05:59:59"),
    )
    assert len(table.columns) == 52
    assert len(table.rows) == 599
    assert table.cell(column="지하철역", row=2) == "서울역"
    assert table.cell(column="05:00:00~05:59:59", row=2) == "10682"
    assert table.rows[-1][:4] == ("Jan-19", "우이신설선", "4713", "신설동")


def test_film_comments_between_tabs(shared_data: Path):
    data = (shared_data / "encodings" / "derived_nsmc2000_cp949.txt").read_bytes()
    table = read_table(decode(data).text)
    assert table.delimiter == "\t"
    assert table.columns == ("id", "document", "label")
    assert len(table.rows) == 2_000
    assert table.wordiest_column() == "document"
    assert table.rows[0] == ("6270596", "굳 ㅋ", "1")
    quoted = table.column("document")[table.column("id").index("3245296")]
    assert quoted == '"방금 티비에서 봤는데 말그대로 ""막장"""'


def test_ridership(shared_data: Path):
    table = read_table((shared_data / "ridership.csv").read_text(encoding="utf-8"))
    assert table.columns == ("service_date", "day_type", "bus", "rail_boardings", "total_rides")
    total = sum(int(rides) for rides in table.column("total_rides"))
    assert total == sum(
        int(bus) + int(rail)
        for bus, rail in zip(table.column("bus"), table.column("rail_boardings"), strict=True)
    )
