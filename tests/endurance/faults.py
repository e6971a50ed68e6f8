"""Kills and full disks, a hundred of each, and too little memory: nothing is lost nor changed.

A run is killed with SIGKILL at random instants until it ends by itself, and then set beside the
same run that nobody disturbed. A disk is filled by giving a run a file system that is smaller than
what it writes, of another size each time, so that another write is the one that finds no room; then
the disk grows, and the run goes on.
"""

from __future__ import annotations

import io
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import redirect_stderr
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.errors import CoreError
from core.training import worker
from core.training.config import RunConfig
from core.training.errors import DiskFull
from core.training.run_folder import Run
from core.training.store import RunStore
from tests.benchmarks.timing import table
from tests.core.training import runs
from tests.endurance import starving

KINDS = {
    "lstm": {"network__cell": "lstm"},
    "gru, two layers": {"network__cell": "gru", "network__units": (5, 4)},
    "simple_rnn, bidirectional": {
        "network__cell": "simple_rnn",
        "network__bidirectional": True,
    },
    "minimal_gated": {"network__cell": "minimal_gated"},
    "lstm, XLA": {"fit__jit": True},
}
ROOM = 8_192
"""KB: more than any of the runs takes."""


def faults(*, kills: int, disks: int, starved: int, seed: int) -> str:
    """Tables of what became of runs that were killed, on full disks, and without memory."""
    tables = []
    if kills:
        tables.append(_killed(kills, seed=seed))
    if disks:
        tables.append(_filled(disks, seed=seed))
    if starved:
        tables.append(starving.starved(starved, seed=seed))
    return "\n\n".join(tables)


def _killed(kills: int, *, seed: int) -> str:
    random, rows = Random(seed), []
    with TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        for name, changes in KINDS.items():
            settings = runs.config(fit__epochs=6, **changes)
            reference = store.create(settings, name="undisturbed")
            took = _undisturbed(reference)
            died, states, off = 0, Counter[str](), 0.0
            while died < kills / len(KINDS):
                run = store.create(settings, name=name)
                died += _until_it_ends(run, random, states, took=took)
                off = max(off, runs.difference(run, reference))
                _tell(f"{name}: {died} kills, {dict(states)}, {off:.1e} off")
            rows.append([name, str(died), str(states["finished"]), f"{off:.1e}"])
    return table(rows, head=["run", "kills", "resumed to the end", "largest difference"])


def _undisturbed(run: Run) -> tuple[float, float]:
    """Trains it; the seconds until it began to train, and from then on."""
    began = time.monotonic()
    process = runs.start(run)
    _until_it_trains(process, run)
    trains = time.monotonic()
    process.wait()
    return trains - began, time.monotonic() - trains


def _until_it_ends(
    run: Run, random: Random, states: Counter[str], *, took: tuple[float, float]
) -> int:
    """Kill its workers, each at a random instant, until one finishes; how many were killed.

    A fifth of them before they train. The others' time begins when they do: on a busy machine no
    run would come to its first epoch before its time was up.
    """
    died = 0
    while True:
        process = runs.start(run)
        before, trains = took
        if random.random() < 0.2:
            lives = random.uniform(0.0, before)
        else:
            lives = random.uniform(0.0, 1.2 * trains)
            _until_it_trains(process, run)
        try:
            process.wait(timeout=lives)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            died += 1
            continue
        states[run.status.state] += 1
        return died


def _until_it_trains(process: subprocess.Popen[bytes], run: Run) -> None:
    """Waits for what the worker says; what the one before it said is written over first."""
    for said in (("queued", "starting", "preparing"), ("training", "testing", "finished")):
        while process.poll() is None and run.status.state not in said:
            time.sleep(0.02)


def _filled(disks: int, *, seed: int) -> str:
    """Runs on disks too small for them: each ends in words, and goes on where there is room."""
    random, ended, off = Random(seed + 1), Counter[tuple[str, str]](), 0.0
    settings = runs.config(fit__epochs=3)
    with TemporaryDirectory() as folder:
        place = Path(folder) / "disk"
        place.mkdir()
        if not _mount(place, size=ROOM):
            return "No file system of a chosen size can be mounted here: not run as root."
        subprocess.run(["umount", str(place)], check=True)
        reference = runs.train(RunStore(Path(folder) / "runs"), settings)
        takes = sum(4 * -(-path.stat().st_size // 4096) for path in reference.folder.iterdir())
        for disk in range(disks):
            _mount(place, size=random.randint(4, takes))
            try:
                how, run = _trained_on(place, settings)
                then = ""
                if run is not None:
                    _mount(place, size=ROOM, again=True)
                    worker.main([str(run.folder), "--now"])
                    then = run.status.state
                    off = max(off, runs.difference(run, reference))
                ended[how, then] += 1
                _tell(f"disk {disk + 1}: {how}; {then}, {off:.1e} off")
            finally:
                subprocess.run(["umount", str(place)], check=True)
    rows = [[how, then, str(count)] for (how, then), count in ended.most_common()]
    head = ["a run on a full disk ended", "with room again", "times"]
    return table(rows, head=head) + f"\n\nlargest difference: {off:.1e}"


def _trained_on(place: Path, settings: RunConfig) -> tuple[str, Run | None]:
    """How it ended, and the run that can go on, if it came to be one."""
    store = RunStore(place / "runs")
    try:
        run = store.create(settings, name="full")
    except OSError as error:
        return f"before it began, as {type(error).__name__} (a traceback)", None
    except CoreError as error:
        left = "" if not store.runs() else ", but it left a run"
        return f"before it began, in words ({type(error).__name__}){left}", None
    words = io.StringIO()
    with redirect_stderr(words):
        worker.main([str(run.folder), "--now"])
    status = run.status
    if status.state == "finished":
        return "whole", None
    kind = status.error and status.error["name"]
    if kind:
        return f"{status.state}, in words ({kind})", run
    told = "in words in its log" if str(DiskFull()) in words.getvalue() else "without a word"
    return f"{status.state}, {told}", run


def _mount(place: Path, *, size: int, again: bool = False) -> bool:
    """A disk of `size` KB there; `again`: the one that is there is given that size."""
    if shutil.which("mount") is None:
        return False
    how = f"{'remount,' if again else ''}size={size}k"
    command = ["mount", "-t", "tmpfs", "-o", how, "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _tell(how_far: str) -> None:
    print(how_far, file=sys.stderr, flush=True)
