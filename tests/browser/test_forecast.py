"""Forecast in a real browser: a picture at once, and a file of the reader's beside it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

PATIENCE = 60_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"


def test_a_file_takes_the_place_of_the_sines(visitor: Visitor, tmp_path: Path) -> None:
    visitor.allow(BELOW_THE_PAGE)
    page = visitor.visit("forecast")
    picture = page.locator(".st-key-chart-forecast .main-svg").first
    expect(picture).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"is off by .* the naive forecast by"))).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["y"] < 330
    days = np.arange("2023-01-01", "2023-04-01", dtype="datetime64[D]")
    rows = [f"{day},{100 + 50 * (at % 7 < 5) + at % 5}" for at, day in enumerate(days)]
    file = tmp_path / "rides.csv"
    file.write_text("\n".join(["day,rides", *rows]))
    page.get_by_role("radio", name="A file of mine").or_(
        page.get_by_role("button", name="A file of mine")
    ).first.click()
    page.locator("input[type=file]").set_input_files(file, timeout=PATIENCE)
    said = page.get_by_text(re.compile(r"90 days from 90 rows"))
    expect(said).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="rides.csv")).to_be_visible(timeout=PATIENCE)
