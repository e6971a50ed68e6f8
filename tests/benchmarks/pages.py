"""The pages in a real Chromium: the first picture, and new pictures after an edit.

Times are a reader's: from the moment the page is asked for, or the key is pressed, until the new
picture is on the canvas. No other tool draws these, so that their goals are multiples of a floor
that is measured in the same run: an empty Streamlit app with one component.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.timing import table
from tests.benchmarks.trips import trips
from tests.benchmarks.waterfall import Waterfall, metrics, visit
from tests.benchmarks.waterfall import rows as waterfall_rows
from tests.browser import chromium
from tests.browser.server import Server, serving
from tests.browser.visitor import IDLE

ROOT = Path(__file__).parents[2]
DRAWN = ".heatmaps[data-drawn]"
FLOOR = "canvas.floor[data-drawn]"
APP = ROOT / "dashboard" / "app.py"
EMPTY, REDRAWN = (Path(__file__).parent / f"{name}.py" for name in ("empty", "redrawn"))
FIRST = {
    "Home": (APP, "", ".js-plotly-plot .main-svg"),
    "Gates": (APP, "gates", DRAWN),
}
REST = 1_000  # milliseconds between one change and the next
SENTENCE = "the film was not good but the music was wonderful and the ending moved me"
WORDS = SENTENCE.split()


def pages(*, runs: int) -> str:
    """The tables of the pages' times, trips and parts against their goals."""
    found = chromium.find()
    if found is None:
        return "page: no Chromium or Chrome here, nothing measured"
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=str(found), args=list(chromium.FLAGS))
        at = _Servers(Path(folder) / "server.log")
        visits = _visits(browser, at, times=max(3, runs // 3))
        floor = visits["floor"]
        rows = [_first_picture(visits[name], floor, name=name) for name in FIRST]
        parts = [row for name in FIRST for row in waterfall_rows(floor, visits[name], name=name)]
        rows += _changes(browser, at, runs=runs)
        with at(APP) as server, _tab(browser) as page:
            counted = trips(page, server.url)
        browser.close()
    head = ["page", "median s", "fastest", "slowest", "floor s", "× floor", "goal", "main thread s"]
    return "\n\n".join(
        (
            table(rows, head=head),
            table(counted, head=["without a trip to the server", "messages sent", "goal"]),
            table(parts, head=["first visit", "floor", "ours", "× floor"]),
        )
    )


class _Servers:
    """Servers of scripts, as a reader has them: with the byte code that an earlier start left."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, script: Path) -> AbstractContextManager[Server]:
        compiled = {"PYTHONDONTWRITEBYTECODE": ""}
        return serving(script, log_file=self.log, folder=ROOT, environment=compiled)


def _visits(browser: Browser, at: _Servers, *, times: int) -> dict[str, list[Waterfall]]:
    """First visits of new servers, in turn; those of the first turn leave byte code behind."""
    visits: dict[str, list[Waterfall]] = {"floor": [], **{name: [] for name in FIRST}}
    for turn in range(times + 1):
        for name, (script, path, picture) in {"floor": (EMPTY, "", FLOOR), **FIRST}.items():
            with at(script) as server:
                seen = visit(browser, f"{server.url}/{path}", picture)
            if turn:
                visits[name].append(seen)
    return visits


def _changes(browser: Browser, at: _Servers, *, runs: int) -> list[list[str]]:
    """From an edit, or other numbers, to the new pictures; the floor is a press in an empty app."""
    with at(EMPTY) as server, _tab(browser) as page:
        page.goto(server.url)
        page.wait_for_selector(FLOOR)
        again = page.get_by_role("button", name="again")
        floor = [until_redrawn(page, again.click, of=FLOOR) for _ in range(runs + 1)][1:]
    rows = []
    with at(APP) as server, _tab(browser) as page:
        page.goto(f"{server.url}/gates")
        page.wait_for_selector(DRAWN)
        for count, goal in ((100, 2), (1000, 3)):
            changes = [edit(page, count, run) for run in range(runs + 1)][1:]
            what = f"edit → new pictures, {count:,} tokens"
            rows.append(_row(what, changes, floor, goal=f"{goal:g}"))
    with at(REDRAWN) as server, _tab(browser) as page:
        page.goto(server.url)
        page.wait_for_selector(DRAWN)
        button = page.get_by_role("button", name="other numbers")
        changes = [until_redrawn(page, button.click) for _ in range(runs + 1)][1:]
        what = "six gates × 256 units × 500 tokens redrawn"
        rows.append(_row(what, changes, floor, goal="0.15 s of main thread"))
    return rows


@dataclass(frozen=True)
class Change:
    """How long one took until its picture was drawn, and how long the main thread was busy."""

    seconds: float
    busy: float


def _row(what: str, changes: list[Change], floor: list[Change], *, goal: str) -> list[str]:
    seconds, below = ([each.seconds for each in those] for those in (changes, floor))
    numbers = (median(seconds), min(seconds), max(seconds), median(below))
    times, busy = numbers[0] / numbers[3], median(each.busy for each in changes)
    return [what, *(f"{number:.2f}" for number in numbers), f"{times:.1f}", goal, f"{busy:.2f}"]


def _first_picture(visits: list[Waterfall], floor: list[Waterfall], *, name: str) -> list[str]:
    ours, below = (
        [Change(each.parts["picture"], each.parts["main thread busy"]) for each in those]
        for those in (visits, floor)
    )
    return _row(f"server ready → first picture ({name})", ours, below, goal="2")


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def edit(page: Page, count: int, run: int) -> Change:
    """Types a text of `count` words that was not read before, and measures from the last key on."""
    words = [WORDS[(at * (run + 3) + at // 7) % len(WORDS)] for at in range(count)]
    box = page.get_by_role("textbox").first
    # Within the pause after which what stands in the box is read anyway.
    return until_redrawn(
        page, lambda: box.press("Control+Enter"), prepare=lambda: box.fill(" ".join(words))
    )


def until_redrawn(
    page: Page,
    act: Callable[[], object],
    *,
    of: str = DRAWN,
    prepare: Callable[[], object] = lambda: None,
) -> Change:
    """Waits for quiet, acts, and waits for another picture."""
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(REST)  # the charts of the change before are still being drawn
    before = page.locator(of).first.get_attribute("data-drawn")
    spent = metrics(page)
    prepare()
    busy, start = spent()["TaskDuration"], perf_counter()
    act()
    page.wait_for_selector(f'{of}:not([data-drawn="{before}"])')
    return Change(perf_counter() - start, spent()["TaskDuration"] - busy)
