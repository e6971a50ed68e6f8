"""Contextual decomposition against the paper's sums, one token and one number at a time."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.attribution import attribution
from core.analysis.decomposition import decomposition
from core.errors import UnsupportedModel
from tests.core.analysis.models import random_model, recorded


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def three(a, b, bias, function):
    """The mean over orders of what each of two adds, the bias always first."""
    of_a = (function(a + bias) - function(bias) + function(a + b + bias) - function(b + bias)) / 2
    of_b = (function(b + bias) - function(bias) + function(a + b + bias) - function(a + bias)) / 2
    return of_a, of_b, function(bias)


def two(a, b, function):
    of_a = (function(a) - function(0) + function(a + b) - function(b)) / 2
    return of_a, (function(b) - function(0) + function(a + b) - function(a)) / 2


def by_the_paper(model, trace, token):
    """β and γ of the hidden state at each step, for one token (Murdoch et al. 2018, section 3)."""
    weights, run, x = model.layers[0].weights, trace.layers[0], trace.inputs[0]
    beta_h = beta_c = np.zeros(run.units)
    gamma_h, gamma_c = run.initial_states["hidden"][0], run.initial_states["cell"][0]
    found = []
    for t in range(len(x)):

        def sums(name, t=t, beta_h=beta_h, gamma_h=gamma_h):
            w, u = weights[name]["kernel"], weights[name]["recurrent_kernel"]
            own, rest = beta_h @ u, gamma_h @ u
            return (own + x[t] @ w, rest) if t == token else (own, rest + x[t] @ w)

        def parts(name, function, sums=sums):
            return three(*sums(name), weights[name]["bias"], function)

        i, f, g = parts("input", sigmoid), parts("forget", sigmoid), parts("candidate", np.tanh)
        own = i[0] * (g[0] + g[2]) + i[2] * g[0] + (f[0] + f[2]) * beta_c
        rest = i[1] * sum(g) + (i[0] + i[2]) * g[1] + sum(f) * gamma_c + f[1] * beta_c
        both = i[2] * g[2]
        beta_c, gamma_c = (own + both, rest) if t == token else (own, rest + both)
        o = sigmoid(sum(sums("output")) + weights["output"]["bias"])
        shown = two(beta_c, gamma_c, np.tanh)
        beta_h, gamma_h = o * shown[0], o * shown[1]
        found.append((beta_h, gamma_h))
    return np.array(found)


def test_it_is_the_papers_and_parts_the_states_themselves():
    model = random_model("lstm", features=3, units=[4], outputs=2, dtype=np.float64)
    trace = recorded(model, batch=1, time=6)
    parted = decomposition(model, trace)
    (layer,) = trace.layers
    for token in range(6):
        expected = by_the_paper(model, trace, token)
        np.testing.assert_allclose(parted[layer.name].own[token], expected[:, 0], atol=1e-12)
        np.testing.assert_allclose(parted[layer.name].rest[token], expected[:, 1], atol=1e-12)
        np.testing.assert_allclose(expected.sum(axis=1), layer.states["hidden"][0], atol=1e-12)
        after = parted[f"{layer.name}.state.cell"]
        np.testing.assert_allclose(after.own[token] + after.rest[token],
                                   layer.states["cell"][0, -1], atol=1e-12)  # fmt: skip


@pytest.mark.parametrize("masked", [False, True])
def test_stacks_in_both_directions_part_into_the_answer(masked):
    model = random_model(
        "lstm", features=2, units=[3, 4], bidirectional=True, outputs=3, dtype=np.float64
    )
    mask = np.array([[True, True, False, True, True, False]]) if masked else None
    x = np.random.default_rng(1).standard_normal((1, 6, 2))
    trace = core.record(model, x, mask=mask)
    ((given, _),) = trace.outputs_by_port.items()
    parted = decomposition(model, trace)
    answer = trace.nodes[model.nodes[-1].name].before_activation[0]
    np.testing.assert_allclose(parted[given].own + parted[given].rest, [answer] * 6, atol=1e-12)
    for layer in trace.layers:
        whole = parted[layer.name].own + parted[layer.name].rest
        np.testing.assert_allclose(whole, [layer.outputs[0]] * 6, atol=1e-12)
    found = attribution(model, trace, "decomposition", output=2)
    np.testing.assert_allclose(found.shares, parted[given].own[:, 2])
    if masked:
        assert np.abs(found.shares[[2, 5]]).max() == 0


def test_a_negation_speaks_against_the_answer_by_itself():
    model = core.bundled_model("sentiment-lstm")
    trace = core.record(model, "the movie was not good")
    shares = attribution(model, trace, "decomposition")
    assert shares.order[-1] == 3  # "not"


def test_other_cells_have_no_such_rules():
    model = random_model("gru", features=2, units=[3], outputs=1)
    trace = recorded(model, batch=1, time=4)
    with pytest.raises(UnsupportedModel, match=r"RNN \(gru\)"):
        attribution(model, trace, "decomposition")
