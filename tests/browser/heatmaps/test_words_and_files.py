"""All words are Python's, user text is text, and the downloads are the picture."""

from __future__ import annotations

import re
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.heatmaps.tab import RED, Tab, channels
from tests.dashboard.components.scenes import DARK, ENTITY, LETTERS, LIGHT, SCENES, SCRIPT, WORDY

# How much of a picture is red, and the colour of its corner.
PIXELS = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let red = 0;
  for (let at = 0; at < data.length; at += 4) {
    red += data[at] === 255 && data[at + 1] === 0 && data[at + 2] === 0;
  }
  return { red, corner: [...data.slice(0, 4)] };
}"""

# The red channel of each image, pixel by pixel.
CELLS = """(addresses) => Promise.all(addresses.map(async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const red = Array.from({ length: data.length / 4 }, (_, at) => data[4 * at]);
  return { width: image.width, height: image.height, red };
}))"""


def test_hostile_tokens_are_text(tab: Tab) -> None:
    tab.open("hostile")
    tab.hover(100, 40)
    assert tab.read_tip()["token"] == SCRIPT
    tab.canvas().click(position={"x": 100, "y": 40})
    expect(tab.root.locator(".status")).to_contain_text(f"“{SCRIPT}”")
    tab.hover(350, 40)
    assert tab.read_tip()["token"] == ENTITY
    assert tab.root.locator("script").count() == 0
    assert tab.page.evaluate("window.broken") is None


def test_all_words_come_from_python(tab: Tab) -> None:
    tab.open("korean", korean="yes")
    tab.hover(100, 140)
    names = tab.tip.locator(".fact .name").all_inner_texts()
    assert names == ["단계", "유닛", "값", "활성화 이전"]
    for name in ("확대", "축소", "모든 단계 보기", "PNG로 내려받기", "SVG로 내려받기"):
        expect(tab.root.get_by_role("button", name=name, exact=True)).to_have_count(1)
    tab.canvas().click(position={"x": 100, "y": 140})
    expect(tab.root.locator(".status")).to_contain_text("1단계 · “이” · Forget gate · 유닛")
    expect(tab.root.locator(".hint")).to_contain_text("칸을 누르면")


def test_the_theme_is_pythons(tab: Tab) -> None:
    tab.open("sentence")
    for palette in (LIGHT, DARK):
        ink, background = (
            tab.root.evaluate(f"e => getComputedStyle(e).getPropertyValue('--{name}')")
            for name in ("ink", "background")
        )
        assert (ink, background) == (palette.ink, palette.background)
        assert tab.patch(channels(palette.ink))["width"] > 50  # titles are written in it
        if palette is LIGHT:
            tab.press("dark")
            expect(tab.root).to_have_attribute("style", re.compile(DARK.ink))
            tab.painted()


@pytest.mark.parametrize("scene", ["many steps", "many units"])
def test_cells_smaller_than_a_pixel_are_averaged(tab: Tab, scene: str) -> None:
    """Zeros and ones in turn: half of the blue on every pixel of the map, no stripe left out."""
    tab.open(scene)
    height = {"many steps": 4 * 14, "many units": 160}[scene]
    half = tab.patch((0, 0, 128))
    assert half["height"] == height
    assert half["width"] == pytest.approx(tab.box()["width"] - 56, abs=1)
    assert half["share"] > 0.999


def test_the_png_is_the_picture_twice_as_large(tab: Tab, tmp_path: Path) -> None:
    tab.open("beacon")
    with tab.page.expect_download() as download:
        tab.root.get_by_label("Download as PNG").click()
    assert download.value.suggested_filename == "gates-of-a-sentence.png"
    file = tmp_path / "picture.png"
    download.value.save_as(file)
    raw = file.read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(raw[at : at + 4], "big") for at in (16, 20))
    box = tab.box()
    assert (width, height) == (2 * round(box["width"] + 32), 2 * round(box["height"] + 32))
    seen = tab.page.evaluate(PIXELS, f"data:image/png;base64,{b64encode(raw).decode()}")
    red = tab.patch(RED)
    assert seen["red"] == pytest.approx(4 * red["width"] * red["height"], rel=0.1)
    assert seen["corner"] == [*channels(LIGHT.background), 255]


def saved_svg(tab: Tab, folder: Path) -> tuple[str, list[str]]:
    """The name of the downloaded SVG, and its texts."""
    with tab.page.expect_download() as download:
        tab.root.get_by_label("Download as SVG").click()
    file = folder / "picture.svg"
    download.value.save_as(file)
    texts = ElementTree.parse(file).getroot().iter("{http://www.w3.org/2000/svg}text")
    return download.value.suggested_filename, [element.text or "" for element in texts]


@pytest.mark.parametrize(("scene", "tokens"), [("letters", LETTERS), ("wordy", WORDY)])
def test_files_show_every_token_whole(
    tab: Tab, tmp_path: Path, scene: str, tokens: list[str]
) -> None:
    tab.page.set_viewport_size({"width": 620, "height": 800})
    tab.open(scene)
    _, texts = saved_svg(tab, tmp_path)
    at = texts.index(tokens[0])
    assert texts[at : at + len(tokens)] == tokens


def test_a_file_says_what_it_is_of_and_at_which_step(tab: Tab, tmp_path: Path) -> None:
    tab.open("sentence", caption="Gates · Sentiment (LSTM) · the <b>film</b> was not good")
    name, texts = saved_svg(tab, tmp_path)
    assert name == "gates-of-a-sentence.svg"
    assert texts[-1] == "Gates · Sentiment (LSTM) · the <b>film</b> was not good"
    tab.press("to step 3")
    expect(tab.root).to_have_attribute("data-cursor", "3 null")
    name, texts = saved_svg(tab, tmp_path)
    assert name == "gates-of-a-sentence-step-4.svg"
    assert texts[-1].endswith(" · step 4 “not”")


def test_the_svg_has_real_text_and_the_same_cells(tab: Tab, tmp_path: Path) -> None:
    tab.open("hostile")
    with tab.page.expect_download() as download:
        tab.root.get_by_label("Download as SVG").click()
    assert download.value.suggested_filename == "gates-of-a-sentence.svg"
    file = tmp_path / "picture.svg"
    download.value.save_as(file)
    picture = ElementTree.parse(file).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in picture.iter(f"{space}text")]
    assert {"Forget gate", "Cell state", "Mean of the forget gate", ENTITY} <= set(texts)
    assert any(text and text.startswith("<script>") for text in texts)
    assert {element.tag for element in picture.iter()} <= {
        f"{space}{name}" for name in ("svg", "g", "rect", "path", "text", "image", "clipPath")
    }
    # Two legends of panels, one of the strip, two heatmaps of 5 steps × 4 units.
    images = [element.get("href") or "" for element in picture.iter(f"{space}image")]
    assert len(images) == 5
    cells = tab.page.evaluate(CELLS, images)
    gate = SCENES["hostile"]()[0].panels[0].values
    sizes = [(cell["width"], cell["height"]) for cell in cells]
    assert sizes.count((5, 4)) == 2
    found = np.array(cells[sizes.index((5, 4))]["red"]).reshape(4, 5)
    # The scale runs from white to #116655: red from 255 to 17.
    np.testing.assert_allclose(found, 255 - (255 - 17) * gate.T, atol=1.6)
