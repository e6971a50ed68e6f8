"""What the file system objects to: a folder without rights, gone, or on a full disk."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.initialise import new_model
from core.training import files
from core.training.errors import DiskFull
from core.training.folders import DELETED
from core.training.label import Label
from core.training.shelf import Shelf
from core.training.store import RunStore
from tests.core.training import runs
from tests.unprivileged import run_unprivileged

PROGRAM = """
import json, sys
from pathlib import Path
from core import children
from core.errors import CoreError
from core.initialise import new_model
from core.training.shelf import Shelf
from core.training.store import RunStore
from core.training.label import Label
from core.training.run_folder import Run
from tests.core.training import runs

children.detach = lambda *_, **__: None
store, shelf = RunStore(Path({folder!r})), Shelf(Path({models!r}))
run, other = (Run(store.folder / name) for name in {runs!r})
kept = shelf.models()[0] if shelf.models() else None
model = new_model("lstm", vocabulary=5, units=[2])
actions = {{
    "delete": lambda: store.delete(run),
    "undelete": lambda: store.undelete(other.id),
    "rename": lambda: run.relabel(name="new"),
    "cancel": lambda: run.cancel(),
    "resume": lambda: store.resume(run),
    "start": lambda: store.start([runs.config()] * 3, label=Label("a"), files={{"x": b"y"}}),
    "at once": lambda: setattr(store, "at_once", 2),
    "list": lambda: [(each.id, each.label.name, each.model_epochs, each.log_end, each.has_worker)
                     for each in store.runs()],
    "open a model": lambda: kept and kept.model().name,
    "keep": lambda: shelf.keep(model, name="x"),
    "delete a model": lambda: kept and shelf.delete(kept),
    "rename a model": lambda: kept and kept.rename("new"),
    "replace a model": lambda: kept and kept.replace(model),
}}
said = {{}}
for name, action in actions.items():
    try:
        action()
        said[name] = None
    except CoreError as error:
        said[name] = [type(error).__name__, str(error)]
said["problem"] = None if store.problem is None else str(store.problem)
print(json.dumps(said))
"""


@pytest.fixture
def place(tmp_path):
    """A run that was cancelled, one that was deleted, and a kept model."""
    store, shelf = RunStore(tmp_path / "all" / "runs"), Shelf(tmp_path / "all" / "models")
    run, other = (store.create(runs.config(), name=name) for name in ("one", "two"))
    for each in (run, other):
        status = json.loads(each.file("status.json").read_text())
        each.file("status.json").write_text(json.dumps(status | {"state": "cancelled"}))
    store.delete(other)
    shelf.keep(new_model("lstm", vocabulary=5, units=[2]), name="kept")
    return tmp_path / "all", (run.id, other.id)


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name not in (".lock", "worker.lock")
    }


def tried(place: Path, names: tuple[str, str]) -> dict[str, list[str] | None]:
    code = PROGRAM.format(folder=str(place / "runs"), models=str(place / "models"), runs=names)
    told: dict[str, list[str] | None] = json.loads(run_unprivileged(code))
    return told


CHANGES = ("delete", "undelete", "rename", "resume", "start", "at once", "keep",
           "delete a model", "rename a model", "replace a model")  # fmt: skip


def test_where_nobody_may_write_every_action_says_so_and_nothing_is_half_made(place):
    folder, names = place
    before = everything(folder)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o555)
    said = tried(folder, names)
    assert {name for name in CHANGES if said[name] is None} == set()
    assert all("denied" in said[name][1] for name in CHANGES)
    assert said["list"] is None
    assert said["open a model"] is None
    assert everything(folder) == before


def test_a_run_and_a_model_without_rights_concern_themselves_alone(place):
    folder, names = place
    store = RunStore(folder / "runs")
    store.create(runs.config(), name="sound")
    store.run(names[0]).folder.chmod(0)
    [kept] = Shelf(folder / "models").models()
    kept.folder.chmod(0)
    said = tried(folder, names)
    assert said["list"] is None
    assert said["start"] is None  # beside it
    assert said["delete"] is None  # a way out of it, as of every state
    assert said["undelete"] is None
    assert store.undelete(names[0]).config == runs.config()
    assert said["open a model"][0] == "UnreadableModel"
    assert "denied" in said["open a model"][1]


def test_a_folder_of_runs_that_cannot_be_read_says_so_and_lists_nothing(place):
    folder, names = place
    (folder / "runs").chmod(0)
    said = tried(folder, names)
    assert "denied" in said["problem"]
    assert said["list"] is None
    assert said["keep"] is None


def test_where_the_folder_is_gone_every_action_says_so_and_makes_nothing(place):
    folder, names = place
    shutil.rmtree(folder / "runs")
    said = tried(folder, names)
    for name in ("delete", "undelete", "rename", "cancel", "resume"):
        assert said[name][0] in ("NoSuchRun", "BrokenRun"), name
    assert said["problem"] is None
    assert said["start"] is None  # the folder is made anew, as for the first run
    left = {path.name for path in (folder / "runs").iterdir()}
    assert not left & set(names)


@pytest.fixture
def small(tmp_path):
    """A disk of 300 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 4_096, 8_192, 16_384, 24_576])
def test_on_a_full_disk_every_action_ends_in_words_and_nothing_is_half_made(
    small, room, monkeypatch
):
    monkeypatch.setattr("core.children.detach", lambda *_, **__: None)
    store, shelf = RunStore(small / "runs"), Shelf(small / "models")
    run, other = (store.create(runs.config(), name=name) for name in ("one", "two"))
    store.delete(other)
    model = new_model("lstm", vocabulary=50, units=[30])
    rest = shutil.disk_usage(small).free - room
    (small / "full").write_bytes(np.random.default_rng(0).bytes(rest))
    before = {path.name for path in (small / "runs").iterdir()}
    actions = {
        "rename": lambda: run.relabel(name="new" * 3_000),
        "at once": lambda: setattr(store, "at_once", 2),
        "start": lambda: store.start(
            [runs.config()] * 4, label=Label("a"), files={"table.csv": bytes(30_000)}
        ),
        "keep": lambda: shelf.keep(model, name="x"),
        "resume": lambda: store.resume(run),
    }
    full = 0
    for action in actions.values():
        try:
            action()
        except DiskFull:
            full += 1
    assert full >= 2
    after = {path.name for path in (small / "runs").iterdir()}
    assert after - before <= {".lock", "settings.json"}, "no run is half made"
    assert shelf.models() == []
    assert not list(small.rglob("*.new"))
    assert store.run(run.id).config == runs.config()
    assert store.run(run.id).label.name
    assert store.run(run.id).status.state in ("queued", "died")
    # Deleting needs no room worth speaking of, and gives some back.
    (small / "full").unlink()
    if not run.is_busy:
        store.delete(run)
        assert (small / "runs" / DELETED / run.id).is_dir()


def test_a_file_that_somebody_reads_is_replaced_where_the_system_minds_that(tmp_path, monkeypatch):
    refused = iter([True, True, False])
    renamed = Path.replace

    def minding(path: Path, other: Path) -> Path:
        if next(refused):
            raise PermissionError(13, "Access is denied")
        return renamed(path, other)

    monkeypatch.setattr(Path, "replace", minding)
    monkeypatch.setattr(files, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(files, "PAUSES", (0.0, 0.0, 0.0))
    files.replace_json(tmp_path / "status.json", {"state": "queued"})
    assert files.read_json(tmp_path / "status.json") == {"state": "queued"}
    refused = iter([True] * 9)
    with pytest.raises(PermissionError):
        files.replace_json(tmp_path / "status.json", {"state": "training"})
    assert files.read_json(tmp_path / "status.json") == {"state": "queued"}
    assert len(list(tmp_path.iterdir())) == 1
