"""Where compiled loops are kept: a folder of this user's, and the modules in it.

Numba keeps what it compiled beside the module that it was compiled from, and takes it from there
in the next process: 0.1 s instead of some seconds. It looks at that module alone, so that the
folder's name stands for all else that counts: our own sources, the versions of Numba, NumPy and
Python, and the processor. Several processes may write the same file at once; each is put in its
place whole.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import ModuleType
from typing import Any

from platformdirs import user_cache_path

from core.engines.fast.rows import Variant
from core.engines.fast.source import Source, written

SOURCES = ("functions.py", "products.py", "views.py", "options.py")
"""What a written module takes from here: Numba would not see that it has changed."""

LOOPS = 2
"""Forward and back: Numba keeps each in a file of its own."""


@dataclass(frozen=True)
class Compiled:
    """The two loops of a cell, and what they take."""

    source: Source
    forward: Callable[..., None]
    backward: Callable[..., None]


def folder() -> Path:
    """Where this machine's modules lie; `UNROLLED_COMPILED_DIR` says another place."""
    chosen = os.environ.get("UNROLLED_COMPILED_DIR")
    above = Path(chosen) if chosen else user_cache_path("unrolled") / "compiled"
    return above / _stamp()


@cache
def _stamp() -> str:
    import llvmlite.binding as llvm

    processor = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    libraries = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    stamp = hashlib.sha256("\n".join((platform.python_version(), processor, *libraries)).encode())
    for name in SOURCES:
        stamp.update((Path(__file__).parent / name).read_bytes())
    return stamp.hexdigest()[:16]


def is_compiled(variant: Variant) -> bool:
    """Whether an earlier process left both loops in the folder. Raises NoCompiledLoop, OSError."""
    path = _path(written(variant).text, variant.name)
    return len(list((path.parent / "__pycache__").glob(f"{path.stem}.*.nbc"))) >= LOOPS


def load(variant: Variant) -> Compiled:
    """The loops of a cell with its settings, compiled unless they are there.

    Raises NoCompiledLoop for what loops cannot be written for, OSError where the folder cannot be
    written, and what Numba raises.
    """
    source = written(variant)
    module = _imported(_kept(source.text, variant.name))
    return Compiled(source, module.forward, module.backward)


def _path(text: str, name: str) -> Path:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return folder() / f"unrolled_{name.replace('-', '_')}_{digest}.py"


def _kept(text: str, name: str) -> Path:
    path = _path(text, name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(path)
    return path


_IMPORTING = threading.Lock()
"""A second thread that asks meanwhile would be given a module that is not whole yet."""


def _imported(path: Path) -> ModuleType:
    with _IMPORTING:
        known: ModuleType | None = sys.modules.get(path.stem)
        if known is not None:
            return known
        spec: Any = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module  # Numba looks the module of what it has kept up by name
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[path.stem]
            raise
        return module
