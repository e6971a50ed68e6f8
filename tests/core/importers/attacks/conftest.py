"""The witness that reads every attack, and the verdict that all of them have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.importers.errors import FileRefused
from tests.core.importers.attacks import models, onnx_files, torch_files
from tests.core.importers.attacks.witness import Testimony, Witness

MIB = 2**20
MOST_SECONDS = 2.0

Refused = Callable[..., Testimony]


@pytest.fixture(scope="package")
def witness() -> Iterator[Witness]:
    """A child that has read a sound file of every format, so that all readers are imported."""
    with Witness() as child:
        sound = (
            *(models.keras(), models.legacy_h5(), models.safetensors(), onnx_files.model()),
            *(torch_files.checkpoint(), torch_files.legacy()),
        )
        for data in sound:
            child.read(data)
        yield child


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that comes into being where an attack has run."""
    return tmp_path / "canary"


@pytest.fixture
def refused(witness: Witness, canary: Path) -> Refused:
    """Has a file read, and holds it to the verdict: refused as `kind`, and nothing else done.

    `entry` is where the error says that it stands. No code ran, nothing else was opened, and
    neither time nor memory went beyond what the bytes of the file are worth.
    """

    def judge(data: bytes, kind: type[FileRefused], entry: str = "", **settings: Any) -> Testimony:
        said = witness.read(data, **settings)
        assert said.crash is None
        assert said.stages is None, "the file was read"
        assert type(said.error) is kind, said.error
        assert entry in str(said.error.facts.get("entry", "")), said.error
        assert said.deeds == ()
        assert not canary.exists()
        assert said.seconds < MOST_SECONDS
        assert said.memory < 32 * MIB + 3 * len(data)
        return said

    return judge
