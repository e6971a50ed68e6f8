"""The child that reads a file: what it gives back, how it may end, and what it cannot do."""

from __future__ import annotations

import sys
import textwrap
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.importers import errors, sandbox
from core.importers.limits import Limits
from core.importers.load import read_model
from tests.core.importers.attacks import models

linux = pytest.mark.skipif(not sandbox.memory_is_limited(), reason="the system sets no such limits")


@pytest.fixture
def reading(monkeypatch):
    """Has the child read by other code, as if a file had taken it over."""

    def by(code: str) -> None:
        lines = textwrap.dedent(code)
        program = f"""
import os, sys, time
import numpy as np
from core.importers import crossing, errors, load, reader
real = load.read_model
def read_model(data, **settings):
{textwrap.indent(lines, "    ")}
load.read_model = read_model
reader.main()
"""
        monkeypatch.setattr(sandbox, "_COMMAND", (sys.executable, "-c", program))

    return by


@pytest.mark.parametrize(
    ("write", "given"),
    [(models.keras, bytes), (models.legacy_h5, Path), (models.safetensors, str)],
)
def test_the_model_is_that_which_this_process_would_read(tmp_path, write, given):
    data = write()
    here = read_model(data, name="model", limits=Limits())
    path = tmp_path / "net"
    path.write_bytes(data)
    apart = sandbox.read_model_apart(data if given is bytes else given(path))
    assert apart.digest == here.digest
    assert apart.name == here.name
    assert apart.card == here.card


def test_a_refusal_crosses_with_its_facts(tmp_path):
    with pytest.raises(errors.MissingEntry) as caught:
        sandbox.read_model_apart(
            models.archive({"config.json": models.keras_entries()["config.json"]})
        )
    assert caught.value.facts == {"entry": "model.weights.h5"}
    path = tmp_path / "x.pt"
    path.write_bytes(b"\x80\x02}q\x00.")
    with pytest.raises(errors.PickleInFile) as pickled:
        sandbox.read_model_apart(path)
    assert pickled.value.lines.count("\n") > 1
    assert "'x.safetensors'" in pickled.value.lines


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_what_is_no_file_is_not_read(tmp_path, place):
    with pytest.raises(errors.NoModelFile):
        sandbox.read_model_apart(tmp_path / place)


def test_a_device_is_no_file():
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no /dev/zero")
    with pytest.raises(errors.NoModelFile):
        sandbox.read_model_apart("/dev/zero")


def test_a_file_that_is_too_large_is_not_even_handed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_COMMAND", ("no such program",))
    path = tmp_path / "net"
    path.write_bytes(bytes(1001))
    for source in (path, path.read_bytes()):
        with pytest.raises(errors.ModelFileTooLarge):
            sandbox.read_model_apart(source, limits=Limits(file_bytes=1000))


def test_an_empty_file():
    with pytest.raises(errors.CutShort):
        sandbox.read_model_apart(b"")


# How it may end.


def test_a_crash_is_a_refusal(reading):
    reading("import signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(errors.ReaderStopped, match="SIGSEGV"):
        sandbox.read_model_apart(models.keras())


def test_one_that_hangs_is_stopped(reading):
    reading("time.sleep(60)")
    start = time.monotonic()
    with pytest.raises(errors.ReaderTooSlow):
        sandbox.read_model_apart(models.keras(), limits=Limits(seconds=1.0))
    assert time.monotonic() - start < 3


@linux
@pytest.mark.parametrize("code", ["np.ones(2**32)", "[bytes(2**20) for _ in range(2**12)]"])
def test_memory_has_a_bound(reading, code):
    reading(code)
    with pytest.raises(errors.ReaderOutOfMemory) as caught:
        sandbox.read_model_apart(models.keras())
    assert caught.value.facts == {"megabytes": 1536}


def test_a_mistake_of_ours_is_told_as_one(reading):
    reading("raise KeyError('of ours')")
    with pytest.raises(errors.ReaderStopped, match="KeyError: 'of ours'"):
        sandbox.read_model_apart(models.keras())


@pytest.mark.parametrize(
    "code",
    [
        "os._exit(0)",
        "print('nonsense', flush=True); os._exit(0)",
        "type(real(data)).described = lambda _: {'kind': 'dense'}; return real(data, **settings)",
    ],
)
def test_an_answer_that_makes_no_sense_is_a_refusal(reading, code):
    reading(code)
    with pytest.raises(errors.ReaderStopped, match=r"no sense|no answer|exit code"):
        sandbox.read_model_apart(models.keras())


# What it cannot do.


def test_it_sees_no_secrets(reading, monkeypatch):
    monkeypatch.setenv("SOME_PASSWORD", "x")
    reading("raise errors.MissingEntry(entry=','.join(os.environ)[:150])")
    with pytest.raises(errors.MissingEntry) as caught:
        sandbox.read_model_apart(models.keras())
    assert "PATH" in str(caught.value)
    assert "SOME_PASSWORD" not in str(caught.value)


def test_a_name_in_any_error_is_shown_on_one_line(reading):
    reading("from core.errors import WrongFile; raise WrongFile(kind='a\\nb' * 200, why='x')")
    with pytest.raises(Exception, match=r"a\\nb") as caught:
        sandbox.read_model_apart(models.keras())
    assert len(str(caught.value)) < 400


@linux
def test_it_writes_no_large_file(reading):
    reading("open('large', 'wb').truncate(2**40)")
    with pytest.raises(errors.ReaderStopped, match="File too large"):
        sandbox.read_model_apart(models.keras())


def test_keras_does_not_come_along(reading):
    reading(
        """
        real(data, **settings)
        found = {"keras", "tensorflow", "torch", "pandas"} & set(sys.modules)
        raise errors.MissingEntry(entry=str(sorted(found)))
        """
    )
    with pytest.raises(errors.MissingEntry, match=r"'\[\]'"):
        sandbox.read_model_apart(models.keras())


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sandbox.read_model_apart(models.keras())
    with pytest.raises(errors.FileRefused):
        sandbox.read_model_apart(b"PK\x03\x04")
    assert list(tmp_path.iterdir()) == []


@linux
def test_the_most_memory_is_three_times_the_limit_on_the_file(reading, tmp_path):
    """Of the child, for a file as large as the limit allows."""
    table = np.random.default_rng(0).random((2**22, 4), np.float32)

    def edit(root: h5py.File) -> None:
        del root["layers/embedding/vars/0"]
        root["layers/embedding/vars/0"] = table

    path = tmp_path / "net"
    path.write_bytes(models.keras(weights=models.hdf5(edit)))
    size = path.stat().st_size
    reading(
        """
        write = reader.write_answer
        def and_count(*answer):
            write(*answer)
            lines = open("/proc/self/status").read().splitlines()
            (found,) = [line.split()[1] for line in lines if line.startswith("VmHWM")]
            raise errors.MissingEntry(entry=found)
        reader.write_answer = and_count
        return real(data, **settings)
        """
    )
    with pytest.raises(errors.MissingEntry) as caught:
        sandbox.read_model_apart(path, limits=Limits(file_bytes=size))
    assert size < 1024 * int(str(caught.value.facts["entry"])) < 3 * size
