"""A tab with heatmaps in it, and what a reader can see and do there."""

from __future__ import annotations

import json
import re
from typing import Any, cast
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor

RED = (255, 0, 0)  # the beacon

# The box of all pixels of one colour, in CSS pixels; null when there is none.
PATCH = """(canvas, [red, green, blue]) => {
  const ratio = canvas.width / canvas.clientWidth;
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [left, top, right, bottom, count] = [Infinity, Infinity, -1, -1, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== red || data[at + 1] !== green || data[at + 2] !== blue) continue;
    count += 1;
    const [x, y] = [(at / 4) % width, Math.floor(at / 4 / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  if (right < 0) return null;
  const share = count / ((right - left + 1) * (bottom - top + 1));
  return { share, x: (left + right + 1) / 2 / ratio, y: (top + bottom + 1) / 2 / ratio,
           width: (right - left + 1) / ratio, height: (bottom - top + 1) / ratio };
}"""


class Tab:
    """A tab with heatmaps in it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page

    def open(self, scene: str, **query: str) -> Tab:
        self.page.goto(f"{self.visitor.url}/?{urlencode({'scene': scene, **query})}")
        self.visitor.settle()
        expect(self.root).to_have_attribute("data-drawn", re.compile(r"\w+"))
        # Words are measured anew, and places moved, when the typeface has come.
        self.page.evaluate("document.fonts.ready.then(() => true)")
        self.painted()
        return self

    @property
    def root(self) -> Locator:
        return self.page.locator(".heatmaps").first

    @property
    def tip(self) -> Locator:
        return self.root.locator(".tip")

    def canvas(self, column: int = 0) -> Locator:
        return self.root.locator("canvas.cursor").nth(column)

    def box(self, column: int = 0) -> dict[str, float]:
        """Where a canvas stands in the tab: x, y, width, height."""
        found = self.canvas(column).bounding_box()
        assert found is not None
        return cast("dict[str, float]", found)

    def painted(self) -> None:
        """Wait until what was asked for is drawn: the drawing waits for the next frame."""
        frame = "requestAnimationFrame(() => requestAnimationFrame(done))"
        self.page.evaluate(f"() => new Promise(done => {frame})")

    @property
    def window(self) -> tuple[float, float]:
        start, end = (self.root.get_attribute("data-window") or "").split()
        return float(start), float(end)

    def expect_cursor(self, step: int | None, unit: int | None) -> None:
        written = [("null" if each is None else str(each)) for each in (step, unit)]
        expect(self.root).to_have_attribute("data-cursor", " ".join(written))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.visitor.settle()

    @property
    def log(self) -> list[list[Any]]:
        return list(json.loads(self.page.locator("#log").inner_text()))

    def picks(self, count: int) -> list[list[Any]]:
        """The picks that Python heard of, once there are so many."""
        enough = "count => JSON.parse(document.querySelector('#log').textContent).length >= count"
        self.page.wait_for_function(enough, arg=count)
        return self.log

    def expect_log(self, *entries: list[Any]) -> None:
        expect(self.page.locator("#log")).to_have_text(json.dumps(list(entries)))

    def patch(self, colour: tuple[int, int, int]) -> dict[str, float]:
        """Where on the picture this colour is: the box of its pixels, in CSS pixels."""
        box = self.root.locator("canvas.picture").first.evaluate(PATCH, list(colour))
        assert box is not None, f"nothing is {colour}"
        return dict(box)

    def hover(self, x: float, y: float, column: int = 0) -> None:
        self.canvas(column).hover(position={"x": x, "y": y})

    def read_tip(self) -> dict[str, str]:
        names = self.tip.locator(".fact .name").all_inner_texts()
        texts = self.tip.locator(".fact .text").all_inner_texts()
        token = self.tip.locator(".token").text_content() or ""
        return {"token": token, **dict(zip(names, texts, strict=True))}


def channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def written(number: float) -> str:
    return f"{number:.3f}".replace("-", "−")
