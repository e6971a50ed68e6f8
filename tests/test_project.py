"""The project as a whole: its locks, its declared dependencies, the size and names of its files."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.sources import PACKAGES, ROOT, imports, modules

PYTHONS = ("3.11", "3.12", "3.13")
MOST_LINES = 300
SOURCE = {".py", ".js", ".mjs", ".css", ".html", ".sh"}

# Needed without being imported: TensorFlow is Keras's backend, PyTorch exports through onnxscript;
# the rest are programs, a plug-in of pytest's, and types.
NEVER_IMPORTED = {
    "tensorflow",
    "ruff",
    "mypy",
    "pandas-stubs",
    "scipy-stubs",
    "types-regex",
    "ipykernel",
    "pytest-xdist",
    "onnxscript",
}
# Of the tests; core asks it about a file where it happens to be installed, and says so elsewhere.
OPTIONAL = {"torch"}


@cache
def project() -> dict[str, Any]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(table["project"])


def declared(extra: str | None = None) -> list[Requirement]:
    """The ranges of pyproject.toml: the project's own, or those of one extra."""
    optional = project()["optional-dependencies"]
    return [Requirement(line) for line in (optional[extra] if extra else project()["dependencies"])]


def locked(name: str, *, python: str) -> dict[str, str]:
    """Package → version that the lock gives to one Python on Linux."""
    machine = {"python_version": python, "python_full_version": f"{python}.5"}
    versions: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        pin = Requirement(text)  # fails on options, paths and addresses: they have no place here
        if pin.marker is None or pin.marker.evaluate(machine):
            (only,) = pin.specifier
            assert only.operator == "==", line
            key = canonicalize_name(pin.name)
            assert key not in versions, f"{key} twice in {name} for Python {python}"
            versions[key] = only.version
    return versions


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_satisfy_the_ranges(python: str) -> None:
    run = locked("requirements.txt", python=python)
    test = locked("tests/requirements.txt", python=python)
    for lock, wanted in ((run, declared()), (test, [*declared(), *declared("test")])):
        for requirement in wanted:
            version = lock[canonicalize_name(requirement.name)]
            assert version in requirement.specifier, (requirement, version)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_of_the_tests_holds_that_of_the_project(python: str) -> None:
    """What is tested is what a user installs."""
    run = locked("requirements.txt", python=python)
    assert run.items() <= locked("tests/requirements.txt", python=python).items()


def test_no_library_for_a_gpu_is_locked() -> None:
    """PyTorch's build for CUDA would bring several GB of them to every machine that tests."""
    names = set(locked("tests/requirements.txt", python="3.11"))
    assert "torch" in names
    assert [name for name in names if re.match("nvidia|cuda|triton", name)] == []


def test_the_pythons_are_those_that_are_promised() -> None:
    promised = SpecifierSet(project()["requires-python"])
    assert [p for p in ("3.10", *PYTHONS, "3.14") if f"{p}.0" in promised] == list(PYTHONS)


def third_party(package: str) -> dict[str, str]:
    """Imported top-level names that are neither Python's nor ours → one place that imports each."""
    return {
        each.top: f"{path.relative_to(ROOT)}:{each.line}"
        for path in modules(package).values()
        for each in imports(path)
        if each.top not in {*sys.stdlib_module_names, *PACKAGES}
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_is_declared(package: str) -> None:
    wanted = [*declared(), *(declared("test") if package == "tests" else [])]
    names = {canonicalize_name(requirement.name) for requirement in wanted}
    providers = packages_distributions()
    undeclared = {
        name: place
        for name, place in third_party(package).items()
        if name not in OPTIONAL
        and not names & {canonicalize_name(provider) for provider in providers.get(name, [name])}
    }
    assert undeclared == {}


def test_every_dependency_is_used() -> None:
    """What nothing imports is weight on every machine that installs it."""
    providers = packages_distributions()
    for wanted, packages in ((declared(), ("core", "dashboard")), (declared("test"), ("tests",))):
        imported = {
            canonicalize_name(provider)
            for package in packages
            for name in third_party(package)
            for provider in providers.get(name, [name])
        }
        names = {canonicalize_name(requirement.name) for requirement in wanted}
        assert names - imported - NEVER_IMPORTED == set()


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project: what git has or would add; skips where there is no repository."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("not a git repository, so it cannot be told which files are the project's")
    files = (ROOT / name for name in done.stdout.split("\0") if name)
    return tuple(path for path in files if path.is_file())


def test_no_file_is_longer_than_one_question() -> None:
    sources = [path for path in tracked() if path.suffix in SOURCE]
    assert len(sources) > 10
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_file_is_named_after_nothing() -> None:
    nothing = {"util", "utils", "helper", "helpers", "common", "misc"}
    assert [path for path in tracked() if path.stem in nothing] == []


# A folder that only one machine has. Not preceded by a letter, a dot or a slash, which would make
# it part of an address or of a relative path.
MACHINE_PATH = re.compile(
    r"(?<![\w./:-])/(?:home|Users|root|tmp|work|opt|private)/\w|\b[A-Z]:\\Users"
)


def machine_paths(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_no_file_knows_a_machine() -> None:
    known = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # arrays and pictures
        if lines := machine_paths(text):
            known[str(path.relative_to(ROOT))] = lines
    assert known == {}


def test_a_machine_path_would_be_seen() -> None:
    folder = "/".join(["", "home", "somebody", "model.npz"])
    assert machine_paths(f"load('{folder}')") == [f"load('{folder}')"]
    assert machine_paths(f"see https://example.org{folder} and ../..{folder}") == []
