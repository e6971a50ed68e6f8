"""Translate in a real browser: what a token looked at, and another token in its place."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def test_a_token_shows_what_it_looked_at_and_another_can_be_forced(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("translate", tr_source="April 3, 1998")
    written = page.locator(".target span")
    expect(written).to_have_count(11, timeout=PATIENCE)
    written.nth(2).hover()
    about = page.locator(".about")
    expect(about).to_contain_text(re.compile(r"^3 · ‘9’ · .* looked \d+% at ‘\S+’"))
    # The frame over the matrix follows, and so do the heatmaps.
    expect(page.locator(".looked-row")).to_be_visible(timeout=PATIENCE)
    other = about.get_by_role("button").locator(":scope:enabled").first
    token = other.inner_text().rsplit("  ", 1)[0]
    other.click()
    expect(page.locator(".target span.forced")).to_have_text(token, timeout=PATIENCE)
    page.get_by_role("button", name="Let it write freely again").click()
    expect(page.locator(".target span.forced")).to_have_count(0, timeout=PATIENCE)
    page.get_by_role("group", name="What it wrote").press("End")
    expect(about).to_contain_text(re.compile(r"^11 · "))
