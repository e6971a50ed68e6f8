"""Korean on every page: none of Streamlit's own English is left, and the reader's words stay."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.training.run_folder import Run
from core.training.store import RunStore
from dashboard import i18n
from tests.browser.conftest import OpenVisitor
from tests.browser.server import Server
from tests.browser.test_accessible import BELOW_THE_PAGE, PAGES, opened
from tests.browser.visitor import Visitor
from tests.dashboard.runs import config, write_run

PATIENCE = 30_000
MEGABYTE = 1024**2
STREAMLIT = Path(i18n.__file__).parent / "en" / "streamlit.json"
# Three words of Latin letters in a row, with nothing but blanks between them.
ENGLISH = re.compile(
    r"[A-Za-z][a-z]+(?: [A-Za-z][a-z]+){2,}"
    r"|[A-Za-z]+ (?:of|in|on|the|is|are|to|with|and|for|at|from|by|has|no) \w"  # “Dense of 8”
)
SEEN = """(reader) => {
  const said = [];
  const own = element => element.closest(reader);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (element.checkVisibility() && !own(element)) said.push(texts.currentNode.data.trim());
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (element.checkVisibility() && !own(element)) said.push(element.getAttribute(name));
    }
  }
  return said.filter(Boolean);
}"""
# What may be English, and why.
ALLOWED = (
    "code, pre",  # programs
    ".katex",  # formulas
    ".material-icons, [data-testid=stIconMaterial], [data-testid=stAlertDynamicIcon]",  # icons
    "script, style, noscript",
    "textarea",  # the reader's own text
    "[data-testid=stDataFrame] canvas",  # tables of names that Keras gave
    ".st-key-chart-automaton :is(.textpoint, .annotation)",  # tokens of a corpus
)


@pytest.fixture(scope="module")
def runs(dashboard: Server) -> Iterator[list[Run]]:
    store = RunStore(dashboard.runs)
    yield [write_run(store, name="긍정", configured=config(probes=("재미있다",)))]
    shutil.rmtree(dashboard.runs, ignore_errors=True)


def english(page: Page) -> set[str]:
    """What is said in English on a page: whole phrases, or words that Streamlit is known to use."""
    known = set(json.loads(STREAMLIT.read_text(encoding="utf-8")).values())
    said = page.evaluate(SEEN, ", ".join(ALLOWED))
    return {text for text in said if text in known or ENGLISH.search(text)}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_said_in_english(name: str, open_visitor: OpenVisitor, runs: list[Run]) -> None:
    visitor = open_visitor(locale="ko-KR")
    query = {"film": {"task": f"run:{runs[0].id}"}, "runs": {"runs": runs[0].id}}
    page = opened(visitor, "" if name == "home" else name, **query.get(name, {}))
    assert not english(page)
    broken = page.evaluate(
        """() => [...document.querySelectorAll("h1, p, label, li, td")].filter(element =>
          element.checkVisibility() && /[가-힣]{2}/.test(element.textContent)
          && getComputedStyle(element).wordBreak !== "keep-all").map(e => e.textContent)"""
    )
    assert not broken, "lines break within a word"


def test_streamlit_answers_in_korean_and_the_reader_s_words_stay(
    open_visitor: OpenVisitor,
) -> None:
    visitor = open_visitor(locale="ko-KR")
    visitor.allow(BELOW_THE_PAGE)
    words = {"task": "untrained", "units": "4", "split": "word", "text": "Search Upload Open"}
    page = visitor.visit("gates", **words)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("Upload", exact=True).first).to_be_attached(timeout=PATIENCE)
    box = visitor.controls().locator("[data-testid=stSelectbox] input").first
    box.fill("zzz")
    expect(page.get_by_text("맞는 것이 없습니다")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-live-announcer]")).not_to_contain_text("available")
    box.press("Escape")
    page.get_by_test_id("stMainMenuButton").click()
    expect(page.get_by_text("화면 녹화")).to_be_visible(timeout=PATIENCE)
    assert not english(page) - {"Search", "Upload", "Open", "Search Upload Open"}
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="글").press("End")
    page.keyboard.type(" a")
    expect(page.get_by_text("Ctrl+Enter를 누르면 적용됩니다")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="파일").click()
    expect(page.get_by_text("파일 고르기")).to_be_visible(timeout=PATIENCE)
    big = {"name": "big.txt", "mimeType": "text/plain", "buffer": b"a" * 21 * MEGABYTE}
    page.locator("input[type=file]").set_input_files(big)
    expect(page.get_by_text("파일은 20.0MB까지 올릴 수 있습니다.")).to_be_visible(timeout=PATIENCE)
    own = english(page) - {"Search Upload Open"}
    assert "Upload" in own  # the text's own, at the step that is looked at
    assert own <= {"Search", "Upload", "Open"}


def test_english_comes_back_whole(open_visitor: OpenVisitor) -> None:
    visitor: Visitor = open_visitor(locale="ko-KR")
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("model")
    expect(page.get_by_text("파일 고르기")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_text("Upload", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stMainMenuButton")).to_have_attribute("aria-label", "Main menu")
    page.get_by_role("radio", name="한국어").click()
    expect(page.get_by_text("파일 고르기")).to_be_visible(timeout=PATIENCE)
