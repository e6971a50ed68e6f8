"""`watch_torch`: a PyTorch loop of one's own as a run, held to what the module itself gives."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch
from torch import nn

import core
from core.training import watch_torch
from core.training.store import RunStore
from tests.core.training.watched_script import WORDS, data

VOCABULARY = ["<pad>", "<unk>", *WORDS]


class Reader(nn.Module):
    """Reads words, answers at the last one."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(2 + len(WORDS), 4)
        self.lstm = nn.LSTM(4, 5, batch_first=True)
        self.fc = nn.Linear(5, 2)

    def forward(self, ids):
        return self.fc(self.lstm(self.embedding(ids))[0][:, -1])


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def train(store, module, *, epochs=3, name="torch's", stop=None, **options):
    """A loop as people write it, watched; returns the run and the losses of its batches."""
    torch.manual_seed(0)
    ids, targets = map(torch.tensor, data())
    optimizer = torch.optim.Adam(module.parameters(), 0.01)
    losses = []
    options = {"folder": store.folder, "optimizer": optimizer, "epochs": epochs} | options
    with watch_torch(module, name, **options) as watched:
        for _ in range(epochs):
            for at in range(0, len(ids), 32):
                loss = nn.functional.cross_entropy(
                    module(ids[at : at + 32]), targets[at : at + 32].long()
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                watched.batch(loss=loss)
                losses.append(loss.item())
            if stop is not None:
                stop(store.run(watched.watched.run_id))
            right = (module(ids).argmax(1) == targets).float().mean()
            watched.epoch(loss=np.mean(losses[-3:]), accuracy=right, val_loss=0.5, val_accuracy=0.7)
            if watched.should_stop:
                break
    return store.run(watched.watched.run_id), losses


def test_the_run_holds_the_loop_and_the_module_of_every_epoch(store):
    torch.manual_seed(1)
    module = Reader()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run, losses = train(store, module, probes=["not good"], vocabulary=VOCABULARY)
    assert run.status.state == "finished"
    np.testing.assert_allclose(run.batches["loss"], losses, rtol=1e-5)
    assert list(run.batches["epoch"]) == [1] * 3 + [2] * 3 + [3] * 3
    assert list(run.epochs["validation_metric"]) == [0.7] * 3
    assert run.brought.metric == "accuracy"
    assert run.brought.network == "Embedding(4) → LSTM(5) → Dense(2)"
    assert (run.brought.optimizer, run.brought.learning_rate) == ("Adam", 0.01)
    ids = data()[0][:6]
    with torch.no_grad():
        expected = module(torch.tensor(ids)).numpy()
    np.testing.assert_allclose(core.record(run.model(), ids).outputs, expected, atol=1e-6)
    module.load_state_dict(before)
    with torch.no_grad():
        expected = module(torch.tensor(ids)).numpy()
    np.testing.assert_allclose(core.record(run.model(0), ids).outputs, expected, atol=1e-6)
    assert run.film(0, 3).time == 2
    assert run.model(3).vocabulary.token_of(int(run.film(0, 3).inputs[0, 1])) == "good"


def test_an_error_in_the_loop_is_the_script_s_and_said_on_the_run(store):
    with (
        pytest.raises(RuntimeError, match="of mine"),
        watch_torch(Reader(), "broken", folder=store.folder) as watched,
    ):
        raise RuntimeError("of mine")
    run = store.run(watched.watched.run_id)
    assert run.status.state == "failed"
    assert run.status.error["name"] == "ScriptStopped"
    assert run.status.error["facts"] == {"kind": "RuntimeError", "words": "of mine"}
    assert not run.has_worker


def test_a_loop_that_looks_can_be_stopped_from_the_page(store):
    run, losses = train(store, Reader(), epochs=9, stop=lambda run: run.cancel())
    assert len(losses) == 3
    assert run.status.state == "cancelled"


def test_a_module_that_cannot_be_read_is_watched_by_its_curves(store):
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3)
            self.fc = nn.Linear(6, 2)

        def forward(self, ids):
            return self.fc(ids.float())

    with pytest.warns(UserWarning, match="only the curves are watched"):
        run, losses = train(store, Other(), epochs=2)
    assert len(run.batches) == len(losses)
    assert run.model_epochs == ()
    assert run.status.notes[0]["name"] == "NotPictured"


def test_what_goes_wrong_in_writing_is_one_warning(store):
    store.folder.write_text("a file", encoding="utf-8")
    with pytest.warns(UserWarning, match="Nothing more is written") as told:
        run_out(watch_torch(Reader(), "mine", folder=store.folder))
    assert len(told) == 1


def run_out(watching):
    with watching as watched:
        for _ in range(3):
            watched.batch(loss=1.0)
            watched.epoch(loss=1.0)
        assert not watched.should_stop


def test_torch_is_not_imported_by_us(root):
    code = (
        "import sys, core.training; from core.training import watch_torch, import_log; "
        "print([each for each in ('torch', 'keras', 'tensorflow') if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
