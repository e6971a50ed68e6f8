"""The window along time and the cursor: what moves them, what does not, and what that costs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.heatmaps.tab import Tab, written
from tests.dashboard.components.scenes import SCENES, SENTENCE


def test_the_window_survives_step_data_and_theme(tab: Tab) -> None:
    tab.open("sentence")
    tab.press("to step 3")
    for _ in range(2):
        tab.root.get_by_label("Zoom in").click()
    tab.painted()
    window = tab.window
    assert window[1] - window[0] < len(SENTENCE)
    digests = {tab.root.get_attribute("data-drawn") or ""}
    for name in ("to step 9", "other data", "dark"):
        tab.press(name)
        if name != "to step 9":
            expect(tab.root).not_to_have_attribute("data-drawn", re.compile("|".join(digests)))
        digests.add(tab.root.get_attribute("data-drawn") or "")
        assert tab.window == window
    assert len(digests) == 3
    tab.press("hide")
    expect(tab.root).to_have_count(0)
    tab.press("show")
    tab.expect_cursor(9, None)
    assert tab.window == window
    tab.press("short data")
    expect(tab.root).to_have_attribute("data-window", "0.00 1.00")


def test_a_step_sends_no_data(tab: Tab) -> None:
    received: list[int] = []
    tab.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda f: received.append(len(f)))
    )
    tab.open("long")
    assert sum(received) > 600_000  # the data came, through this socket
    before = tab.root.get_attribute("data-drawn")
    received.clear()
    tab.press("to step 9")
    tab.expect_cursor(9, None)
    assert 0 < sum(received) < 20_000
    assert tab.root.get_attribute("data-drawn") == before


def test_keys_walk_and_report_after_a_pause(tab: Tab) -> None:
    tab.open("ordered")
    frame = tab.root.get_by_role("application")
    expect(frame).to_have_accessible_name("Heatmaps of gates and states, units by steps")
    frame.focus()
    order = [4, 2, 0, 1, 3]
    for key in ("ArrowRight",) * 4 + ("ArrowDown",) * 2 + ("ArrowLeft",):
        tab.page.keyboard.press(key)
    tab.expect_cursor(2, order[1])
    tab.expect_log([2, order[1], "forget", "lstm"])  # seven keys, one report
    gate = SCENES["ordered"]()[0].panels[0].values[2, order[1]]
    live = tab.root.locator(".live")
    expect(live).to_contain_text(f"step 3 · “{SENTENCE[2]}” · Forget gate · unit 2")
    expect(live).to_contain_text(f"value {written(gate)}")
    tab.page.keyboard.press("End")
    tab.page.keyboard.press("PageDown")
    tab.page.keyboard.press("Enter")
    last = len(SENTENCE) - 1
    tab.expect_log([2, 2, "forget", "lstm"], [last, 2, "cell", "lstm"])
    tab.page.keyboard.press("Home")
    tab.page.keyboard.press("+")
    tab.expect_cursor(0, 2)
    expect(tab.root).to_have_attribute("data-window", f"0.00 {len(SENTENCE) / 2:.2f}")
    tab.page.keyboard.press("End")  # the window follows the cursor
    expect(tab.root).to_have_attribute("data-window", f"{last + 1 - 7.5:.2f} {last + 1:.2f}")
    tab.page.keyboard.press("0")
    expect(tab.root).to_have_attribute("data-window", f"0.00 {last + 1:.2f}")


def test_the_focus_is_seen_and_survives_a_pick(tab: Tab) -> None:
    tab.open("ordered")
    tab.page.get_by_role("button", name="Download as SVG").focus()
    tab.page.keyboard.press("Tab")
    frame = tab.root.get_by_role("application")
    outline = frame.evaluate("e => getComputedStyle(e).outline")
    assert "solid 2px" in outline
    tab.page.keyboard.press("ArrowRight")
    tab.expect_log([0, None, None, "lstm"])
    tab.page.keyboard.press("ArrowRight")
    tab.expect_cursor(1, None)


def at_rest(tab: Tab) -> dict[str, float]:
    """Where the picture stands once the page has stopped scrolling."""
    while True:
        before = tab.box()
        tab.page.wait_for_timeout(250)
        if tab.box() == before:
            return before


def test_the_wheel_scrolls_the_page_unless_ctrl_is_held(tab: Tab) -> None:
    tab.open("sentence")
    tab.hover(400, 100)
    top = tab.box()
    tab.page.mouse.wheel(0, 120)
    scrolled = at_rest(tab)
    assert scrolled["y"] < top["y"] - 50
    assert tab.window == (0, len(SENTENCE))
    tab.page.keyboard.down("Control")
    tab.page.mouse.wheel(0, -200)
    tab.page.keyboard.up("Control")
    whole = f"0.00 {len(SENTENCE):.2f}"
    expect(tab.root).not_to_have_attribute("data-window", whole)
    assert tab.box() == scrolled
    start, end = tab.window
    assert end - start < len(SENTENCE) - 3
    box = scrolled
    tab.page.mouse.move(box["x"] + 500, box["y"] + 150)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 420, box["y"] + 150, steps=4)
    tab.page.mouse.up()
    tab.painted()
    assert tab.window[0] > start + 0.2
    assert tab.window[1] - tab.window[0] == pytest.approx(end - start, abs=0.02)
    assert tab.log == []  # a drag is not a pick


def test_on_a_phone_it_stands_below_and_fingers_move_it(phone: Tab) -> None:
    phone.open("compare")
    boxes = [phone.box(column) for column in range(3)]
    tops = [box["y"] for box in boxes]
    assert tops == sorted(set(tops))
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 400
    first = boxes[0]
    phone.page.touchscreen.tap(first["x"] + 200, first["y"] + 200)
    assert phone.picks(1)[0][2:] == ["forget", "rnn"]
    pinch(phone.page, first["x"] + 200, first["y"] + 200)
    phone.painted()
    start, end = phone.window
    assert end - start < len(SENTENCE) / 2
    assert len(phone.log) == 1


def pinch(page: Page, x: float, y: float) -> None:
    """Two fingers move apart, from 40 to 160 pixels."""
    client = page.context.new_cdp_session(page)

    def send(kind: str, apart: float | None) -> None:
        points = [] if apart is None else [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 20)
    for apart in range(30, 90, 10):
        send("touchMove", apart)
    send("touchEnd", None)


def test_two_thousand_steps_of_64_units(tab: Tab) -> None:
    tab.open("long")
    tab.root.get_by_role("application").focus()
    tab.page.keyboard.press("End")
    tab.page.keyboard.press("ArrowDown")
    tab.expect_log([1999, 0, "forget", "lstm"])
    tab.canvas().click(position={"x": 50, "y": 180})
    step = tab.picks(2)[-1][0]
    assert step < 10
    for _ in range(12):
        tab.page.keyboard.press("+")
    tab.painted()
    start, end = tab.window
    assert end - start == 4
    assert start <= step < end
