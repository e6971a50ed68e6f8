"""The child of `sandbox.py`: reads one model file, within what the system lets it have.

Started as `python -m core.importers.reader`, with the request as JSON on its standard input. The
answer goes to a file that the parent has made, an error of ours to standard output. Anything else
ends the process with its traceback, and the parent says that the file stopped it. Keras is never
imported here, and nothing of the file is run.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from pathlib import Path
from typing import Any

from core import children
from core.errors import CoreError, Failure
from core.importers.crossing import write_answer
from core.importers.errors import CutShort, ReaderOutOfMemory
from core.importers.limits import MIB, Limits

BASE_BYTES = 384 * MIB
"""Address space of Python, NumPy and HDF5 before anything is read: some 250 MB, and room."""


def guard(limits: Limits) -> None:
    """Asks the system to hold this process to its limits."""
    children.bound(
        memory=BASE_BYTES + limits.memory_bytes,
        file_bytes=2 * limits.file_bytes + 64 * MIB,
        seconds=limits.seconds,
    )


def answer(request: dict[str, Any]) -> None:
    """Reads the file of the request, and writes what it holds where the request says."""
    limits = Limits(**request["limits"])
    guard(limits)
    from core.importers.load import read_model  # here, so that the limits hold for it too

    with Path(request["file"]).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        limits.check_file(size)
        if size == 0:
            raise CutShort(entry=request["name"], found=0, expected=8)
        # Not closed: weights are views of it.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    model = read_model(data, name=request["name"], limits=limits, **request["options"])
    with Path(request["answer"]).open("wb") as written:
        write_answer(written, model.described(), model.parameters)


def main() -> None:
    """Answers the one request on standard input."""
    request = json.load(sys.stdin)
    try:
        answer(request)
    except CoreError as error:
        json.dump(Failure.of(error).to_json(), sys.stdout)
    except MemoryError:
        megabytes = Limits(**request["limits"]).memory_bytes // MIB
        json.dump(Failure.of(ReaderOutOfMemory(megabytes=megabytes)).to_json(), sys.stdout)


if __name__ == "__main__":
    main()
