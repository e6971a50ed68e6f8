"""Folders of folders: what is odd concerns itself, and what was deleted is not lost."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from core.training.errors import BrokenRun, NameTaken, NoSuchRun
from core.training.folders import DELETED, KEPT_DAYS
from core.training.shelf import Shelf
from core.training.store import FOLDER_VARIABLE, RunStore
from core.typed_paths import UnusablePath
from tests.core.training import runs
from tests.unprivileged import run_unprivileged


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.mark.parametrize("target", ["odd", "nowhere", "../away/off"])
def test_a_link_that_leads_nowhere_hides_no_run_and_can_be_deleted(store, target):
    run = store.create(runs.config(), name="sound")
    odd = store.folder / "odd"
    odd.symlink_to(target)
    assert {each.id for each in store.runs()} == {run.id, "odd"}
    assert store.run(run.id).label.name == "sound"
    with pytest.raises(BrokenRun):
        _ = store.run("odd").status
    store.delete(store.run("odd"))
    assert [each.id for each in store.runs()] == [run.id]
    assert [each.id for each in store.deleted()] == ["odd"]
    assert store.undelete("odd").folder.is_symlink()
    store.delete(store.run("odd"))
    os.utime(store.folder / DELETED / "odd", (0, 0), follow_symlinks=False)
    store.delete(run)  # which removes for good what is old
    assert [each.id for each in store.deleted()] == [run.id]


def test_a_link_to_a_place_without_rights_hides_no_run(store, tmp_path):
    run = store.create(runs.config(), name="sound")
    shut = tmp_path / "shut"
    (shut / "inside").mkdir(parents=True)
    (store.folder / "odd").symlink_to(shut / "inside")
    shut.chmod(0)
    try:
        said = run_unprivileged(
            "from pathlib import Path\nfrom core.training.store import RunStore\n"
            f"print(*sorted(each.id for each in RunStore(Path({str(store.folder)!r})).runs()))"
        )
    finally:
        shut.chmod(0o700)
    assert said.split() == sorted([run.id, "odd"])


@pytest.mark.parametrize("named", ["~nobody-of-that-name/runs", "a\0b"])
def test_a_folder_that_no_path_leads_to_is_said_and_nothing_is_written(
    named, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    store, shelf = RunStore(Path(named)), Shelf(Path(named))
    assert isinstance(store.problem, UnusablePath)
    assert store.runs() == store.deleted() == shelf.models() == []
    assert store.at_once >= 1
    for ask in (lambda: store.run("a"), lambda: store.run("../a")):
        with pytest.raises(NoSuchRun):
            ask()
    for write in (lambda: store.create(runs.config()), lambda: store.undelete("a"),
                  lambda: setattr(store, "at_once", 2)):  # fmt: skip
        with pytest.raises(UnusablePath):
            write()
    assert list(tmp_path.iterdir()) == []


def test_the_environment_may_name_nobodys_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER_VARIABLE, "~nobody-of-that-name/runs")
    assert RunStore().runs() == Shelf().models() == []
    assert isinstance(RunStore().problem, UnusablePath)


def test_a_copy_put_back_by_hand_is_deleted_beside_the_one_that_was(store, tmp_path):
    run = store.create(runs.config(), name="first")
    shutil.copytree(run.folder, tmp_path / "copy")
    store.delete(run)
    shutil.copytree(tmp_path / "copy", run.folder)
    run.relabel(name="second")
    store.delete(run)
    assert sorted(each.label.name for each in store.deleted()) == ["first", "second"]
    assert store.undelete(run.id).label.name == "second"
    [other] = store.deleted()
    assert store.undelete(other.id).label.name == "first"
    assert sorted(each.label.name for each in store.runs()) == ["first", "second"]


def test_what_was_deleted_does_not_come_back_over_another(store, tmp_path):
    run = store.create(runs.config(), name="first")
    shutil.copytree(run.folder, tmp_path / "copy")
    store.delete(run)
    shutil.copytree(tmp_path / "copy", run.folder)
    with pytest.raises(NameTaken, match=run.id):
        store.undelete(run.id)
    assert store.run(run.id).label.name == "first"
    assert [each.id for each in store.deleted()] == [run.id]
    run.folder.rename(tmp_path / "elsewhere")
    assert store.undelete(run.id).label.name == "first"


def test_a_copy_that_was_set_aside_keeps_its_days(store, tmp_path):
    run = store.create(runs.config(), name="first")
    shutil.copytree(run.folder, tmp_path / "copy")
    store.delete(run)
    old = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(store.folder / DELETED / run.id, (old, old))
    shutil.copytree(tmp_path / "copy", run.folder)
    store.delete(run)
    assert [each.id for each in store.deleted()] == [run.id]
