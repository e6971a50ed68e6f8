"""What is found in weights, on matrices whose answer is known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis.findings import Finding, findings, spectral_radius
from core.nodes import Dense
from tests.core.analysis.models import random_model


def found(model: core.Model, kind: str) -> list[Finding]:
    return [each for each in findings(model) if each.kind == kind]


def changed(model: core.Model, **arrays: np.ndarray) -> core.Model:
    """`a__b__c=array` replaces the weights a/b/c."""
    named = {name.replace("__", "/"): array for name, array in arrays.items()}
    return model.with_parameters({name: array.astype(model.dtype) for name, array in named.items()})


def test_the_radius_is_that_of_known_matrices():
    assert spectral_radius(np.diag([0.5, -2.0, 1.0])) == pytest.approx(2)
    turn = 0.9 * np.array([[0.0, -1.0], [1.0, 0.0]])  # eigenvalues ±0.9i
    assert spectral_radius(turn) == pytest.approx(0.9)
    nilpotent = np.triu(np.ones((4, 4)), 1)  # its norm is large, its eigenvalues are 0
    assert spectral_radius(nilpotent) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(("scale", "worrying"), [(0.3, True), (0.9, False), (1.5, True)])
def test_a_plain_network_fades_or_grows_by_its_radius(scale, worrying):
    model = core.new_model("simple_rnn", features=2, units=[6], seed=1)
    model = changed(model, simple_rnn__hidden__recurrent_kernel=scale * np.eye(6)[::-1])
    [radius] = found(model, "radius")
    assert radius.value == pytest.approx(scale, rel=1e-6)
    assert radius.worrying is worrying


def test_with_gates_the_radius_is_the_candidates_and_no_worry():
    model = random_model("lstm", features=3, units=[5])
    [radius] = found(model, "radius")
    kernel = model.layers[0].weights["candidate"]["recurrent_kernel"]
    assert radius.value == pytest.approx(np.abs(np.linalg.eigvals(kernel)).max(), rel=1e-5)
    assert not radius.worrying


@pytest.mark.parametrize("mean", [1.0, -0.5])
def test_the_forget_bias_is_its_mean(mean):
    model = random_model("lstm", features=3, units=[4])
    bias = mean + np.array([0.3, -0.3, 0.2, -0.2])
    [bias_found] = found(changed(model, lstm__forget__bias=bias), "forget_bias")
    assert bias_found.value == pytest.approx(mean)
    assert bias_found.worrying is (mean < 0)


def test_gates_that_their_bias_opens_or_shuts_are_counted():
    model = random_model("gru", features=3, units=[4])
    own = {"gru__update__bias": np.array([9.0, 9, 9, 0]), "gru__reset__bias": -np.eye(4)[0] * 9}
    none = {
        f"gru__{gate}__recurrent_bias": np.zeros(4) for gate in ("update", "reset", "candidate")
    }
    model = changed(model, **own, **none)
    [opened], [shut] = found(model, "open"), found(model, "shut")
    assert (opened.gate, opened.value, opened.worrying) == ("update", 3, True)
    assert (shut.gate, shut.value, shut.worrying) == ("reset", 1, False)


def test_both_biases_of_a_gru_count():
    model = random_model("gru", features=3, units=[2])
    own = {"gru__update__bias": np.full(2, 3.0), "gru__update__recurrent_bias": np.full(2, -3.0)}
    assert not [each for each in found(changed(model, **own), "open") if each.gate == "update"]


def test_a_unit_that_nothing_moves_is_dead():
    model = random_model("lstm", features=3, units=[4])
    assert not found(model, "dead")
    arrays = {}
    for name, array in model.parameters.items():
        if name.startswith("lstm/") and "kernel" in name:
            arrays[name] = array.copy()
            arrays[name][:, 2] = 0.25  # constant, and not zero
    [dead] = found(model.with_parameters(arrays), "dead")
    assert (dead.value, dead.units, dead.place) == (1, 4, "lstm")
    arrays["lstm/output/kernel"] = arrays["lstm/output/kernel"].copy()
    arrays["lstm/output/kernel"][0, 2] = 0.5  # one gate of it moves
    assert not found(model.with_parameters(arrays), "dead")


def test_a_relu_that_no_state_lifts_never_answers():
    model = random_model("gru", vocabulary=9, embedding=3, units=[4], outputs=3, seed=2)
    dense = model.parts[-1]
    assert isinstance(dense, Dense)
    low = -np.abs(dense.kernel).sum(axis=0) - 0.1
    low[1] += 0.3  # this one can be lifted
    silent = replace(dense, activation="relu", bias=low.astype(model.dtype))
    [never] = found(replace(model, nodes=(*model.parts[:-1], silent)), "never_above_zero")
    assert (never.value, never.units, never.place) == (2, 3, dense.name)
    plain = replace(silent, activation="linear")
    assert not found(replace(model, nodes=(*model.parts[:-1], plain)), "never_above_zero")


def test_a_relu_network_that_no_token_lifts_stays_silent():
    model = random_model("simple_rnn", vocabulary=7, embedding=3, units=[4], activation="relu")
    rows = model.parts[0].weights
    layer = model.layers[0]
    reach = (rows @ layer.weights["hidden"]["kernel"]).max(axis=0)
    recurrent = layer.weights["hidden"]["recurrent_kernel"].copy()
    recurrent[:, :2] = -np.abs(recurrent[:, :2])
    recurrent[0, 2] = 1.0  # a unit that a state may lift
    name = layer.name
    own = {
        f"{name}/hidden/recurrent_kernel": recurrent,
        f"{name}/hidden/bias": (-reach - 0.1).astype(model.dtype),
    }
    model = model.with_parameters(own)
    [never] = found(model, "never_above_zero")
    quiet = core.record(model, np.random.default_rng(0).integers(0, 7, (20, 30))).layers[0].outputs
    proven = int((quiet == 0).all(axis=(0, 1)).sum())
    assert 2 <= never.value <= proven
