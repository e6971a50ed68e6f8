"""Imports go one way, as the design has it; and neither TensorFlow nor Keras comes along.

The directions are held on the source, not on what happens to be loaded: `ORDER` is the design's
line of arrows written from right to left. Groups on one level may use each other, in one direction.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.sources import ROOT, Import, imports, modules

# From what everybody may import to what nobody may. A new part of core or of the dashboard is
# placed here once; inside a part, files import as they like.
ORDER: tuple[frozenset[str], ...] = (
    frozenset(
        {
            "core.errors",
            "core.messages",
            "core.children",
            "core.terminal",
            "core.memory",
            "core.threads",
            "core.written",
            "core.typed_paths",
            "core.own_files",
        }
    ),
    frozenset({"core.arrays", "core.text", "core.data", "core.interventions", "core.scale"}),
    frozenset({"core.smooth_functions"}),
    frozenset({"core.activations"}),
    frozenset({"core.cells"}),
    frozenset(
        {
            "core.nodes",
            "core.wiring",
            "core.model",
            "core.padding",
            "core.initialise",
            "core.encoder_decoder",
            "core.losses",
            "core.trace",
            "core.gradients",
        }
    ),
    frozenset({"core.engines", "core.bptt"}),
    frozenset(
        {
            "core.training",
            "core.importers",
            "core.corpus",
            "core.analysis",
            "core.generate",
            "core.make",
            "core.forecast",
            "core.bundled",
        }
    ),
    frozenset({"core"}),
    frozenset(
        {
            "dashboard",
            "dashboard.origins",
            "dashboard.widgets",
            "dashboard.figures",
            "dashboard.state",
            "dashboard.choices",
            "dashboard.reader",
            "dashboard.fields",
            "dashboard.cache",
            "dashboard.i18n",
            "dashboard.components",
            "dashboard.server",
            "dashboard.tabs",
            "dashboard.typed",
            "dashboard.unseen",
        }
    ),
    frozenset({"dashboard.views"}),
    frozenset({"dashboard.app"}),
)
LEVEL = {group: level for level, groups in enumerate(ORDER) for group in groups}

NEEDS_KERAS = (
    "core.engines.keras_along",
    "core.engines.keras_cell",
    "core.engines.keras_engine",
    "core.training",
    "core.importers",
)
KERAS = {"tensorflow", "keras"}
DRAWING = {"streamlit", "plotly"}


def group_of(name: str) -> str:
    """core.cells.lstm → core.cells; core itself → core."""
    return ".".join(name.split(".")[:2])


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def found(*packages: str, root: Path = ROOT) -> dict[str, list[Import]]:
    return {name: imports(path, root) for name, path in modules(*packages, root=root).items()}


def wrong_directions(graph: dict[str, list[Import]]) -> list[str]:
    """Imports that run against the arrows, each as a sentence."""
    wrong = []
    for module, imported in graph.items():
        here = group_of(module)
        for each in imported:
            there = group_of(each.name)
            if each.top not in {"core", "dashboard", "tests"} or there == here:
                continue
            if LEVEL.get(there, len(ORDER)) > LEVEL.get(here, -1):
                wrong.append(f"{module}:{each.line} imports {each.name}")
    return wrong


def uses_of_streamlit(path: Path) -> set[str]:
    """The names taken from streamlit: `st.<name>`, or imported from it."""
    used: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used |= {node.attr} if node.value.id in {"st", "streamlit"} else set()
        elif isinstance(node, ast.ImportFrom) and node.module == "streamlit":
            used |= {alias.name for alias in node.names}
    return used


def test_every_part_has_its_place() -> None:
    parts = {group_of(name) for name in modules("core", "dashboard")}
    assert parts - set(LEVEL) == set(), "place the new parts in ORDER"


def test_imports_go_one_way() -> None:
    graph = found("core", "dashboard")
    assert sum(map(len, graph.values())) > 50, "too little was read to mean anything"
    assert wrong_directions(graph) == []


def test_parts_do_not_import_each_other_in_circles() -> None:
    circles: dict[str, set[str]] = {}
    for module, imported in found("core", "dashboard").items():
        here = group_of(module)
        others = {group_of(each.name) for each in imported if each.top in {"core", "dashboard"}}
        circles.setdefault(here, set()).update(others - {here})
    try:
        TopologicalSorter(circles).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_core_draws_nothing() -> None:
    wrong = [
        f"{module}:{each.line} imports {each.name}"
        for module, imported in found("core").items()
        for each in imported
        if each.top in DRAWING | {"dashboard"}
    ]
    assert wrong == []


def test_figures_are_pure() -> None:
    graph = found("dashboard/figures")
    assert graph
    # Korean particles depend on nothing but the sentence that they stand in.
    pure = ("dashboard.figures", "dashboard.i18n.particles")
    wrong = [
        f"{module}:{each.line} imports {each.name}"
        for module, imported in graph.items()
        for each in imported
        if each.top == "streamlit" or (each.top == "dashboard" and not is_within(each.name, pure))
    ]
    assert wrong == []


def test_keras_is_imported_late_and_in_few_places() -> None:
    wrong = [
        f"{module}:{each.line} imports {each.name}"
        for module, imported in found("core", "dashboard").items()
        for each in imported
        if each.top in KERAS and not (each.inside_function and is_within(module, NEEDS_KERAS))
    ]
    assert wrong == []


def test_child_processes_are_started_in_one_place() -> None:
    starters = {
        module
        for module, imported in found("core", "dashboard").items()
        for each in imported
        if each.top in {"subprocess", "multiprocessing"}
    }
    assert starters == {"core.children"}


@pytest.mark.parametrize(
    ("words", "owner"),
    [
        (("session_state", "query_params"), "dashboard/state.py"),
        (("cache_data", "cache_resource"), "dashboard/cache"),
    ],
)
def test_one_file_owns_it(words: tuple[str, ...], owner: str) -> None:
    """`st.<word>` stands in its owner alone, a file or a package."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "dashboard").rglob("*.py")
        if uses_of_streamlit(path) & set(words)
    }
    assert {user if user == owner else user.rpartition("/")[0] for user in users} == {owner}


def test_a_wrong_import_would_be_seen(tmp_path: Path) -> None:
    """The reader and the rule on a project made of mistakes."""
    lstm = tmp_path / "core" / "cells" / "lstm.py"
    lstm.parent.mkdir(parents=True)
    lstm.write_text(
        "from ..activations import tanh\n"
        "from . import gru\n"
        "def step():\n"
        "    from core import bptt\n"
        "    import dashboard.views.gates, numpy\n",
        encoding="utf-8",
    )
    (tmp_path / "core" / "bptt.py").touch()
    (tmp_path / "core" / "cells" / "gru.py").touch()
    graph = found("core", root=tmp_path)
    assert [(each.name, each.inside_function) for each in graph["core.cells.lstm"]] == [
        ("core.activations", False),
        ("core.cells.gru", False),
        ("core.bptt", True),
        ("dashboard.views.gates", True),
        ("numpy", True),
    ]
    assert wrong_directions(graph) == [
        "core.cells.lstm:4 imports core.bptt",
        "core.cells.lstm:5 imports dashboard.views.gates",
    ]


def test_nothing_brings_in_keras() -> None:
    """Every module of core and of the dashboard, imported in a fresh process."""
    names = [name for name in modules("core", "dashboard") if name.rpartition(".")[2] != "__main__"]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print(sorted({KERAS!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
