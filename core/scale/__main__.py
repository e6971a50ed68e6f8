"""A cluster to try, and a look at one: `python -m core.scale start`, `python -m core.scale check`.

start   a Dask scheduler with two worker processes on this machine, reached from this machine alone
check   gives each worker a task, and says who did it, with which versions, and whether it sees the
        folder of runs
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import CoreError
from core.scale.probe import LIBRARIES, probe
from core.scale.scale import SCHEDULER, workers
from core.terminal import print_anywhere

PORT = 8786
"""Dask's own."""
TASKS_EACH = 8
TASK_SECONDS = 0.05


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m core.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="a scheduler with workers, on this machine")
    start.add_argument("--workers", type=int, default=2, help="processes (2)")
    start.add_argument("--port", type=int, default=PORT, help=f"of the scheduler ({PORT}); 0: any")
    check = commands.add_parser("check", help="what the workers of a scheduler are")
    check.add_argument("--scheduler", help=f"its address; else what {SCHEDULER} says")
    check.add_argument("--folder", type=Path, help="a folder that every worker should see")
    given = parser.parse_args(arguments)
    try:
        if given.command == "start":
            return _start(count=given.workers, port=given.port)
        return _check(given.scheduler, folder=given.folder)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 1


def _start(*, count: int, port: int) -> int:
    """Stays until it is interrupted; a worker that dies is started again."""
    from distributed import LocalCluster

    try:
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            host="127.0.0.1",
            scheduler_port=port,
            dashboard_address="127.0.0.1:0",
            # Dask would stop a worker at a share of the memory; what a run takes is its own affair.
            memory_limit=0,
        )
    except (OSError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        print(f"No scheduler could be started at port {port}: {why}", file=sys.stderr)
        return 1
    asked = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: asked.set())
    with cluster:
        address = cluster.scheduler_address
        print(f"scheduler at {address}, {count} workers", flush=True)
        print(f"elsewhere: {SCHEDULER}={address} make run", flush=True)
        asked.wait()
    return 0


def _check(address: str | None, *, folder: Path | None) -> int:
    named = None if folder is None else str(folder.resolve())
    with workers(address) as scale:
        places = scale.engine.places
        asked: list[dict[str, Any]] = [
            {"number": number, "seconds": TASK_SECONDS, "folder": named}
            for number in range(TASKS_EACH * max(1, places))
        ]
        told = [result.value for result in scale.map(probe, asked)]
        where = scale.engine.address or "processes of this machine"
    print(f"{where}: {len(told)} tasks came back, {places} at the same time")
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for each in told:
        found.setdefault((each["host"], each["process"]), []).append(each)
    for (host, process), done in sorted(found.items()):
        versions = {"python": done[0]["python"], **done[0]["versions"]}
        listed = ", ".join(f"{name} {versions[name]}" for name in ("python", *LIBRARIES))
        sees = "" if named is None else f"; sees the folder: {'yes' if done[0]['sees'] else 'NO'}"
        print(f"{host}, process {process}: {len(done)} tasks; {listed}{sees}")
    alike = {(each["python"], *each["versions"].values()) for each in told}
    if len(alike) > 1:
        print("The versions differ: results may, too.", file=sys.stderr)
        return 1
    if named is not None and not all(each["sees"] for each in told):
        print("Not every worker sees the folder: runs cannot be kept there.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
