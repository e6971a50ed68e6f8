"""Compare in a real browser: one step for all columns, wherever it was picked."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
UNTRAINED = {"task": "untrained", "split": "character", "units": "8", "text": "abcdefgh"}


def opened(visitor: Visitor, **query: str) -> Page:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("compare", **UNTRAINED, **query)
    expect(page.locator(".heatmaps")).to_have_attribute(
        "data-drawn", re.compile(r"\w+"), timeout=PATIENCE
    )
    return page


def test_a_click_in_one_column_moves_all_and_the_slider(visitor: Visitor) -> None:
    page = opened(visitor, step="1")
    canvases = page.locator(".heatmaps canvas.cursor")
    expect(canvases).to_have_count(3)
    before = [canvases.nth(at).evaluate("each => each.toDataURL()") for at in range(3)]
    box = canvases.nth(2).bounding_box()
    assert box is not None
    # The last of eight steps, in the first heatmap of the third column.
    canvases.nth(2).click(position={"x": box["width"] - 16, "y": box["height"] * 0.28})
    expect(page.get_by_role("slider").first).to_have_attribute(
        "aria-valuetext", "8 · h", timeout=PATIENCE
    )
    after = [canvases.nth(at).evaluate("each => each.toDataURL()") for at in range(3)]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_the_slider_moves_the_cursor_of_every_column(visitor: Visitor) -> None:
    page = opened(visitor, step="1")
    slider = page.get_by_role("slider").first
    canvases = page.locator(".heatmaps canvas.cursor")
    before = [canvases.nth(at).evaluate("each => each.toDataURL()") for at in range(3)]
    slider.focus()
    slider.press("ArrowRight")
    expect(page.locator(".heatmaps")).to_contain_text("step 3", timeout=PATIENCE)
    after = [canvases.nth(at).evaluate("each => each.toDataURL()") for at in range(3)]
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_a_cell_is_taken_out_and_the_counts_follow(visitor: Visitor) -> None:
    page = opened(visitor)
    page.locator(".st-key-folded-counts summary").click()
    expect(page.locator(".unrolled-card")).to_have_count(3, timeout=PATIENCE)
    visitor.controls().get_by_role("button", name="GRU", exact=True).click()
    expect(page.locator(".unrolled-card")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator(".heatmaps canvas.cursor")).to_have_count(2)
    page.get_by_role("radio", name="Parameters").click()
    expect(page.locator(".unrolled-card").first).not_to_contain_text("SimpleRNN(8)")
    expect(page.locator(".unrolled-card").last).to_contain_text("4·(32·8 + 8·8 + 8) = 1,312")
