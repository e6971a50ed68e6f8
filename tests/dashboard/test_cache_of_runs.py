"""What is kept of runs follows their files; what is broken is said each time."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.errors import BrokenRun
from core.training.store import RunStore
from dashboard import cache
from tests.dashboard.runs import BATCHES, WORDS, write_run


@pytest.fixture
def run(tmp_path):
    return write_run(RunStore(tmp_path), epochs=2)


def test_a_file_that_has_not_changed_is_read_once(run):
    assert cache.batches(run) is cache.batches(run)
    assert cache.epochs(run) is cache.epochs(run)
    assert cache.looks(run) is cache.looks(run)


def test_a_file_that_grew_is_read_again(run):
    assert len(cache.batches(run)) == 2 * BATCHES
    with run.file("batches.csv").open("a") as file:
        file.write("3,1,0.25,0.9,0.001,0.02,1,1,1\n")
    assert cache.batches(run)["loss"].iloc[-1] == 0.25
    assert len(cache.batches(run)) == 2 * BATCHES + 1


def test_a_file_that_appears_is_seen(tmp_path):
    run = write_run(RunStore(tmp_path), epochs=1, state="training")
    assert cache.mistakes(run) == []
    assert cache.answered(run) is None
    run.file("mistakes.json").write_text(
        '[{"text": "a", "target": "b", "answer": "c", "probability": 0.1}, {"text": "half"}]'
    )
    assert [each["text"] for each in cache.mistakes(run)] == ["a"]


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("batches.csv", cache.batches),
        ("dataset.json", cache.described),
        ("mistakes.json", cache.mistakes),
        ("test.npz", cache.answered),
        ("epochs/0002.npz", lambda run: cache.run_model(run, epoch=2)),
    ],
)
def test_what_is_broken_is_said_each_time(run, name, read):
    run.file(name).write_bytes(b'"\xff\n1,2,3\n')
    for _ in range(2):
        with pytest.raises(BrokenRun):
            read(run)


def test_lines_that_are_no_looks_are_left_out(run):
    whole = len(cache.looks(run))
    with run.file("looks.jsonl").open("a") as file:
        file.write('{"epoch": 1}\n{"epoch": 1, "batch": 2, "layers": [{}]}\n[]\nhalf a li\n')
    assert len(cache.looks(run)) == whole == 2


def test_the_model_of_an_epoch_reads_texts(run):
    one, two = (cache.run_model(run, epoch=epoch) for epoch in (1, 2))
    name = next(iter(one.parameters))
    assert not np.array_equal(one.parameters[name], two.parameters[name])
    assert one.vocabulary is not None
    assert one.vocabulary.tokens == WORDS
    assert cache.run_model(run) is cache.run_model(run)
    assert cache.run_model(run).digest == cache.run_model(run, epoch=run.final_epoch).digest
