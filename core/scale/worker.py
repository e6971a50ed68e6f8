"""The child of `processes`: does one task after another until its input ends.

Started as `python -m core.scale.worker`. When its input ends in the middle of a task, whoever asked
is gone, and so is the use of an answer: it ends at once, so that nothing is left at work, and a run
that it trained is free for whoever asks next.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from queue import SimpleQueue
from types import TracebackType
from typing import IO

from core.messages import Kind, read_message, serve_standard, write_message
from core.scale.tasks import perform


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Does what it is asked, in the main thread: some libraries want that one."""
    asked: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        while (message := read_message(requests)) is not None:
            asked.put(message[1])
        os._exit(0)

    threading.Thread(target=listen, name="requests", daemon=True).start()
    write_message(answers, Kind.READY)
    while True:
        name, _, given = asked.get().partition(b"\n")
        write_message(answers, Kind.ANSWER, perform(name.decode(), given))


def _end(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    # Python's own way out would stop at the thread that reads, and end as if somebody had killed
    # it: another process would be given the same task.
    traceback.print_exception(kind, error, where)
    sys.stderr.flush()
    os._exit(1)


def main() -> None:
    """Serves on stdin and stdout."""
    sys.excepthook = _end
    serve_standard(serve)


if __name__ == "__main__":
    main()
