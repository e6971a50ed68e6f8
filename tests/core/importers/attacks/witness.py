"""A child that reads file after file, and says of each what came of it and what it did.

A file that runs code, opens another file or reaches for the network is caught in the act: Python
reports such things to an audit hook. Memory is the system's own count of the most that the process
has held, which includes what libhdf5 took. One child for many files, because starting one for each
takes half a second; a child that dies is a finding.

    python -m tests.core.importers.attacks.witness
"""

from __future__ import annotations

import importlib
import io
import json
import os
import pkgutil
import select
import struct
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

import core.importers
from core import children
from core.errors import CoreError, Failure
from core.importers.crossing import write_answer
from core.importers.limits import Limits
from core.importers.load import read_model
from core.importers.reader import guard
from core.importers.sandbox import error_from, model_from_answer
from core.model import Model

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 20.0
"""Seconds after which a child is stuck; what is just slow is for the caller to judge."""

_HEAD = struct.Struct("<LQ")
# What reading a file in memory has no business with. Readers are imported before. Not `compile`:
# NumPy reads the header of an array as a Python literal, which it is a part of; `exec` is not.
FORBIDDEN = (
    *("exec", "import", "open", "marshal.loads", "pickle.find_class", "code.__new__"),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.listdir", "os.scandir", "os.mkdir"),
    *("os.remove", "os.rename", "os.symlink", "os.link", "os.chmod", "subprocess.Popen"),
    *("socket.connect", "socket.getaddrinfo", "urllib.Request", "ctypes.dlopen", "shutil.move"),
)

# From 3.13 on, Python looks for the line of a syntax error in a file of the name that it gives to
# text it was handed.
NO_FILE = ("<string>", "rb", 0)


@dataclass(frozen=True)
class Testimony:
    """What came of one file: an error, or the names of a model's stages.

    `crash` is what an exception that is not ours said. `deeds` are forbidden things done while
    reading. `memory` is in bytes, above what the child held before; 0 where nobody counts.
    """

    seconds: float
    memory: int
    deeds: tuple[str, ...]
    error: CoreError | None = None
    stages: tuple[str, ...] | None = None
    crash: str | None = None


@dataclass
class Watch:
    """What is seen while one file is read."""

    deeds: list[str] = field(default_factory=list)
    watching: bool = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event in FORBIDDEN and arguments != NO_FILE:
            self.deeds.append(f"{event} {str(arguments)[:100]}")


WATCH = Watch()


def held() -> int:
    """The most memory that this process has held since `forget`, in bytes; 0 if nobody knows."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def forget() -> None:
    """Lets the count of the most memory begin anew, where the system can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def read(data: bytes, *, name: str, limits: Limits, options: dict[str, Any]) -> dict[str, Any]:
    """Reads one file as the sandbox's child does, and tells about it."""
    told: dict[str, Any] = {}
    forget()
    before = held()
    WATCH.deeds.clear()
    WATCH.watching = True
    start = time.perf_counter()
    try:
        model = across(read_model(data, name=name, limits=limits, **options), limits)
        told["stages"] = [part.name for part in model.parts]
    except CoreError as error:
        told["error"] = Failure.of(error).to_json()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        told["crash"] = f"{type(error).__name__}: {error}"
    told["seconds"] = time.perf_counter() - start
    WATCH.watching = False
    told["memory"] = held() - before
    told["deeds"] = list(WATCH.deeds)
    return told


def across(model: Model, limits: Limits) -> Model:
    """The model as it arrives at the sandbox's other end."""
    answer = io.BytesIO()
    write_answer(answer, model.described(), model.parameters)
    file = io.BufferedReader(io.BytesIO(answer.getvalue()))
    arrived = model_from_answer(file, limits=limits)
    assert arrived.parameters.keys() == model.parameters.keys()
    for name, array in model.parameters.items():
        np.testing.assert_array_equal(arrived.parameters[name], array)
    return arrived


def prepare() -> None:
    """Sets the watch, asks the system for bounds, and imports all that readers may import."""
    sys.addaudithook(WATCH)
    warnings.simplefilter("error")
    guard(Limits(seconds=10**6))  # of processor time, for all files together
    for module in pkgutil.iter_modules(core.importers.__path__, "core.importers."):
        importlib.import_module(module.name)
    importlib.import_module("onnx.numpy_helper")
    for codec in ("unicode_escape", "utf-8-sig", "utf-16", "utf-32"):
        "".encode(codec)  # imports it


def main() -> None:
    """Reads files from standard input until there are no more."""
    prepare()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        while head := sys.stdin.buffer.read(_HEAD.size):
            described, length = _HEAD.unpack(head)
            asked = json.loads(sys.stdin.buffer.read(described))
            data = sys.stdin.buffer.read(length)
            limits = Limits(**asked["limits"])
            told = read(data, name=asked["name"], limits=limits, options=asked["options"])
            answers.write(json.dumps(told) + "\n")
            answers.flush()


class Witness:
    """The parent's end: hands over files, and hears what came of them."""

    def __init__(self) -> None:
        self._child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return children.launch(
            children.command("tests.core.importers.attacks.witness"),
            settings={"OPENBLAS_NUM_THREADS": "1"},
        )

    def read(self, data: bytes, *, name: str = "model", **settings: Any) -> Testimony:
        """What came of a file; `settings` are bounds, and `options`.

        Raises AssertionError where the child died or hung.
        """
        options = settings.pop("options", {})
        asked = json.dumps({"name": name, "limits": settings, "options": options}).encode()
        stdin, stdout = self._pipes()
        stdin.write(_HEAD.pack(len(asked), len(data)) + asked + data)
        stdin.flush()
        ready, _, _ = select.select([stdout], [], [], PATIENCE)
        answer = stdout.readline() if ready else b""
        if not answer:
            self._child.kill()
            code = self._end()
            self._child = self._start()
            what = f"died: {code}" if ready else f"hung for {PATIENCE} s"
            raise AssertionError(f"the child that read the file {what}")
        told = json.loads(answer)
        error = error_from(json.dumps(told["error"]).encode()) if "error" in told else None
        stages = tuple(told["stages"]) if "stages" in told else None
        deeds = tuple(told["deeds"])
        return Testimony(
            told["seconds"], told["memory"], deeds, error, stages, crash=told.get("crash")
        )

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        return self._child.stdin, self._child.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> int:
        for pipe in self._pipes():
            with suppress(BrokenPipeError):
                pipe.close()
        return self._child.wait(timeout=10)


if __name__ == "__main__":
    main()
