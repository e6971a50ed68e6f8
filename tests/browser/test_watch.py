"""A script of somebody's own in a real browser: its curve moves, it is stopped, its film plays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.training.run_folder import Run
from core.training.store import RunStore
from tests.browser.server import Server
from tests.browser.test_train import BELOW_THE_PAGE, PATIENCE, moved
from tests.browser.visitor import Visitor
from tests.core.training.runs import wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(server: Server) -> Iterator[tuple[subprocess.Popen[bytes], Run]]:
    """A script that trains for long, and its run."""
    store = RunStore(server.runs)
    before = {run.id for run in store.runs()}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.training.watched_script", str(server.runs), "100000"],
        cwd=ROOT, env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: any(run.id not in before and len(run.epochs) for run in store.runs()))
        [run] = [run for run in store.runs() if run.id not in before]
        yield process, run
    finally:
        process.kill()
        process.wait()
    store.delete(run)


def test_a_script_in_progress_is_watched_stopped_and_filmed(
    visitor: Visitor, script: tuple[subprocess.Popen[bytes], Run]
) -> None:
    visitor.allow(BELOW_THE_PAGE)
    process, run = script
    page = visitor.visit("train", run=run.id)
    begun = moved(page, beyond=0)
    assert moved(page, beyond=begun) > begun
    expect(page.get_by_text("A script of yours trains it with Keras")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)

    page.get_by_role("button", name="Stop the script's training").click()
    expect(page.get_by_text(re.compile("Cancelled after"))).to_be_visible(timeout=PATIENCE)
    assert process.wait(timeout=60) == 0  # its fit returned, and the script came to its own end
    assert run.status.state == "cancelled"

    film = visitor.visit("film", task=f"run:{run.id}", epoch="0")
    scrubber = film.get_by_role("slider", name="Epoch")
    expect(scrubber).to_have_attribute("aria-valuetext", "Before training", timeout=PATIENCE)
    scrubber.focus()
    scrubber.press("ArrowRight")
    expect(film.get_by_text("After epoch 1, the network answers")).to_be_visible(timeout=PATIENCE)
    expect(film.get_by_role("textbox", name="Text")).to_have_value("not good")  # its first probe
