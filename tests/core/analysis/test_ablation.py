"""Without a unit: as `core.record` says it alone, and as can be worked out where it can be."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import cells
from core.analysis.ablation import ALL, ablations, against_recorder
from core.errors import ForeignTrace, OutOfRange, UnknownName, UnsupportedModel
from tests.core.analysis.models import random_model, recorded
from tests.core.translators import translator

every_cell = pytest.mark.parametrize("cell", [*cells.CELLS, "gru_reset_before"])


def alone(model, trace, found, unit, *, batch):
    """The answers of the recorder to everything as it was, with one unit put out."""
    again = core.record(
        model, trace.inputs, mask=trace.mask,
        initial_states={run.name: dict(run.initial_states) for run in trace.layers},
        interventions=[found.intervention(unit)],
    )  # fmt: skip
    return again.outputs[batch] if found.step is None else again.outputs[batch, found.step]


@every_cell
@pytest.mark.parametrize("put", ["zero", "mean"])
def test_every_unit_is_put_out_as_the_recorder_does_it_alone(cell, put):
    model = random_model(
        cell, features=2, units=[4, 3], bidirectional=True, outputs=2, dtype=np.float64,
        output_activation="sigmoid",
    )  # fmt: skip
    trace = recorded(model, batch=2, time=6, masked=True)
    for place, run in enumerate(trace.layers):
        quantities = (*run.gates, *run.states)
        for quantity in (quantities[0], quantities[-1]):
            found = ablations(
                model, trace, layer=place, quantity=quantity, put=put, steps=(1, 3, 4), batch=1
            )
            np.testing.assert_allclose(found.answer, trace.outputs[1], rtol=1e-12)
            for unit in range(run.units):
                wanted = alone(model, trace, found, unit, batch=1)
                np.testing.assert_allclose(found.answers[unit], wanted, rtol=1e-9, atol=1e-12)
                assert against_recorder(model, trace, found, unit, batch=1) < 1e-12


def test_all_gates_and_states_are_one_ranking_of_what_each_does_alone():
    model = random_model("lstm", features=2, units=[4], outputs=2, dtype=np.float64)
    trace = recorded(model, batch=2, time=6)
    run = trace.layers[0]
    whole = ablations(model, trace, quantity=ALL, put="mean", batch=1)
    names = (*run.gates, *run.states)
    assert (whole.quantity, len(whole.who)) == (ALL, 4 * len(names))
    for name in names:
        one = ablations(model, trace, quantity=name, put="mean", batch=1)
        assert one.quantity == name
        rows = [whole.who.index((name, unit)) for unit in range(4)]
        np.testing.assert_allclose(whole.answers[rows], one.answers, rtol=1e-12)
        assert [whole.intervention(row) for row in rows] == list(map(one.intervention, range(4)))
    effects = np.abs(whole.raw_effects(1))[whole.order(1)]
    assert (np.diff(effects) <= 0).all()
    assert len({whole.who[row][0] for row in whole.order(1)[:4]}) > 1
    assert against_recorder(model, trace, whole, whole.order(1)[0], batch=1) < 1e-12


def test_the_answer_of_every_step_is_asked_at_the_step_that_was_named():
    model = random_model(
        "gru", vocabulary=9, embedding=3, units=[5], outputs=4, readout="every",
        output_activation="softmax", dtype=np.float64,
    )  # fmt: skip
    trace = core.record(model, np.random.default_rng(1).integers(0, 9, (1, 8)))
    found = ablations(model, trace, step=-3, steps=(7,))
    assert found.step == 5
    assert np.abs(found.raw_effects(2)).max() == 0, "step 7 comes after step 5"
    found = ablations(model, trace, step=-3)
    for unit in range(5):
        wanted = alone(model, trace, found, unit, batch=0)
        np.testing.assert_allclose(found.answers[unit], wanted, rtol=1e-9)
        np.testing.assert_allclose(found.answers[unit].sum(), 1)
    assert against_recorder(model, trace, found, 4) < 1e-12


@every_cell
def test_of_the_last_hidden_state_the_effects_add_up_to_the_bias_less_the_answer(cell):
    model = random_model(cell, features=3, units=[6], outputs=2)
    trace = recorded(model, batch=1, time=7)
    found = ablations(model, trace, steps=(6,))
    dense, hidden = model.nodes[-1], trace.layers[0].states["hidden"][0, -1]
    for output in (0, 1):
        effects = found.raw_effects(output)
        np.testing.assert_allclose(effects, -hidden * dense.kernel[:, output], atol=1e-5)
        total = dense.bias[output] - found.raw_answer[output]
        assert effects.sum() == pytest.approx(total, abs=1e-5)
        first, *_, last = found.order(output)
        assert abs(effects[first]) == np.abs(effects).max()
        assert abs(effects[last]) == np.abs(effects).min()


def test_blocks_of_units_answer_as_all_at_once(monkeypatch):
    model = random_model("lstm", features=2, units=[7], outputs=1)
    trace = recorded(model, batch=1, time=5)
    whole = ablations(model, trace, quantity="forget").answers
    monkeypatch.setattr("core.analysis.ablation._BLOCK", 3000)
    np.testing.assert_allclose(ablations(model, trace, quantity="forget").answers, whole, rtol=1e-6)


def test_the_encoder_of_a_model_of_two_texts_is_asked_too():
    model = translator("dot")
    given = {"source": np.array([[1, 3, 2, 4]]), "target": np.array([[1, 3, 4]])}
    trace = core.record(model, given)
    found = ablations(model, trace, layer=0, step=-1)
    changed = core.record(model, given, interventions=[found.intervention(1)])
    np.testing.assert_allclose(found.answers[1], changed.outputs[0, -1], rtol=1e-5)
    assert np.abs(found.raw_effects(0)).max() > 1e-4


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"layer": 3}, UnknownName),
        ({"quantity": "reset"}, UnknownName),
        ({"put": "one"}, UnknownName),
        ({"steps": [9]}, OutOfRange),
        ({"batch": 1}, OutOfRange),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(asked, error):
    model = random_model("lstm", features=2, units=[3], outputs=1)
    with pytest.raises(error) as refused:
        ablations(model, recorded(model, batch=1, time=4), **asked)
    assert str(refused.value).endswith(".")


def test_models_without_an_answer_and_runs_that_were_changed_are_refused_in_words():
    model = random_model("lstm", features=2, units=[3], outputs=1)
    trace = recorded(model, batch=1, time=4)
    with pytest.raises(ForeignTrace):
        ablations(random_model("lstm", features=2, units=[3], outputs=1, seed=9), trace)
    changed = core.record(model, trace.inputs, interventions=[{"quantity": "forget", "value": 1.0}])
    with pytest.raises(UnsupportedModel, match="changed already"):
        ablations(model, changed)
    mute = core.new_model("gru", features=2, units=[3], outputs=None)
    with pytest.raises(UnsupportedModel, match="no readout"):
        ablations(mute, core.record(mute, trace.inputs))
