"""A search in a real browser: started on the page, followed, and drawn with what mattered."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from core.training.store import RunStore
from core.training.sweep.folder import SweepStore
from tests.browser.server import Server
from tests.browser.test_gradients import BELOW_THE_PAGE
from tests.browser.visitor import Visitor
from tests.core.training.sweep.test_search import TINY
from tests.dashboard.runs import write_run

PATIENCE = 300_000  # milliseconds: two processes load TensorFlow, perhaps on a busy machine
TRIALS = 6


@pytest.fixture
def searches(server: Server) -> Iterator[SweepStore]:
    """The searches of the server, and a run to search around; nothing of them is left."""
    store = SweepStore(RunStore(server.runs))
    write_run(store.runs, name="around this", epochs=3, configured=TINY)
    yield store
    for sweep in store.sweeps():
        sweep.cancel()
    end = time.monotonic() + 120
    while any(sweep.has_worker for sweep in store.sweeps()) and time.monotonic() < end:
        time.sleep(0.2)
    assert not any(sweep.has_worker for sweep in store.sweeps()), "a search did not stop"
    for run in store.runs.runs():
        store.runs.delete(run)


def test_a_search_is_started_followed_and_told(visitor: Visitor, searches: SweepStore) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("runs")
    page.get_by_role("tab", name="Searches").click()
    visitor.settle()
    page.locator(".st-key-folded-sweep-new summary").click()
    expect(page.locator(".st-key-sweep-start button")).to_be_visible(timeout=PATIENCE)
    visitor.settle()
    page.locator(".st-key-sweep-prune label").click()
    visitor.settle()
    trials = page.locator(".st-key-sweep-trials-count input")
    trials.fill(str(TRIALS))
    trials.press("Enter")
    visitor.settle()
    page.locator(".st-key-sweep-name input").fill("rates and cells")
    page.locator(".st-key-sweep-name input").press("Enter")
    visitor.settle()
    page.locator(".st-key-sweep-start button").click()

    # While it is at work the page follows it, without a press.
    own = page.get_by_role("tabpanel", name="Searches")
    expect(own.get_by_test_id("stDataFrame").first).to_be_visible(timeout=PATIENCE)
    drawn = {
        name: page.locator(f".st-key-chart-{name} .js-plotly-plot")
        for name in ("parallel", "importance")
    }
    expect(drawn["parallel"]).to_be_visible(timeout=PATIENCE)
    expect(own.get_by_text("Finished", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(drawn["importance"]).to_be_visible(timeout=PATIENCE)

    [sweep] = searches.sweeps()
    found = sweep.findings
    assert (sweep.name, sweep.state) == ("rates and cells", "finished")
    assert [trial.state for trial in found.trials] == ["finished"] * TRIALS
    assert len({trial.values["optimizer.learning_rate"] for trial in found.trials}) == TRIALS
    best = next(trial for trial in found.trials if trial.number == found.best)
    expect(own.get_by_text(f"{best.value:.4g}").first).to_be_visible(timeout=PATIENCE)
    shares = drawn["importance"].evaluate("plot => Array.from(plot.data[0].x)")
    assert sorted(shares) == pytest.approx(sorted(found.importance.values()), abs=1e-6)
    expect(page.locator(".st-key-folded-sweep-workers")).to_contain_text("6 of 6 tasks done")
