"""Runs without a dashboard: `python -m core.training start imdb-lstm-32 --network.units 32`.

start [PRESET]   train a preset, or what the settings say, with a progress bar
                 (--quick, --seeds 0 1 2, and every setting by its path: start --help lists them)
resume RUN       go on with a run that was interrupted
import PATH      read a log of TensorBoard or Keras's CSVLogger, or a folder of them, as runs
list             all runs, and how they stand
table            the finished presets as a Markdown table, with intervals over seeds
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import CoreError
from core.terminal import print_anywhere
from core.training import worker
from core.training.architectures import ARCHITECTURES, architecture_named
from core.training.config import DataSettings, RunConfig
from core.training.experiment import Interval, grid, summary
from core.training.logs.importing import import_log
from core.training.presets import PRESETS, Preset, preset, reference_of
from core.training.run_folder import Run
from core.training.settings import Declared, declared
from core.training.sources import SOURCES, source_named
from core.training.store import RunStore


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m core.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_settings(commands.add_parser("start", help="train a preset, or what the settings say"))
    resume = commands.add_parser("resume", help="go on with a run")
    resume.add_argument("run", help="its id, as `list` gives it")
    logs = commands.add_parser("import", help="a log, or a folder of logs, as runs")
    logs.add_argument("path", type=Path, help="an event file, a CSV file, or a folder of them")
    logs.add_argument(
        "--name", help="what the run is called, or stands before the names of several"
    )
    commands.add_parser("list", help="all runs")
    commands.add_parser("table", help="finished presets as a table")
    given = parser.parse_args(arguments)
    store = RunStore()
    try:
        match given.command:
            case "start":
                return _start(store, given)
            case "resume":
                run = store.run(given.run)
                run.file("cancel").unlink(missing_ok=True)
                return worker.main([str(run.folder)])
            case "import":
                for run in import_log(given.path, name=given.name):
                    print(f"{run.id}  {run.label.name}")
            case "list":
                _list(store)
            case "table":
                print(table(store))
    except CoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_settings(start: argparse.ArgumentParser) -> None:
    start.add_argument("preset", nargs="?", help=f"of {', '.join(PRESETS)}")
    start.add_argument("--quick", action="store_true", help="its quick form")
    start.add_argument("--folder", help="where its data lie; else they are downloaded once")
    start.add_argument("--seeds", nargs="+", type=int, default=[])
    start.add_argument("--cells", nargs="+", default=[])
    start.add_argument("--match", choices=("units", "parameters"), default="units")
    for path, each in _every_setting().items():
        words = "; ".join(filter(None, (each.help, each.bounds or each.expected)))
        start.add_argument(f"--{path}", metavar=each.kind.__name__, help=words.replace("%", "%%"))


def _every_setting() -> dict[str, Declared]:
    """Every setting of a run and of every source of data, by its path."""
    found = declared(RunConfig)
    for source in SOURCES.values():
        found |= declared(source.options)
    for architecture in ARCHITECTURES.values():
        found |= declared(architecture.options)
    return {path: each for path, each in found.items() if path not in ("preset", "experiment")}


def _start(store: RunStore, given: argparse.Namespace) -> int:
    failed = 0
    for config in grid(_config(given), cells=given.cells, seeds=given.seeds, match=given.match):
        name = config.preset or config.data.source
        run = store.create(config, name=f"{name} {config.network.cell} seed {config.seed}")
        print(run.id)
        failed |= worker.main([str(run.folder)])
        if run.result is not None:
            print(f"test {run.result['metric_name']} {run.result['metric']:.4f}, "
                  f"loss {run.result['loss']:.4f}")  # fmt: skip
    return failed


def _config(given: argparse.Namespace) -> RunConfig:
    """The preset, changed by the settings that were given by their paths."""
    texts = {path: text for path in _every_setting() if (text := vars(given)[path]) is not None}
    if given.preset is None:
        config = RunConfig(data=DataSettings(source=texts.get("data.source", "sentiment")))
        architecture = source_named(config.data.source).architecture
        config = config.with_setting("network.architecture", architecture)
    else:
        chosen = preset(given.preset)
        config = chosen.quick if given.quick else chosen.config
    options = source_named(config.data.source).options
    architecture = texts.get("network.architecture", config.network.architecture)
    asked = architecture_named(architecture).options
    known = declared(RunConfig) | declared(options) | declared(asked)
    # What another source knows is left as a text, to be refused by its name.
    values = {path: known[path].read(text) if path in known else text
              for path, text in texts.items()}  # fmt: skip
    if given.folder:
        values["data.options.folder"] = str(Path(given.folder).resolve())
    config = config.with_settings(values)
    options.read(config.data.options)  # refused now, and not in the run
    asked.read(config.network.options)
    return config


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
        "| preset | seeds | test metric | reference | test loss | reference | epochs | seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    finished = [run for run in store.runs() if _whole(run) and run.result is not None]
    for name, known in PRESETS.items():
        for found in summary([run for run in finished if run.config.preset == name]):
            epochs = Interval.of(len(run.epochs) for run in found.runs)
            lines.append(
                f"| {name} | {found.metric.count} | {_told(found.metric, 3)} "
                f"| {_published(known, 'metric')} | {_told(found.loss, 3)} "
                f"| {_published(known, 'loss')} | {epochs.mean:.0f} "
                f"| {found.seconds.mean:.0f} |"
            )
    return "\n".join(lines)


def _published(known: Preset, measure: str) -> str:
    value = known.reference.get(measure)
    return "" if value is None else f"{value:.3f}"


def _whole(run: Run) -> bool:
    return run.brought is None and reference_of(run.config) is not None


def _told(interval: Interval, digits: int) -> str:
    if interval.count < 2:
        return f"{interval.mean:.{digits}f}"
    return f"{interval.mean:.{digits}f} ± {interval.high - interval.mean:.{digits}f}"


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
