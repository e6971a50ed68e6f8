"""Make in a real browser: a point that is dragged is decoded at once, and then by Python."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def test_a_point_that_is_dragged_is_decoded_on_the_way_and_where_it_is_let_go(
    visitor: Visitor,
) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("make", penned="tensor")
    plane = page.locator("canvas.map")
    expect(plane).to_be_visible(timeout=PATIENCE)
    about = page.locator("figcaption").filter(has_text="Made of the two numbers")
    before, sentence = about.inner_text(), page.get_by_text(re.compile("^The point lies"))
    said = sentence.inner_text()
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    expect(about).not_to_have_text(before)
    expect(sentence).to_have_text(said)  # Python hears of it when it is let go
    page.mouse.up()
    expect(sentence).not_to_have_text(said, timeout=PATIENCE)
    moved = about.inner_text()
    plane.press("ArrowLeft")
    expect(about).not_to_have_text(moved)
