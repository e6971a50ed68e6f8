"""Several readers of one server: whose runs are whose, and how many train."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from core.training.errors import WrongSetting
from core.training.readers import base_of, folder_of, rules
from core.training.store import RunStore
from tests.core.training import runs


def test_one_reader_unless_the_environment_says_otherwise():
    assert rules({}).user_header == ""
    assert (rules({}).runs_each, rules({}).models_each, rules({}).megabytes_each) == (1, 8, 256)
    said = rules({"UNROLLED_USER_HEADER": "X-User", "UNROLLED_RUNS_AT_ONCE": " 3 "})
    assert (said.user_header, said.runs_at_once) == ("X-User", 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UNROLLED_USER_HEADER", "X User: kim"),
        ("UNROLLED_RUNS_AT_ONCE", "many"),
        ("UNROLLED_RUNS_EACH", "0"),
        ("UNROLLED_MODELS_EACH", "-1"),
        ("UNROLLED_MEGABYTES_EACH", "1e3"),
    ],
)
def test_a_value_that_means_nothing_is_named(name, value):
    with pytest.raises(WrongSetting, match=name):
        rules({name: value})


NAMES = ["kim", "Kim", "kim ", "김하나", "김두리", "../kim", "/etc", "", "a" * 5000, "k\x00m", "."]


def test_each_name_has_a_folder_of_its_own_and_none_leads_elsewhere(tmp_path: Path):
    folders = [folder_of(name, among=tmp_path) for name in NAMES]
    assert len({str(folder).casefold() for folder in folders}) == len(NAMES)
    for folder in folders:
        assert folder.parent == tmp_path / ".readers"
        folder.mkdir(parents=True)  # a name that every file system takes
        assert base_of(folder) == tmp_path
    assert RunStore(tmp_path).runs() == []  # the folder of folders is no run


def test_runs_are_seen_by_their_reader_alone(tmp_path: Path):
    kim, lee = (RunStore(folder_of(name, among=tmp_path)) for name in ("kim", "lee"))
    run = kim.create(runs.config(), name="of Kim")
    assert [each.id for each in kim.runs()] == [run.id]
    assert lee.runs() == []


def test_readers_wait_for_each_other_where_all_places_are_taken(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("UNROLLED_RUNS_AT_ONCE", "2")
    monkeypatch.setenv("UNROLLED_RUNS_EACH", "5")
    store = RunStore(folder_of("lee", among=tmp_path))
    assert [count for _, count in store.places] == [5, 2]
    run = store.create(runs.config(), name="waiting")
    taken = tmp_path / ".places"
    taken.mkdir()
    with FileLock(taken / "0.lock"), FileLock(taken / "1.lock"):  # two others train
        store.launch(run)
        runs.wait_until(lambda: run.has_worker and run.status.state == "queued")
        run.cancel()
        runs.wait_until(lambda: not run.has_worker)
    assert run.status.state == "cancelled"
    assert run.epochs.empty
