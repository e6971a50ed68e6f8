"""Fixtures of the browser tests: the dashboard's server, a Chromium, and tabs in it.

`server` and `visitor` are asserted clean when their test ends: no line in the server's log beyond
its banner, no error on the console. A failing test leaves a picture in tests/browser/failures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import FLAGS, NoChromium, find
from tests.browser.server import Server, serving
from tests.browser.visitor import Visitor

FAILURES = Path(__file__).parent / "failures"
FAILED = pytest.StashKey[bool]()

OpenVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each tab has a fresh profile of its own."""
    path = find()
    if path is None:
        reason = "no Chromium or Chrome: `make browser` installs one"
        if os.environ.get("UNROLLED_BROWSER") == "required":
            raise NoChromium(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def dashboard(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard, served once for all tests. Ask for `server`, which reads its log too."""
    log_file = tmp_path_factory.mktemp("dashboard") / "server.log"
    with serving(root / "dashboard" / "app.py", log_file=log_file, folder=root) as started:
        yield started


@pytest.fixture
def server(dashboard: Server) -> Iterator[Server]:
    """The dashboard's server, with the log of this test alone, clean at its end."""
    dashboard.mark()
    yield dashboard
    complaints = dashboard.complaints()
    assert not complaints, "the server's log:\n" + "\n".join(complaints)


@pytest.fixture
def open_visitor(
    browser: Browser, server: Server, request: pytest.FixtureRequest
) -> Iterator[OpenVisitor]:
    """Open tabs with settings of their own, say (locale="ko-KR", color_scheme="dark")."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def opener(**settings: object) -> Visitor:
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | settings
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        visitor = Visitor(context.new_page(), server.url)
        opened.append((context, visitor))
        return visitor

    yield opener
    if request.node.stash.get(FAILED, False):
        FAILURES.mkdir(exist_ok=True)
        for number, (_, visitor) in enumerate(opened):
            visitor.page.screenshot(path=FAILURES / f"{request.node.name}-{number}.png")
    for context, _ in opened:
        context.close()
    complaints = [complaint for _, visitor in opened for complaint in visitor.complaints()]
    assert not complaints, "the browser's console:\n" + "\n".join(complaints)


@pytest.fixture
def visitor(open_visitor: OpenVisitor) -> Visitor:
    """An English tab in light colours: `visitor.visit("gates")`."""
    return open_visitor()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure for the fixtures that end after it."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
