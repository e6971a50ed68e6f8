"""The film in a real browser: the scrubber, a point of the curve and the play move the picture."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect

from core.training.run_folder import Run
from core.training.store import RunStore
from tests.browser.conftest import OpenVisitor
from tests.browser.server import Server
from tests.browser.visitor import Visitor
from tests.dashboard.runs import config, write_run

PATIENCE = 30_000
# Each epoch stands for less than a second: the page itself notes which there were.
WATCH_THE_SCRUBBER = """() => {
  window.shown = [];
  const note = () => {
    const text = document.querySelector('[role="slider"], input[type="range"]')?.ariaValueText;
    if (text && text !== window.shown.at(-1)) window.shown.push(text);
  };
  note();
  new MutationObserver(note).observe(
    document.body, {subtree: true, childList: true, attributes: true},
  );
}"""
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
PROBES = ("the film was not good and boring", "good")


@pytest.fixture
def run(server: Server) -> Iterator[Run]:
    store = RunStore(server.runs)
    made = write_run(store, name="Reviews", epochs=4, configured=config(probes=PROBES))
    yield made
    store.delete(made)


def drawn(page: Page, name: str) -> str:
    """The path of the epoch as the browser has it."""
    chart = page.locator(f".st-key-chart-{name} .js-plotly-plot")
    expect(chart).to_be_visible(timeout=PATIENCE)
    return json.dumps(chart.evaluate("plot => plot.calcdata[2].map(point => [point.x, point.y])"))


def test_the_scrubber_changes_the_picture(visitor: Visitor, run: Run) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("film", task=f"run:{run.id}", epoch="0")
    before = drawn(page, "trajectories")
    scrubber = page.get_by_role("slider", name="Epoch")
    expect(scrubber).to_have_attribute("aria-valuetext", "Before training")
    scrubber.focus()
    scrubber.press("ArrowRight")
    expect(page.get_by_text("After epoch 1, the network answers")).to_be_visible(timeout=PATIENCE)
    visitor.settle()
    assert drawn(page, "trajectories") != before


def test_a_point_of_the_curve_moves_the_scrubber_on_gates(visitor: Visitor, run: Run) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", task=f"run:{run.id}", epoch="0")
    page.locator(".st-key-film-box button:visible").click()
    curve = page.locator(".st-key-chart-epoch-losses")
    expect(curve.locator(".js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    points = curve.locator(".scatterlayer .trace").nth(1).locator(".points path")
    box = points.nth(2).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    scrubber = page.get_by_role("slider", name="Epoch")
    expect(scrubber).to_have_attribute("aria-valuetext", "After epoch 3", timeout=PATIENCE)


def test_it_plays_to_the_last_epoch_and_stands(open_visitor: OpenVisitor, run: Run) -> None:
    visitor = open_visitor(locale="ko-KR", color_scheme="dark")
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("film", task=f"run:{run.id}", epoch="2")
    scrubber = page.get_by_role("slider", name="에포크")
    play = page.locator(".st-key-epoch-play")
    expect(scrubber).to_be_visible(timeout=PATIENCE)
    page.evaluate(WATCH_THE_SCRUBBER)
    # A key counts from when its button listens, which comes after it is seen.
    for _ in range(5):
        page.keyboard.press("i")
        with suppress(AssertionError):
            expect(play).to_contain_text("pause", timeout=4_000)
            break
    expect(scrubber).to_have_attribute(
        "aria-valuetext", re.compile("^에포크 4 뒤"), timeout=PATIENCE
    )
    expect(scrubber).to_be_enabled(timeout=PATIENCE)
    shown = page.evaluate("window.shown")
    assert [text.split(" 뒤")[0] for text in shown] == ["에포크 2", "에포크 3", "에포크 4"]


def test_a_run_deleted_while_it_plays_ends_in_words(visitor: Visitor, server: Server) -> None:
    store = RunStore(server.runs)
    made = write_run(store, name="Gone soon", epochs=9, configured=config(probes=PROBES))
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("film", task=f"run:{made.id}", epoch="2")
    scrubber = page.get_by_role("slider", name="Epoch")
    expect(scrubber).to_be_visible(timeout=PATIENCE)
    page.locator(".st-key-epoch-play button:visible").click()
    expect(page.locator(".st-key-epoch-play")).to_contain_text("pause", timeout=PATIENCE)
    store.delete(made)
    expect(page.get_by_text(f"There is no run {made.id} here")).to_be_visible(timeout=PATIENCE)
    visitor.settle()
