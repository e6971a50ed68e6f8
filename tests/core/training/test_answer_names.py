"""What people call a run's answers: kept beside it, and nothing else of it changed."""

from __future__ import annotations

import pytest

from core.training.answer_names import FILE, answer_names, name_answers
from core.training.errors import NoSuchRun
from core.training.store import RunStore
from tests.dashboard.runs import write_run


@pytest.fixture
def run(tmp_path):
    return write_run(RunStore(tmp_path))


def test_names_come_back_as_they_were_given_and_can_be_taken_back(run):
    assert answer_names(run) == ()
    before = run.file("dataset.json").read_bytes()
    name_answers(run, ["부정", "positive, mostly"])
    assert answer_names(run) == ("부정", "positive, mostly")
    assert run.file("dataset.json").read_bytes() == before
    name_answers(run, ())
    assert answer_names(run) == ()


@pytest.mark.parametrize("written", ["nonsense", "{}", "[1, 2]", '"ab"', ""])
def test_a_file_that_is_broken_names_nothing(run, written):
    run.file(FILE).write_text(written, encoding="utf-8")
    assert answer_names(run) == ()


def test_a_run_that_is_gone_says_so(run, tmp_path):
    RunStore(tmp_path).delete(run)
    with pytest.raises(NoSuchRun):
        name_answers(run, ["a", "b"])
