"""Strokes and clicks on the canvas in quick succession: none is lost, whatever runs meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.test_intervene import BELOW_THE_PAGE, DRAWN, changes

TEXT = "the movie was not good but i really liked it"
STEPS = len(TEXT.split())

# Where the first panel's heatmap is on the screen now, by what the canvas itself has laid out.
MAP = """() => {
  const shown = globalThis[Symbol.for("unrolled.heatmaps")].shown.get("intervene-picture");
  const { map } = shown.layouts[0].panels[0];
  const box = shown.columns[0].above.getBoundingClientRect();
  return [box.x + map.x, box.y + map.y, map.width / %d, map.height];
}"""


@dataclass
class Canvas:
    """The first heatmap of the page, in its steps."""

    tab: Page

    def at(self, step: int) -> tuple[float, float]:
        left, top, wide, high = self.tab.evaluate(MAP % STEPS)
        return left + (step + 0.5) * wide, top + high / 2

    def stroke(self, step: int) -> None:
        """Over one step and the next."""
        x, y = self.at(step)
        further = self.at(step + 1)[0]
        self.tab.mouse.move(x, y)
        self.tab.mouse.down()
        self.tab.mouse.move(further, y, steps=3)
        self.tab.mouse.up()

    def click(self, step: int) -> None:
        self.tab.mouse.click(*self.at(step))


def test_ten_strokes_and_clicks_without_a_wait(open_visitor: OpenVisitor) -> None:
    # So wide that the list above stays one line: nobody hits a canvas that moves under the hand.
    visitor = open_visitor(viewport={"width": 2900, "height": 900})
    visitor.allow(BELOW_THE_PAGE)
    tab = visitor.visit("intervene", cell="lstm", text=TEXT, put="one")
    tab.wait_for_function(DRAWN)
    canvas = Canvas(tab)
    wanted = [number % (STEPS - 1) for number in range(10)]
    for number, step in enumerate(wanted):
        canvas.stroke(step)
        if number == 0:  # from one picture to three
            tab.wait_for_selector(".st-key-change-0")
            visitor.settle()
        canvas.click(STEPS - 1 - step)
    tab.wait_for_selector(".st-key-change-9", timeout=20_000)
    visitor.settle()
    said = changes(tab)
    assert len(said) == 10
    assert [one.split(" · ")[2] for one in said] == [
        f"steps {step + 1}–{step + 2} → 1" for step in wanted
    ]
    cursor = re.compile(f"^{STEPS - 1 - wanted[-1]} ")
    expect(tab.locator(".heatmaps")).to_have_attribute("data-cursor", cursor)


def test_what_is_drawn_on_stays_as_it_is_until_it_is_let_go(open_visitor: OpenVisitor) -> None:
    """The answer to a stroke comes while the next is being drawn."""
    visitor = open_visitor()
    visitor.allow(BELOW_THE_PAGE)
    tab = visitor.visit("intervene", cell="lstm", text=TEXT, put="one")
    tab.wait_for_function(DRAWN)
    canvas = Canvas(tab)
    first = tab.evaluate(DRAWN)
    canvas.stroke(0)
    x, y = canvas.at(4)
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 30, y, steps=3)
    tab.wait_for_selector(".st-key-change-0")
    visitor.settle()
    assert tab.evaluate(DRAWN) == first
    tab.mouse.up()
    tab.wait_for_selector(".st-key-change-1")
    assert tab.evaluate(DRAWN) != first
    assert len(changes(tab)) == 2
