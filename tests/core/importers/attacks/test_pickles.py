"""Pickles in their many clothes: told by their bytes, never loaded. `.pt`: test_checkpoints.py."""

from __future__ import annotations

import collections
import io
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.importers import errors
from core.importers.torch.errors import WholeModule
from tests.core.importers.attacks import models

PROTOCOLS = range(6)


class Attack:
    """What a hostile pickle is: something to be called when it is loaded."""

    def __init__(self, canary: Path) -> None:
        self.canary = str(canary)

    def __reduce__(self):
        return open, (self.canary, "w")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ["model.pt", "model.pth", "model.pkl", "model.keras"])
def test_a_pickle_that_runs(refused, canary, protocol, name):
    """What the file is called makes no difference."""
    data = pickle.dumps(Attack(canary), protocol)
    pickle.loads(data).close()  # noqa: S301 - it does run
    canary.unlink()
    said = refused(data, errors.PickleInFile, name=name)
    assert repr(name) in said.error.lines


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickles_of_all_kinds(refused, protocol):
    values = [{"a": 1}, [1], collections.OrderedDict(a=1), {}, [], {"lstm": np.zeros(3)}]
    # Of protocols 0 and 1, which have no mark, those of other things look like any text.
    for value in [*values, (1, 2), "text", 7] if protocol >= 2 else values:
        refused(pickle.dumps(value, protocol), errors.PickleInFile)


@pytest.mark.parametrize("folder", ["archive", "model"])
def test_what_torch_saves(refused, canary, folder):
    entries = {
        f"{folder}/data.pkl": pickle.dumps(Attack(canary), 2),
        f"{folder}/byteorder": b"little",
        f"{folder}/data/0": bytes(64),
        f"{folder}/version": b"3\n",
    }
    said = refused(models.archive(entries), WholeModule, name="net.pt")
    assert "net.safetensors" in said.error.lines


def test_a_pickle_inside_a_keras_archive(refused, canary):
    data = models.keras(**{"assets/x.pkl": pickle.dumps(Attack(canary))})
    refused(data, errors.PickleInFile)


def test_numpy_objects(refused, canary):
    file = io.BytesIO()
    np.save(file, np.array([Attack(canary)], object), allow_pickle=True)
    refused(file.getvalue(), errors.PickleInFile, name="weights.npy")


def test_numpy_objects_in_an_npz(refused, canary):
    file = io.BytesIO()
    np.savez(file, description=np.array([Attack(canary)], object))
    refused(file.getvalue(), errors.NotNumbers, "description.npy")


@pytest.mark.parametrize("what", ["pickled arrays", "pickled module", "numpy"])
def test_the_lines_turn_a_pickle_into_a_file_that_is_read(witness, tmp_path, what):
    """Run by hand, as the refusal says; a name with quotes among them."""
    torch.manual_seed(0)
    parts = {
        "embedding": torch.nn.Embedding(7, 4),
        "lstm": torch.nn.LSTM(4, 3),
        "fc": torch.nn.Linear(3, 2),
    }
    net = torch.nn.ModuleDict(parts)
    arrays = {name: each.numpy() for name, each in net.state_dict().items()}
    path = tmp_path / f"my 'net'.{'npy' if what == 'numpy' else 'pkl'}"
    if what == "numpy":
        np.save(path, np.array(arrays, object), allow_pickle=True)
    else:
        path.write_bytes(pickle.dumps(net if what == "pickled module" else arrays))
    said = witness.read(path.read_bytes(), name=path.name)
    assert isinstance(said.error, errors.PickleInFile)
    subprocess.run([sys.executable, "-c", said.error.lines], cwd=tmp_path, check=True)
    made = (tmp_path / "my 'net'.safetensors").read_bytes()
    assert witness.read(made).stages == tuple(parts)
