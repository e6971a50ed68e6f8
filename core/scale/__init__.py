"""Tasks done by processes of this machine, or on many machines by the workers of a Dask scheduler.

from core import scale

with scale.workers() as own:  # scale.workers("tcp://…:8786"), or UNROLLED_SCHEDULER
    for result in own.map(task, items):
        result.value

`scale` says what a task is and what becomes of it, `processes` and `cluster` are the two engines,
`board` is what those who watch are told. `python -m core.scale` starts a cluster to try, and checks
one before something long is given to it.
"""

from core.scale.board import Board, Retry
from core.scale.scale import (
    MOST_TRIES,
    SCHEDULER,
    Result,
    Scale,
    address_of,
    elsewhere,
    workers,
)

__all__ = [
    "MOST_TRIES",
    "SCHEDULER",
    "Board",
    "Result",
    "Retry",
    "Scale",
    "address_of",
    "elsewhere",
    "workers",
]
