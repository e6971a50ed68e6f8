"""State dicts of PyTorch read by their names: every state at every step, every cell.

Held to equations in NumPy that are written from PyTorch's documentation; `test_itself.py`
holds both to PyTorch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

import core
from core.errors import ShapeMismatch, UnsupportedModel
from core.importers.torch.state_dict import read_state_dict
from tests.core.importers.torch import reference
from tests.core.networks import states_for

CELLS = list(reference.MAPS)
TOLERANCE = 1e-5
FEATURES, UNITS = 3, 4


def inputs(batch: int = 2, time: int = 6) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(batch, time, FEATURES)).astype(np.float32)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_state_of_every_step(cell: str, bidirectional: bool, layers: int, bias: bool) -> None:
    shape: dict[str, Any] = {"layers": layers, "bidirectional": bidirectional, "bias": bias}
    tensors = reference.state_dict(cell, features=FEATURES, units=UNITS, seed=layers, **shape)
    model, x = read_state_dict(save(tensors)), inputs()
    initial = states_for(model, batch=2, seed=3)
    trace = core.record(model, x, initial_states=initial)
    expected = reference.run(cell, tensors, x, initial=initial)
    assert len(trace.layers) == len(expected) == layers * (1 + bidirectional)
    for found, states in zip(trace.layers, expected, strict=True):
        for name, state in states.items():
            np.testing.assert_allclose(found.states[name], state, atol=TOLERANCE)
    top = np.concatenate([states["hidden"] for states in expected[-1 - bidirectional :]], axis=-1)
    np.testing.assert_allclose(trace.outputs, top, atol=TOLERANCE)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", CELLS)
def test_embedding_and_readout_of_the_last_step_read(cell: str, bidirectional: bool) -> None:
    units = UNITS * (1 + bidirectional)
    tensors = {
        **reference.linear(units, 5, name="fc", seed=1),
        **reference.table(9, FEATURES, name="embedding", seed=2),
        **reference.state_dict(
            cell, features=FEATURES, units=UNITS, bidirectional=bidirectional, seed=3
        ),
    }
    model = read_state_dict(save(tensors))
    ids = np.random.default_rng(0).integers(0, 9, (3, 5))
    rnn = {name: each for name, each in tensors.items() if name.startswith("rnn.")}
    states = reference.run(cell, rnn, tensors["embedding.weight"][ids])
    last = [each["hidden"][:, at] for each, at in zip(states, (-1, 0), strict=False)]
    expected = np.concatenate(last, axis=-1) @ tensors["fc.weight"].T + tensors["fc.bias"]
    np.testing.assert_allclose(core.record(model, ids).outputs, expected, atol=TOLERANCE)
    assert [stage.name for stage in model.parts] == ["embedding", "rnn", "fc"]


def test_relu_of_an_rnn_is_what_the_hint_says() -> None:
    tensors = reference.state_dict("simple_rnn", features=FEATURES, units=UNITS)
    model, x = read_state_dict(save(tensors), hints={"nonlinearity:rnn": "relu"}), inputs()
    expected = reference.run("simple_rnn", tensors, x, nonlinearity="relu")[0]["hidden"]
    np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)


@pytest.mark.parametrize("cell", CELLS)
def test_names_of_single_cells_and_of_bare_modules(cell: str) -> None:
    """nn.LSTMCell has no level in its names; the state_dict of nn.LSTM itself has no module."""
    bare = {
        name.removeprefix("rnn."): each
        for name, each in reference.state_dict(cell, features=FEATURES, units=UNITS).items()
    }
    single = {f"cell.{name.removesuffix('_l0')}": each for name, each in bare.items()}
    x = inputs()
    expected = reference.run(cell, bare, x)[0]["hidden"]
    models = [read_state_dict(save(each)) for each in (bare, single)]
    title = {"simple_rnn": "rnn"}.get(cell, cell)
    assert [model.parts[0].name for model in models] == [title, "cell"]
    for model in models:
        np.testing.assert_allclose(core.record(model, x).outputs, expected, atol=TOLERANCE)


def test_weights_go_by_gate() -> None:
    """Each gate's bias is its own number: a layout misread would show."""
    lstm = reference.state_dict("lstm", features=1, units=1)
    lstm["rnn.bias_ih_l0"][:] = [1, 2, 3, 4]
    lstm["rnn.bias_hh_l0"][:] = [10, 20, 30, 40]
    found = read_state_dict(save(lstm)).layers[0].weights
    biases = {gate: float(own["bias"][0]) for gate, own in found.items() if "bias" in own}
    assert biases == {"input": 11, "forget": 22, "candidate": 33, "output": 44}
    gru = reference.state_dict("gru", features=1, units=1)
    gru["rnn.bias_ih_l0"][:] = [1, 2, 3]
    gru["rnn.bias_hh_l0"][:] = [10, 20, 30]
    parameters = read_state_dict(save(gru)).parameters
    assert {name: float(each[0]) for name, each in parameters.items() if "bias" in name} == {
        "rnn/reset/bias": 1,
        "rnn/reset/recurrent_bias": 10,
        "rnn/update/bias": 2,
        "rnn/update/recurrent_bias": 20,
        "rnn/candidate/bias": 3,
        "rnn/candidate/recurrent_bias": 30,
    }


def _without(tensors: dict[str, np.ndarray], *names: str) -> dict[str, np.ndarray]:
    return {name: each for name, each in tensors.items() if name not in names}


def _lstm(**changes: Any) -> dict[str, np.ndarray]:
    return reference.state_dict("lstm", features=FEATURES, units=UNITS, **changes)


REFUSED: dict[str, tuple[dict[str, np.ndarray], list[str]]] = {
    "projection": (
        _lstm() | {"rnn.weight_hr_l0": np.ones((2, UNITS), np.float32)},
        ["'rnn.weight_hr_l0'", "proj_size"],
    ),
    "one bias": (_without(_lstm(), "rnn.bias_hh_l0"), ["'rnn'", "one of the two biases"]),
    "no recurrent weights": (_without(_lstm(), "rnn.weight_hh_l0"), ["'rnn'", "weight_hh"]),
    "a gap between layers": (
        _without(_lstm(layers=3), *(f"rnn.{own}_l1" for own in (
            "weight_ih", "weight_hh", "bias_ih", "bias_hh"))),
        ["'rnn'", "a layer or a direction of it is missing"],
    ),
    "half a pair": (
        _without(_lstm(layers=2, bidirectional=True), *(f"rnn.{own}_l1_reverse" for own in (
            "weight_ih", "weight_hh", "bias_ih", "bias_hh"))),
        ["'rnn'", "a layer or a direction of it is missing"],
    ),
    "a weight of another kind": (
        _lstm() | {"rnn.weight_raw": np.ones((2, 2), np.float32)},
        ["'rnn'", "weight_norm"],
    ),
    "two maps": (
        {
            "rnn.weight_ih_l0": np.ones((2 * UNITS, FEATURES), np.float32),
            "rnn.weight_hh_l0": np.ones((2 * UNITS, UNITS), np.float32),
        },
        ["weight_hh of rnn", "three (GRU) or four times (LSTM)"],
    ),
    "a level twice": (
        _lstm() | {"rnn.weight_ih": np.ones((2, 2), np.float32)},
        ["'rnn.weight_ih", "once"],
    ),
    "convolution": (
        _lstm() | {"conv.weight": np.ones((2, 2, 3), np.float32)},
        ["'conv'", "weight (2, 2, 3)", "no embedding, RNN, LSTM, GRU or Linear"],
    ),
    "nothing recurrent": (reference.linear(2, 3, name="fc"), ["nn.LSTM, nn.GRU or nn.RNN"]),
    "nothing at all": ({}, ["nn.LSTM, nn.GRU or nn.RNN"]),
    "whole numbers": (
        {name: (each * 9).astype(np.int32) for name, each in _lstm().items()},
        ["int32", "floating-point"],
    ),
    "widths that fit in no order": (
        _lstm() | reference.linear(7, 2, name="fc"),
        ["rnn (3 → 4)", "fc (7 → 2)", "in no order"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tensors", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_module(tensors: dict[str, np.ndarray], words: list[str]) -> None:
    with pytest.raises(UnsupportedModel) as refused:
        read_state_dict(save(tensors))
    for word in words:
        assert word in str(refused.value)


def test_arrays_that_do_not_fit_are_named() -> None:
    tensors = _lstm()
    tensors["rnn.bias_ih_l0"] = tensors["rnn.bias_ih_l0"][:-1]
    with pytest.raises(ShapeMismatch, match=r"bias_ih of rnn, layer 0.*\(15,\).*\(16,\)"):
        read_state_dict(save(tensors))
