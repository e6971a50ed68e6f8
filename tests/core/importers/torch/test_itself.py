"""Files of PyTorch's own modules, read and written, beside PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load, save, save_model

import core
from core.importers.torch.safetensors_export import write_safetensors
from core.importers.torch.state_dict import read_state_dict
from tests.core.networks import states_for

FEATURES, UNITS, ROWS = 3, 4, 9
TOLERANCE = 1e-5
CLASSES = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def network(
    cell: str, *, layers: int = 1, bidirectional: bool = False, seed: int = 0, **settings: Any
) -> Any:
    """An embedding, nn.LSTM, nn.GRU or nn.RNN, and a linear readout of h_n or of every step."""
    torch.manual_seed(seed)
    every = settings.pop("every", False)

    class Network(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
        def __init__(self) -> None:
            super().__init__()
            kind = getattr(torch.nn, CLASSES[cell])
            shape = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": True}
            self.embedding = torch.nn.Embedding(ROWS, FEATURES)
            self.rnn = kind(FEATURES, UNITS, **shape, **settings)
            self.answer = torch.nn.Linear(UNITS * (1 + bidirectional), 2)

        def forward(self, ids: Any) -> Any:
            outputs, states = self.rnn(self.embedding(ids))
            if every:
                return self.answer(outputs)
            hidden = states[0] if cell == "lstm" else states
            last = hidden[-1 - bidirectional :]
            return self.answer(torch.cat(list(last), dim=1))

    return Network().eval()


def answers(module: Any, ids: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return np.asarray(module(torch.from_numpy(ids)).double())


def ids(batch: int = 3, time: int = 6) -> np.ndarray:
    return np.random.default_rng(1).integers(0, ROWS, (batch, time))


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CLASSES)
def test_answers_there_and_back(cell: str, bidirectional: bool, layers: int) -> None:
    module, x = network(cell, layers=layers, bidirectional=bidirectional), ids()
    expected = answers(module, x)
    model = read_state_dict(save(module.state_dict()))
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)
    other = network(cell, layers=layers, bidirectional=bidirectional, seed=1)
    assert np.abs(answers(other, x) - expected).max() > 0.01
    other.load_state_dict(load(write_safetensors(model)))
    np.testing.assert_allclose(answers(other, x), expected, atol=TOLERANCE)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CLASSES)
def test_states_from_initial_ones(cell: str, bidirectional: bool) -> None:
    module = network(cell, layers=2, bidirectional=bidirectional)
    model = read_state_dict(save(module.rnn.state_dict()))
    x = np.random.default_rng(2).normal(size=(2, 5, FEATURES)).astype(np.float32)
    initial = states_for(model, batch=2, seed=4)
    given = {name: torch.tensor(np.stack([each[name] for each in initial])) for name in initial[0]}
    start = (given["hidden"], given["cell"]) if cell == "lstm" else given["hidden"]
    with torch.no_grad():
        outputs, states = module.rnn(torch.from_numpy(x), start)
    trace = core.record(model, x, initial_states=initial)
    np.testing.assert_allclose(trace.outputs, np.asarray(outputs), atol=TOLERANCE)
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    for name, last in zip(names, states if cell == "lstm" else (states,), strict=True):
        for layer, expected in zip(trace.layers, np.asarray(last), strict=True):
            at = -1 if layer.direction == "forward" else 0
            np.testing.assert_allclose(layer.states[name][:, at], expected, atol=TOLERANCE)


def test_every_step_and_relu() -> None:
    module, x = network("simple_rnn", nonlinearity="relu", every=True), ids()
    hints = {"nonlinearity:rnn": "relu", "readout": "every", "activation:answer": "sigmoid"}
    model = read_state_dict(save(module.state_dict()), hints=hints)
    expected = 1 / (1 + np.exp(-answers(module, x)))
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)


@pytest.mark.parametrize("dtype", DTYPES)
def test_number_types(dtype: str) -> None:
    """Half precision is widened: the answers are those of the rounded weights."""
    module, x = network("gru").to(DTYPES[dtype]), ids()
    model = read_state_dict(save(module.state_dict()))
    assert model.dtype == (np.float64 if dtype == "F64" else np.float32)
    widened = module.to(torch.float64)
    np.testing.assert_allclose(core.record(model, x).outputs, answers(widened, x), atol=TOLERANCE)


def _moments(module: Any) -> None:
    """Running moments and scales as training would have left them."""
    with torch.no_grad():
        for each in (module.running_mean, module.weight, module.bias):
            each.normal_()
        module.running_var.uniform_(0.5, 2)


@pytest.mark.parametrize("pooling", ["last", "max", "mean"])
def test_normalisation_and_pooling_there_and_back(pooling: str) -> None:
    torch.manual_seed(3)

    class Network(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
        def __init__(self) -> None:
            super().__init__()
            self.words = torch.nn.Embedding(ROWS, FEATURES)
            self.norm = torch.nn.LayerNorm(FEATURES)
            self.rnn = torch.nn.GRU(FEATURES, UNITS, batch_first=True)
            self.hidden = torch.nn.Linear(UNITS, 5)
            self.batch = torch.nn.BatchNorm1d(5, eps=1e-3)
            self.answer = torch.nn.Linear(5, 2)
            torch.nn.init.normal_(self.norm.weight)
            torch.nn.init.normal_(self.norm.bias)
            _moments(self.batch)

        def forward(self, given: Any) -> Any:
            y, h = self.rnn(self.norm(self.words(given)))
            read = {"last": h[-1], "max": y.max(1)[0], "mean": y.mean(1)}[pooling]
            return self.answer(torch.relu(self.batch(self.hidden(read))))

    module, x = Network().eval(), ids()
    hints = {"readout": pooling, "epsilon:batch": 1e-3}
    model = read_state_dict(save(module.state_dict()), hints=hints)
    expected = answers(module, x)
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)
    written = write_safetensors(model)
    assert read_state_dict(written).digest == model.digest
    other = Network().eval()
    other.load_state_dict(load(written))
    np.testing.assert_allclose(answers(other, x), expected, atol=TOLERANCE)


def test_tied_weights_are_read_where_they_were_left_out(tmp_path: Any) -> None:
    class Speaker(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
        def __init__(self) -> None:
            super().__init__()
            self.encoder = torch.nn.Embedding(ROWS, UNITS)
            self.rnn = torch.nn.LSTM(UNITS, UNITS, batch_first=True)
            self.decoder = torch.nn.Linear(UNITS, ROWS)
            self.decoder.weight = self.encoder.weight

        def forward(self, given: Any) -> Any:
            return self.decoder(self.rnn(self.encoder(given))[0])

    module, x = Speaker().eval(), ids()
    save_model(module, str(tmp_path / "speaker.safetensors"))
    model = read_state_dict((tmp_path / "speaker.safetensors").read_bytes())
    assert [stage.name for stage in model.parts] == ["encoder", "rnn", "decoder"]
    np.testing.assert_allclose(core.record(model, x).outputs, answers(module, x), atol=TOLERANCE)


def test_padding_is_skipped_as_packed_sequences_skip_it() -> None:
    module = network("lstm", bidirectional=True, layers=2)
    x = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 0, 0], [7, 0, 0, 0, 0]])
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        module.embedding(torch.from_numpy(x)), [5, 3, 1], batch_first=True
    )
    with torch.no_grad():
        hidden = module.rnn(packed)[1][0]
        expected = np.asarray(module.answer(torch.cat([hidden[-2], hidden[-1]], dim=1)))
    model = read_state_dict(save(module.state_dict()), hints={"padding": "skip"})
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)
    assert np.abs(answers(module, x) - expected).max() > 0.01
