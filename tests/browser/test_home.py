"""Home in a real browser: it follows what is typed, plays, and opens the other pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.i18n import speak, t
from dashboard.views.home.player import PAUSE
from dashboard.views.home.veil import LEFT, RIGHT
from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import Visitor

PATIENCE = 30_000
WIDTHS = (1280, 400)
# Where the sheet that veils the picture begins, in pixels from the picture's left edge.
VEILED_FROM = """() => {
  const style = getComputedStyle(document.querySelector('.st-key-veiled'), '::after');
  return style.opacity === '0' ? Infinity : new DOMMatrix(style.transform).m41;
}"""
# A play of ten times its pace.
QUICKLY = f"""const wait = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => wait(act, ms === {1000 * PAUSE:g} ? 70 : ms, ...rest);"""

# Every sentence that was shown: a step of a quick play is shorter than the time between two looks.
LISTENS = """() => {
  window.heard = [];
  window.veiled = [];
  setInterval(() => {
    for (const host of document.querySelectorAll(".st-key-home-play *")) {
      const said = (host.shadowRoot ?? host).querySelector(".player p");
      if (said) window.heard.push(said.textContent);
      if (said) window.veiled.push([said.textContent, (VEILED_FROM)()]);
    }
  }, 10);
}""".replace("VEILED_FROM", VEILED_FROM)


def said(page: Page) -> Locator:
    return page.locator(".st-key-home-play .player p")


def drawn(page: Page) -> None:
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_attached(timeout=PATIENCE)


def test_the_picture_follows_while_one_types(visitor: Visitor) -> None:
    page = visitor.visit()
    line = page.get_by_role("textbox").first
    line.fill("")
    line.press_sequentially("the food was awful", delay=30)
    expect(said(page)).to_contain_text("awful (4 of 4)", timeout=PATIENCE)
    expect(line).to_be_focused()
    expect(line).to_have_value("the food was awful")
    words = page.locator(".js-plotly-plot .annotation-text")
    expect(words.filter(has_text=re.compile("^awful$"))).to_be_attached(timeout=PATIENCE)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_play_unveils_cell_by_cell_stops_and_asks_nobody(
    open_visitor: OpenVisitor, width: int
) -> None:
    visitor = open_visitor(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    sent: list[float] = []
    visitor.page.on("websocket", lambda each: each.on("framesent", lambda _: sent.append(0.0)))
    page = visitor.visit(text="the food was awful")
    drawn(page)
    assert page.evaluate(VEILED_FROM) is None or page.evaluate(VEILED_FROM) > width
    page.wait_for_timeout(500)
    sent.clear()
    page.evaluate(LISTENS)
    page.get_by_role("button", name="Watch it read").click()
    page.wait_for_function("window.heard.some((text) => text.includes('was (3'))", timeout=PATIENCE)
    expect(said(page)).to_contain_text("awful (4 of 4)", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Watch it read")).to_be_visible(timeout=PATIENCE)
    veiled = page.evaluate("window.veiled")
    found = [
        [veil for sentence, veil in veiled if word in sentence][-1]
        for word in ("the (1", "food (2", "was (3")
    ]
    assert sorted(set(found)) == found
    assert found[-1] < width
    assert page.evaluate(VEILED_FROM) is None or page.evaluate(VEILED_FROM) > width
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert sent == []


def test_the_play_halts_and_resumes_by_its_key_and_a_new_text_ends_it(visitor: Visitor) -> None:
    page = visitor.visit(text="the food was awful")
    drawn(page)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("k")
    expect(said(page)).to_contain_text("food (2", timeout=PATIENCE)
    page.keyboard.press("k")
    page.wait_for_timeout(1_000)  # longer than a step
    expect(said(page)).to_contain_text("food (2")
    page.keyboard.press("k")
    expect(said(page)).to_contain_text("was (3", timeout=PATIENCE)
    line = page.get_by_role("textbox").first
    line.fill("the cook was good")  # a k in it is a letter
    expect(said(page)).to_contain_text("good (4 of 4)", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Watch it read")).to_be_visible()


def test_the_play_of_a_long_text_turns_its_pages_and_shows_its_end(visitor: Visitor) -> None:
    visitor.page.add_init_script(QUICKLY)
    page = visitor.visit(text="the food was awful and cold " * 4)
    drawn(page)
    expect(said(page)).to_contain_text("cold (24 of 24)", timeout=PATIENCE)
    page.evaluate(LISTENS)
    page.get_by_role("button", name="Watch it read").click()
    page.wait_for_function("window.heard.some((text) => text.includes('was (21 of 24)'))")
    expect(page.get_by_role("button", name="Watch it read")).to_be_visible(timeout=PATIENCE)
    heard = " ".join(page.evaluate("window.heard"))
    for step in ("the (1 of 24)", "food (20 of 24)", "cold (24 of 24)"):
        assert step in heard
    expect(said(page)).to_contain_text("cold (24 of 24)")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_veil_knows_where_the_plot_is(open_visitor: OpenVisitor, width: int) -> None:
    page = open_visitor(viewport={"width": width, "height": 900}).visit()
    drawn(page)
    sheet = page.locator(".st-key-veiled").bounding_box()
    plot = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert sheet is not None
    assert plot is not None
    assert plot["x"] - sheet["x"] == pytest.approx(LEFT, abs=1)
    assert plot["width"] == pytest.approx(sheet["width"] - LEFT - RIGHT, abs=1)


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_an_example_opens_the_page_with_everything_ready(
    open_visitor: OpenVisitor, locale: str
) -> None:
    visitor = open_visitor(locale=locale, viewport={"width": 400, "height": 900})
    page = visitor.visit()
    with speak(locale[:2]):
        title, text = t("gates.title"), t("home.example.contrast.text")
        at = t("home.example.contrast.at")
    card = page.locator(".st-key-example-contrast")
    card.scroll_into_view_if_needed()
    before, box = None, card.bounding_box()
    while box != before:  # its words are still being set
        page.wait_for_timeout(500)
        before, box = box, card.bounding_box()
    assert box is not None
    # The lower right corner, far from the button's words: the whole card can be pressed. Where that
    # is, is looked up once the card stands still: a line above it may still be drawn.
    card.click(position={"x": box["width"] - 12, "y": box["height"] - 12})
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=PATIENCE)
    visitor.settle()
    assert page.url.endswith("/gates")
    expect(page.locator("textarea").first).to_have_value(text, timeout=PATIENCE)
    expect(page.get_by_test_id("stSlider")).to_contain_text(f"· {at}", timeout=PATIENCE)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()


def test_letters_and_focus_stay_past_three_hundred_characters_and_when_lines_go(
    visitor: Visitor,
) -> None:
    start = "the food was awful and the room was cold " * 7  # 287 characters
    page = visitor.visit(text=start + "but")
    line = page.get_by_role("textbox").first
    line.press("End")
    more = " the staff was friendly and i loved it"
    line.press_sequentially(more, delay=40)
    expect(said(page)).to_contain_text("it (", timeout=PATIENCE)
    expect(line).to_be_focused()
    expect(line).to_have_value(start + "but" + more)
    # The box of several lines stays one while its lines are taken out and put in again.
    page = visitor.visit(text="the food\nwas")
    box = page.locator("textarea").first
    box.press("Home")
    box.press("Backspace")
    expect(box).to_have_value("the foodwas")
    expect(said(page)).to_contain_text("foodwas (2 of 2)", timeout=PATIENCE)
    box.press_sequentially(" x", delay=500)
    expect(box).to_be_focused()
    expect(box).to_have_value("the food xwas")


def test_home_says_which_model_and_cell_read(visitor: Visitor) -> None:
    page = visitor.visit()
    button = page.locator(".st-key-home-model button").first
    expect(button).to_contain_text("Sentiment · LSTM", timeout=PATIENCE)
    button.click()
    page.get_by_role("radio", name="GRU", exact=True).click()
    expect(button).to_contain_text("Sentiment · GRU", timeout=PATIENCE)
    expect(page.get_by_role("radio", name="GRU", exact=True)).to_be_checked()
