"""The project's own source, read with ast: its modules, and what each of them imports.

Reading is not importing: a module that cannot be imported here, or whose import is conditional,
is read all the same, and an import inside a function counts as well as one at the top.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "dashboard", "tests")


@dataclass(frozen=True)
class Import:
    """One imported module: its dotted name, where it stands, and whether only a function has it."""

    name: str
    line: int
    inside_function: bool

    @property
    def top(self) -> str:
        """The first part of the name: the package that would have to be installed."""
        return self.name.partition(".")[0]


def module_name(path: Path, root: Path = ROOT) -> str:
    """core/cells/lstm.py → core.cells.lstm; core/cells/__init__.py → core.cells."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(*packages: str, root: Path = ROOT) -> dict[str, Path]:
    """Dotted name → file of every module in the given packages of the project."""
    files = (path for package in packages for path in sorted((root / package).rglob("*.py")))
    return {module_name(path, root): path for path in files}


def imports(path: Path, root: Path = ROOT) -> list[Import]:
    """What the file imports; `from core import bptt` is core.bptt where that is a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    module = module_name(path, root)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return list(_walk(tree, package=package, root=root, inside_function=False))


def _walk(node: ast.AST, *, package: str, root: Path, inside_function: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, inside_function)
    elif isinstance(node, ast.ImportFrom):
        base = _base(node, package)
        for alias in node.names:
            member = f"{base}.{alias.name}"
            name = member if _is_module(member, root) else base
            yield Import(name, node.lineno, inside_function)
    deeper = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in ast.iter_child_nodes(node):
        yield from _walk(
            child, package=package, root=root, inside_function=inside_function or deeper
        )


def _base(node: ast.ImportFrom, package: str) -> str:
    """The absolute name that `from .x import y` starts from."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _is_module(name: str, root: Path) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()
