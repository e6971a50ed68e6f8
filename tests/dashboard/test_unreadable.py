"""A run, or a kept model, that nobody may open: it concerns itself, and no page falls over it."""

from __future__ import annotations

import json
import pkgutil
from html import unescape
from importlib import import_module

import pytest

from core.initialise import new_model
from core.training.shelf import Shelf
from dashboard import views
from tests.dashboard.runs import write_run
from tests.unprivileged import run_unprivileged

PROGRAM = """
import json
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
from dashboard import state
from tests.dashboard.conftest import APP, SECONDS, go_to

found = {{}}
for page in {pages!r}:
    app = AppTest.from_file(str(APP), default_timeout=SECONDS)
    app.context = {{"locale": "en", "theme": "light", "url": "http://localhost:8501/"}}
    app.query_params.update({query!r})
    app = go_to(app, page)
    words = [each.value for part in (app.markdown, app.error, app.caption) for each in part]
    found[page] = {{"exceptions": [each.message for each in app.exception], "words": words}}
print(json.dumps(found))
"""


PAGES = [
    import_module(each.name).PAGE.key
    for each in pkgutil.iter_modules(views.__path__, "dashboard.views.")
    if hasattr(import_module(each.name), "PAGE")
]


@pytest.fixture
def told(runs):
    """What every page said, with a run and a model without rights beside sound ones."""
    write_run(runs, name="sound")
    shut = write_run(runs, "gru", name="shut")
    kept = Shelf().keep(new_model("lstm", vocabulary=5, units=[2]), name="kept")
    query = {"task": f"run:{shut.id}", "run": shut.id, "runs": shut.id}
    model = {"task": f"model:{kept.id}"}
    for folder in (shut.folder, kept.folder):
        folder.chmod(0)
    try:
        told = {
            "asked for": json.loads(run_unprivileged(PROGRAM.format(pages=PAGES, query=query))),
            "model": json.loads(run_unprivileged(PROGRAM.format(pages=PAGES, query=model))),
        }
    finally:
        for folder in (shut.folder, kept.folder):
            folder.chmod(0o700)
    return told, shut.id


def test_every_page_works_and_runs_says_which_one_cannot_be_read(told):
    found, shut = told
    for pages in found.values():
        assert {
            page: seen["exceptions"] for page, seen in pages.items() if seen["exceptions"]
        } == {}
        words = unescape("\n".join(pages["runs"]["words"]))
        assert shut in words
        assert "Permission denied" in words
