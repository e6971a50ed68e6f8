"""The frame in a real browser: navigation, languages, links that carry everything."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import Visitor

PATIENCE = 30_000
UNTRAINED = {"task": "untrained", "units": "4", "split": "character"}
TEXT = "= 1 & 2 좋다 <b>\n" * 3
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/gates/_stcore/|console: Failed to load resource.*/gates/_stcore/"


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE)


def test_pages_stand_in_sections_and_keep_the_text(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", **UNTRAINED, text="a b c")
    page.get_by_test_id("stTopNavSection").filter(has_text="Look").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Compare").click()
    heading(page, "Compare")
    visitor.settle()
    assert "/compare" in page.url
    expect(page.get_by_role("textbox", name="Text").first).to_have_value("a b c", timeout=PATIENCE)


def test_on_a_telephone_the_pages_are_behind_one_button(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor(viewport={"width": 400, "height": 800})
    page = visitor.visit(**UNTRAINED)
    page.get_by_role("button", name="Pages", exact=True).click()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Gates").click()
    heading(page, "Gates")
    # The list covered the page that was chosen; it went without being asked.
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_have_attribute("data-collapsed", "true", timeout=PATIENCE)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"


def test_a_shared_link_opens_what_was_shared(visitor: Visitor, open_visitor: OpenVisitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", **UNTRAINED, cell="gru", seed="7", text=TEXT)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert re.fullmatch(r"http://localhost:\d+/gates\?\S+", link)

    other = open_visitor()
    other.allow(BELOW_THE_PAGE)
    other.page.goto(link)
    other.settle()
    expect(other.page.get_by_role("textbox", name="Text").first).to_have_value(
        TEXT, timeout=PATIENCE
    )
    other.page.get_by_role("button", name="Untrained · GRU").click()
    expect(other.page.get_by_role("radio", name="GRU", exact=True)).to_be_checked(timeout=PATIENCE)
    assert other.page.get_by_test_id("stAlert").count() == 0


def test_the_language_is_the_browsers_until_it_is_chosen(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor(locale="ko-KR")
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", **UNTRAINED)
    heading(page, "게이트")
    expect(page.locator("html")).to_have_attribute("lang", "ko", timeout=PATIENCE)
    page.get_by_role("radio", name="English").click()
    heading(page, "Gates")
    expect(page.locator("html")).to_have_attribute("lang", "en", timeout=PATIENCE)


def test_words_charts_and_canvases_are_of_one_typeface_that_is_here(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", **UNTRAINED, text="a 가 b")
    expect(page.locator(".st-key-chart-cell .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    # A face that was not loaded is no typeface: the check is of Hangul, in which fallbacks differ.
    assert page.evaluate("document.fonts.check('16px Pretendard', '가A')")
    loaded = "[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)"
    assert "Pretendard" in str(page.evaluate(loaded))
    for where in ("h1", ".st-key-chart-cell .annotation-text", ".heatmaps"):
        shown = page.locator(where).first
        family = shown.evaluate("it => getComputedStyle(it).fontFamily")
        assert family.startswith("Pretendard"), where
