"""Runs that are given too little memory: what became of each, and whether in words.

The limit is set in the worker itself once it has imported what it needs, at what it holds then and
a little more, so that the network and its data are what does not fit. Where NumPy or TensorFlow is
told that there is none, the run fails with a sentence; where a library beneath them takes it for
the end, and where the system kills, the process is gone, and the page's sentence about runs that
died names memory.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.training.run_folder import Run
from core.training.store import RunStore
from tests.benchmarks.timing import table
from tests.core.training import runs

PROGRAM = """
import resource, sys
import keras, tensorflow as tf
tf.random.normal((64, 64)) @ tf.random.normal((64, 64))
from core.training import loop, train, worker
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = held + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sys.exit(worker.main([sys.argv[1], "--now"]))
"""


def starve(run: Run, *, megabytes: int) -> str:
    """Train it with that much more than its imports hold; how it ended, and as which error."""
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(run.folder), str(megabytes)],
        cwd=runs.ROOT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        check=False,
    )
    status = run.status
    return (
        status.state if not status.error else f"{status.state}, in words ({status.error['name']})"
    )


def starved(times: int, *, seed: int) -> str:
    """The table of how a network of 600 units ended in 10 to 400 MB."""
    random, ended = Random(seed), Counter[str]()
    with TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        for _ in range(times):
            run = store.create(runs.config(network__units=(600,), fit__epochs=1), name="starved")
            ended[starve(run, megabytes=random.randint(10, 400))] += 1
    rows = [[how, str(count)] for how, count in ended.most_common()]
    return table(rows, head=["a run without memory ended", "times"])
