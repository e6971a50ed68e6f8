"""The Train page with a table of one's own: what looks odd in it is told before Start."""

from __future__ import annotations

from tests.dashboard.views.test_train import OWN


def test_what_looks_odd_in_a_table_is_told_before_start(open_app):
    rows = [f"text {at},{('yes', 'Yes')[at % 2]}" for at in range(8)]
    table = "\n".join(["yes,mood", *rows, "text 1,yes", "other,yes", "yes,yes"])
    app = open_app("train", **OWN, data="table")
    app.file_uploader[0].upload("mine.csv", table.encode(), "text/csv").run()
    assert not app.exception
    said = [each.value for each in app.warning]
    assert len(said) == 3
    for words in ("look alike", "more than one label", "names of the columns"):
        assert sum(words in each for each in said) == 1
