"""Who reads, as the header of a proxy says; what pages do with it is tried with a real one."""

from __future__ import annotations

import pytest
import streamlit as st

from core.training.errors import UnnamedReader
from dashboard import reader
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.widgets.problem import plain, told


def test_one_reader_has_the_runs_of_the_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path))
    assert reader.problem() is None
    assert reader.store().folder == tmp_path
    assert reader.shelf().folder == tmp_path / ".models"


def test_a_named_reader_has_a_folder_within(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path))
    monkeypatch.setenv("UNROLLED_USER_HEADER", "X-User")
    monkeypatch.setattr(reader, "get_script_run_ctx", lambda **_: object())
    monkeypatch.setattr(type(st.context), "headers", property(lambda _: {"X-User": "kim"}))
    assert reader.problem() is None
    assert reader.store().folder.parent == tmp_path / ".readers"
    assert reader.shelf().folder == reader.store().folder / ".models"


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_no_name_sees_one_sentence(open_app, monkeypatch, language):
    monkeypatch.setenv("UNROLLED_USER_HEADER", "X-User")
    with pytest.raises(UnnamedReader):
        reader.store()
    app = open_app("runs", language=language)
    with speak(language):
        assert app.error[0].value == told(UnnamedReader(header="X-User"))
    assert len(app.main) == 1
    assert not app.exception


def test_a_rule_that_means_nothing_is_said(open_app, monkeypatch):
    monkeypatch.setenv("UNROLLED_RUNS_EACH", "none")
    app = open_app("home")
    assert plain("UNROLLED_RUNS_EACH") in app.error[0].value
    assert not app.exception
    assert t("home.title") not in str(app.main)
