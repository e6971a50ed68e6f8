"""A real scheduler with two worker processes: what it does is what processes of ours do.

The cluster is the one that `make cluster` starts, in a process of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from core.errors import OutOfRange
from core.scale import SCHEDULER, cluster, workers
from core.scale.errors import (
    NoScheduler,
    NoWorkers,
    OtherScheduler,
    SchedulerGone,
    TaskFailed,
    UnfitWorker,
)
from core.scale.probe import probe
from tests.sources import ROOT


@contextmanager
def started(
    count: int, *, command: Sequence[str] = ()
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    ours = [sys.executable, "-m", "core.scale", "start", "--port", "0", "--workers", str(count)]
    with subprocess.Popen(command or ours, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            yield line.split()[2].rstrip(","), process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with started(2) as (found, _):
        yield found


def process_at(worker: str) -> int:
    """The process that listens at a worker's address."""
    port = int(worker.rpartition(":")[2])
    return next(
        connection.pid
        for connection in psutil.net_connections("tcp4")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    )


def same_everywhere(answer):
    return {name: answer[name] for name in ("number", "squares", "python", "versions")}


def test_results_are_those_of_processes(address):
    random = np.random.default_rng(3)
    items = [
        {"number": n, "values": random.standard_normal((50, n + 1)).astype(np.float32)}
        for n in range(10)
    ]
    found = []
    for where in ("", address):
        with workers(where, 2) as scale:
            found.append([same_everywhere(r.value) for r in scale.map(probe, items)])
    assert found[0] == found[1]
    assert len({answer["squares"] for answer in found[1]}) == 10


def test_both_workers_work_and_neither_is_this_process(address):
    with workers(address) as scale:
        items = [{"number": n, "seconds": 0.1} for n in range(8)]
        done = {result.value["process"] for result in scale.map(probe, items, ordered=False)}
        board = scale.board
    assert done == {process_at(worker) for worker in board.workers}
    assert os.getpid() not in done
    assert (board.engine, board.address, board.retried) == ("dask", address, 0)
    assert sum(board.done.values()) == 8


def test_a_worker_killed_in_the_middle_loses_nothing(address):
    killed = []
    with workers(address) as scale:

        def idle():
            for worker, place in scale.board.doing.items():
                if place == 3 and not killed:
                    os.kill(process_at(worker), signal.SIGKILL)
                    killed.append(worker)

        items = [{"number": n, "seconds": 0.3} for n in range(10)]
        results = list(scale.map(probe, items, idle=idle))
        board = scale.board
    assert [r.value["squares"] for r in results] == [
        sum(n * n for n in range(m)) for m in range(10)
    ]
    assert results[3].tries == 2
    assert results[3].worker != killed[0]
    assert (3, killed[0]) in {(retry.place, retry.worker) for retry in board.retries}
    assert board.retried == sum(result.tries - 1 for result in results)


def test_errors_are_those_of_processes(address):
    with workers(address) as scale:
        wrong, foreseen, right = scale.map(
            probe, [{"nobody": 1}, {"number": 2, "seconds": -1.0}, {"number": 3}]
        )
    assert isinstance(wrong.error, TaskFailed)
    assert "TypeError" in wrong.error.facts["words"]
    assert isinstance(foreseen.error, OutOfRange)
    assert right.value["squares"] == 5.0


def test_at_once_bounds_what_is_done_at_the_same_time(address):
    most = []
    with workers(address, 1) as scale:
        items = [{"number": n, "seconds": 0.1} for n in range(4)]
        for _ in scale.map(probe, items, ahead=0, idle=lambda: most.append(scale.board.running)):
            pass
    assert max(most) == 1


def test_given_up_the_next_goes_on(address):
    with workers(address) as scale:
        results = scale.map(probe, [{"number": n, "seconds": 0.2} for n in range(50)])
        next(results)
        results.close()
        assert [r.value["squares"] for r in scale.map(probe, [{"number": 3}])] == [5.0]


def test_the_variable_names_the_scheduler(address, monkeypatch):
    monkeypatch.setenv(SCHEDULER, address)
    with workers() as scale:
        assert scale.engine.address == address
    with workers("") as scale:
        assert scale.engine.name == "processes"


def test_the_command_says_who_is_there(address):
    command = [sys.executable, "-m", "core.scale", "check", "--folder", str(ROOT)]
    settings = os.environ | {SCHEDULER: address}
    done = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    first, *each = done.stdout.splitlines()
    assert first == f"{address}: 16 tasks came back, 2 at the same time"
    assert len(each) == 2
    assert all(re.search(r"numpy \d.*; sees the folder: yes$", line) for line in each)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:{port}", "nowhere", "ftp://127.0.0.1:{port}"])
def test_a_scheduler_that_is_not_there_is_a_sentence(where, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    named = where.format(port=free_port())
    with (
        pytest.raises(NoScheduler, match=f"No Dask scheduler answers at {named}: "),
        workers(named),
    ):
        pass


def test_a_worker_is_no_scheduler(address):
    with workers(address) as scale:
        worker = next(iter(scale.engine.workers()))
    with pytest.raises(NoScheduler, match="what answers there is no scheduler"), workers(worker):
        pass


def test_a_place_where_nobody_ever_says_a_word_is_a_sentence_within_seconds():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        with (
            pytest.raises(NoScheduler, match="it did not answer in time"),
            workers(f"tcp://127.0.0.1:{silent.getsockname()[1]}"),
        ):
            pass
        assert time.monotonic() - begun < 3 * cluster.PATIENCE


def test_a_scheduler_of_another_version_is_a_sentence():
    older = (
        "import distributed.versions as told, sys; from core.scale.__main__ import main; "
        "own = told.get_package_info; "
        "told.get_package_info = lambda names: own(names) | {'distributed': '2020.1.0'}; "
        "sys.exit(main(['start', '--port', '0', '--workers', '0']))"
    )
    with (
        started(0, command=[sys.executable, "-c", older]) as (found, _),
        pytest.raises(OtherScheduler, match=r"runs distributed 2020\.1\.0, and this process 2"),
        workers(found),
    ):
        pass


@contextmanager
def worker_of(address: str, folder: Path) -> Iterator[None]:
    """A worker that finds in a folder what it has."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny"]
    with subprocess.Popen(
        [*command, "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def test_a_worker_without_our_code_is_a_sentence(tmp_path):
    with (
        started(0) as (found, _),
        worker_of(found, tmp_path),
        pytest.raises(UnfitWorker, match="this project is not installed there"),
    ):
        _ask_who_comes(found)


def test_a_worker_with_other_code_is_a_sentence(tmp_path):
    shutil.copytree(ROOT / "core" / "scale", tmp_path / "core" / "scale")
    for file in (ROOT / "core").glob("*.py"):
        shutil.copy(file, tmp_path / "core")
    (tmp_path / "core" / "__init__.py").write_text("# a part of it alone\n", encoding="utf-8")
    with (
        started(0) as (found, _),
        worker_of(found, tmp_path),
        pytest.raises(UnfitWorker, match="it has another version of this project"),
    ):
        _ask_who_comes(found)


def _ask_who_comes(address: str) -> None:
    with workers(address) as scale:
        list(scale.map(probe, [{"number": 1}]))


def test_a_scheduler_without_workers_is_a_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "ALONE", 1.5)
    with (
        started(0) as (found, _),
        pytest.raises(NoWorkers, match=r"has had no worker for 1\.5 seconds"),
        workers(found) as scale,
    ):
        list(scale.map(probe, [{"number": 1}]))


def test_a_scheduler_that_goes_away_is_a_sentence_and_what_came_back_is_kept():
    came = []

    def work(scale, process):
        for result in scale.map(probe, [{"number": n, "seconds": 0.1} for n in range(50)]):
            came.append(result.value["number"])
            if len(came) == 3:
                process.kill()

    with (
        started(1) as (found, process),
        workers(found) as scale,
        pytest.raises(SchedulerGone, match="went away before everything was done"),
    ):
        work(scale, process)
    assert came[:3] == [0, 1, 2]
    assert len(came) < 50
