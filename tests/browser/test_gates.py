"""Gates in a real browser: picking, stepping, playing, zooming, taking files away."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor

PATIENCE = 30_000
# On a page's own path Streamlit first asks below it for what lies at the root.
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
TEXT = "the movie was not good, but the music was wonderful"


def opened(visitor: Visitor, **query: str) -> Page:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", text=TEXT, **query)
    expect(maps(page)).to_have_attribute("data-drawn", re.compile(r"\w+"), timeout=PATIENCE)
    return page


def maps(page: Page) -> Locator:
    return page.locator(".heatmaps")


def expect_step(page: Page, index: int, unit: int) -> None:
    """Cursor, slider, heading and equations agree on where one is."""
    expect(maps(page)).to_have_attribute("data-cursor", f"{index} {unit}", timeout=PATIENCE)
    expect(page.locator(".st-key-inspected")).to_contain_text(
        f"Step {index + 1} ·", timeout=PATIENCE
    )
    expect(page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile(rf"^{index + 1} · "), timeout=PATIENCE
    )
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value(str(unit), timeout=PATIENCE)


def unit_at(page: Page, index: int) -> int:
    """The unit that the canvas marks, once it is at a step."""
    expect(maps(page)).to_have_attribute("data-cursor", re.compile(rf"^{index} "), timeout=PATIENCE)
    return int((maps(page).get_attribute("data-cursor") or "").split()[1])


def equations(page: Page) -> str:
    return page.locator(".st-key-equations-drawn").inner_text()


def test_a_click_picks_step_and_unit(visitor: Visitor) -> None:
    page = opened(visitor, step="1", unit="0")
    before = equations(page)
    canvas = maps(page).locator("canvas.cursor")
    box = canvas.bounding_box()
    assert box is not None
    # The last of eleven steps, the last of 16 units, in the lowest heatmap; 20 pixels of axis,
    # 26 of the line and 3 of a gap lie below it.
    canvas.click(position={"x": box["width"] - 20, "y": box["height"] - 20 - 26 - 3 - 12 - 3 + 10})
    expect_step(page, 10, 15)
    page.wait_for_function(
        "before => document.querySelector('.st-key-equations-drawn').innerText !== before",
        arg=before, timeout=PATIENCE,
    )  # fmt: skip


def test_buttons_keys_and_slider_walk(visitor: Visitor) -> None:
    page = opened(visitor, step="4", unit="3")
    expect_step(page, 4, 3)
    page.locator(".st-key-step-on button:visible").click()
    expect_step(page, 5, 3)
    page.keyboard.press("j")
    expect_step(page, 4, 3)
    page.wait_for_timeout(1000)  # a place that was just left would count as an echo
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect_step(page, 5, 3)


def test_one_step_in_slider_inspector_canvas_and_link_whatever_changes(visitor: Visitor) -> None:
    page = opened(visitor, step="4", unit="4")
    box, tasks = page.locator("textarea"), page.get_by_role("combobox", name="Trained on").first

    def drawn_anew(act: Callable[[], object]) -> None:
        """Wait for the new picture: the one before agrees with itself, too."""
        before = maps(page).get_attribute("data-drawn") or ""
        act()
        expect(maps(page)).not_to_have_attribute("data-drawn", before, timeout=PATIENCE)
        visitor.settle()

    def read(text: str) -> None:
        box.fill(text)
        drawn_anew(lambda: box.press("Control+Enter"))

    def trained_on(task: str) -> None:
        visitor.controls()
        tasks.click()
        drawn_anew(page.get_by_role("option", name=task, exact=True).click)

    page.locator(".st-key-step-on button:visible").click()
    expect_step(page, 5, 4)
    visitor.controls().get_by_text("GRU", exact=True).click()
    expect_step(page, 5, 4)
    read("the music was good, and the plot was not dull at all")
    expect_step(page, 5, 4)
    trained_on("Remember the first")
    read("HAB")
    expect_step(page, 2, unit_at(page, 2))  # moved within the text; the unit is the new model's
    trained_on("Brackets")
    expect_step(page, 2, unit_at(page, 2))
    page.get_by_text("한국어").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko", timeout=PATIENCE)
    page.get_by_text("English").click()
    expect_step(page, 2, unit_at(page, 2))
    page.locator(".st-key-share button").click()
    expect(page.locator(".stCode")).to_contain_text(re.compile(r"step=2\b.*|.*step=2&"))


def test_play_goes_to_the_end_and_stops(visitor: Visitor) -> None:
    page = opened(visitor, step="8", unit="3")
    page.locator(".st-key-step-play button:visible").click()
    expect_step(page, 10, 3)
    play = page.locator(".st-key-step-play")
    expect(play).to_contain_text("play_arrow", timeout=PATIENCE)
    page.wait_for_timeout(1000)
    expect_step(page, 10, 3)


def test_the_zoom_survives_a_step(visitor: Visitor) -> None:
    page = opened(visitor, step="4", unit="3")
    maps(page).get_by_role("button", name="Zoom in").click()
    expect(maps(page)).not_to_have_attribute("data-window", "0.00 11.00")
    window = maps(page).get_attribute("data-window")
    drawn = maps(page).get_attribute("data-drawn")
    page.locator(".st-key-step-on button:visible").click()
    expect_step(page, 5, 3)
    assert maps(page).get_attribute("data-window") == window
    # Nothing was sent anew either: the cursor alone has moved.
    assert maps(page).get_attribute("data-drawn") == drawn


def test_a_point_of_the_answers_picks_its_step(visitor: Visitor) -> None:
    page = opened(visitor, step="4", unit="3")
    page.get_by_text("If the text ended here").click()
    points = page.locator(".st-key-chart-answers .scatterlayer .point")
    expect(points).to_have_count(11, timeout=PATIENCE)
    points.nth(7).scroll_into_view_if_needed()
    box = points.nth(7).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect_step(page, 7, 3)


@pytest.mark.parametrize("ending", ["csv", "npz", "html"])
def test_the_picture_can_be_taken_away(visitor: Visitor, ending: str) -> None:
    page = opened(visitor, step="4", unit="3")
    page.locator(".st-key-chartmenu-gates-picture button").click()
    with page.expect_download(timeout=PATIENCE) as download:
        page.locator(f".st-key-gates-picture-{ending} button").click()
    content = download.value.path().read_bytes()
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(rows) == 11 * 16
        assert {row["Token"] for row in rows} >= {"wonderful", "not"}
    elif ending == "npz":
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        assert "nodes/lstm/gates/forget.npy" in names
    else:
        assert content.decode().count("Forget gate") >= 1
        assert b"wonderful" in content


def test_the_whole_page_fits_a_telephone(open_visitor) -> None:
    visitor = open_visitor(viewport={"width": 400, "height": 800}, locale="ko-KR")
    page = opened(visitor)
    expect(page.locator(".st-key-equations-drawn .katex").first).to_be_visible(timeout=PATIENCE)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    for part in (page.locator(".stSlider"), maps(page), page.locator(".st-key-gates-view")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 400


def test_the_picture_follows_while_one_types(visitor: Visitor) -> None:
    """As on Home: nothing is pressed, the box keeps focus and every letter past its growth."""
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("gates", text="the food was awful " * 8)
    box = page.locator("textarea").first
    box.press("Control+End")
    box.press_sequentially("and the staff", delay=60)
    slider = page.get_by_role("slider").first
    expect(slider).to_have_attribute("max", "34", timeout=PATIENCE)
    box.press_sequentially(" was", delay=60)
    expect(slider).to_have_attribute("max", "35", timeout=PATIENCE)
    expect(box).to_be_focused()
    expect(box).to_have_value("the food was awful " * 8 + "and the staff was")
