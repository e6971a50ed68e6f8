"""A corpus that many record is, to the byte, what one would have recorded, whoever is killed."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core import corpus
from core.corpus import recording, sharing, worker
from core.corpus.manifest import Batch
from core.corpus.sharing import stretches
from core.corpus.store import KeptCorpus
from core.scale import workers
from core.scale.errors import GivenUp
from tests.core.scale.test_film_and_units import killing

TEXTS = corpus.drawn("sentiment", count=400)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 512)


def model(readout="last"):
    if readout == "last":
        return core.bundled_model("sentiment-gru")
    vocabulary = core.bundled_model("sentiment-gru").vocabulary
    assert vocabulary is not None
    return core.new_model(
        "lstm", vocabulary=vocabulary, embedding=6, units=[24], seed=1,
        outputs=vocabulary.size, readout="every",
    )  # fmt: skip


def same(one, other):
    """Every file of two recordings has the same bytes."""
    names = [
        sorted(p.relative_to(each.folder) for p in each.folder.rglob("*") if p.is_file())
        for each in (one, other)
    ]
    made = {".npy", ".parquet"}
    found = [[name for name in each if name.suffix in made] for each in names]
    assert found[0] == found[1]
    for name in found[0]:
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes(), name
    assert one.errors == other.errors


@pytest.mark.parametrize("readout", ["last", "every"])
def test_many_record_what_one_does(by, tmp_path, readout):
    """A text that is cut into many batches is among them, whose states go from piece to piece."""
    texts = [text.written for text in TEXTS]
    source = corpus.listed([*texts[:100], " ".join(texts[100:300]), *texts[300:]])
    alone = corpus.record(model(readout), source, tmp_path / "alone")
    told = []
    shared = corpus.record(model(readout), source, tmp_path / "shared", by=by, report=told.append)
    assert shared.finished
    assert any(batch.from_position for batch in shared.manifest.batches)
    same(alone, shared)
    steps = [progress.steps for progress in told if progress.state == "recording"]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, alone.steps)
    assert by.board.finished == len(stretches(alone.manifest.batches, first=0))


def test_a_stretch_is_not_lost_with_its_worker(by, tmp_path, monkeypatch):
    # Stretches of a tenth of a second or so, so that whoever is killed is at work.
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 8_192)
    source = corpus.drawn("sentiment", count=5_000)
    alone = corpus.record(model("every"), source, tmp_path / "alone")
    killing(by)
    shared = corpus.record(model("every"), source, tmp_path / "shared", by=by)
    assert by.board.retried >= 1
    same(alone, shared)


def test_left_in_the_middle_it_goes_on_alone_or_shared(tmp_path):
    alone = corpus.record(model(), TEXTS, tmp_path / "alone")
    for number, again in enumerate(("here", "shared")):
        folder = tmp_path / str(number)
        with workers("", 1) as by:
            with pytest.raises(GivenUp, match="given up when"):
                corpus.record(
                    model(), TEXTS, folder, by=by,
                    report=lambda told, by=by: by.cancel() if told.steps > 1_000 else None,
                )  # fmt: skip
            left = corpus.Corpus.open(folder)
            assert 1_000 < left.steps < alone.steps
            key = left.manifest.quantities[0].key
            np.testing.assert_array_equal(left.array(key), alone.array(key)[: left.steps])
            whole = corpus.record(model(), None, folder, by=by if again == "shared" else None)
        same(alone, whole)


def test_a_stretch_begins_with_a_text():
    batches = [Batch(n * 10, 10, n, 1, from_position=10 * (n in (2, 3, 5))) for n in range(7)]
    assert stretches(batches, first=0) == [(0, 1), (1, 4), (4, 6), (6, 7)]
    assert sharing._beginning(batches, 3) == 1
    assert stretches(batches, first=4) == [(4, 6), (6, 7)]


def test_the_process_of_a_recording_says_who_records(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    request = {"source": dict(TEXTS.described), "name": "x", "dtype": "float16"}
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    model().save(folder / "asked.npz")
    assert worker.main([str(folder), "--scheduler", "", "--at-once", "1"]) == 0
    kept = KeptCorpus(folder)
    assert kept.board is not None
    assert (kept.board.engine, kept.board.failed) == ("processes", 0)
    assert kept.board.finished == kept.board.total > 1
    assert kept.corpus().finished
    assert worker.main([str(folder), "--scheduler", ""]) == 0
    assert kept.board is None
