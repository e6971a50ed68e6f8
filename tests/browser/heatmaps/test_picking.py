"""What is seen is what is picked, by mouse and by keyboard, and what Python hears of it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.heatmaps.tab import RED, Tab, written
from tests.browser.server import Server
from tests.browser.visitor import Visitor
from tests.dashboard.components.scenes import (
    BEACON_PANEL,
    BEACON_STEP,
    BEACON_UNIT,
    SCENES,
    SENTENCE,
)


@pytest.mark.parametrize("zooms", [0, 1, 2])
def test_a_click_picks_the_cell_that_is_seen(tab: Tab, zooms: int) -> None:
    """One cell of 400 is red; the rows are in a mixed order; click on what is red."""
    tab.open("beacon")
    tab.press("to step 9")  # the zoom is around the cursor
    expect(tab.root).to_have_attribute("data-cursor", re.compile("^9 "))
    for _ in range(zooms):
        tab.root.get_by_label("Zoom in").click()
        tab.painted()
    start, end = tab.window
    assert end - start == pytest.approx(40 / 2**zooms)
    red = tab.patch(RED)
    per_step = tab.box()["width"] / (end - start)
    assert red["width"] == pytest.approx(per_step, rel=0.08)
    tab.canvas().click(position={"x": red["x"], "y": red["y"]})
    tab.expect_log([BEACON_STEP, BEACON_UNIT, BEACON_PANEL, "lstm"])
    tab.expect_cursor(BEACON_STEP, BEACON_UNIT)


def test_the_edges_of_a_cell_belong_to_it(fine: Tab) -> None:
    fine.open("beacon")
    red = fine.patch(RED)
    inside, outside = red["width"] / 2 - 1, red["width"] / 2 + 1
    for dx, step in ((-inside, 13), (inside, 13), (-outside, 12), (outside, 14)):
        fine.hover(red["x"] + dx, red["y"])
        expect(fine.tip.locator(".fact .text").first).to_have_text(str(step + 1))
    rows = [3, 0, 9, 6, 1, 8, 2, 7, 4, 5]
    fine.hover(red["x"], red["y"] - red["height"])
    above = rows[rows.index(BEACON_UNIT) - 1]
    assert fine.read_tip()["unit"] == str(above)


@pytest.mark.parametrize("scene", ["sentence", "ordered"])
def test_the_tooltip_says_what_python_has(tab: Tab, scene: str) -> None:
    tab.open(scene)
    (column,) = SCENES[scene]()
    forget, cell = column.panels
    box = tab.box()
    seen = set()
    for x in np.linspace(60, box["width"] - 30, 9):
        for y in np.linspace(60, box["height"] - 30, 14):
            tab.hover(float(x), float(y))
            if not tab.tip.is_visible():
                continue
            tip = tab.read_tip()
            title = tab.tip.locator(".title").all_inner_texts()
            step = int(tip["step"]) - 1
            assert tip["token"] == SENTENCE[step]
            if "unit" not in tip:
                if title == ["Forget gate"]:
                    assert tip["mean over units"] == written(forget.values[step].mean())
                continue
            panel, unit = (forget, cell)[title == ["Cell state"]], int(tip["unit"])
            assert tip["value"] == written(panel.values[step, unit])
            if panel is forget:
                assert forget.preactivations is not None
                before = forget.preactivations[step, unit]
                assert tip["before activation"] == written(before)
            else:
                assert "before activation" not in tip
            seen.add((panel.key, step, unit))
    assert len(seen) > 30


def test_the_strip_picks_a_step_and_keeps_the_unit(tab: Tab) -> None:
    tab.open("beacon")
    red = tab.patch(RED)
    tab.canvas().click(position={"x": red["x"], "y": red["y"]})
    tab.expect_cursor(BEACON_STEP, BEACON_UNIT)
    tab.canvas().click(position={"x": 60, "y": 40})
    tab.expect_cursor(0, BEACON_UNIT)
    tab.expect_log([BEACON_STEP, BEACON_UNIT, BEACON_PANEL, "lstm"], [0, None, None, "lstm"])


def test_quick_picks_do_not_pull_the_cursor_back(tab: Tab) -> None:
    tab.open("sentence")
    tab.canvas().evaluate(
        """(canvas) => {
          window.seen = [];
          const root = canvas.getRootNode().querySelector(".heatmaps");
          new MutationObserver(() => window.seen.push(root.dataset.cursor.split(" ")[0]))
            .observe(root, { attributes: true, attributeFilter: ["data-cursor"] });
        }"""
    )
    for x in (100, 300, 500, 700, 900):
        tab.canvas().click(position={"x": x, "y": 40})
    last = "JSON.parse(document.querySelector('#log').textContent).at(-1)?.[0] === seen"
    tab.page.wait_for_function(f"() => {{ const seen = +window.seen.at(-1); return {last}; }}")
    tab.visitor.settle()
    tab.painted()
    steps = [int(step) for step in tab.page.evaluate("window.seen") if step != "null"]
    assert steps == sorted(steps)
    assert len(set(steps)) == 5


def test_columns_share_the_step_and_the_window(tab: Tab) -> None:
    tab.open("compare")
    boxes = [tab.box(column) for column in range(3)]
    assert len({box["y"] for box in boxes}) == 1
    tab.hover(200, 180, column=1)
    tip = tab.read_tip()
    step, unit = int(tip["step"]) - 1, int(tip["unit"])
    assert tip["value"] == written(SCENES["compare"]()[1].panels[0].values[step, unit])
    tab.canvas(1).click(position={"x": 200, "y": 180})
    tab.expect_log([step, unit, "forget", "lstm"])
    tab.expect_cursor(step, unit)
    names = [frame.get_attribute("aria-label") for frame in tab.root.locator(".column").all()]
    assert [str(name).split(":")[0] for name in names] == ["RNN", "LSTM", "GRU"]


def test_one_token(tab: Tab) -> None:
    tab.open("one")
    tab.canvas().click(position={"x": 600, "y": 90})
    tab.expect_log([0, 0, "forget", "lstm"])
    expect(tab.root.get_by_label("Zoom in")).to_be_disabled()


def test_two_instances_and_two_tabs_keep_to_themselves(
    tab: Tab, browser: Browser, app: Server
) -> None:
    tab.open("sentence", twice="yes")
    second = tab.page.locator(".heatmaps").nth(1)
    second.locator("canvas.cursor").click(position={"x": 100, "y": 40})
    expect(tab.page.locator("#second")).to_have_text(
        "Picked(step=0, unit=None, panel=None, column='lstm')"
    )
    assert tab.log == []
    tab.expect_cursor(None, None)
    with browser.new_context() as context:
        other = Tab(Visitor(context.new_page(), app.url)).open("sentence")
        other.canvas().click(position={"x": 100, "y": 40})
        other.expect_log([0, None, None, "lstm"])
    assert tab.log == []
