"""Relevance: what goes in comes out, and the LSTM's is that of the rules as the paper has them."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis.attribution import attribution
from core.cells import relevance as rules
from core.errors import UnsupportedModel
from core.nodes import LayerNormalization, nodes_of
from tests.core.analysis.models import random_model, recorded


def without_biases(model):
    return model.with_parameters(
        {name: 0 * array for name, array in model.parameters.items() if name.endswith("bias")}
    )


def from_nothing(model, *, time, masked=False):
    """A run from initial states of zero, which would keep some of the relevance."""
    random = np.random.default_rng(2)
    mask = None
    if masked:
        mask = np.array([[False, True, True, False, True, True, False][:time]])
    return core.record(model, random.standard_normal((1, time, model.features)), mask=mask)


@pytest.mark.parametrize("cell", [*cells.CELLS, "gru_reset_before"])
@pytest.mark.parametrize("masked", [False, True])
def test_what_the_answer_is_made_of_adds_up_to_it_where_nothing_else_takes_part(
    cell, masked, monkeypatch
):
    monkeypatch.setattr(rules, "EPSILON", 1e-13)
    model = random_model(
        cell, features=2, units=[4, 3], bidirectional=True, outputs=3, dtype=np.float64
    )
    model = without_biases(model)
    trace = from_nothing(model, time=7, masked=masked)
    shares = attribution(model, trace, "relevance", output=1)
    assert shares.baseline == 0
    assert shares.answer == pytest.approx(
        float(trace.nodes[model.nodes[-1].name].before_activation[0, 1])
    )
    assert np.abs(shares.shares).max() > 0.01 * abs(shares.answer)
    assert shares.residual == pytest.approx(0, abs=1e-6 * np.abs(shares.shares).sum())
    if masked:
        assert np.abs(shares.shares[~trace.mask[0]]).max() == 0


def by_the_paper(model, trace):
    """Relevance itself, R, handed on term by term (Arras et al. 2017), for one LSTM and a Dense."""
    layer, dense = trace.layers[0], model.nodes[-1]
    gates = {name: array[0] for name, array in layer.gates.items()}
    z, weights = np.asarray(layer.preactivations["candidate"])[0], model.layers[0].weights
    kernel, recurrent = (weights["candidate"][name] for name in ("kernel", "recurrent_kernel"))
    c, h, x = layer.states["cell"][0], layer.states["hidden"][0], trace.inputs[0]
    c_before, h_before = layer.previous["cell"][0], layer.previous["hidden"][0]

    def held(sums):
        return sums + np.where(sums < 0, -rules.EPSILON, rules.EPSILON)

    shares = np.zeros_like(x)
    relevance_h, relevance_c = h[-1] * dense.kernel[:, 0], np.zeros_like(c[0])
    for t in reversed(range(len(x))):
        # h = o ⊙ φ(c): all to φ(c), and by it to c, a sum of two.
        relevance_c = relevance_c + relevance_h * c[t] / held(c[t])
        relevance_g = relevance_c * (gates["input"][t] * gates["candidate"][t]) / c[t]
        relevance_c = relevance_c * (gates["forget"][t] * c_before[t]) / c[t]
        fraction = relevance_g / held(z[t])
        shares[t] = (x[t][:, None] * kernel * fraction).sum(axis=1)
        relevance_h = (h_before[t][:, None] * recurrent * fraction).sum(axis=1)
    return shares


def test_the_lstms_is_that_of_the_papers_rules():
    model = random_model("lstm", features=3, units=[5], outputs=1, dtype=np.float64)
    trace = recorded(model, batch=1, time=6)
    found = attribution(model, trace, "relevance")
    expected = by_the_paper(model, trace)
    np.testing.assert_allclose(found.features, expected, rtol=1e-9)
    assert abs(found.residual) > 1e-3  # biases and initial states have their part


def test_a_hidden_activation_hands_on_what_it_was_given(monkeypatch):
    monkeypatch.setattr(rules, "EPSILON", 1e-13)
    model = without_biases(
        random_model("gru", features=2, units=[4], outputs=2, dtype=np.float64, seed=7)
    )
    hidden = core.nodes.Dense("hidden", np.random.default_rng(0).standard_normal((4, 4)), None,
                              "tanh")  # fmt: skip
    model = core.Model((*model.nodes[:-1], hidden, model.nodes[-1]))
    shares = attribution(model, from_nothing(model, time=5), "relevance")
    assert shares.residual == pytest.approx(0, abs=1e-8)


def test_a_part_that_is_no_sum_is_named():
    model = random_model("gru", features=2, units=[3], outputs=1)
    normal = LayerNormalization("normal", np.ones(3, np.float32), np.zeros(3, np.float32))
    model = core.Model(nodes_of((*model.nodes[:-1], normal, model.nodes[-1])))
    trace = core.record(model, np.ones((1, 4, 2), np.float32))
    with pytest.raises(UnsupportedModel, match="normal"):
        attribution(model, trace, "relevance")
