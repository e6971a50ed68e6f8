"""The witness itself: sound files are read, and what an attack would do is seen."""

from __future__ import annotations

import pytest

from core.importers.errors import UnknownFormat
from core.importers.limits import Limits
from tests.core.importers.attacks import models, torch_files, witness

SOUND = {
    "keras": models.keras(),
    "packed keras": models.archive(models.keras_entries(), packed=True),
    "h5": models.legacy_h5(),
    "safetensors": models.safetensors(),
    "pt": torch_files.checkpoint(),
    "old pt": torch_files.legacy(),
}


@pytest.mark.parametrize("data", SOUND.values(), ids=SOUND)
def test_a_sound_file_is_read(witness, data):
    """Otherwise no refusal below would mean anything."""
    said = witness.read(data)
    assert said.error is None
    assert said.stages is not None
    assert said.stages[:2] == ("embedding", "lstm")
    assert said.deeds == ()


@pytest.mark.parametrize(
    ("deed", "event"),
    [
        (lambda path: path.write_text("x"), "open"),
        (lambda path: exec("1", {}), "exec"),
        (lambda path: __import__("os").system("true"), "os.system"),
        (lambda path: __import__("marshal").loads(b"N"), "marshal.loads"),
    ],
)
def test_a_deed_is_seen(tmp_path, deed, event):
    watch = witness.Watch(watching=True)
    __import__("sys").addaudithook(watch)
    deed(tmp_path / "canary")
    watch.watching = False
    assert event in {seen.split()[0] for seen in watch.deeds}


def test_memory_is_counted():
    witness.forget()
    before = witness.held()
    if not before:
        pytest.skip("this system does not say how much memory a process has held")
    bytearray(2**26)[::4096] = b"x" * 2**14
    assert 2**25 < witness.held() - before < 2**28


def test_what_is_no_error_of_ours_is_a_crash(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(witness, "read_model", broken)
    told = witness.read(b"", name="x", limits=Limits(), options={})
    assert told["crash"] == "KeyError: 'x'"


def test_the_verdict_can_be_guilty(refused):
    refused(b"nothing of the kind", UnknownFormat)
    with pytest.raises(AssertionError, match="was read"):
        refused(models.keras(), UnknownFormat)
