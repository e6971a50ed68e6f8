"""The report in a Chromium: taken by hand, and opened from disk with the network off."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from dashboard.i18n import speak
from dashboard.widgets.report_page import page
from tests.browser.conftest import OpenVisitor
from tests.dashboard.widgets.test_report import HOSTILE, entry

TEXT = "the movie was not good"
# Streamlit asks for its own files below the page first.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def opened(browser: Browser, file: Path):
    """The file in a tab without a network; what it asked for and what it complained of."""
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 900})
    tab = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(file.as_uri())
    tab.wait_for_selector(".js-plotly-plot .main-svg")
    return context, tab, [url for url in asked if url.startswith("http")], complaints


def test_a_report_of_two_pages_opens_without_a_network(
    open_visitor: OpenVisitor, browser: Browser, tmp_path: Path
) -> None:
    visitor = open_visitor()
    visitor.allow(BELOW_THE_PAGE)
    tab = visitor.page
    tab.goto(f"{visitor.url}/intervene?cell=lstm&text={TEXT}&changes="
             '[{"quantity":"cell","value":0,"steps":[3]}]')  # fmt: skip
    for key in ("chart-counterfactual", "chart-moved"):
        tab.wait_for_selector(f".st-key-{key} .main-svg")
        tab.hover(f".st-key-{key}")
        tab.click(f".st-key-chartmenu-{key} button")
        tab.click(f".st-key-{key}-report button")
        tab.wait_for_selector("[data-testid=stToast]")
        tab.keyboard.press("Escape")
        tab.wait_for_timeout(500)
    tab.click(".st-key-report button")
    with tab.expect_download() as download:
        tab.click(".st-key-report-file button")
    file = tmp_path / "report.html"
    download.value.save_as(file)
    context, report, asked, complaints = opened(browser, file)
    try:
        assert report.locator("section .js-plotly-plot .main-svg").count() >= 2
        assert report.locator("section").count() == 2
        assert report.locator(".bars path").count() == 4, "two answers, before and after"
        assert "The answer" in report.locator("section p").first.inner_text()
        assert asked == []
        assert complaints == []
    finally:
        context.close()


def test_what_readers_wrote_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    with speak("ko"):
        file.write_bytes(
            page([entry(), entry()], title=HOSTILE, made="", language="ko", mode="dark")
        )
    context, report, asked, complaints = opened(browser, file)
    try:
        assert report.evaluate("window.broken") is None
        assert report.locator("img").count() == 0
        assert report.locator("h1").inner_text() == HOSTILE
        assert report.locator(".js-plotly-plot").count() == 2
        assert (asked, complaints) == ([], [])
    finally:
        context.close()
