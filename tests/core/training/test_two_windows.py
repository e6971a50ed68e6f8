"""Every action on a run, against every other from another window at the same time; every state."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import product

import pytest
from filelock import FileLock

from core import children
from core.errors import CoreError
from core.training.errors import NoSuchRun
from core.training.files import read_json, replace_json
from core.training.run_folder import Run
from core.training.status import LIVE
from core.training.store import RunStore
from tests.core.training import runs

ACTIONS: dict[str, Callable[[RunStore, str], object]] = {
    "delete": lambda store, run: store.delete(store.run(run)),
    "delete what one still sees": lambda store, run: store.delete(Run(store.folder / run)),
    "undelete": lambda store, run: store.undelete(run),
    "resume": lambda store, run: store.resume(Run(store.folder / run)),
    "cancel": lambda store, run: Run(store.folder / run).cancel(),
    "rename": lambda store, run: Run(store.folder / run).relabel(name="new"),
    "look": lambda store, run: [(each.status, each.label) for each in store.runs()],
    "number at once": lambda store, run: setattr(store, "at_once", 2),
}
BEGIN = ("cancelled", "finished", "queued", "deleted")


@pytest.fixture
def store(tmp_path, monkeypatch) -> RunStore:
    monkeypatch.setattr(children, "detach", lambda *_, **__: None)  # workers take seconds
    return RunStore(tmp_path / "runs")


def standing(store: RunStore, state: str) -> str:
    run = store.create(runs.config(), name="one")
    written = read_json(run.file("status.json"))
    if state in ("cancelled", "finished"):
        replace_json(run.file("status.json"), written | {"state": state, "taken": True})
        # Its worker was there: the file of its lock has stayed.
        run.file("worker.lock").touch()
    elif state == "deleted":
        store.delete(run)
    return run.id


def attempt(action: Callable[[], object]) -> CoreError | None:
    try:
        action()
    except CoreError as error:
        return error
    return None


@pytest.mark.parametrize("state", BEGIN)
@pytest.mark.parametrize(("one", "other"), list(product(ACTIONS, ACTIONS)))
def test_two_actions_at_once_end_in_their_effects_or_in_words(store, state, one, other):
    run = standing(store, state)
    together = threading.Barrier(2)
    said: dict[int, object] = {}

    def window(number: int, name: str) -> None:
        here = RunStore(store.folder)
        together.wait()
        try:
            said[number] = attempt(lambda: ACTIONS[name](here, run))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            said[number] = error

    windows = [threading.Thread(target=window, args=each) for each in enumerate((one, other))]
    for each in windows:
        each.start()
    for each in windows:
        each.join()
    assert all(
        each is None or (isinstance(each, CoreError) and str(each)) for each in said.values()
    ), said
    listed = [each.id for each in store.runs()]
    away = [each.id for each in store.deleted()]
    assert sorted(listed + away) == [run], "in one place, once"
    place = Run(store.folder / (run if listed else f".deleted/{run}"))
    assert place.config == runs.config()
    assert not list(place.folder.glob("*.new"))
    # Whatever came of it, one can go on from there.
    if away:
        store.undelete(run)
    found = store.run(run)
    if found.is_busy:
        found.cancel()
        assert found.file("cancel").exists()
    else:
        store.delete(found)
        with pytest.raises(NoSuchRun):
            found.cancel()
        assert store.undelete(run).config == runs.config()


def test_a_run_that_somebody_deleted_is_not_made_anew_by_looking_at_it(store):
    run = Run(store.folder / standing(store, "cancelled"))
    store.delete(store.run(run.id))
    assert not run.has_worker
    assert not run.folder.exists()
    # What an earlier version left, whose lock made the folder anew, is in nobody's way.
    run.folder.mkdir()
    run.file("worker.lock").touch()
    assert store.undelete(run.id).config == runs.config()


NOW, LONG_AGO, FUTURE = 0.0, -7_200.0, 7_200.0
WRITTEN = {
    "created a moment ago": {"state": "queued", "launched": None, "created": NOW},
    "created, and its server died": {"state": "queued", "launched": None, "created": LONG_AGO},
    "launched a moment ago": {"state": "queued", "launched": NOW, "created": LONG_AGO},
    "launched in the future": {"state": "queued", "launched": FUTURE, "created": LONG_AGO},
    "launched, and nobody came": {"state": "queued", "launched": LONG_AGO, "created": LONG_AGO},
    **{
        f"{state}, its worker gone": {"state": state, "launched": LONG_AGO, "taken": True}
        for state in sorted(LIVE)
    },
    **{
        state: {"state": state, "launched": LONG_AGO, "taken": True}
        for state in ("finished", "cancelled", "failed")
    },
}


def written(store: RunStore, name: str) -> Run:
    run = store.create(runs.config(), name="one")
    times = {"launched", "created"}
    status = {
        key: time.time() + value if key in times and value is not None else value
        for key, value in ({"created": LONG_AGO} | WRITTEN[name]).items()
    }
    replace_json(run.file("status.json"), status)
    return run


@pytest.mark.parametrize("name", WRITTEN)
def test_every_state_offers_a_way_out_of_it_and_each_way_leads_out(store, name):
    actions = written(store, name).status.actions
    assert actions
    for action in actions:
        run = written(store, name)
        before = run.status.state
        match action:
            case "cancel":
                run.cancel()
                heard = run.file("cancel").exists() and run.is_busy
                assert run.status.state == "cancelled" or heard
            case "resume":
                store.resume(run)
                assert run.status.state == "queued" != before
                assert run.is_busy
            case "delete":
                store.delete(run)
                assert run.id not in {each.id for each in store.runs()}


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_what_is_not_offered_does_no_harm_either(store, name):
    for action in ("delete", "resume", "cancel", "rename"):
        run = written(store, name)
        attempt(lambda action=action, run=run: ACTIONS[action](store, run.id))
        attempt(lambda run=run: store.undelete(run.id))
        assert store.run(run.id).config == runs.config()


def test_a_worker_that_is_there_may_be_cancelled_only(store):
    run = written(store, "training, its worker gone")
    with FileLock(run.file("worker.lock")):
        assert run.status.state == "training"
        assert run.status.actions == ("cancel",)
        run.cancel()
        assert run.file("cancel").exists()
        assert run.status.state == "training"  # until the worker has heard of it
    assert run.status.actions == ("resume", "delete")
