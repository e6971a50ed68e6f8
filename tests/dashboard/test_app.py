"""The frame around the pages, and every page in it: both languages, light and dark."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import streamlit as st

from core.text.decode import MOST_BYTES
from dashboard import state, views
from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.conftest import go_to

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    module.PAGE.key: module
    for found in pkgutil.iter_modules(views.__path__)
    if hasattr(module := importlib.import_module(f"dashboard.views.{found.name}"), "PAGE")
}
UNTRAINED = {"task": "untrained", "units": "4", "text": "a b a c", "split": "character"}


@pytest.mark.parametrize(("language", "mode"), [("en", "light"), ("ko", "dark")])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(open_app, page, language, mode):
    app = open_app(page, language=language, mode=mode)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == title(page, language)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_an_untrained_model(open_app, page):
    app = open_app(page, language="ko", mode="light", **UNTRAINED)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_one_room_and_its_strings(page):
    assert PAGES[page].__name__ == f"dashboard.views.{page}"
    assert PAGES[page].PAGE.icon.startswith(":material/")


def test_pages_have_places_of_their_own():
    places = [(module.PAGE.section, module.PAGE.order) for module in PAGES.values()]
    assert len(set(places)) == len(places)
    assert [page for page, module in PAGES.items() if not module.PAGE.section] == [state.HOME]


def test_a_section_that_the_navigation_does_not_know_is_refused():
    with pytest.raises(ValueError, match="elsewhere"):
        views.Page(key="new", section="elsewhere", icon=":material/add:", order=10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_navigation_goes_by_sections_without_empty_ones(open_app, monkeypatch, language):
    shown = {}

    def navigation(sections, **settings):
        shown.update(sections)
        return drawn(sections, **settings)

    drawn = st.navigation
    monkeypatch.setattr(st, "navigation", navigation)
    open_app("model", language=language)
    with speak(language):
        expected = {
            section and t(f"frame.section.{section}"): [
                t(f"{module.PAGE.key}.title")
                for module in sorted(PAGES.values(), key=lambda module: module.PAGE.order)
                if module.PAGE.section == section
            ]
            for section in views.SECTIONS
        }
    assert list(shown) == [section for section, titles in expected.items() if titles]
    assert {name: [page.title for page in pages] for name, pages in shown.items()} == {
        name: titles for name, titles in expected.items() if titles
    }


def test_the_language_switch_changes_every_word_and_stays(open_app):
    app = open_app("compare", language="en")
    [switch] = [group for group in app.button_group if group.key == "widget.lang."]
    switch.set_value("ko").run()
    assert not app.exception
    assert [group.value for group in app.button_group if group.key == "widget.lang."] == ["ko"]
    assert app.text_area[0].label == "글"
    app.run()
    assert app.text_area[0].label == "글"


def test_what_was_chosen_is_there_on_the_next_page_too(open_app):
    app = open_app("gates", **UNTRAINED)
    app.text_area[0].set_value("c d").run()
    for page in ("compare", "gates"):
        go_to(app, page)
        assert not app.exception
        assert app.title[0].value == title(page, "en")
        assert app.text_area[0].value == "c d"


def test_what_a_link_got_wrong_is_said_as_text(open_app):
    app = open_app(step="x", **{"<b>": "*bold* :smile:"})
    [said] = [warning.value for warning in app.warning]
    assert "step" in said
    assert "<b>" not in said
    assert "*bold*" not in said
    assert ":smile:" not in said
    [close] = [button for button in app.button if button.label == t("frame.ignored.close")]
    close.click().run()
    assert not app.warning


def test_the_settings_are_safe_and_agree_with_what_is_read():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    server = settings["server"]
    assert server["address"] == "localhost"
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert settings["browser"]["gatherUsageStats"] is False
    # What Streamlit lets through, in MiB, is what is decoded, in MB: the next whole number.
    assert (server["maxUploadSize"] - 1) * 1024**2 < MOST_BYTES <= server["maxUploadSize"] * 1024**2


def test_the_settings_hold_from_any_folder(tmp_path):
    # Streamlit reads settings from the folder it is started in; from elsewhere, only from the one
    # beside the script. Asked the way `streamlit run` reads them.
    asked = (
        "import sys, streamlit.config as config, streamlit.web.cli as cli\n"
        "import streamlit.web.bootstrap as bootstrap\n"
        "bootstrap.run_asgi_app = lambda *_, **__: ["
        "print(name, config.get_option(name)) for name in ('server.address', "
        "'server.maxUploadSize', 'browser.gatherUsageStats', "
        "'theme.light.primaryColor', 'runner.postScriptGC', "
        "'global.maxCachedMessageAge')]\n"
        "cli.main(['run', sys.argv[1]])"
    )
    for folder in (tmp_path, ROOT, ROOT / "dashboard"):
        done = subprocess.run(
            [sys.executable, "-c", asked, str(ROOT / "dashboard" / "app.py")],
            cwd=folder,
            env=os.environ | {"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout.split("\n")[:6] == [
            "server.address localhost",
            "server.maxUploadSize 20",
            "browser.gatherUsageStats False",
            "theme.light.primaryColor #2d5f73",
            "runner.postScriptGC False",
            "global.maxCachedMessageAge 40",
        ], done.stderr


def test_starting_the_dashboard_loads_no_keras():
    loaded = (
        "import sys; sys.argv = ['app']; sys.path.insert(0, '.')\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('dashboard/app.py', default_timeout=120).run()\n"
        "assert not app.exception, app.exception\n"
        "print(sorted({'keras', 'tensorflow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stdout.split("\n")[-2] == "[]", done.stderr


def title(page: str, language: str) -> str:
    with speak(language):
        return t(f"{page}.title")
