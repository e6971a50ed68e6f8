"""What the reader had is there after each way of leaving and returning, and nobody else's is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import core
from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import Visitor
from tests.dashboard.brought import WORDS, file_of, network

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
TEXT = " ".join(WORDS) + " the film was good"
GATES, HOME = "게이트", "Unrolled"


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE)


def settled(visitor: Visitor, title: str) -> None:
    heading(visitor.page, title)
    visitor.settle()


def go(visitor: Visitor, section: str, page: str, title: str) -> None:
    visitor.page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    visitor.page.get_by_test_id("stTopNavDropdownLink").filter(has_text=page).click()
    settled(visitor, title)


def reload(visitor: Visitor) -> None:
    visitor.page.reload()


def twice(visitor: Visitor) -> None:
    visitor.page.reload()
    visitor.page.reload()


def away_and_back(visitor: Visitor) -> None:
    visitor.page.goto("about:blank")
    visitor.page.go_back()


def another_page(visitor: Visitor) -> None:
    go(visitor, "보기", "비교", "비교")
    visitor.page.go_back()


def by_hand(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.url}/gates")


def language(visitor: Visitor) -> None:
    visitor.page.get_by_role("radio", name="English").click()
    settled(visitor, "Gates")
    visitor.page.get_by_role("radio", name="한국어").click()


WAYS: tuple[Callable[[Visitor], None], ...] = (
    reload,
    twice,
    away_and_back,
    another_page,
    by_hand,
    language,
)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without words, and the file of its words beside it."""
    folder = tmp_path_factory.mktemp("brought")
    (folder / "mine.npz").write_bytes(file_of(network(words=False)))
    (folder / "words.txt").write_text("\n".join(WORDS))
    return folder / "mine.npz"


def test_everything_is_there_after_each_way_of_leaving_and_returning(
    open_visitor: OpenVisitor, model_file: Path
) -> None:
    visitor = open_visitor()
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("model")
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(str(model_file))
    expect(page.locator(".st-key-model-actions")).to_contain_text("mine", timeout=PATIENCE)
    page.get_by_test_id("stFileUploaderDropzoneInput").last.set_input_files(
        str(model_file.with_name("words.txt"))
    )
    page.get_by_role("button", name="Read with it").click()
    expect(page.locator(".st-key-model-words-drop")).to_be_visible(timeout=PATIENCE)
    page.locator(".st-key-model-open-gates button").first.click()
    settled(visitor, "Gates")
    box = page.locator("textarea").first
    box.fill(TEXT)
    box.press("Control+Enter")
    page.get_by_role("radio", name="한국어").click()
    heading(page, GATES)
    slider = page.get_by_test_id("stSlider").first
    expect(slider).to_contain_text("· the", timeout=PATIENCE)
    visitor.settle()  # the page in the other language moves the slider, too
    slider.get_by_role("slider").press("Home")
    expect(slider).to_contain_text("1 · the", timeout=PATIENCE)
    for _ in range(6):
        slider.get_by_role("slider").press("ArrowRight")
    expect(slider).to_contain_text("7 · movie", timeout=PATIENCE)
    visitor.settle()
    for way in WAYS:
        way(visitor)
        settled(visitor, GATES)
        expect(page.locator("textarea").first).to_have_value(TEXT, timeout=PATIENCE)
        expect(page.get_by_test_id("stSlider").first).to_contain_text("7 · movie")
        expect(page.locator(".st-key-opening-box")).to_contain_text("mine")

    # Somebody else who is given the link: what it says, and nothing that it cannot say.
    page.locator(".st-key-share button").first.click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    expect(page.get_by_test_id("stPopoverBody")).to_contain_text("가중치는 담기지 않습니다")
    with page.expect_download() as download:
        page.get_by_role("button", name="mine.npz").click()
    sent = core.load_model(Path(download.value.path()).read_bytes(), name="mine.npz")
    assert sent.vocabulary is not None
    assert sent.vocabulary.tokens == WORDS
    tab = page.evaluate("sessionStorage.getItem('unrolled-tab')")
    assert len(tab) >= 32
    assert tab not in link
    assert tab not in page.url
    other = open_visitor()
    other.allow(BELOW_THE_PAGE)
    other.page.goto(link)
    settled(other, GATES)
    expect(other.page.locator("textarea").first).to_have_value(TEXT, timeout=PATIENCE)
    other.controls().get_by_role("combobox").first.click()
    expect(other.page.get_by_role("option").first).to_be_visible()
    expect(other.page.get_by_role("option", name=re.compile("mine"))).to_have_count(0)


def test_home_keeps_what_was_typed_and_another_tab_begins_anew(open_visitor: OpenVisitor) -> None:
    visitor = open_visitor()
    page = visitor.visit()
    line = page.get_by_role("textbox").first
    line.fill("")
    line.press_sequentially("the food was awful", delay=20)
    expect(page.locator(".st-key-home-play")).to_contain_text("awful (4 of 4)", timeout=PATIENCE)
    page.reload()
    settled(visitor, HOME)
    expect(page.get_by_role("textbox").first).to_have_value("the food was awful")
    # A new tab of the same browser, opened while the cookie of the first still lives.
    fresh = Visitor(page.context.new_page(), visitor.url)
    fresh.visit()
    expect(fresh.page.get_by_role("textbox").first).not_to_have_value("the food was awful")
