"""Many readers at once: how long each waits, and what the server holds when they have left.

The floor is an application of one text box under the same readers: what Streamlit and this machine
take whatever is drawn.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from core.training.store import RunStore
from tests.benchmarks.timing import table
from tests.browser.server import Server, serving
from tests.core.training import runs
from tests.endurance.process import Held, held
from tests.endurance.reader import Reader
from tests.endurance.session import Session, SessionFailed

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024**2
THINKS = 5.0
"""Seconds between two actions, on average."""
LEAVES = 12.0
"""Seconds after which a server that keeps sessions for five has let go of them."""
FILLS = 60.0
"""Seconds of readers after which the caches, which are bounded, hold about what they may."""


def load(*, readers: int, minutes: float) -> str:
    """The table of waiting times, and memory before, at the peak and after."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a run may still write
        here = Path(folder)
        floor = _floor(here, readers=readers, seconds=min(60.0, minutes * 60))
        waits: dict[str, list[float]] = defaultdict(list)
        faults: list[str] = []
        with serving(ROOT / "dashboard" / "app.py", log_file=here / "log", folder=ROOT) as server:
            watched = _run(server)
            _visit(server, here, seed=60, watched=watched)
            started = _settled(server)  # with all imports, which go on after the first page

            def readers_for(seconds: float, waits: dict[str, list[float]]) -> list[Held]:
                """All readers for so long, and what the server held meanwhile."""
                end, peak = time.monotonic() + seconds, [held(server.process.pid)]

                def read(seed: int) -> None:
                    think = Random(seed)
                    try:
                        with Session(server.url) as session:
                            session.open("", "lang=en")
                            reader = Reader(session, seed, here, run=watched)
                            while time.monotonic() < end:
                                time.sleep(think.expovariate(1 / THINKS))
                                name, seconds = reader.act()
                                waits[name].append(seconds)
                    except (SessionFailed, OSError) as error:
                        faults.append(str(error))

                threads = [threading.Thread(target=read, args=(seed,)) for seed in range(readers)]
                for thread in threads:
                    thread.start()
                while any(thread.is_alive() for thread in threads):
                    time.sleep(1)
                    peak.append(held(server.process.pid))
                return peak

            readers_for(min(FILLS, minutes * 60), defaultdict(list))
            before = _settled(server)
            peak = readers_for(minutes * 60, waits)
            after = _settled(server)
            RunStore(server.runs).run(watched).cancel()
            log = server.log
    most = max(peak, key=lambda moment: moment.own)
    return "\n\n".join(
        [
            _waits(waits, floor),
            _memory(started, before, most, after),
            f"{len(faults)} readers met a fault" + "".join(f"\n- {fault}" for fault in faults),
            f"{log.count('Traceback')} tracebacks in the server's log",
        ]
    )


def _floor(here: Path, *, readers: int, seconds: float) -> list[float]:
    waits: list[float] = []
    script = Path(__file__).parent / "echo.py"
    with serving(script, log_file=here / "floor", folder=here) as server:
        end = time.monotonic() + seconds

        def read(seed: int) -> None:
            think = Random(seed)
            with Session(server.url) as session:
                session.open()
                while time.monotonic() < end:
                    time.sleep(think.expovariate(1 / THINKS))
                    waits.append(session.set("text", string_value=str(think.random())))

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return waits


def _run(server: Server) -> str:
    """A run that trains beside the readers; its id."""
    store = RunStore(server.runs)
    run = store.create(runs.config(fit__epochs=2_000), name="watched")
    store.resume(run)
    return run.id


def _visit(server: Server, here: Path, *, seed: int, watched: str) -> None:
    with Session(server.url) as session:
        session.open("", "lang=en")
        reader = Reader(session, seed, here, run=watched)
        for _, act in reader.actions.values():
            if act != reader.step:
                act()


def _settled(server: Server) -> Held:
    """What the server holds when nobody is there, and nothing is added any more."""
    time.sleep(LEAVES)
    moment = held(server.process.pid)
    for _ in range(12):
        time.sleep(5)
        last, moment = moment, held(server.process.pid)
        if abs(moment.own - last.own) < 0.01 * last.own:
            break
    return moment


def _waits(waits: dict[str, list[float]], floor: list[float]) -> str:
    every = [seconds for some in waits.values() for seconds in some]
    rows = [
        [name, str(len(some)), *(f"{np.percentile(some, share):.2f}" for share in (50, 95, 100))]
        for name, some in [*sorted(waits.items()), ("all", every), ("floor: one text box", floor)]
    ]
    return table(rows, head=["action", "times", "p50 s", "p95 s", "slowest s"])


def _memory(started: Held, before: Held, most: Held, after: Held) -> str:
    """`before` is with full caches: what stays of every further reader is what counts."""
    moments = {"started": started, "caches full": before, "peak": most, "all left": after}
    rows = [
        [
            name,
            f"{moment.own / MEGABYTE:.0f}",
            f"{moment.own / before.own - 1:+.1%}",
            str(moment.descriptors),
            str(moment.children),
        ]
        for name, moment in moments.items()
    ]
    return table(rows, head=["server", "MB", "beside full caches", "descriptors", "children"])
