"""Gradients in a real browser: a knob turns, the number and the picture follow at once."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import Visitor

PATIENCE = 30_000
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def lives(page: Page) -> Locator:
    return page.locator(".unrolled-card .number")


def test_the_forget_bias_changes_the_lstm_and_nothing_else(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gradients", units="8", text="a b c", split="character")
    expect(lives(page)).to_have_count(3, timeout=PATIENCE)
    visitor.settle()
    expect(page.locator("textarea").first).to_be_visible()  # the browser fetches its code later
    expect(page.locator(".st-key-chart-gradients .legendtext").first).to_be_visible()
    simple, lstm, gru = lives(page).all_inner_texts()
    top = page.locator(".unrolled-card").first.bounding_box()
    knob = page.get_by_role("slider", name="Forget bias")
    knob.focus()
    knob.press("ArrowRight")
    expect(lives(page).nth(1)).not_to_have_text(lstm, timeout=PATIENCE)
    visitor.settle()
    assert [lives(page).nth(at).inner_text() for at in (0, 2)] == [simple, gru]
    legend = page.locator(".st-key-chart-gradients .legendtext", has_text="LSTM").first
    expect(legend).to_contain_text(lives(page).nth(1).inner_text(), timeout=PATIENCE)
    assert page.locator(".unrolled-card").first.bounding_box() == top, "the page jumped"


def test_the_numbers_leave_as_csv_and_the_picture_as_svg(visitor: Visitor) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gradients", units="4", length="30", text="a b c")
    expect(lives(page)).to_have_count(3, timeout=PATIENCE)
    page.get_by_role("button", name="Chart menu: Gradient at every step").click()
    with page.expect_download() as numbers:
        page.get_by_role("button", name=re.compile("^CSV")).click()
    rows = list(csv.reader(numbers.value.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == 31
    assert float(rows[-1][2]) > 0
    with page.expect_download() as picture:
        page.get_by_role("button", name=re.compile("SVG")).click()
    assert picture.value.path().read_text("utf-8").startswith("<svg")


def test_what_lies_behind_is_a_tab_away(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor(locale="ko-KR", color_scheme="dark")
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gradients", units="4", length="40", clip="0.01", text="a b c")
    for tab, name in (
        ("한 단계", "jacobian"),
        ("지키는 몫", "forgetting"),
        ("클리핑", "clipping"),
    ):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(f".st-key-chart-{name} .js-plotly-plot")).to_be_visible(
            timeout=PATIENCE
        )


def test_on_a_telephone_the_picture_comes_before_the_knobs(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor(viewport={"width": 400, "height": 800})
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gradients", units="4", text="a b c")
    expect(lives(page)).to_have_count(3, timeout=PATIENCE)
    card = page.locator(".unrolled-card").first.bounding_box()
    knob = page.get_by_role("slider").first.bounding_box()
    assert card is not None
    assert knob is not None
    assert card["y"] < knob["y"]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
