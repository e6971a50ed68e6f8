"""Prints tables: `python -m tests.benchmarks [record|backprop|write|translate|analysis|load|…]`."""

from __future__ import annotations

import argparse
import os
import platform
import sys

from core.cells import CELLS
from core.terminal import print_anywhere

PARTS = ("record", "backprop", "write", "translate", "analysis", "load", "training", "watching",
         "corpus", "page")  # fmt: skip
FILES = "files"
"""Not of speed but of what is read; run where it is asked for."""


def main() -> None:
    """Runs the parts that were asked for, one after another, and prints their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--runs", type=int, default=9, help="alternating runs of each")
    parser.add_argument("--no-peers", action="store_true", help="leave Keras and PyTorch out")
    parser.add_argument("--cells", nargs="+", default=(), choices=tuple(CELLS), metavar="CELL",
                        help="of record and backprop: these cells, not all")  # fmt: skip
    parser.add_argument("--threads", nargs="+", default=(), type=int, metavar="N",
                        help="of record and backprop: so many, not one and all")  # fmt: skip
    parser.add_argument("--steps", default=1_000_000, type=int, metavar="N",
                        help="of corpus: searched, 512 bytes each on disk")  # fmt: skip
    parser.add_argument("--processor", action="store_true",
                        help="of record and backprop: processor time, without Keras")  # fmt: skip
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    if unknown := set(parts) - {*PARTS, FILES}:
        parser.error(f"no part called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}"
    timed = f"; {arguments.runs} alternating runs" if set(parts) - {FILES} else ""
    print(f"{machine}{timed}\n")
    if FILES in parts:
        from tests.benchmarks.files import shares

        print(shares(seeds=arguments.runs), "\n")
    if "page" in parts:
        # First, and alone: Keras in this process would take a core from the browser.
        from tests.benchmarks.pages import pages

        print(pages(runs=arguments.runs), "\n")
    if "load" in parts:
        from tests.benchmarks.loading import loading

        print(loading(runs=arguments.runs, peers=not arguments.no_peers), "\n")
    if "training" in parts:
        from tests.benchmarks.training import training

        print(training(runs=arguments.runs), "\n")
    if "watching" in parts:
        from tests.benchmarks.watching import watching

        print(watching(runs=arguments.runs), "\n")
    if "corpus" in parts:
        from tests.benchmarks.corpora import corpora

        peers = not arguments.no_peers
        print(corpora(runs=arguments.runs, peers=peers, steps=arguments.steps), "\n")
    if "analysis" in parts:
        from tests.benchmarks.analysing import analysing

        print(analysing(runs=arguments.runs, peers=not arguments.no_peers), "\n")
    if "write" in parts:
        from tests.benchmarks.writing import writing

        print(writing(runs=arguments.runs, peers=not arguments.no_peers), "\n")
    if "translate" in parts:
        from tests.benchmarks.translating import translating

        print(translating(runs=arguments.runs, peers=not arguments.no_peers), "\n")
    if {"record", "backprop"} & set(parts):
        from tests.benchmarks.recording import Wanted, differentiating, recording

        wanted = Wanted(
            runs=arguments.runs, peers=not arguments.no_peers, cells=arguments.cells,
            threads=arguments.threads, processor=arguments.processor,
        )  # fmt: skip
        if "record" in parts:
            print(recording(wanted), "\n")
        if "backprop" in parts:
            print(differentiating(wanted), "\n")


if __name__ == "__main__":
    print_anywhere()
    main()
