"""`make fuzz`: the long run. Prints the table; ends with 1 where there was a finding.

make fuzz ARGS="--files 100000 --seed 7"
make fuzz ARGS="--seed 7 --first 1234 --files 1"     the file of a finding, again
"""

from __future__ import annotations

import argparse
import sys
import time

from core.terminal import print_anywhere
from tests.fuzz.run import fuzz


def main() -> int:
    """Runs, and prints what came of it."""
    parser = argparse.ArgumentParser(description="Read mutated model files.")
    parser.add_argument("--files", type=int, default=20_000, help="how many (20000)")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations (0)")
    parser.add_argument("--first", type=int, default=0, help="number of the first file (0)")
    parser.add_argument("--children", type=int, default=None, help="processes (one a processor)")
    chosen = parser.parse_args()
    start = time.monotonic()
    outcome = fuzz(chosen.files, seed=chosen.seed, first=chosen.first, children=chosen.children)
    print(outcome.table())
    print(f"seed {chosen.seed}, {time.monotonic() - start:.0f} s")
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
