"""What pages share, pressed by hand: every file is really downloaded and opened."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.server import Server, serving
from tests.browser.visitor import Visitor

SPACE = "{http://www.w3.org/2000/svg}"
STEM = "hidden-untrained-lstm-step-2"
CELL = "학습 전 (LSTM)"
UNTRAINED = {"task": "untrained", "units": "4", "split": "word", "text": "not good, =but not bad"}
PLOT = ".js-plotly-plot .main-svg"
PATIENCE = 30_000  # milliseconds; Plotly's script is the longest that a busy machine waits for


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Server]:
    log_file = tmp_path_factory.mktemp("widgets") / "server.log"
    with serving(Path(__file__).parent / "page.py", log_file=log_file, folder=root) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, app: Server) -> Iterator[Visitor]:
    app.mark()
    with browser.new_context(locale="ko-KR", viewport={"width": 1000, "height": 900}) as context:
        visitor = Visitor(context.new_page(), app.url)
        yield visitor
        assert visitor.complaints() == []
    assert app.complaints() == []


def menus(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^차트 메뉴: "))


def downloaded(page: Page, name: str, *, chart: int = 0) -> tuple[str, bytes]:
    """Open the menu of a chart, press one, and return the file's name and contents."""
    # Taking a picture closes the menu, the others leave it open.
    files = menus(page).nth(chart)
    if files.get_attribute("aria-expanded") != "true":
        files.click()
    with page.expect_download() as event:
        page.get_by_role("button", name=name).click()
    return event.value.suggested_filename, Path(event.value.path()).read_bytes()


def opened(tab: Visitor, **query: str) -> Page:
    page = tab.visit(**(UNTRAINED | query))
    expect(page.locator(PLOT).first).to_be_visible(timeout=PATIENCE)
    return page


def test_each_chart_downloads_as_every_kind_of_file(tab: Visitor) -> None:
    page = opened(tab)
    name, data = downloaded(page, "이 차트의 그림: PNG")
    assert name == f"{STEM}.png"
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width >= 1400  # for a slide, though the chart is narrower here
    assert height > 2 * 240  # the line beneath is added to the chart, not taken from it

    name, data = downloaded(page, "이 차트의 그림: SVG")
    assert name == f"{STEM}.svg"
    picture = ElementTree.fromstring(data)
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    said = " ".join("".join(text.itertext()) for text in picture.iter(f"{SPACE}text"))
    assert f"{CELL} · {UNTRAINED['text']} · 2단계 “good”" in said

    name, data = downloaded(page, "HTML")
    assert name == f"{STEM}.html"
    assert b"plotly.js v" in data

    name, data = downloaded(page, "CSV")
    assert name == f"{STEM}.csv"
    assert data.decode("utf-8-sig").splitlines()[4].startswith("'=,")

    name, data = downloaded(page, "NPZ")
    assert name == f"{STEM}.npz"
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        assert arrays["inputs/input"].shape == (1, 7)


def test_pictures_are_of_the_chart_whose_menu_it_is(tab: Visitor) -> None:
    page = opened(tab)
    name, line = downloaded(page, "이 차트의 그림: SVG", chart=1)
    assert name == "line.svg"
    assert b"scatterlayer" in line
    assert b'heatmaplayer mlayer"><g' not in line
    _, heatmap = downloaded(page, "이 차트의 그림: SVG", chart=0)
    assert b"<image" in heatmap


def ticks_of(svg: bytes) -> list[str]:
    """The tokens under the axis, without the numbers of their steps."""
    return [
        "".join(text.itertext()).replace("\u200b", "").rstrip("0123456789")
        for tick in ElementTree.fromstring(svg).iter(f"{SPACE}g")
        if tick.get("class") == "xtick"
        for text in tick.iter(f"{SPACE}text")
    ]


def test_an_axis_of_tokens_names_them_all_in_files(tab: Visitor) -> None:
    words = ["not", "good", "but", "bad", "and", "worse", "than", "the", "film", "was"] * 10
    page = opened(tab, text=" ".join(words))
    on_screen = page.locator(".js-plotly-plot").nth(1).locator(".xtick text").count()
    _, line = downloaded(page, "이 차트의 그림: SVG", chart=1)
    assert ticks_of(line) == words
    # The page's own chart is as it was, and so is what a second press gives.
    assert page.locator(".js-plotly-plot").nth(1).locator(".xtick text").count() == on_screen
    assert on_screen < len(words)
    assert ticks_of(downloaded(page, "이 차트의 그림: SVG", chart=1)[1]) == words


def test_a_menu_is_seen_while_its_chart_is_pointed_at_or_holds_the_focus(tab: Visitor) -> None:
    page = opened(tab)
    menu = page.locator(".st-key-chartmenu-chart-line")
    page.mouse.move(0, 0)
    expect(menu).to_have_css("opacity", "0", timeout=PATIENCE)
    page.locator(".st-key-chart-line").hover()
    expect(menu).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(menu).to_have_css("opacity", "0")
    menus(page).nth(1).focus()
    expect(menu).to_have_css("opacity", "1")


def test_a_menu_is_always_seen_where_nothing_can_point(browser: Browser, app: Server) -> None:
    settings = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
    with browser.new_context(locale="ko-KR", **settings) as context:
        page = opened(Visitor(context.new_page(), app.url))
        expect(page.locator(".st-key-chartmenu-chart-line")).to_have_css("opacity", "1")


def test_a_chart_alone_fills_the_screen_and_comes_back(tab: Visitor) -> None:
    page = opened(tab)
    chart = page.locator(".st-key-chart-line .main-svg").first
    before = chart.bounding_box()
    menus(page).nth(1).click()
    page.get_by_role("button", name="전체 화면", exact=True).click()
    page.wait_for_function("document.querySelector('[data-presented]') !== null")
    width = page.evaluate("innerWidth")
    box = chart.bounding_box()
    assert before is not None
    assert box is not None
    assert box["height"] > 1.01 * before["height"]
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("document.querySelector('[data-presented]') === null")
    # Plotly draws it anew a moment after its place has its size again.
    page.wait_for_function(
        "([it, high]) => document.querySelector(it).getBoundingClientRect().height === high",
        arg=[".st-key-chart-line .main-svg", before["height"]],
        timeout=PATIENCE,
    )
    assert chart.bounding_box() == before


def test_the_downloaded_page_shows_the_chart_without_a_network(
    tab: Visitor, browser: Browser, tmp_path: Path
) -> None:
    _, data = downloaded(opened(tab), "HTML")
    (tmp_path / "chart.html").write_bytes(data)
    with browser.new_context(offline=True) as context:
        alone = context.new_page()
        alone.goto((tmp_path / "chart.html").as_uri())
        expect(alone.locator(".main-svg").first).to_be_visible()


def test_typing_changes_the_pictures(tab: Visitor) -> None:
    page = opened(tab)
    last = "document.querySelector('.js-plotly-plot')?._fullLayout?.xaxis.range[1]"
    assert page.evaluate(last) == 6.5
    area = page.get_by_role("textbox", name="글")
    area.fill("아주 좋은 영화")
    area.press("Control+Enter")
    page.wait_for_function(f"{last} === 2.5")


def test_the_table_stands_below_its_chart(tab: Visitor) -> None:
    page = opened(tab)
    menus(page).first.click()
    page.get_by_text("표로 보기").first.click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1, timeout=PATIENCE)


def test_a_blank_text_says_so_and_keeps_the_picture(tab: Visitor) -> None:
    page = opened(tab)
    area = page.get_by_role("textbox", name="글")
    area.fill("   ")
    area.press("Control+Enter")
    expect(page.get_by_test_id("stAlert")).to_contain_text("공백", timeout=PATIENCE)
    expect(page.locator(PLOT).first).to_be_visible(timeout=PATIENCE)
    assert area.input_value() == "   "


def test_text_is_text_wherever_it_stands(tab: Visitor) -> None:
    bad = "<img src=x onerror=document.title='run'> **b** :smile: $x$ [a](http://b)"
    page = opened(tab, text=bad, split="word", nonsense="<b>**bold**</b> :smile:")
    assert page.get_by_role("textbox", name="글").input_value() == bad
    assert page.title() != "run"
    assert page.locator("main b, main strong, main .katex, main img").count() == 0


def test_an_upload_in_cp949_is_read_and_shown(tab: Visitor) -> None:
    page = opened(tab)
    page.get_by_role("button", name="파일").click()
    data = "이 영화는 정말 재미있었다. 다시 보고 싶다.\n".encode("cp949")
    page.locator("input[type=file]").set_input_files(
        {"name": "review.txt", "mimeType": "text/plain", "buffer": data}
    )
    expect(page.get_by_text("CP949로 읽었습니다")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("textbox", name="글")).to_have_value(
        data.decode("cp949"), timeout=PATIENCE
    )


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(tab: Visitor) -> None:
    page = opened(tab)
    page.get_by_role("button", name="파일").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "big.txt", "mimeType": "text/plain", "buffer": b"a" * 21 * 1024**2}
    )
    expect(page.get_by_text("20.0MB")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("textbox", name="글")).to_have_value(
        UNTRAINED["text"], timeout=PATIENCE
    )
