"""README's 'Add a page', followed literally in a copy of the project, and tested there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT

FILE = re.compile(r"`([a-z0-9_/]+\.(?:py|json))`:\n\n```[a-z]+\n(.*?)```", re.DOTALL)
COPIED = ("core", "dashboard", "docs", "tests", ".streamlit", "pyproject.toml", "README.md")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "failures")


def files(section: str) -> dict[str, str]:
    """What the section says stands in which file."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    text = readme.partition(f"### {section}\n")[2]
    return dict(FILE.findall(re.split(r"^##", text, maxsplit=1, flags=re.MULTILINE)[0]))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, root)
    for name, text in files("Add a page").items():
        file = root / name
        if file.exists():  # words that join others
            text = json.dumps(json.loads(file.read_text("utf-8")) | json.loads(text))
        file.write_text(text, encoding="utf-8")
    return root


def run(copy: Path, *command: str) -> str:
    """What a Python module says in the copy, which knows nothing of this project's folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=copy, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout


def test_four_things_are_a_page():
    kinds = {name.rpartition("/")[0] for name in files("Add a page")}
    assert kinds == {
        "core/analysis", "dashboard/figures", "dashboard/views", "dashboard/i18n/en",
        "dashboard/i18n/ko",
    }  # fmt: skip


def test_the_page_passes_the_tables(copy: Path):
    tables = (
        "tests/dashboard/test_app.py",
        "tests/dashboard/test_i18n.py",
        "tests/test_imports.py",
    )
    ours = "pace or places or sections or every_key or left_over or same or one_way or pure"
    said = run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tables, "-k", ours)
    # Opened in two languages and two modes, and with an untrained model; its room; the navigation;
    # its words; its imports.
    assert int(re.findall(r"^(\d+) passed", said, flags=re.MULTILINE)[0]) >= 15, said


def test_the_page_is_written_as_the_others_are(copy: Path):
    code = [name for name in files("Add a page") if name.endswith(".py")]
    run(copy, "ruff", "check", "--no-cache", *code)
    run(copy, "ruff", "format", "--no-cache", "--check", *code)
