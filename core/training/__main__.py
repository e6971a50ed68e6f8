"""Runs without a dashboard: `python -m core.training start imdb-lstm-32 --folder DATA`.

start PRESET   train a preset, with a progress bar    (--quick, --seeds 0 1 2, --set path=value)
resume RUN     go on with a run that was interrupted
list           all runs, and how they stand
table          the finished presets as a Markdown table, with intervals over seeds
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import CoreError
from core.training import worker
from core.training.config import RunConfig
from core.training.errors import WrongSetting
from core.training.experiment import Interval, grid, summary
from core.training.presets import PRESETS, preset, reference_of
from core.training.store import RunStore


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m core.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="train a preset")
    start.add_argument("preset", help=f"of {', '.join(PRESETS)}")
    start.add_argument("--quick", action="store_true", help="its quick form")
    start.add_argument("--folder", help="where its data lie; else they are downloaded once")
    start.add_argument("--seeds", nargs="+", type=int, default=[0])
    start.add_argument("--cells", nargs="+", default=[])
    start.add_argument("--match", choices=("units", "parameters"), default="units")
    start.add_argument("--set", nargs="*", default=[], metavar="path=value", dest="settings")
    resume = commands.add_parser("resume", help="go on with a run")
    resume.add_argument("run", help="its id, as `list` gives it")
    commands.add_parser("list", help="all runs")
    commands.add_parser("table", help="finished presets as a table")
    given = parser.parse_args(arguments)
    store = RunStore()
    try:
        match given.command:
            case "start":
                return _start(store, given)
            case "resume":
                return worker.main([str(store.run(given.run).folder)])
            case "list":
                _list(store)
            case "table":
                print(table(store))
    except CoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _start(store: RunStore, given: argparse.Namespace) -> int:
    known = preset(given.preset)
    config = known.quick if given.quick else known.config
    if given.folder:
        config = config.with_setting("data.options.folder", str(Path(given.folder).resolve()))
    for setting in given.settings:
        path, _, value = setting.partition("=")
        config = config.with_setting(path, _value(path, value))
    configs = grid(config, cells=given.cells, seeds=given.seeds, match=given.match)
    failed = 0
    for one in configs:
        run = store.create(one, name=f"{known.name} {one.network.cell} seed {one.seed}")
        print(run.id)
        failed |= worker.main([str(run.folder)])
        if run.result is not None:
            print(f"test {run.result['metric_name']} {run.result['metric']:.4f}, "
                  f"loss {run.result['loss']:.4f}")  # fmt: skip
    return failed


def _value(path: str, written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError as error:
        expected = 'JSON, such as 0.001, [32], true or "adam"'
        raise WrongSetting(setting=path, found=written, expected=expected) from error


def _list(store: RunStore) -> None:
    for run in store.runs():
        try:
            status, name = run.status, run.label.name
            print(f"{run.id}  {status.state:<10} epoch {status.epoch}  {name}")
        except CoreError as error:
            print(f"{run.id}  {error}")


def table(store: RunStore) -> str:
    """The finished whole presets, one row each: reached and reference, with 95 % intervals."""
    lines = [
        "| preset | seeds | test accuracy | reference | test loss | reference | epochs | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    finished = [run for run in store.runs() if _whole(run.config) and run.result is not None]
    for name, known in PRESETS.items():
        for found in summary([run for run in finished if run.config.preset == name]):
            epochs = Interval.of(len(run.epochs) for run in found.runs)
            lines.append(
                f"| {name} | {found.metric.count} | {_told(found.metric, 3)} "
                f"| {known.reference['metric']:.3f} | {_told(found.loss, 3)} "
                f"| {known.reference['loss']:.3f} | {epochs.mean:.0f} "
                f"| {found.seconds.mean:.0f} |"
            )
    return "\n".join(lines)


def _whole(config: RunConfig) -> bool:
    return reference_of(config) is not None


def _told(interval: Interval, digits: int) -> str:
    if interval.count < 2:
        return f"{interval.mean:.{digits}f}"
    return f"{interval.mean:.{digits}f} ± {interval.high - interval.mean:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main())
