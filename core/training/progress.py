"""What a worker says while it works: a bar on a terminal, a line an epoch in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from core.training.run_writer import RunWriter

WIDTH = 24
BETWEEN = 0.2


class Progress:
    """Shows the status of a run as it changes."""

    def __init__(self, writer: RunWriter, *, onto: TextIO | None = None) -> None:
        """Shows it on `onto`, the process's standard error unless given."""
        self.writer = writer
        self.onto = onto or sys.stderr
        self.terminal = self.onto.isatty()
        self.last = 0.0

    def show(self, *, loss: float | None = None) -> None:
        """Draws the bar anew, if there is a terminal and some time has passed."""
        if not self.terminal or time.monotonic() - self.last < BETWEEN:
            return
        self.last = time.monotonic()
        status = self.writer.status
        done = round(WIDTH * status.batch / status.batches) if status.batches else 0
        bar = "█" * done + "·" * (WIDTH - done)
        left = "" if status.seconds_left is None else f"  {_clock(status.seconds_left)} left"
        told = "" if loss is None else f"  loss {loss:.4f}"
        batch = f"batch {status.batch}/{status.batches}"
        line = f"\repoch {status.epoch + 1}  {bar}  {batch}{told}{left}"
        print(f"{line:<78}", end="", file=self.onto, flush=True)

    def say(self, line: str) -> None:
        """Says a whole line."""
        clear = "\r" + " " * 90 + "\r" if self.terminal else ""
        print(f"{clear}{line}", file=self.onto, flush=True)

    def close(self) -> None:
        """Ends the line of the bar."""
        self.say(self.writer.status.state)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
