"""Every command prints on a terminal that has ASCII alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core.training.config import DataSettings, RunConfig
from core.training.store import RunStore
from tests.sources import ROOT

COMMANDS = {
    "core.corpus.worker": ("--help",),
    "core.scale": ("--help",),
    "core.training": ("start", "--help"),
    "core.training.bundled": ("--help",),
    "core.training.context": ("--help",),
    "core.training.export": ("--help",),
    "core.training.filming": ("--help",),
    "core.training.forecasters": ("--help",),
    "core.training.makers": ("--help",),
    "core.training.sweep": ("start", "--help"),
    "core.training.translators": ("--help",),
    "core.training.worker": ("--help",),
    "core.training.writers": ("--help",),
    "tests.benchmarks": ("--help",),
    "tests.endurance": ("--help",),
    "tests.fuzz": ("--help",),
    "tests.browser.chromium": (),
}


def printed(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | settings | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_prints_in_ascii(module):
    done = printed(module, *COMMANDS[module])
    assert "Error" not in done.stderr
    assert len(done.stdout) > 40
    assert done.stdout.isascii()


def test_a_run_with_a_korean_name_is_listed_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path))
    run = RunStore().create(RunConfig(data=DataSettings(source="latch")), name="래치 a")
    done = printed("core.training", "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [run.id, "queued", "epoch", "0", "??", "a"]


def test_no_command_is_left_out():
    parsed = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        for folder in ("core", "dashboard", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if "ArgumentParser(" in path.read_text("utf-8") and path.name != "test_terminal.py"
    }
    assert parsed <= COMMANDS.keys()
