"""The harness itself can fail: each kind of finding is provoked once in a small app and seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.server import Server, ServerFailed, serving
from tests.browser.visitor import Visitor

APP = """
import sys
import streamlit as st

st.write("first light")
wish = st.query_params.get("wish")
if wish == "log":
    print("something odd", file=sys.stderr)
if wish == "raise":
    raise RuntimeError("as asked")
"""


@pytest.fixture(scope="module")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("small")
    script = folder / "small.py"
    script.write_text(APP, encoding="utf-8")
    (folder / ".streamlit").mkdir()
    settings = "[browser]\ngatherUsageStats = false\n"
    (folder / ".streamlit" / "config.toml").write_text(settings, encoding="utf-8")
    with serving(script, log_file=folder / "server.log", folder=folder) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, small_app: Server) -> Iterator[Visitor]:
    small_app.mark()
    with browser.new_context() as context:
        yield Visitor(context.new_page(), small_app.url)


def test_a_sound_page_gives_no_complaint(tab: Visitor, small_app: Server) -> None:
    page = tab.visit()
    page.get_by_text("first light").wait_for()
    assert tab.complaints() == []
    assert small_app.complaints() == []


def test_a_line_in_the_log_is_found_unless_allowed(tab: Visitor, small_app: Server) -> None:
    tab.visit(wish="log")
    assert small_app.complaints() == ["something odd"]
    small_app.allow("odd$")
    assert small_app.complaints() == []
    small_app.mark()
    assert small_app.log == ""


def test_an_exception_fails_the_visit_and_is_logged(tab: Visitor, small_app: Server) -> None:
    with pytest.raises(AssertionError):
        tab.visit(wish="raise")
    assert any("as asked" in line for line in small_app.complaints())


@pytest.mark.parametrize(
    ("script", "finding"),
    [
        ("console.error('red')", "console: red"),
        ("setTimeout(() => { throw new Error('loose') })", "uncaught: loose"),
        ("fetch('/no/such/file.js?x=404', {method: 'POST'})", "answer 40"),
        ("fetch('http://unrolled.invalid/').catch(() => 0)", "request to another machine"),
    ],
)
def test_what_goes_wrong_in_the_tab_is_found(tab: Visitor, script: str, finding: str) -> None:
    page = tab.visit()
    page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(500)
    assert any(complaint.startswith(finding) for complaint in tab.complaints()), tab.complaints()
    tab.allow(".")
    assert tab.complaints() == []


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    missing = tmp_path / "missing.py"
    with (
        pytest.raises(ServerFailed, match="does not exist"),
        serving(missing, log_file=tmp_path / "server.log", folder=tmp_path),
    ):
        pass
