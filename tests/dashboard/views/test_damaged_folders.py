"""Searches and corpora of which one is damaged: its page stands, and a press leads out."""

from __future__ import annotations

import json
import shutil

import pytest

import core
from core import corpus
from core.corpus.store import Corpora, KeptCorpus
from core.training.sweep.folder import SweepStore
from dashboard.i18n import LANGUAGES, t
from tests.dashboard.conftest import unfold
from tests.dashboard.views.test_runs import at_tab
from tests.dashboard.views.test_sweeps import searched


def buttons(app):
    """The keys of all that can be pressed."""
    return {button.key for button in app.button}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Two finished corpora, to be copied."""
    corpora = Corpora(tmp_path_factory.mktemp("corpora"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(KeptCorpus, "launch", lambda self: None)
        for name in ("sound", "hurt"):
            source = corpus.drawn("sentiment", count=5)
            kept = corpora.begin(core.bundled_model("sentiment-lstm"), source, name=name)
            model = core.bundled_model("sentiment-lstm")
            for progress in corpus.progressing(model, source, kept.folder):
                kept.tell(progress)
    return corpora.folders.folder


@pytest.fixture
def kept(recorded):
    """The one that is to be hurt, and the sound one, where the page looks."""
    corpora = Corpora()
    shutil.copytree(recorded, corpora.folders.folder, dirs_exist_ok=True)
    by_name = {each.name: each for each in corpora.all()}
    return by_name["hurt"], by_name["sound"]


def changed(file, **values):
    """A JSON file with other values."""
    return json.dumps(json.loads(file.read_text(encoding="utf-8")) | values)


HURTS = {
    "next version": lambda at: (at / "manifest.json").write_text(
        changed(at / "manifest.json", format=2)
    ),
    "no quantities": lambda at: (at / "manifest.json").write_text(
        changed(at / "manifest.json", quantities=[])
    ),
    "another layer": lambda at: (at / "manifest.json").write_text(
        (at / "manifest.json").read_text().replace('"layer": "lstm"', '"layer": "other"')
    ),
    "no progress": lambda at: (at / "progress.json").unlink(),
    "wrong progress": lambda at: (at / "progress.json").write_text('{"batches": -3}'),
    "wrong status": lambda at: (at / "status.json").write_text('{"progress": {"state": "x"}}'),
    "no table": lambda at: shutil.rmtree(at / "tokens"),
    "cut table": lambda at: (at / "texts" / "00000.parquet").write_bytes(b"PAR1"),
    "no status": lambda at: (at / "status.json").write_bytes(b"["),
}


@pytest.mark.parametrize("hurt", HURTS)
def test_a_damaged_corpus_takes_nothing_else_away(open_app, kept, hurt):
    damaged, sound = kept
    HURTS[hurt](damaged.folder)
    app = open_app("corpus", cell="lstm", text="the movie was not good", corpus=damaged.id)
    app = unfold(app, "corpus-record")
    assert not app.exception
    assert {f"corpus-delete-{damaged.id}", f"corpus-delete-{sound.id}", "corpus-start"} <= buttons(
        app
    )
    app.button(key=f"corpus-delete-{damaged.id}").click().run()
    assert not app.exception
    assert not app.error
    assert app.session_state["field.corpus"] == "first"
    assert [each.id for each in Corpora().all()] == [sound.id]
    app.button(key="corpus-undo").click().run()
    assert not app.exception
    assert {each.id for each in Corpora().all()} == {damaged.id, sound.id}
    assert "corpus-undo" not in buttons(app)


@pytest.mark.parametrize("path", ["/nowhere.csv", "~nobody-of-that-name/a", "/tmp", "a" * 400])
@pytest.mark.parametrize("source", ["folder", "column"])
def test_a_mistyped_path_is_said_and_the_list_stays(open_app, kept, source, path):
    app = open_app("corpus", cell="lstm", text="the movie was not good")
    app.session_state["field.corpus_of"] = source
    app.session_state["field.corpus_path"] = path
    app = unfold(app, "corpus-record")
    assert not app.exception
    if (source, path) != ("folder", "/tmp"):
        assert len(app.error) == 1
    assert {f"corpus-delete-{each.id}" for each in kept} <= buttons(app)


def replaced(sweep, name, **values):
    """A search's file with other values."""
    sweep.file(name).write_text(changed(sweep.file(name), **values))


BROKEN = {
    "no sweep.json": lambda sweep: sweep.file("sweep.json").unlink(),
    "sweep.json cut": lambda sweep: sweep.file("sweep.json").write_bytes(b"{"),
    "status.json cut": lambda sweep: sweep.file("status.json").write_bytes(b"{"),
    "wrong launched": lambda sweep: replaced(sweep, "status.json", launched=[1], state="queued"),
    "wrong error": lambda sweep: replaced(sweep, "status.json", error="x"),
    "wrong trials": lambda sweep: replaced(sweep, "trials.json", trials=[{"number": 0}]),
    "no best": lambda sweep: replaced(sweep, "trials.json", best=3),
    "wrong importance": lambda sweep: replaced(sweep, "trials.json", importance={"x": "y"}),
    "other settings": lambda sweep: sweep.file("trials.json").write_text(
        sweep.file("trials.json").read_text().replace("network.cell", "gone.setting")
    ),
    "below a logarithm": lambda sweep: sweep.file("trials.json").write_text(
        sweep.file("trials.json").read_text().replace("0.01", "-1")
    ),
    "wrong scale": lambda sweep: sweep.file("scale.json").write_text('{"workers": 5}'),
    "lock is a folder": lambda sweep: sweep.file("worker.lock").mkdir(),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_search_takes_nothing_else_away(open_app, runs, monkeypatch, broken):
    at_tab(monkeypatch, "sweeps")
    sound, hurt = searched(runs), searched(runs)
    BROKEN[broken](hurt)
    app = open_app("runs")
    box = app.selectbox(key="runs-sweep")
    if box.value != hurt.id:
        [label] = [each for each in box.options if hurt.id[-6:] in each or hurt.id in each]
        box.select(label).run()
    assert not app.exception
    assert f"sweep-delete-{hurt.id}" in buttons(app)
    assert any(t("sweep.new") in each.label for each in app.expander)
    app.button(key=f"sweep-delete-{hurt.id}").click().run()
    assert not app.exception
    assert [each.id for each in SweepStore(runs).sweeps()] == [sound.id]
    assert f"sweep-delete-{sound.id}" in buttons(app)
    app.button(key="sweep-undo").click().run()
    assert not app.exception
    assert {each.id for each in SweepStore(runs).sweeps()} == {hurt.id, sound.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_was_deleted_is_listed(open_app, runs, monkeypatch, language):
    at_tab(monkeypatch, "sweeps")
    sweep = searched(runs)
    SweepStore(runs).delete(sweep)
    app = open_app("runs", language=language)
    app.button(key=f"sweep-undelete-{sweep.id}").click().run()
    assert not app.exception
    assert SweepStore(runs).sweeps() == [sweep]
