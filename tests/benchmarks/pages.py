"""The pages in a real Chromium: the first picture, and new pictures after an edit.

Times are a reader's: from the moment the page is asked for, or the key is pressed, until the new
picture is on the canvas. No other tool draws these, so that their goals are multiples of a floor
that is measured in the same run: an empty Streamlit app with one component.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.timing import table
from tests.benchmarks.waterfall import Waterfall, visit
from tests.benchmarks.waterfall import rows as waterfall_rows
from tests.browser import chromium
from tests.browser.server import serving
from tests.browser.visitor import IDLE

ROOT = Path(__file__).parents[2]
DRAWN = ".heatmaps[data-drawn]"
FLOOR = "canvas.floor[data-drawn]"
REST = 1_000  # milliseconds between one change and the next
SENTENCE = "the film was not good but the music was wonderful and the ending moved me"
WORDS = SENTENCE.split()


def pages(*, runs: int) -> str:
    """The table of the pages' times against their goals, in seconds."""
    rows = []
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        found = chromium.find()
        if found is None:
            return "page: no Chromium or Chrome here, nothing measured"
        browser = playwright.chromium.launch(executable_path=str(found), args=list(chromium.FLAGS))
        app, log = ROOT / "dashboard" / "app.py", Path(folder) / "server.log"
        empty = Path(__file__).parent / "empty.py"
        visits: dict[str, list[Waterfall]] = {}
        for _ in range(max(3, runs // 3)):
            for script, path, picture, name in (
                (empty, "", FLOOR, "floor"),
                (app, "", ".js-plotly-plot .main-svg", "Home"),
                (app, "gates", DRAWN, "Gates"),
            ):
                # A new server each time: it is the first picture of a first start.
                with serving(script, log_file=log, folder=ROOT) as server:
                    url = f"{server.url}/{path}"
                    visits.setdefault(name, []).append(visit(browser, url, picture))
        parts = [
            row
            for name in ("Home", "Gates")
            for row in waterfall_rows(visits["floor"], visits[name], name=name)
        ]
        below = [one.parts["picture"] for one in visits["floor"]]
        for name in ("Home", "Gates"):
            seconds = [one.parts["picture"] for one in visits[name]]
            rows.append(_row(f"server ready → first picture ({name})", seconds, below, goal=2))
        with serving(empty, log_file=log, folder=ROOT) as server, _tab(browser) as page:
            page.goto(server.url)
            page.wait_for_selector(FLOOR)
            again = page.get_by_role("button", name="again")
            below = [_until_redrawn(page, again.click, of=FLOOR) for _ in range(runs + 1)][1:]
        with serving(app, log_file=log, folder=ROOT) as server, _tab(browser) as page:
            page.goto(f"{server.url}/gates")
            page.wait_for_selector(DRAWN)
            for count, goal in ((100, 2), (1000, 3)):
                seconds = [_edit(page, count, run) for run in range(runs + 1)][1:]
                what = f"edit → new pictures, {count:,} tokens"
                rows.append(_row(what, seconds, below, goal=goal))
        script = Path(__file__).parent / "redrawn.py"
        with serving(script, log_file=log, folder=ROOT) as server, _tab(browser) as page:
            page.goto(server.url)
            page.wait_for_selector(DRAWN)
            button = page.get_by_role("button", name="other numbers")
            seconds = [_until_redrawn(page, button.click) for _ in range(runs + 1)][1:]
            rows.append(_row("six gates × 256 units × 500 tokens redrawn", seconds, below, goal=2))
        browser.close()
    head = ["page", "median s", "fastest", "slowest", "floor s", "× floor", "goal"]
    told = table(rows, head=head)
    return f"{told}\n\n{table(parts, head=['first visit', 'floor', 'ours', '× floor'])}"


def _row(what: str, seconds: list[float], floor: list[float], *, goal: float) -> list[str]:
    numbers = (median(seconds), min(seconds), max(seconds), median(floor))
    times = median(seconds) / median(floor)
    return [what, *(f"{number:.2f}" for number in numbers), f"{times:.1f}", f"{goal:g}"]


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def _edit(page: Page, count: int, run: int) -> float:
    """Types a text of `count` words that was not read before."""
    words = [WORDS[(at * (run + 3) + at // 7) % len(WORDS)] for at in range(count)]
    box = page.get_by_role("textbox").first
    box.fill(" ".join(words))
    return _until_redrawn(page, lambda: box.press("Control+Enter"))


def _until_redrawn(page: Page, act: Callable[[], object], *, of: str = DRAWN) -> float:
    page.wait_for_selector(IDLE)
    page.wait_for_timeout(REST)  # the charts of the change before are still being drawn
    before = page.locator(of).first.get_attribute("data-drawn")
    start = perf_counter()
    act()
    page.wait_for_selector(f'{of}:not([data-drawn="{before}"])')
    return perf_counter() - start
