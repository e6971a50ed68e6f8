"""What was put in place is in the trace, what follows follows from it, and gradients know of it."""

from __future__ import annotations

import io
from itertools import product

import numpy as np
import pytest

import core
from core import Intervention, cells
from core.errors import CoreError, OutOfRange, UnknownName
from core.interventions import WrongIntervention, load_interventions, save_interventions
from core.trace import Trace

CELLS = tuple(cells.CELLS)
TIME, UNITS = 6, 3


def network(cell: str, *, bidirectional: bool = False, dtype: str = "float32") -> core.Model:
    made = core.new_model(
        cell, vocabulary=7, embedding=4, units=[UNITS, 2], bidirectional=bidirectional, outputs=2,
        output_activation="linear", seed=5,
    )  # fmt: skip
    random = np.random.default_rng(3)
    return made.with_parameters(
        {n: random.normal(0, 0.6, w.shape).astype(dtype) for n, w in made.parameters.items()}
    )


def ids(batch: int = 2) -> np.ndarray:
    return np.random.default_rng(8).integers(1, 7, (batch, TIME))


def arrays(trace: Trace):
    for layer in trace.layers:
        for name in (*layer.gates, *layer.states):
            yield f"{layer.name} {name}", (layer.gates | layer.states)[name]
    yield "outputs", trace.outputs


def quantities(cell: str) -> tuple[str, ...]:
    return (*cells.get(cell).gates, *cells.get(cell).states)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_put_back_as_it_was_changes_nothing(cell):
    model, text = network(cell), ids(batch=1)
    plain = core.record(model, text)
    for name in quantities(cell):
        same = Intervention(quantity=name, source=tuple(map(int, text[0])))
        for place, array in arrays(core.record(model, text, interventions=[same])):
            np.testing.assert_allclose(
                array, dict(arrays(plain))[place], atol=1e-6, err_msg=f"{name} → {place}"
            )


@pytest.mark.parametrize(("cell", "bidirectional"), list(product(CELLS, (False, True))))
def test_a_clamp_holds_where_it_was_asked_for_and_there_alone(cell, bidirectional):
    model, text = network(cell, bidirectional=bidirectional), ids()
    plain = core.record(model, text)
    for name in quantities(cell):
        at = Intervention(quantity=name, value=0.25, units=(1,), steps=(2, -1))
        trace = core.record(model, text, interventions=[at])
        changed = (trace.layers[0].gates | trace.layers[0].states)[name]
        assert (changed[:, (2, -1), 1] == 0.25).all()
        before = (plain.layers[0].gates | plain.layers[0].states)[name]
        np.testing.assert_allclose(changed[:, :2], before[:, :2], atol=1e-6)
        moved = np.abs(trace.outputs - plain.outputs).max()
        # The stabiliser of sLSTM scales memory and normaliser alike, and so may be anything.
        assert bool(moved > 1e-4) is (name != "stabiliser")


def test_what_follows_follows_from_what_was_put_in_place():
    shut = Intervention(quantity="forget", value=0.0, steps=(3,), layer="lstm")
    layer = core.record(network("lstm"), ids(), interventions=[shut]).layers[0]
    gates, cell = layer.gates, layer.states["cell"]
    np.testing.assert_allclose(cell[:, 3], gates["input"][:, 3] * gates["candidate"][:, 3])
    wanted = gates["forget"][:, 4] * cell[:, 3] + gates["input"][:, 4] * gates["candidate"][:, 4]
    np.testing.assert_allclose(cell[:, 4], wanted, rtol=1e-6)
    np.testing.assert_allclose(
        layer.states["hidden"], gates["output"] * np.tanh(cell), rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("cell", CELLS)
def test_a_frozen_state_stays_and_a_mean_is_that_of_the_counted_steps(cell):
    model, text = network(cell), ids()
    mask = np.ones(text.shape, bool)
    mask[0, -2:] = False
    state = cells.get(cell).states[0]
    frozen = Intervention(quantity=state, value="before", units=(0, 2), steps=(1, 2, 3))
    held = core.record(model, text, mask=mask, interventions=[frozen]).layers[0].states[state]
    for step in (1, 2, 3):
        np.testing.assert_array_equal(held[:, step, (0, 2)], held[:, 0, (0, 2)])
    plain = core.record(model, text, mask=mask).layers[0].states[state]
    mean = Intervention(quantity=state, value="mean", steps=(2,))
    trace = core.record(model, text, mask=mask, interventions=[mean])
    wanted = [plain[0, :-2].mean(axis=0), plain[1].mean(axis=0)]
    np.testing.assert_allclose(trace.layers[0].states[state][:, 2], wanted, rtol=1e-5)


def test_a_state_of_another_text_is_put_where_it_belongs():
    model, text, other = network("gru"), ids(batch=1), (3, 1, 1, 5, 2, 6, 4)
    swap = Intervention(quantity="hidden", source=other, steps=(1,), source_steps=(6,), layer=1)
    source = core.record(model, np.array([other])).layers[1].states["hidden"]
    trace = core.record(model, text, interventions=[swap])
    np.testing.assert_array_equal(trace.layers[1].states["hidden"][0, 1], source[0, 6])


def test_an_edited_token_is_read_in_place_of_the_other():
    model, text = network("lstm"), ids(batch=1)
    edited = core.record(
        model, text, interventions=[{"quantity": "token", "value": 5, "steps": [2]}]
    )
    wanted = text.copy()
    wanted[:, 2] = 5
    assert wanted[0, 2] != text[0, 2]
    np.testing.assert_allclose(edited.outputs, core.record(model, wanted).outputs, atol=1e-6)


@pytest.mark.parametrize(("cell", "bidirectional"), list(product(CELLS, (False, True))))
def test_gradients_of_a_changed_run_are_those_of_its_differences(cell, bidirectional):
    model, text = network(cell, bidirectional=bidirectional, dtype="float64"), ids()
    names = quantities(cell)
    changes = [
        Intervention(quantity=names[0], value=0.3, units=(0,), steps=(2,)),
        Intervention(quantity=names[-1], value=0.2, units=(1,), steps=(1, 4)),
        Intervention(quantity=cells.get(cell).states[0], value="before", units=(2,), steps=(3,)),
    ]
    targets = np.random.default_rng(2).normal(size=core.record(model, text).outputs.shape)

    def loss(parameters) -> float:
        changed = model.with_parameters(parameters)
        made = core.record(changed, text, interventions=changes)
        return core.backprop(changed, made, targets, loss="mean_squared_error").loss

    trace = core.record(model, text, interventions=changes)
    found = core.backprop(model, trace, targets, loss="mean_squared_error").parameters
    random, h = np.random.default_rng(4), 1e-6
    for name, weights in model.parameters.items():
        direction = random.normal(size=weights.shape)
        up, down = ({name: weights + sign * h * direction} for sign in (1, -1))
        measured = (loss(up) - loss(down)) / (2 * h)
        np.testing.assert_allclose(
            np.sum(found[name] * direction), measured, rtol=1e-5, atol=1e-8, err_msg=name
        )


def test_interventions_are_saved_with_their_trace_and_alone():
    changes = (
        Intervention(quantity="forget", value=1.0, units=(0,), steps=(1, 2)),
        Intervention(quantity="cell", source=(1, 2, 3, 4, 5, 6), steps=(-1,)),
        Intervention(quantity="hidden", value="before", layer=1),
    )
    assert load_interventions(save_interventions(changes)) == changes
    trace = core.record(network("lstm"), ids(), interventions=changes)
    file = io.BytesIO()
    trace.save(file)
    file.seek(0)
    again = Trace.load(file)
    assert again.interventions == changes
    for (name, ours), (_, theirs) in zip(arrays(trace), arrays(again), strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    model, targets = network("lstm"), np.ones_like(trace.outputs)
    ours, theirs = (
        core.backprop(model, t, targets, loss="mean_squared_error").parameters
        for t in (trace, again)
    )
    for name, gradient in ours.items():
        np.testing.assert_allclose(theirs[name], gradient, err_msg=name)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"quantity": "forget"}, WrongIntervention),
        ({"quantity": "forget", "value": "much"}, WrongIntervention),
        ({"quantity": "forget", "value": float("nan")}, WrongIntervention),
        ({"quantity": "forget", "value": 1, "source": [1, 2]}, WrongIntervention),
        ({"quantity": "forget", "value": "before"}, WrongIntervention),
        ({"quantity": "forget", "value": 1, "colour": 2}, WrongIntervention),
        ({"value": 1}, WrongIntervention),
        ({"quantity": "reset", "value": 1}, UnknownName),
        ({"quantity": "forget", "value": 1, "layer": "gru"}, UnknownName),
        ({"quantity": "forget", "value": 1, "units": [UNITS]}, OutOfRange),
        ({"quantity": "forget", "value": 1, "steps": [TIME]}, OutOfRange),
        ({"quantity": "token", "value": 99, "steps": [0]}, CoreError),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(change, error):
    with pytest.raises(error) as refused:
        core.record(network("lstm"), ids(), interventions=[change])
    assert str(refused.value).endswith(".")


def test_keras_cells_cannot_be_changed():
    with pytest.raises(WrongIntervention):
        core.record(
            network("lstm"), ids(), engine="keras",
            interventions=[Intervention(quantity="forget", value=1)],
        )  # fmt: skip
