"""Shapes in a real browser: pictures, other texts, and the way to the page that uses a shape."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def test_shapes_are_drawn_and_lead_to_their_pages(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("shapes", cell="gru", shape_brackets="([])")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("An answer at each of 4 turns")).to_be_visible()
    page.get_by_role("button", name="What they read").click()
    box = page.get_by_role("textbox", name="Brackets")
    box.fill("(([[")
    box.press("Enter")
    expect(page.get_by_text(re.compile(r"0 of 3|1 of 3|2 of 3|3 of 3"))).to_be_visible(
        timeout=PATIENCE
    )
    page.keyboard.press("Escape")
    page.locator(".st-key-open-frames").get_by_role("button").click()
    expect(page.get_by_role("heading", name="Gates", level=1)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".heatmaps")).to_have_attribute(
        "data-drawn", re.compile(r"\w+"), timeout=PATIENCE
    )
