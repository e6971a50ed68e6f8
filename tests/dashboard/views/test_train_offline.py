"""Train without a network: what is downloaded is said before the press, and ways on after it."""

from __future__ import annotations

import html
import os
import subprocess
import sys

import pytest

from core.data.keras_files import ADDRESS, SIZES, cache
from core.training.presets import PRESETS
from core.training.sources import SOURCES
from dashboard.i18n import LANGUAGES, speak, t
from tests.conftest import ROOT
from tests.dashboard.runs import config, write_run
from tests.dashboard.views.test_train import launched, press

__all__ = ["launched"]

# No network: whoever opens a socket is told what a system tells that has none.
REFUSED = """
import socket, sys
def connect(self, *address):
    raise OSError(101, "Network is unreachable")
socket.socket.connect = connect
def look_up(*asked, **more):
    raise socket.gaierror(-3, "Temporary failure in name resolution")
socket.getaddrinfo = look_up
from core.training import worker
sys.exit(worker.main([sys.argv[1], "--now"]))
"""


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch):
    """Nothing was downloaded yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def blocks(app, key: str):
    """The containers whose keys begin so, in their order on the page."""
    waiting, found = [app.main], []
    while waiting:
        block = waiting.pop(0)
        if key in str(getattr(block.proto, "id", "")):
            found.append(block)
        waiting = [*getattr(block, "children", {}).values(), *waiting]
    return found


def card(app, name: str):
    cards = blocks(app, "preset-card-")
    [found] = [each for each in cards if each.proto.id.endswith(f"preset-card-{name}")]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_what_is_downloaded_how_much_and_from_where(open_app, language):
    app = open_app("train", t_view="presets", language=language)
    assert not app.exception
    for name, known in PRESETS.items():
        source = SOURCES[known.config.data.source]
        wanted = source.downloads
        drawn = card(app, name)
        addresses = [each.value for each in drawn.code]
        told = " ".join(each.value for each in drawn.caption)
        assert addresses == ([ADDRESS] if wanted else [])
        size = f"{sum(SIZES[file] for file in wanted) / 1e6:.1f}"
        with speak(language):
            sentence = t("train.files.download", names=", ".join(wanted), size=size)
            assert (sentence in told) == bool(wanted)
            sentence = t("train.files.wanted", names=", ".join(source.wants))
            assert (sentence in told) == bool(source.wants)
        assert {file for file in SIZES if file in told} == set(wanted)
        assert len(drawn.text_input) == bool(wanted or source.wants)


def test_files_that_are_not_downloaded_are_asked_for_before_a_run_begins(
    open_app, runs, launched, tmp_path
):
    app = open_app("train")
    press(app, "preset-quick-treebank-lstm-100")
    assert not runs.runs()
    assert any("not downloaded" in error.value for error in app.error)
    for file in SOURCES["treebank"].wants:
        (tmp_path / file).write_bytes(b"")
    card(app, "treebank-lstm-100").text_input[0].set_value(str(tmp_path)).run()
    press(app, "preset-quick-treebank-lstm-100")
    [run] = runs.runs()
    assert run.config.data.options["folder"] == str(tmp_path)


def test_the_first_card_needs_nothing(open_app):
    drawn = blocks(open_app("train"), "preset-card-")
    assert "latch" in drawn[0].proto.id
    assert not SOURCES[next(iter(PRESETS.values())).config.data.source].downloads


def test_a_folder_named_on_one_card_is_read_by_all_and_looked_into_at_once(
    open_app, runs, launched, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    app = open_app("train")
    card(app, "imdb-lstm-8").text_input[0].set_value("mine").run()
    for name in ("imdb-lstm-8", "imdb-gru-8-8"):
        assert ["imdb.npz" in w.value for w in card(app, name).warning]
    for file in SOURCES["imdb"].downloads:
        (tmp_path / "mine" / file).write_bytes(b"")
    app.run()
    assert not card(app, "imdb-gru-8-8").warning
    assert len(card(app, "reuters-gru-256-128").warning) == 1
    press(app, "preset-quick-imdb-gru-8-8")
    [run] = runs.runs()
    assert run.config.data.options["folder"] == str(tmp_path / "mine")


def test_what_was_downloaded_before_is_not_announced_again(open_app):
    cache().mkdir(parents=True)
    for file in SOURCES["reuters"].downloads:
        (cache() / file).write_bytes(b"")
    app = open_app("train")
    assert not card(app, "reuters-gru-256-128").code
    assert card(app, "imdb-lstm-32").code


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_network_a_start_ends_in_a_sentence_and_ways_on(
    open_app, runs, launched, language
):
    run = runs.create(PRESETS["imdb-lstm-32"].quick, name="reviews")
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, str(run.folder)], cwd=ROOT, env=os.environ,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert ADDRESS + "imdb.npz" in done.stderr.splitlines()
    app = open_app("train", language=language)
    assert not app.exception
    [error] = [each.value for each in app.error]
    paragraphs = [html.unescape(part) for part in error.split("\n\n")]
    assert paragraphs[1] == ADDRESS + "imdb.npz"
    assert "name resolution" in paragraphs[0]
    assert len(app.text_input) >= 1
    press(app, "needs-nothing")
    newest = runs.runs()[0]
    assert launched == [newest.id]
    assert newest.config == PRESETS["latch-lstm-16"].quick


def test_the_same_is_started_again_from_a_folder(open_app, runs, launched, tmp_path):
    error = {"name": "DownloadFailed", "facts": {"file": "imdb.npz", "address": "a", "why": "b"}}
    run = write_run(runs, state="failed", epochs=0, error=error, name="reviews",
                    configured=config(seed=3))  # fmt: skip
    app = open_app("train")
    [folder] = [box for box in app.text_input if box.key == "widget.t_folder.offline"]
    app = folder.set_value(str(tmp_path)).run()
    assert "again" not in {button.key for button in app.button}
    for file in SOURCES["imdb"].downloads:
        (tmp_path / file).write_bytes(b"")
    press(app.run(), "again")
    [newest] = [each for each in runs.runs() if each.id != run.id]
    assert launched == [newest.id]
    assert newest.config == run.config.with_setting("data.options.folder", str(tmp_path))
    assert newest.label.name == "reviews"
