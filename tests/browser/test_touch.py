"""A telephone: what the pointer is told, the finger is told, and a chart lets the page scroll."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenVisitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
TELEPHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36",
}


def test_a_tap_tells_what_the_pointer_is_told(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor(**TELEPHONE)
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", task="untrained", units="4", split="character", text="abcdefgh")

    canvas = page.locator(".column canvas.cursor").first
    canvas.scroll_into_view_if_needed(timeout=PATIENCE)
    box = canvas.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 90)
    status = page.locator(".bar .status")
    expect(status).to_contain_text("before activation", timeout=PATIENCE)
    assert status.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= 40")

    page.locator(".st-key-folded-means summary").tap()
    chart = page.locator(".st-key-chart-means .js-plotly-plot")
    place = chart.locator(".scatterlayer .points path").nth(2)
    place.evaluate("it => it.scrollIntoView({ block: 'center' })", timeout=PATIENCE)
    page.wait_for_timeout(700)  # the part that was opened takes its place
    point = place.bounding_box()
    assert point is not None
    page.touchscreen.tap(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    expect(chart.locator(".hoverlayer text").first).to_be_visible(timeout=PATIENCE)
    assert chart.evaluate("plot => plot._fullLayout.dragmode") is False
