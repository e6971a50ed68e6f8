"""A recording that is killed, cancelled or out of room is whole as far as it goes, and goes on."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from filelock import FileLock

import core
from core import corpus
from core.corpus import columns, recorder, recording, store, worker
from core.corpus.errors import CorpusIsBusy, DiskFullCorpus
from core.corpus.store import Corpora, KeptCorpus
from core.typed_paths import UnusablePath
from tests.sources import ROOT


def model():
    return core.bundled_model("sentiment-gru")


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 512)
    monkeypatch.setattr(recorder, "BETWEEN", 0.0)


def same(one, other):
    assert one.manifest.batches == other.manifest.batches
    for quantity in one.manifest.quantities:
        np.testing.assert_array_equal(one.array(quantity.key), other.array(quantity.key))
    for table in ("outcomes", "tokens", "texts"):
        files = sorted(path.name for path in (one.folder / table).iterdir())
        for name in files:
            assert (one.folder / table / name).read_bytes() == (
                other.folder / table / name
            ).read_bytes()


def test_who_stops_asking_has_cancelled_and_may_go_on(tmp_path, small_batches):
    source = corpus.drawn("sentiment", count=200)
    whole = corpus.record(model(), source, tmp_path / "whole")
    going = corpus.progressing(model(), source, tmp_path / "cut")
    for progress in going:
        if progress.state == "recording" and progress.steps > 600:
            break
    going.close()
    cut = corpus.Corpus.open(tmp_path / "cut")
    assert 600 < cut.steps < whole.steps
    assert not cut.finished
    key = cut.manifest.quantities[0].key
    np.testing.assert_array_equal(cut.array(key), whole.array(key)[: cut.steps])
    same(corpus.record(model(), None, tmp_path / "cut"), whole)


def test_a_full_disk_is_a_sentence_and_what_was_written_stays(tmp_path, small_batches, monkeypatch):
    source = corpus.drawn("sentiment", count=200)
    whole = corpus.record(model(), source, tmp_path / "whole")
    written, write = [], columns.Columns.write

    def full(self, *, start, count):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(start)
        write(self, start=start, count=count)

    with monkeypatch.context() as patched:
        patched.setattr(columns.Columns, "write", full)
        with pytest.raises(DiskFullCorpus, match="The disk is full after"):
            corpus.record(model(), source, tmp_path / "cut")
    cut = corpus.Corpus.open(tmp_path / "cut")
    assert cut.done == 2
    assert not (tmp_path / "cut" / "reserve").exists()
    key = cut.manifest.quantities[-1].key
    np.testing.assert_array_equal(cut.array(key), whole.array(key)[: cut.steps])
    same(corpus.record(model(), source, tmp_path / "cut"), whole)


KILLED = """
import core, sys, time
from core import corpus
from core.corpus import recorder, recording
recording.steps_at_once = lambda *_: 512
recorder.BETWEEN = 0.0
for progress in corpus.progressing(
    core.bundled_model("sentiment-gru"), corpus.drawn("sentiment", count=300), sys.argv[1]
):
    print(progress.state, progress.steps, flush=True)
    time.sleep(0.05 if progress.state == "recording" else 0)
"""


def test_after_sigkill_it_goes_on_with_the_same_numbers(tmp_path, small_batches):
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "cut")],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in child.stdout:
        state, steps = line.split()
        if state == "recording" and int(steps) > 1_200:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.wait()
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    cut = corpus.Corpus.open(tmp_path / "cut")
    assert 1_000 < cut.steps < cut.manifest.steps
    source = corpus.drawn("sentiment", count=300)
    whole = corpus.record(model(), source, tmp_path / "whole")
    same(corpus.record(model(), None, tmp_path / "cut"), whole)


def test_a_corpus_has_a_process_of_its_own(tmp_path):
    corpora = Corpora(tmp_path)
    kept = corpora.begin(model(), corpus.drawn("sentiment", count=100), name="two words")
    until = time.monotonic() + 120
    while not (kept.progress and kept.progress.state == "finished") and time.monotonic() < until:
        time.sleep(0.05)
    assert kept.failure is None
    assert kept.corpus().manifest.texts == 100
    assert [one.name for one in corpora.all()] == ["two words"]
    with FileLock(kept.folder / "worker.lock"), pytest.raises(CorpusIsBusy):
        kept.launch()
    corpora.delete(kept)
    assert corpora.all() == []
    assert corpora.undelete(kept.id).corpus().finished


def test_the_process_stops_when_asked_and_says_why_it_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(KeptCorpus, "launch", lambda self: None)
    kept = Corpora(tmp_path).begin(model(), corpus.drawn("sentiment", count=100))
    kept.cancel()
    assert worker.main([str(kept.folder)]) == 0
    assert not kept.corpus().finished
    (kept.folder / "cancel").unlink()
    (kept.folder / "request.json").write_text('{"source": {"kind": "folder", "path": "nowhere"}}')
    assert worker.main([str(kept.folder)]) == 1
    assert isinstance(kept.failure, UnusablePath)


def test_a_process_that_was_started_is_at_work_before_it_says_so(tmp_path):
    kept = Corpora(tmp_path).begin(model(), corpus.drawn("sentiment", count=20))
    assert kept.is_at_work
    until = time.monotonic() + 240
    while kept.is_at_work and time.monotonic() < until:
        time.sleep(0.05)
    assert kept.progress.state == "finished"
    assert kept.can_be_searched
    assert not (kept.folder / store.LAUNCHED).exists()
    (kept.folder / store.LAUNCHED).touch()
    assert kept.is_at_work
    os.utime(kept.folder / store.LAUNCHED, (0, 0))
    assert not kept.is_at_work, "a process that never said anything is gone"
