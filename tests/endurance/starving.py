"""Runs that are given too little memory: what became of each, and whether in words.

The worker sets a limit on itself once it has imported what it needs, at what it holds then and a
little more, so that the network and its data are what does not fit. There are two limits. Under
one, whoever asks for memory is told that there is none: NumPy and TensorFlow say so, and the run
fails with a sentence; where a library beneath them takes it for the end, the process is gone. Under
the other, a control group of Linux, the system gives what is asked for and kills the process once
it uses it: the page's sentence about runs that died names memory. Either way the run goes on where
there is room, and comes to what an undisturbed one comes to.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.training import worker
from core.training.run_folder import Run
from core.training.store import RunStore
from tests.benchmarks.timing import table
from tests.core.training import runs

IMPORTS = """
import os, resource, sys
from pathlib import Path
import keras, tensorflow as tf
tf.random.normal((64, 64)) @ tf.random.normal((64, 64))
from core.training import loop, train, worker
"""
REFUSED = """
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = held + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
"""
KILLED = """
(Path(sys.argv[2]) / "cgroup.procs").write_text(str(os.getpid()))
"""
TRAIN = """
sys.exit(worker.main([sys.argv[1], "--now"]))
"""
GROUPS = {
    Path("/sys/fs/cgroup/memory"): "memory.limit_in_bytes",
    Path("/sys/fs/cgroup"): "memory.max",
}
"""Where the two versions of control groups are, and the file of the limit on a group's memory."""


def starve(run: Run, *, megabytes: int) -> str:
    """Train it where it is refused more than that beyond its imports; how it ended, in words."""
    return _ended(run, REFUSED, str(megabytes))


def kill_for_memory(run: Run, *, megabytes: int) -> str:
    """Train it where the system kills it for using more than that beyond its imports.

    Raises OSError where this user can make no control group.
    """
    with _group(megabytes) as group:
        return _ended(run, KILLED, str(group))


def why_not_killed() -> str:
    """Why `kill_for_memory` cannot be had here; "" where it can."""
    try:
        with _group(1):
            return ""
    except OSError as error:
        return str(error)


def starved(times: int, *, seed: int) -> str:
    """The table of how a network of 600 units ended in 1 to 400 MB, under either limit."""
    random, ended, off = Random(seed), Counter[tuple[str, str, str]](), 0.0
    settings = runs.config(network__units=(600,), fit__epochs=2)
    ways = {"refused": starve}
    if why := why_not_killed():
        print(f"no run can be killed for its memory here: {why}", file=sys.stderr)
    else:
        ways["killed by the system"] = kill_for_memory
    with TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        reference = runs.train(store, settings)
        for way, train in ways.items():
            for at in range(times):
                run = store.create(settings, name="starved")
                how = train(run, megabytes=random.randint(1, 400))
                if run.status.state != "finished":
                    worker.main([str(run.folder), "--now"])
                off = max(off, runs.difference(run, reference))
                ended[way, how, run.status.state] += 1
                print(f"{way} {at + 1}: {how}, {off:.1e} off", file=sys.stderr, flush=True)
    rows = [[*how, str(count)] for how, count in ended.most_common()]
    head = ["more memory is", "a run without memory ended", "with room again", "times"]
    return table(rows, head=head) + f"\n\nlargest difference: {off:.1e}"


def _ended(run: Run, limit: str, given: str) -> str:
    subprocess.run(
        [sys.executable, "-c", IMPORTS + limit + TRAIN, str(run.folder), given],
        cwd=runs.ROOT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        check=False,
    )
    status = run.status
    return (
        status.state if not status.error else f"{status.state}, in words ({status.error['name']})"
    )


@contextmanager
def _group(megabytes: int) -> Iterator[Path]:
    """A control group whose processes may use that much more from when they enter it."""
    places = [place for place in GROUPS if (place / "cgroup.procs").exists()]
    if not places:
        raise FileNotFoundError("this system has no control groups for memory")
    group = places[0] / f"starved-{uuid.uuid4().hex}"
    group.mkdir()
    try:
        (group / GROUPS[places[0]]).write_text(str(megabytes * 2**20))
        yield group
    finally:
        group.rmdir()
