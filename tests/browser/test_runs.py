"""Runs in a real browser: a mistake is one press from Gates, and the numbers leave as a file."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from core.training.run_folder import Run
from core.training.store import RunStore
from tests.browser.conftest import OpenVisitor
from tests.browser.server import Server
from tests.browser.test_gradients import BELOW_THE_PAGE
from tests.browser.visitor import Visitor
from tests.dashboard.runs import config, write_run

PATIENCE = 30_000


@pytest.fixture
def runs(server: Server) -> Iterator[list[Run]]:
    """Two finished runs on the server."""
    store = RunStore(server.runs)
    yield [
        write_run(store, name="first", epochs=2),
        write_run(store, "gru", name="second", configured=config("gru", seed=4)),
    ]
    shutil.rmtree(server.runs, ignore_errors=True)


def drawn(page: Page, name: str) -> None:
    expect(page.locator(f".st-key-chart-{name} .js-plotly-plot")).to_be_visible(timeout=PATIENCE)


def test_a_mistake_is_one_press_from_gates(visitor: Visitor, runs: list[Run]) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("runs", runs=runs[0].id)
    page.get_by_role("tab", name="Mistakes").click()
    drawn(page, "confusion")
    page.get_by_role("button", name="Open in Gates").nth(1).click()
    page.wait_for_url("**/gates*", timeout=PATIENCE)
    visitor.settle()
    expect(page.get_by_role("textbox").first).to_have_value(
        "the film was not good " + _second_word(runs[0]), timeout=PATIENCE
    )
    expect(page.locator(".st-key-gates-controls")).to_be_visible(timeout=PATIENCE)


def _second_word(run: Run) -> str:
    from core.training.files import read_json

    return str(read_json(run.file("mistakes.json"))[1]["text"]).split()[-1]


def test_the_table_takes_choices_and_the_numbers_leave_as_csv(
    visitor: Visitor, runs: list[Run]
) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("runs")
    drawn(page, "loss")
    # The grid is a canvas: its first column holds the boxes, below a row of titles.
    grid = page.locator("[data-testid=stDataFrame]").first
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 35 + 17)
    visitor.settle()
    page.get_by_role("tab", name="Files").click()
    only = page.get_by_role("button", name="epochs.csv")
    expect(only).to_have_count(1, timeout=PATIENCE)
    with page.expect_download() as numbers:
        only.click()
    rows = list(csv.DictReader(numbers.value.path().read_text("utf-8").splitlines()))
    losses = [float(row["validation_loss"]) for row in rows]
    assert losses in [run.epochs["validation_loss"].tolist() for run in runs]


def test_a_deleted_run_is_one_press_from_coming_back(visitor: Visitor, runs: list[Run]) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("train", run=runs[0].id)
    drawn(page, "loss")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“first” was deleted")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="second")).to_be_visible(timeout=PATIENCE)
    assert not runs[0].folder.exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“first” was deleted")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_role("combobox", name="Run")).to_be_visible(timeout=PATIENCE)
    assert runs[0].label.name == "first"


def test_on_a_telephone_in_korean_and_dark_nothing_sticks_out(
    open_visitor: OpenVisitor, runs: list[Run]
) -> None:
    visitor = open_visitor(
        viewport={"width": 400, "height": 800}, locale="ko-KR", color_scheme="dark"
    )
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("runs", runs=",".join(run.id for run in runs))
    for tab in ("차이", "실험", "오답", "파일", "관리"):
        page.get_by_role("tab", name=tab).click()
        visitor.settle()
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{tab}: the page scrolls sideways"


def test_without_a_run_the_one_that_ships_leads_on_to_its_film(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("runs")
    drawn(page, "metric")
    page.get_by_role("button", name="Film").first.click()
    page.wait_for_url("**/film*", timeout=PATIENCE)
    visitor.settle()
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("epoch 12"), timeout=PATIENCE)
    drawn(page, "trajectories")
