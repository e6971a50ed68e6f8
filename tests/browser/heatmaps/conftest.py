"""Fixtures of the heatmaps' tests: their page in a server of its own, and tabs on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.heatmaps.tab import Tab
from tests.browser.server import Server, serving
from tests.browser.visitor import Visitor


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Server]:
    """The page of the tests, served once for all of them."""
    log_file = tmp_path_factory.mktemp("heatmaps") / "server.log"
    with serving(Path(__file__).parent / "page.py", log_file=log_file, folder=root) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, app: Server) -> Iterator[Tab]:
    yield from opened(browser, app)


def opened(browser: Browser, app: Server, **settings: Any) -> Iterator[Tab]:
    app.mark()
    settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 1100}} | settings
    with browser.new_context(**settings) as context:
        visitor = Visitor(context.new_page(), app.url)
        yield Tab(visitor)
        assert visitor.complaints() == []
    assert app.complaints() == []


@pytest.fixture
def phone(browser: Browser, app: Server) -> Iterator[Tab]:
    size = {"width": 400, "height": 800}
    yield from opened(browser, app, viewport=size, has_touch=True, device_scale_factor=2)


@pytest.fixture
def fine(browser: Browser, app: Server) -> Iterator[Tab]:
    yield from opened(browser, app, device_scale_factor=1.5)
