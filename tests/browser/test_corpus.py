"""Corpus in a real browser: a small corpus recorded by hand, searched, and a place opened."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

PATIENCE = 60_000
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
TEXT = "the movie was not good, but the music was wonderful"
REVIEWS = {
    "bad/1.txt": "the film was not good and the story was boring",
    "bad/2.txt": "this movie was not good at all",
    "good/1.txt": "a wonderful film, not boring for a minute",
    "good/2.txt": "the music was great and the actors were wonderful",
}


def unfolded(page: Page, key: str) -> None:
    """Open what is folded on the page, and wait until it can be used."""
    part = page.locator(f".st-key-folded-{key}")
    part.locator("summary").click()
    expect(part.get_by_role("button").first).to_be_visible(timeout=PATIENCE)


def test_a_corpus_is_recorded_searched_and_a_place_opened(visitor: Visitor, tmp_path: Path) -> None:
    visitor.allow(BELOW_THE_PAGE)
    for name, written in REVIEWS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(written)
    page = visitor.visit("corpus", cell="lstm", text=TEXT, step="3", corpus_of="folder")
    said = page.locator(".st-key-corpus-said")
    expect(said).to_contain_text("150 texts", timeout=PATIENCE)
    unfolded(page, "corpus-record")
    path = page.get_by_role("textbox", name="Folder or file on this machine")
    path.fill(str(tmp_path))
    path.press("Enter")
    page.get_by_role("button", name="Record", exact=True).click()

    expect(said).to_contain_text("of 4 texts", timeout=2 * PATIENCE)
    kept = page.locator("[class*='st-key-kept-']")
    expect(kept).to_contain_text("4 texts", timeout=PATIENCE)

    unfolded(page, "corpus-unit")
    unit = page.locator(".st-key-folded-corpus-unit")
    expect(unit.locator(".st-key-chart-distribution .js-plotly-plot")).to_be_visible(
        timeout=PATIENCE
    )
    number = unit.get_by_role("spinbutton", name="Unit")
    number.fill("2")
    number.press("Enter")
    expect(unit.get_by_text("value of unit 2")).to_be_visible(timeout=PATIENCE)

    place = page.locator(".st-key-corpus-open").get_by_role("button").first
    expect(place).to_contain_text("not", timeout=PATIENCE)
    place.click()
    page.wait_for_url(re.compile("/gates"), timeout=PATIENCE)
    maps = page.locator(".heatmaps")
    expect(maps).to_have_attribute("data-drawn", re.compile(r"\w+"), timeout=PATIENCE)
    written = page.get_by_role("textbox").first
    expect(written).to_have_value(re.compile("not good"), timeout=PATIENCE)
