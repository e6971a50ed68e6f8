"""Painting in a Chromium: a rectangle drawn out, with the pointer or by keys, is put in place."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import OpenVisitor

BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
DRAWN = """() => [...document.querySelectorAll('*')]
  .map((part) => part.shadowRoot?.querySelector('.heatmaps')).find(Boolean)?.dataset.drawn"""


def changes(tab: Page) -> list[str]:
    # A button with a hint stands on the page twice; one of them is seen.
    found = tab.locator(".st-key-changes [class*='st-key-change-']")
    return [found.nth(at).locator("p").first.inner_text() for at in range(found.count())]


def test_what_is_dragged_over_is_put_in_place_and_undone(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor()
    visitor.allow(BELOW_THE_PAGE)
    tab = visitor.visit("intervene", cell="lstm", text="the movie was not good", put="one")
    tab.wait_for_function(DRAWN)
    canvas = tab.locator(".heatmaps canvas.cursor").first
    box = canvas.bounding_box()
    assert box is not None
    # The plot begins behind the numbers of the units; steps 2 and 3 of 5, in the first panel.
    left, step = box["x"] + 46, (box["width"] - 56) / 5
    tab.mouse.move(left + 1.5 * step, box["y"] + 95)
    tab.mouse.down()
    tab.mouse.move(left + 2.2 * step, box["y"] + 115, steps=4)
    tab.mouse.up()
    tab.wait_for_selector(".st-key-changes button")
    [said] = changes(tab)
    assert said.startswith("Input gate · units ")
    assert said.endswith("· steps 2–3 → 1")
    tab.wait_for_selector(".st-key-chart-counterfactual .main-svg")
    # By keys: from the cursor two steps back and a row down.
    tab.locator(".heatmaps .column").first.focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowDown", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_selector(".st-key-change-1")
    assert changes(tab)[1] == "Input gate · units 0–1 · steps 3–5 → 1"
    tab.locator(".st-key-change-0 button").first.click()
    tab.wait_for_selector(".st-key-change-1", state="detached")
    assert changes(tab) == ["Input gate · units 0–1 · steps 3–5 → 1"]
    tab.reload()
    visitor.settle()
    tab.wait_for_selector(".st-key-changes button")
    assert changes(tab) == ["Input gate · units 0–1 · steps 3–5 → 1"]
