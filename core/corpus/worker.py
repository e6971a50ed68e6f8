"""The process that records one corpus: `python -m core.corpus.worker CORPUS_DIR`.

It does what `request.json` asks, says in `status.json` how far it is, and stops where somebody has
put a file called `cancel` beside it. Killed, it is found gone by whoever reads the folder; started
again, it goes on from what was recorded. With --scheduler, UNROLLED_SCHEDULER or --at-once, others
record: the workers of a Dask scheduler, or processes of this machine (`core.corpus.sharing`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from core import scale
from core.corpus.described import source_from
from core.corpus.errors import CORPORA_VARIABLE, CorpusIsBusy
from core.corpus.recording import progressing
from core.corpus.store import BOARD, LAUNCHED, KeptCorpus
from core.errors import CoreError
from core.model import Model
from core.scale import Board, Scale
from core.terminal import print_anywhere
from core.training.files import replace_json, writing

BETWEEN = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all is recorded or it was cancelled, 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m core.corpus.worker", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="CORPUS_DIR", help="the corpus's folder")
    parser.add_argument("--scheduler", help=f"of Dask; else what {scale.SCHEDULER} says")
    parser.add_argument("--at-once", type=int, help="processes that record at the same time")
    given = parser.parse_args(arguments)
    kept = KeptCorpus(given.folder.resolve())
    try:
        with _others(kept, scheduler=given.scheduler, at_once=given.at_once) as by:
            work(kept, by=by)
    except CorpusIsBusy as error:  # another process records it, and says how far it is
        sys.stderr.write(f"{error}\n")
        return 1
    except CoreError as error:
        sys.stderr.write(f"{error}\n")
        if kept.folder.is_dir():
            with writing(kept.folder, variable=CORPORA_VARIABLE):
                kept.tell(kept.progress, error=error)
        return 1
    finally:
        (kept.folder / LAUNCHED).unlink(missing_ok=True)
    return 0


def _others(
    kept: KeptCorpus, *, scheduler: str | None, at_once: int | None
) -> AbstractContextManager[Scale | None]:
    """Those who record, None where this process does. Raises as `core.scale.workers`."""

    def tell(board: Board) -> None:
        with writing(kept.folder, variable=CORPORA_VARIABLE):
            replace_json(kept.folder / BOARD, board.to_json())

    if scale.address_of(scheduler) or at_once:
        return scale.workers(scheduler, at_once, told=tell)
    (kept.folder / BOARD).unlink(missing_ok=True)
    return nullcontext()


def work(kept: KeptCorpus, *, by: Scale | None = None) -> None:
    """Records until the end, or until somebody cancels. Raises as `record` does."""
    request = kept.request
    model = Model.load(kept.folder / "asked.npz")
    source = source_from(request["source"])
    told = 0.0
    going = progressing(
        model,
        source,
        kept.folder,
        dtype=request.get("dtype", "float16"),
        quantities=request.get("quantities"),
        origin=str(request.get("origin", "")),
        by=by,
    )
    for progress in going:
        cancelled = (kept.folder / "cancel").exists()
        if cancelled or time.monotonic() - told > BETWEEN or progress.state == "finished":
            told = time.monotonic()
            with writing(kept.folder, variable=CORPORA_VARIABLE):
                kept.tell(progress)
                (kept.folder / LAUNCHED).unlink(missing_ok=True)
        if cancelled:
            going.close()
            return


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
