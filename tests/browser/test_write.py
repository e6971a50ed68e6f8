"""Write in a real browser: a text that grows, is stopped, and is forked at a token."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def test_an_alternative_that_is_pressed_goes_on_from_there(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("write", beginning="A gate is", write_steps="60", cell="gru")
    tokens = page.locator(".text span")
    expect(tokens).to_have_count(len("A gate is") + 60, timeout=PATIENCE)
    tokens.nth(20).hover()
    about = page.locator(".about")
    expect(about).to_contain_text(re.compile(r"^21 · .* bits: the model gave it \d"))
    other = about.get_by_role("button").filter(visible=True).locator(":scope:enabled").first
    (letter,) = [part for part in [other.inner_text().replace("␣", " ").rsplit("  ", 1)[0]] if part]
    before = "".join(tokens.nth(at).inner_text() for at in range(9, 20))
    other.click()
    beginning = page.get_by_role("textbox", name="Beginning")
    expect(beginning).to_have_value("A gate is" + before + letter, timeout=PATIENCE)
    expect(tokens).to_have_count(21 + 60, timeout=PATIENCE)
    page.get_by_role("button", name="Back to the beginning before").click()
    expect(beginning).to_have_value("A gate is", timeout=PATIENCE)
    # The arrow keys reach every token, for those who have no pointer.
    page.get_by_role("group", name="The text, token by token").press("Home")
    expect(about).to_contain_text("read before anything was expected")


def test_a_long_text_grows_to_its_end(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("write", beginning="A gate is", write_steps="20000", cell="lstm")
    expect(page.get_by_text("(20,000 tokens)")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".heatmaps")).to_have_attribute(
        "data-drawn", re.compile(r"\w+"), timeout=PATIENCE
    )
