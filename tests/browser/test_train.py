"""A real run in a real browser: the curve moves, a reload changes nothing, it is cancelled."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.training.run_folder import Run
from core.training.store import RunStore
from tests.browser.server import Server
from tests.browser.test_gradients import BELOW_THE_PAGE
from tests.browser.visitor import Visitor

PATIENCE = (
    180_000  # milliseconds: a worker loads TensorFlow and compiles, perhaps on a busy machine
)


@pytest.fixture
def runs(server: Server) -> Iterator[RunStore]:
    """The runs of the server; whatever a test leaves at work is stopped."""
    store = RunStore(server.runs)
    yield store
    for run in store.runs():
        run.cancel()
    end = time.monotonic() + 60
    while any(run.has_worker for run in store.runs()) and time.monotonic() < end:
        time.sleep(0.2)
    assert not any(run.has_worker for run in store.runs()), "a worker did not stop"


REACHED = """() => {
  const drawn = document.querySelector('.st-key-chart-loss .js-plotly-plot');
  const points = drawn && drawn.calcdata && drawn.calcdata[0];
  return points && points.length ? points[points.length - 1].x : 0;
}"""


def reached(page: Page) -> float:
    """How far the curve of the loss goes, in epochs; 0 as long as there is none."""
    return float(page.evaluate(REACHED))


def moved(page: Page, *, beyond: float) -> float:
    """How far the curve goes once it goes further."""
    page.wait_for_function(f"beyond => ({REACHED})() > beyond", arg=beyond, timeout=PATIENCE)
    return reached(page)


def place(run: Run) -> float:
    """Where the last batch that was written stands, in epochs."""
    last = run.batches.iloc[-1]
    return float(last["epoch"] - 1 + last["batch"] / run.status.batches)


def test_a_run_is_started_watched_reloaded_and_cancelled(visitor: Visitor, runs: RunStore) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("train", data="latch")  # a minute of work, where it learns little
    page.get_by_text("Your own", exact=True).click()
    page.locator(".st-key-train-start button").click()
    begun = moved(page, beyond=0)
    later = moved(page, beyond=begun)
    assert later > begun
    [run] = runs.runs()
    assert run.has_worker

    # What is written is on the screen within two seconds, and the page answers meanwhile.
    since = time.monotonic()
    moved(page, beyond=place(run) - 1e-4)
    shown_after = time.monotonic() - since
    since = time.monotonic()
    page.get_by_role("tab", name="Gates", exact=True).click()
    expect(page.locator(".st-key-chart-gate-history .js-plotly-plot")).to_be_visible(
        timeout=PATIENCE
    )
    answered_after = time.monotonic() - since
    assert shown_after < 10, "on a busy machine; it is about one second on a quiet one"
    assert answered_after < 10

    page.get_by_text("Hold still", exact=True).click()
    visitor.settle()
    page.wait_for_timeout(500)
    held, since = reached(page), place(run)
    page.wait_for_timeout(2_500)
    assert reached(page) == held
    assert place(run) > since, "the run stood still, and so did the page"

    page.reload()
    visitor.settle()
    assert moved(page, beyond=later) > later
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile("Cancelled after"))).to_be_visible(timeout=PATIENCE)
    assert not run.has_worker
    # Everything that was written is on the screen, and nothing more comes.
    end = place(run)
    assert moved(page, beyond=end - 1e-4) == pytest.approx(end, rel=1e-6)
    assert place(run) == end
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_on_a_telephone_the_first_experiment_is_one_press_away(open_visitor) -> None:
    visitor = open_visitor(viewport={"width": 400, "height": 800}, locale="ko-KR")
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("train", t_view="presets")
    button = page.get_by_role("button", name="간단히 해 보기").first
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box is not None
    assert box["y"] < 800
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
