"""How often a browser asks its server while one points, steps and plays: messages that it sends."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.visitor import IDLE

PLAYED = 3_000
"""Milliseconds of play."""
QUIET = 1_000
TEXT = "the film was not good but the music was wonderful and the ending moved me"


def trips(page: Page, url: str) -> list[list[str]]:
    """One row for each way to look at another step: what was done, and how many messages it sent.

    Of a play the press of its button counts too.
    """
    sent: list[float] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(0.0)))

    def counted(what: str, act: Callable[[], object], *, wait: int = QUIET) -> list[str]:
        page.wait_for_selector(IDLE)
        page.wait_for_timeout(QUIET)
        sent.clear()
        act()
        page.wait_for_timeout(wait)
        return [what, str(len(sent)), "0"]

    page.goto(f"{url}/gates?text={TEXT.replace(' ', '+')}&step=2&unit=3")
    page.wait_for_selector(".heatmaps[data-drawn]")
    play, on = (page.locator(f".st-key-step-{name} button").first for name in ("play", "on"))
    canvas = page.locator(".heatmaps .column").first
    rows = [
        counted("Gates: pointing at cells", lambda: _point(page, canvas.bounding_box())),
        counted("Gates: one step", on.click),
        counted("Gates: three seconds of play", play.click, wait=PLAYED),
    ]
    page.goto(f"{url}/?text={TEXT.replace(' ', '+')}")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    chart = page.locator(".js-plotly-plot").first
    rows.append(counted("Home: pointing at cells", lambda: _point(page, chart.bounding_box())))
    play = page.locator(".st-key-home-play button").first
    rows.append(counted("Home: three seconds of play", play.click, wait=PLAYED))
    return rows


def _point(page: Page, box: object) -> None:
    assert isinstance(box, dict)
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.4 * box["height"], steps=5)
