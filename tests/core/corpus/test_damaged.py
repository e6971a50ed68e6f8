"""A folder of a search or a corpus in which any field has any value: read in words, and deletable.

Every field of every JSON file of both is given every value drawn here. Whatever is asked of a store
then ends in an answer or in a CoreError, and the folder can be deleted and brought back.
"""

from __future__ import annotations

import copy
import json
import math
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

import core
from core import corpus
from core.corpus.contexts import contexts, whole
from core.corpus.errors import CorpusOfOtherVersion, NotACorpus, WrongSource
from core.corpus.query import Wanted, ask, statement
from core.corpus.recorded import Corpus
from core.corpus.store import Corpora, KeptCorpus
from core.errors import CoreError, Failure
from core.scale.board import Board, Retry
from core.training.config import DataSettings, RunConfig
from core.training.errors import BrokenRun
from core.training.sources.errors import UnreadableFile
from core.training.store import RunStore
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import BrokenSweep
from core.training.sweep.findings import SweepFindings, SweepTrial
from core.training.sweep.folder import SweepStore

VALUES = (
    None, True, -3, 1.5, math.nan, -math.inf, 2**70, "", "x", "../../x", [], [1], {}, {"a": "x"},
    [[0, 1e400]],
)  # fmt: skip
GONE = object()


def places(value, path=()) -> Iterator[tuple]:
    """Where something stands in plain data: of lists the first alone."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def with_value(value, path, new):
    """Plain data with something else in one place, or without it."""
    if not path:
        return new
    changed = copy.deepcopy(value)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if new is GONE:
        at.pop(path[-1])
    else:
        at[path[-1]] = new
    return changed


def hurt(folder) -> Iterator[str]:
    """A folder again and again, each time with one value changed, and what was changed."""
    for file in sorted(folder.glob("*.json")):
        sound = file.read_text(encoding="utf-8")
        written = json.loads(sound)
        for path in places(written):
            for new in (*VALUES, GONE):
                if new is GONE and not path:
                    file.unlink()
                else:
                    file.write_text(json.dumps(with_value(written, path, new)), encoding="utf-8")
                yield f"{file.name} {path}: {'gone' if new is GONE else new!r}"
        file.write_bytes(b"[" * 100_000)
        yield f"{file.name}: deep"
        file.write_bytes(sound.encode()[: len(sound) // 2])
        yield f"{file.name}: half"
        file.write_text(sound, encoding="utf-8")


def asked(questions, what) -> None:
    """Ask all; whatever but a CoreError comes is a failure, in which pytest shows `what`."""
    del what
    for question in questions:
        with suppress(CoreError):
            question()


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A finished corpus as its process leaves it."""
    corpora = Corpora(tmp_path_factory.mktemp("corpora"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(KeptCorpus, "launch", lambda self: None)
        source = corpus.drawn("sentiment", count=5)
        kept = corpora.begin(core.bundled_model("sentiment-gru"), source)
    for progress in corpus.progressing(core.bundled_model("sentiment-gru"), source, kept.folder):
        kept.tell(progress, error=NotACorpus(folder="x", why="y"))
    return kept


@pytest.fixture
def kept(recording, tmp_path):
    """A copy of it, to be hurt."""
    folder = tmp_path / "corpora" / recording.id
    shutil.copytree(recording.folder, folder)
    return KeptCorpus(folder)


@pytest.fixture
def search(tmp_path, monkeypatch):
    """A search of two trials that ended in an error."""
    monkeypatch.setattr("core.children.detach", lambda *_, **__: None)
    base = RunConfig(data=DataSettings(source="latch"))
    sweep = SweepStore(RunStore(tmp_path)).start(
        SweepConfig(base=base, space={"network.cell": "lstm, gru"}), name="n"
    )
    failure = Failure.of(BrokenRun(file="x", why="y")).to_json()
    trials = (
        SweepTrial(0, "r", {"network.cell": "lstm"}, "finished", 0.5, 2),
        SweepTrial(1, "s", {"network.cell": "gru"}, "failed", error=failure),
    )
    sweep.keep(SweepFindings(trials, 0, {"network.cell": 1.0}))
    sweep.tell(state="failed", error=failure, launched=time.time() - 1e6)
    retry = Retry(2, "40", "SIGKILL", 0.0)
    board = Board("processes", "", "t", {"4": 1}, {}, {"4": 3}, 4, 0, 4, 1, 1, (retry,), 0.0)
    sweep.file("scale.json").write_text(json.dumps(board.to_json()))
    return sweep


def test_any_value_in_a_search_is_read_in_words(search):
    def name():
        assert isinstance(search.name, str)

    questions = (
        name, lambda: search.state, lambda: search.error, lambda: search.findings,
        lambda: search.board, lambda: search.config.count, lambda: search.is_at_work,
        lambda: search.can_go_on,
    )  # fmt: skip
    count = 0
    for what in hurt(search.folder):
        count += 1
        asked(questions, what)
        assert not search.is_at_work, what
    assert count > 400


def test_any_value_in_a_corpus_is_read_in_words(kept):
    def opened():
        found = Corpus.open(kept.folder).sound()
        assert found.steps == found.starts[-1]
        assert all(isinstance(each, int | float) for each in found.errors.values())

    def kept_name():
        assert isinstance(kept.name, str)

    questions = (
        opened, kept_name, lambda: kept.progress, lambda: kept.failure,
        lambda: kept.board, lambda: kept.is_at_work, lambda: kept.is_whole,
        lambda: kept.can_be_searched, lambda: corpus.source_from(kept.request["source"]),
    )  # fmt: skip
    count = 0
    for what in hurt(kept.folder):
        count += 1
        asked(questions, what)
    assert count > 400


@pytest.mark.parametrize("name", ["sweep.json", "status.json", "trials.json"])
@pytest.mark.parametrize("content", [None, b"{", b"[]"])
def test_a_broken_search_is_named_and_can_be_deleted_and_brought_back(search, name, content):
    file = search.file(name)
    file.unlink() if content is None else file.write_bytes(content)
    if content or name != "trials.json":
        with pytest.raises(BrokenSweep, match=f"{name} of the search '{search.id}'"):
            _ = search.config, search.state, search.findings
    store = SweepStore(search.runs)
    store.delete(search)
    assert store.sweeps() == []
    assert [each.id for each in store.deleted()] == [search.id]
    store.undelete(search.id)
    assert store.sweeps() == [search]


def test_a_search_whose_status_is_broken_can_go_on(search):
    search.file("status.json").write_bytes(b"{")
    assert search.can_go_on
    SweepStore(search.runs).launch(search)
    assert search.state == "queued"


DAMAGES = {
    "gone": lambda path: path.unlink() if path.is_file() else shutil.rmtree(path),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "name", ["texts/00000.parquet", "tokens/00000.parquet", "outcomes/00000.parquet", "model.npz"]
)
def test_a_damaged_table_is_said(kept, name, damage):
    DAMAGES[damage](kept.folder / name)

    def read():
        found = kept.corpus()
        contexts(found, [(0, 2)])
        whole(found, 0)
        _ = found.model
        return ask(found, statement(found, Wanted(label="positive")))

    with pytest.raises(NotACorpus, match=str(kept.folder)):
        read()
    corpora = Corpora(kept.folder.parent)
    corpora.delete(kept)
    assert corpora.all() == []
    assert corpora.undelete(kept.id) == kept


@pytest.mark.parametrize(
    "file", ["../x.npy", "/x.npy", "arrays/../x.npy", "x.npy", "arrays/a/b.npy"]
)
def test_a_manifest_leads_to_no_other_folder(kept, file):
    manifest = json.loads((kept.folder / "manifest.json").read_text())
    manifest["quantities"][0]["file"] = file
    (kept.folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(NotACorpus, match="quantities"):
        kept.corpus()


def test_a_corpus_of_the_next_version_is_said_and_can_be_deleted(kept):
    manifest = json.loads((kept.folder / "manifest.json").read_text())
    (kept.folder / "manifest.json").write_text(json.dumps(manifest | {"format": 2}))
    with pytest.raises(CorpusOfOtherVersion):
        kept.corpus()
    Corpora(kept.folder.parent).delete(kept)
    assert not kept.folder.exists()


def test_a_finished_corpus_that_lost_its_progress_is_recorded_anew(kept):
    key = kept.corpus().manifest.quantities[0].key
    before = kept.corpus().array(key).copy()
    (kept.folder / "progress.json").unlink()
    assert not kept.is_whole
    again = corpus.record(core.bundled_model("sentiment-gru"), None, kept.folder)
    assert kept.is_whole
    assert (again.array(key) == before).all()


SOURCES = {
    "folder": {"kind": "folder", "path": "", "most": 5},
    "column": {"kind": "column", "path": "", "column": "", "most": 5},
}
PATHS = ("/nowhere", "~nobody-of-that-name/a", "a" * 5_000, "a\0b", "\ud800", "")


@pytest.mark.parametrize("path", PATHS, ids=[ascii(each[:9]) for each in PATHS])
@pytest.mark.parametrize("kind", SOURCES)
def test_a_path_that_leads_nowhere_is_a_sentence(kind, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CoreError):
        corpus.source_from(SOURCES[kind] | {"path": path})


def test_a_table_without_a_first_line_is_a_sentence(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\n\n")
    with pytest.raises(UnreadableFile, match="names no columns"):
        list(corpus.source_from(SOURCES["column"] | {"path": str(tmp_path / "t.csv")}))


@pytest.mark.parametrize("most", [0, -1, "5", 1.5])
def test_a_count_of_texts_that_is_none_is_refused(tmp_path, most):
    with pytest.raises(WrongSource, match="most"):
        corpus.source_from(SOURCES["folder"] | {"path": str(tmp_path), "most": most})
