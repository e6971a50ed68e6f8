"""Every page for those who hear it, use keys alone or need contrast: axe-core finds nothing.

Light in English and dark in Korean, with whatever folds opened, so that each page is seen once in
either mode. Not excluded by rule: an exclusion names its selector and says why.
"""

from __future__ import annotations

import pkgutil
import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from core.training.run_folder import Run
from core.training.store import RunStore
from dashboard import views
from tests.browser.conftest import OpenVisitor
from tests.browser.server import Server
from tests.browser.visitor import Visitor
from tests.dashboard.runs import config, write_run

# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
PAGES = sorted(
    view.name for view in pkgutil.iter_modules(views.__path__) if not view.name.startswith("_")
)
LOOKS = {"light": "en-US", "dark": "ko-KR"}
SERIOUS = {"moderate", "serious", "critical"}
# Streamlit hides these words in a button that has an icon alone.
ICON_NAME = re.compile(r'"[a-z0-9]+(?:_[a-z0-9]+)* icon\b')
DRAWN = """() => !document.querySelector('[data-testid="stSkeleton"]')
  && [...document.querySelectorAll('.stPlotlyChart')].every(chart =>
    chart.querySelector('.main-svg') || chart.offsetParent === null)"""


@pytest.fixture(scope="module")
def runs(dashboard: Server) -> Iterator[list[Run]]:
    store = RunStore(dashboard.runs)
    yield [
        write_run(store, name="Reviews", configured=config(probes=("the film was good",))),
        write_run(store, "gru", name="second", configured=config("gru", seed=4)),
    ]
    shutil.rmtree(dashboard.runs, ignore_errors=True)


def opened(visitor: Visitor, path: str, **query: str) -> Page:
    """A page with every fold open and every chart drawn."""
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit(path, **query)
    page.wait_for_function(DRAWN, timeout=30_000)
    page.evaluate(
        "document.querySelectorAll('details:not([open]) > summary').forEach(s => s.click())"
    )
    page.wait_for_timeout(300)  # folds open by degrees, and half-open text is half faded
    visitor.settle()
    page.wait_for_function(DRAWN, timeout=30_000)
    return page


@pytest.mark.parametrize("mode", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    name: str, mode: str, open_visitor: OpenVisitor, runs: list[Run]
) -> None:
    visitor = open_visitor(locale=LOOKS[mode], color_scheme=mode)
    query = {"film": {"task": f"run:{runs[0].id}"}, "runs": {"runs": runs[0].id}}
    page = opened(visitor, "" if name == "home" else name, **query.get(name, {}))
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        (violation["id"], node["target"], node["html"][:200], node["failureSummary"])
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    assert not serious, "\n".join(map(str, serious))
    assert not ICON_NAME.findall(page.locator("body").aria_snapshot())
    main = page.get_by_test_id("stMain")
    assert main.evaluate("it => it.scrollWidth <= it.clientWidth"), "the page scrolls sideways"
