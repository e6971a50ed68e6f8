"""A search over settings: `python -m core.training.sweep start latch-lstm-16 --quick --vary …`.

start [PRESET]   search around a preset, or around what the settings say
                 (--vary PATH=VALUES once for each setting: 1e-4..1e-1 log, or 8, 16, 32)
resume SWEEP     go on with a search that was cancelled or interrupted
list             all searches, and how they stand

With --scheduler, or UNROLLED_SCHEDULER, the workers of a Dask scheduler train.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import CoreError
from core.terminal import print_anywhere
from core.training.config import DataSettings, RunConfig
from core.training.presets import preset
from core.training.settings import declared
from core.training.sources import source_named
from core.training.store import RunStore
from core.training.sweep import search
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import NothingToSearch
from core.training.sweep.folder import Sweep, SweepStore
from core.training.sweep.space import searchable

OWN = ("method", "trials", "measure", "prune", "warm_up", "seed")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all went well."""
    given = _parser().parse_args(arguments)
    store = SweepStore(RunStore(given.runs))
    try:
        match given.command:
            case "start":
                sweep = store.create(_config(given), name=given.name or "")
                print(sweep.id, flush=True)
                return _search(sweep, given)
            case "resume":
                sweep = store.sweep(given.sweep)
                sweep.file("cancel").unlink(missing_ok=True)
                return _search(sweep, given)
            case "list":
                _list(store)
    except CoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.training.sweep",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="begin a search")
    start.add_argument("preset", nargs="?", help="a preset of core.training")
    start.add_argument("--quick", action="store_true", help="its quick form")
    start.add_argument("--name", help="what it is called")
    start.add_argument(
        "--vary", action="append", default=[], metavar="PATH=VALUES", help="what is searched"
    )
    start.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="what all trials have"
    )
    known = declared(SweepConfig)
    for path in OWN:
        words = "; ".join(filter(None, (known[path].help, known[path].expected)))
        start.add_argument(f"--{path.replace('_', '-')}", help=words.replace("%", "%%"))
    resume = commands.add_parser("resume", help="go on with a search")
    resume.add_argument("sweep", help="its id, as `list` gives it")
    listed = commands.add_parser("list", help="all searches")
    for each in (start, resume, listed):
        each.add_argument("--runs", type=Path, help="the folder of runs; else RNN_RUNS_DIR")
    for each in (start, resume):
        each.add_argument("--scheduler", help="the address of a Dask scheduler")
        each.add_argument("--at-once", type=int, help="runs that train at the same time")
    return parser


def _config(given: argparse.Namespace) -> SweepConfig:
    texts = dict(_parted(each) for each in given.set)
    if given.preset is None:
        base = RunConfig(data=DataSettings(source=texts.get("data.source", "latch")))
        architecture = source_named(base.data.source).architecture
        base = base.with_setting("network.architecture", architecture)
    else:
        chosen = preset(given.preset)
        base = chosen.quick if given.quick else chosen.config
    known = declared(RunConfig) | searchable(base)
    units = declared(RunConfig)["network.units"]
    values = {
        path: (units if path == units.path else known[path]).read(text) if path in known else text
        for path, text in texts.items()
    }
    base = base.with_settings(values)
    own = declared(SweepConfig)
    asked = {path: own[path].read(text) for path in OWN if (text := vars(given)[path]) is not None}
    space = dict(_parted(each) for each in given.vary)
    if not space:
        raise NothingToSearch
    return SweepConfig.read({"base": base.to_json(), "space": space, **asked})


def _parted(written: str) -> tuple[str, str]:
    path, _, values = written.partition("=")
    return path.strip(), values


def _search(sweep: Sweep, given: argparse.Namespace) -> int:
    search.work(sweep, scheduler=given.scheduler, at_once=given.at_once)
    found = sweep.findings
    for trial in found.trials:
        if trial.number == found.best:
            told = ", ".join(f"{path} {value}" for path, value in trial.values.items())
            print(f"best: {trial.run}, {sweep.config.measure} {trial.value:.4g}: {told}")
    return 0


def _list(store: SweepStore) -> None:
    for sweep in store.sweeps():
        try:
            trials = sweep.findings.trials
            ended = sum(trial.state != "running" for trial in trials)
            print(f"{sweep.id}  {sweep.state:<10} {ended} of {sweep.config.count}  {sweep.name}")
        except CoreError as error:
            print(f"{sweep.id}  {error}")


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
