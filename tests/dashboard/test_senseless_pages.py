"""A run whose files make no sense is told among the damaged ones, and the pages stand."""

from __future__ import annotations

import json

import pytest

from dashboard.widgets.problem import plain
from tests.dashboard.runs import write_run

CHANGES = (
    ("status.json", {"created": float("nan")}),
    ("status.json", {"notes": [1, None, "x"]}),
    ("dataset.json", {"parameters": 10**400}),
    ("config.json", {"versions": [1]}),
)


@pytest.mark.parametrize(("name", "change"), CHANGES, ids=lambda part: str(part)[:30])
@pytest.mark.parametrize("page", ["runs", "train"])
def test_a_page_stands_over_senseless_values(open_app, runs, page, name, change):
    write_run(runs, name="sound")
    hurt = write_run(runs, "gru", name="hurt")
    hurt.file(name).write_text(json.dumps(json.loads(hurt.file(name).read_text()) | change))
    app = open_app(page)
    assert not app.exception
    if page == "runs":
        assert any(plain(name) in error.value for error in app.error)
