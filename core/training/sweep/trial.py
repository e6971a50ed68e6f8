"""The task that a search gives to whoever works for it: train the run in a folder.

It is the trainer that every run has. A worker that dies in the middle leaves the run's checkpoint,
and whoever is given the task next goes on from there.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.training import worker
from core.training.errors import RunIsBusy
from core.training.run_folder import Run


def train(*, folder: str, wait: bool) -> str:
    """Trains a run to its end, and says how it stands then: "finished", "failed", "cancelled".

    With `wait` it waits for its turn among the runs of this machine. Raises RunIsBusy where another
    process has it.
    """
    run = Run(Path(folder))
    try:
        with run.file("worker.log").open("ab") as log, _said_into(log):
            worker.main([folder] if wait else [folder, "--now"])
        state = run.status.state
    finally:
        if "keras" in sys.modules:  # what it holds of a network that nobody trains any more
            sys.modules["keras"].backend.clear_session()
        gc.collect()
    if run.status.live:
        raise RunIsBusy(run=run.label.name)
    return state


@contextmanager
def _said_into(log: IO[bytes]) -> Iterator[None]:
    """What this process says goes to a run's log meanwhile, as what a worker of its own says does.

    The descriptor is turned and not `sys.stderr`, which libraries keep beyond the run.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
