"""A browser tab that remembers everything that went wrong in it.

What counts as wrong: an error on the console, an exception that no script caught, an answer of 400
or more, and any request to another machine (the dashboard works without a network and tells nobody
what its users read). A test that provokes one of these says so with `allow`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, Response, expect

READY_MILLISECONDS = 60_000
HOME_HOSTS = {"localhost", "127.0.0.1", "::1", None}

# Streamlit marks its root with the state of the script that fills it.
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
EXCEPTION = '[data-testid="stException"]'


@dataclass
class Visitor:
    """A tab on one server: `page` is Playwright's, `visit` opens a page of the dashboard."""

    page: Page
    url: str
    findings: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", self._on_error)
        self.page.on("response", self._on_response)
        self.page.on("request", self._on_request)

    def visit(self, path: str = "", **query: str) -> Page:
        """Open `path` with `query`, wait until the script has run, and return the tab."""
        question = f"?{urlencode(query)}" if query else ""
        self.page.goto(f"{self.url}/{path}{question}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the script has run; fails when it ended in an exception."""
        self.page.wait_for_selector(IDLE, timeout=READY_MILLISECONDS)
        expect(self.page.locator(EXCEPTION)).to_have_count(0)

    def controls(self) -> Locator:
        """Open the box behind the line with which a page opens, and return it."""
        box = self.page.get_by_test_id("stPopoverBody")
        if not box.count():
            self.page.locator(".st-key-opening-box button").click()
        return box

    def allow(self, pattern: str) -> None:
        """Expect findings that match `pattern` in this test, because it provokes them."""
        self.allowed.append(re.compile(pattern))

    def complaints(self) -> list[str]:
        """What went wrong in this tab and was not allowed."""
        return [f for f in self.findings if not any(p.search(f) for p in self.allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.findings.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: Error) -> None:
        self.findings.append(f"uncaught: {error}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.findings.append(f"answer {response.status}: {response.url}")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in HOME_HOSTS:
            self.findings.append(f"request to another machine: {request.url}")
