"""Where a page's time goes, from its address to its picture, beside the floor of an empty app.

Four parts: what the server does until its script has said everything, the bytes that come, how
long the browser's main thread is busy, and how far things move on the way (cumulative layout
shift, as browsers count it). Every number of ours stands as a multiple of the floor's in the same
run: times differ from machine to machine, ratios less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, Page

COUNT = """
window.shifted = 0; window.blocked = 0; window.longest = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.blocked += Math.max(0, entry.duration - 50);
    window.longest = Math.max(window.longest, entry.duration);
  }
}).observe({ type: "longtask", buffered: true });
"""
FETCHED = """
performance.getEntriesByType("resource").reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""
REST = 1_500
"""Milliseconds after the picture, in which what is still being drawn moves what it moves."""


@dataclass
class Messages:
    """What came over the page's WebSocket, and when."""

    first: float = 0.0
    last: float = 0.0
    bytes: int = 0
    count: int = 0

    def watch(self, page: Page) -> None:
        """Counts from now on."""

        def received(payload: str | bytes) -> None:
            self.last = perf_counter()
            self.first = self.first or self.last
            self.bytes += len(payload)
            self.count += 1

        page.on("websocket", lambda socket: socket.on("framereceived", received))


@dataclass(frozen=True)
class Waterfall:
    """One visit, in seconds, bytes and numbers, by what was measured."""

    parts: dict[str, float] = field(default_factory=dict)


SECONDS = ("first message", "last message before the picture", "picture",
           "main thread busy", "longest task", "blocked")  # fmt: skip
BYTES = ("files", "messages")
NUMBERS = ("number of messages", "layout shift")


def visit(browser: Browser, url: str, picture: str) -> Waterfall:
    """Opens a page in a fresh browser and waits for its picture."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(COUNT)
        spent = metrics(page)
        messages = Messages()
        messages.watch(page)
        start = perf_counter()
        page.goto(url)
        page.wait_for_selector(picture)
        drawn = perf_counter()
        last = messages.last
        busy = spent()["TaskDuration"]
        page.wait_for_timeout(REST)
        told: Any = page.evaluate("[window.shifted, window.blocked, window.longest]")
        return Waterfall(
            {
                "first message": messages.first - start,
                "last message before the picture": last - start,
                "picture": drawn - start,
                "main thread busy": busy,
                "longest task": told[2] / 1e3,
                "blocked": told[1] / 1e3,
                "files": page.evaluate(FETCHED),
                "messages": messages.bytes,
                "number of messages": messages.count,
                "layout shift": told[0],
            }
        )


def metrics(page: Page) -> Callable[[], dict[str, float]]:
    """Return what tells the browser's own counts of a tab; times are seconds of its main thread.

    Of the thread itself, not of the clock: whoever else uses the machine is not counted.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> dict[str, float]:
        told = session.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in told["metrics"]}

    return spent


def rows(floor: list[Waterfall], ours: list[Waterfall], *, name: str) -> list[list[str]]:
    """One row a part: the floor, ours, and how many times the floor that is."""
    made = []
    for part in (*SECONDS, *BYTES, *NUMBERS):
        below = median(one.parts[part] for one in floor)
        here = median(one.parts[part] for one in ours)
        times = f"{here / below:.1f}" if below and part not in NUMBERS else ""
        made.append([f"{name}: {part}", _said(part, below), _said(part, here), times])
    return made


def _said(part: str, value: float) -> str:
    if part in SECONDS:
        return f"{value:.2f} s"
    return f"{value / 1e3:,.0f} kB" if part in BYTES else f"{value:.3g}"
