"""Whether somebody is at work in a folder, and what is left where nobody could be started.

Runs, searches and corpora answer alike: each case goes through all three.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import time

import pytest
from filelock import FileLock

import core
from core import corpus
from core.corpus.store import LAUNCHED, Corpora
from core.errors import NoProcess
from core.training.alive import has_worker, just_now
from core.training.config import DataSettings, RunConfig
from core.training.files import replace_json
from core.training.label import Label
from core.training.store import RunStore
from core.training.sweep.config import SweepConfig
from core.training.sweep.folder import SweepStore
from tests.unprivileged import run_unprivileged

DAY = 86_400.0


class Runs:
    """Runs, asked as the others are."""

    def __init__(self, folder):
        self.store = RunStore(folder)

    def begin(self):
        """Begin one, and its process."""
        config = RunConfig(data=DataSettings(source="latch"))
        return self.store.start([config], label=Label(""), files={})[0]

    def launched(self, one, when):
        """Let it have been started at some time."""
        written = json.loads(one.file("status.json").read_text())
        replace_json(one.file("status.json"), written | {"launched": when})

    def is_at_work(self, one):
        """Whether somebody is."""
        return one.is_busy


class Searches(Runs):
    """Searches among the runs."""

    def __init__(self, folder):
        self.store = SweepStore(RunStore(folder))

    def begin(self):
        """Begin one, and its process."""
        base = RunConfig(data=DataSettings(source="latch"))
        return self.store.start(SweepConfig(base=base, space={"network.cell": "lstm, gru"}))

    def is_at_work(self, one):
        """Whether somebody is."""
        return one.is_at_work


class Recordings:
    """Corpora."""

    def __init__(self, folder):
        self.store = Corpora(folder)

    def begin(self):
        """Begin one, and its process."""
        return self.store.begin(core.bundled_model("sentiment-gru"), corpus.listed(["good"]))

    def launched(self, one, when):
        """Let it have been started at some time."""
        os.utime(one.folder / LAUNCHED, (when, when))

    def is_at_work(self, one):
        """Whether somebody is."""
        return one.is_at_work


KINDS = pytest.mark.parametrize("kind", [Runs, Searches, Recordings])


@pytest.fixture
def nothing_starts(monkeypatch):
    """Processes begin nowhere."""
    monkeypatch.setattr("core.children.detach", lambda *_, **__: None)


def contents(folder):
    """Every file below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@KINDS
@pytest.mark.parametrize("ahead", [-DAY, -0.5, 0.5, DAY])
def test_what_was_launched_a_moment_ago_is_at_work_whatever_the_clock(
    tmp_path, nothing_starts, kind, ahead
):
    asked = kind(tmp_path)
    one = asked.begin()
    assert asked.is_at_work(one)
    asked.launched(one, time.time() + ahead)
    assert asked.is_at_work(one) == (abs(ahead) < 1)
    if not asked.is_at_work(one):
        asked.store.delete(one)
        assert not one.folder.exists()


@KINDS
def test_a_process_that_cannot_be_started_leaves_nothing(tmp_path, monkeypatch, kind):
    def refused(*_, **__):
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    asked = kind(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refused)
        with pytest.raises(NoProcess, match=os.strerror(errno.EAGAIN)):
            asked.begin()
    assert asked.store.folders.paths() == []


@KINDS
def test_one_that_could_not_go_on_stands_as_before(tmp_path, monkeypatch, nothing_starts, kind):
    asked = kind(tmp_path)
    one = asked.begin()
    asked.launched(one, 1.0)
    (one.folder / LAUNCHED).unlink(missing_ok=True)
    before = contents(one.folder)

    def refused(*_, **__):
        raise NoProcess(why="none")

    monkeypatch.setattr("core.children.detach", refused)
    with pytest.raises(NoProcess):
        one.launch() if kind is Recordings else asked.store.launch(one)
    assert contents(one.folder) == before
    assert not asked.is_at_work(one)


@KINDS
def test_two_windows_start_one_process(tmp_path, monkeypatch, kind):
    started = []
    monkeypatch.setattr("core.children.detach", lambda given, **_: started.append(given))
    asked = kind(tmp_path)
    one = asked.begin()
    (one.folder / "cancel").touch()
    with pytest.raises(core.errors.CoreError, match="Cancel it"):
        one.launch() if kind is Recordings else asked.store.launch(one)
    assert len(started) == 1
    assert (one.folder / "cancel").exists()


@pytest.mark.parametrize("lock", ["folder", "absent", "free", "held"])
def test_only_a_lock_that_is_held_is_a_worker(tmp_path, lock):
    file = tmp_path / "worker.lock"
    if lock == "folder":
        file.mkdir()
    elif lock != "absent":
        file.touch()
    if lock == "held":
        with FileLock(file):
            assert has_worker(tmp_path)
    assert not has_worker(tmp_path)


LOOKS = """
from pathlib import Path
from core.training.alive import has_worker
print([has_worker(Path(each)) for each in {folders!r}])
"""


def test_a_folder_without_rights_has_no_worker(tmp_path):
    closed, fixed = tmp_path / "closed", tmp_path / "fixed"
    for folder, mode in ((closed, 0), (fixed, 0o555)):
        folder.mkdir()
        (folder / "worker.lock").touch()
        (folder / "worker.lock").chmod(0o444)
        folder.chmod(mode)
    try:
        assert (
            run_unprivileged(LOOKS.format(folders=[str(closed), str(fixed)])) == "[False, False]\n"
        )
    finally:
        closed.chmod(0o755)


@pytest.mark.parametrize("since", [float("nan"), float("inf"), 10**400, -(10**400)])
def test_no_time_at_all_is_not_just_now(since):
    assert not just_now(since, within=60.0)
