"""Long trials of the whole: `python -m tests.endurance load|soak|faults`."""

from __future__ import annotations

import argparse
import os

from core.terminal import print_anywhere


def main() -> None:
    """Runs one of them, and prints its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = parser.add_subparsers(dest="part", required=True)
    load = parts.add_parser("load", help="many readers at once")
    load.add_argument("--readers", type=int, default=20)
    load.add_argument("--minutes", type=float, default=10.0)
    soak = parts.add_parser("soak", help="sessions that come and go, for weeks' worth of use")
    soak.add_argument("--interactions", type=int, default=10_000)
    faults = parts.add_parser("faults", help="kills, disks that fill, too little memory")
    faults.add_argument("--kills", type=int, default=100)
    faults.add_argument("--disks", type=int, default=100)
    faults.add_argument("--starved", type=int, default=20)
    faults.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    match given.part:
        case "load":
            from tests.endurance.load import load as run

            print(run(readers=given.readers, minutes=given.minutes))
        case "soak":
            from tests.endurance.soak import soak as use

            print(use(interactions=given.interactions))
        case "faults":
            from tests.endurance.faults import faults as fail

            print(
                fail(kills=given.kills, disks=given.disks, starved=given.starved, seed=given.seed)
            )


if __name__ == "__main__":
    print_anywhere()
    main()
