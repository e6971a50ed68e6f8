"""What every cell has to be, read off its own declaration: no cell is checked less than another.

A cell's numbers are held in `test_equations.py`, `test_steps.py` and `test_bptt.py`, which run over
CELLS as well; here stands what the rest of the project takes from it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import core
from core import cells
from core.analysis.equations import equations
from core.analysis.jacobian import jacobian_norms
from core.analysis.parity import largest_difference
from core.cells.diagram import Bead, Box, Wire
from core.cells.expressions import coefficient
from core.cells.leaves import Gate, Value
from core.errors import UnsupportedModel
from core.importers.torch.safetensors_export import write_safetensors
from dashboard import figures
from dashboard.figures.theme import MODES
from dashboard.i18n import LANGUAGES
from tests.core.networks import randomised, states_for

every_cell = pytest.mark.parametrize("cell", cells.CELLS.values(), ids=lambda cell: cell.name)
IDS = np.random.default_rng(0).integers(0, 7, (3, 6))


def network(cell: cells.Cell, **settings) -> core.Model:
    """Two layers in both directions above an embedding that masks, every weight drawn."""
    settings = {"embedding": 3, "units": [4, 3], "bidirectional": True, "outputs": 2} | settings
    model = core.new_model(cell.name, vocabulary=7, mask_zero=True, **settings)
    return randomised(model, seed=1)


@every_cell
def test_it_names_each_thing_once(cell: cells.Cell):
    assert sorted(cell.stacked) == sorted(cell.maps) == sorted(set(cell.maps))
    assert set(cell.gates) <= set(cell.maps) <= set(cell.values)
    assert cell.states[0] == "hidden"
    assert {line.result.name for line in cell.lines(cell.options)} == set(cell.values)
    assert set(cell.forget_bias) <= set(cell.gates)
    assert all("bias" in cell.weights_of(gate, cell.options) for gate in cell.forget_bias)


@every_cell
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_in_words_what_its_parts_are(cell: cells.Cell, language: str):
    words = figures.labels(language)
    for name in (cell.name, *cell.values, *cell.parts_of):
        assert words[name].strip()
    for gate in cell.gates:
        assert words[f"cell.{cell.name}.{gate}"].endswith((".", "다."))


@every_cell
def test_what_keeps_multiplies_the_memory_of_the_step_before(cell: cells.Cell):
    run = core.record(network(cell), IDS).layers[0]
    keeps, writes = cell.keeps(), cell.writes()
    assert (keeps is None) == (cell.memory is None)
    if keeps is None or writes is None:
        return
    used = run.mask
    kept = run.evaluated(keeps) * run.previous[cell.memory]
    written = run.evaluated(writes) * run.gates[cell.candidate]
    np.testing.assert_allclose((kept + written)[used], run.states[cell.memory][used], atol=1e-5)
    larger = core.new_model(cell.name, features=2, units=[3], forget_bias=3.0)
    if cell.forget_bias:  # a larger one keeps more
        zero = core.new_model(cell.name, features=2, units=[3], forget_bias=0.0)
        x = np.random.default_rng(1).normal(size=(1, 1, 2)).astype(np.float32)
        runs = [core.record(model, x).layers[0] for model in (zero, larger)]
        assert runs[0].evaluated(keeps).mean() < runs[1].evaluated(keeps).mean()


@every_cell
def test_keras_computes_the_same(cell: cells.Cell):
    model = network(cell)
    outputs = core.record(model, IDS).outputs
    keras_model = core.to_keras(model)
    np.testing.assert_allclose(np.asarray(keras_model(IDS)), outputs, atol=1e-5)
    again = core.from_keras(keras_model)
    assert [layer.cell for layer in again.layers] == [cell.name] * 4
    np.testing.assert_array_equal(core.record(again, IDS).outputs, outputs)


@every_cell
def test_every_number_of_the_keras_engine_is_the_same(cell: cells.Cell):
    model = network(cell)
    states = states_for(model, batch=3, seed=2)
    traces = [core.record(model, IDS, initial_states=states, engine=e) for e in ("keras", "numpy")]
    assert largest_difference(*traces).value < 1e-5


@every_cell
def test_keras_differentiates_the_same(cell: cells.Cell):
    """Automatic differentiation of the Keras model beside the cell's own way back."""
    import tensorflow as tf

    model = network(cell, bidirectional=False)
    keras_model, targets = core.to_keras(model), np.array([0, 1, 1])
    with tf.GradientTape() as tape:
        p = keras_model(IDS)
        loss = -tf.reduce_mean(tf.math.log(tf.gather(p, targets[:, None], batch_dims=1)))
    of_keras = tape.gradient(loss, keras_model.trainable_variables)
    gradients = core.backprop(model, core.record(model, IDS), targets)
    found = core.to_keras(model.with_parameters(gradients.parameters)).trainable_variables
    for ours, theirs in zip(found, of_keras, strict=True):
        np.testing.assert_allclose(
            np.asarray(ours), np.asarray(tf.convert_to_tensor(theirs)), atol=1e-5
        )


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras's own, while it saves
@every_cell
def test_files_give_it_back(cell: cells.Cell, tmp_path):
    model = network(cell)
    outputs = core.record(model, IDS).outputs
    for ending in (".npz", ".keras"):
        core.save_model(model, tmp_path / f"model{ending}")
        again = core.load_model(tmp_path / f"model{ending}")
        np.testing.assert_array_equal(core.record(again, IDS).outputs, outputs)
    trace = core.record(model, IDS)
    trace.save(tmp_path / "trace.npz")
    assert largest_difference(core.Trace.load(tmp_path / "trace.npz"), trace).value == 0
    if cell.torch is None:
        with pytest.raises(UnsupportedModel, match="PyTorch has no module for"):
            write_safetensors(model)


@every_cell
def test_its_diagram_shows_what_the_trace_holds(cell: cells.Cell):
    options = [dict(cell.options)]
    options += [{**cell.options, name: not usual} for name, usual in cell.options.items()]
    for own in options:
        model = randomised(core.new_model(cell.name, features=2, units=[3], **own), seed=3)
        run = core.record(model, np.random.default_rng(4).normal(size=(1, 5, 2)))
        layer, diagram = run.layers[0], cell.diagram(own)
        width, height = diagram.size
        assert {part.of.name for part in diagram.parts if isinstance(part, Box)} == set(cell.gates)
        shown = {part.name for part in diagram.parts if isinstance(part, Bead)}
        assert {*cell.states, *(f"{state} before" for state in cell.states)} <= shown
        for part in diagram.parts:
            for x, y in part.points if isinstance(part, Wire) else (part.at,):
                assert 0 <= x <= width
                assert 0 <= y <= height
            if isinstance(part, Wire) and part.arrow:
                assert all(one != other for one, other in pairwise(part.points))
        for mode in MODES:
            picture = figures.cell(run, step=3, unit=1, mode=mode)
            spots = dict(picture.draw.data[0].customdata)
            for name, values in {**layer.gates, **layer.states}.items():
                assert spots[name] == values[0, 3, 1]


@every_cell
def test_the_step_inspector_and_jacobians_take_it(cell: cells.Cell):
    model = network(cell, bidirectional=False)
    run = core.record(model, IDS).layers[0]
    lines = equations(run, step=5, unit=1, batch=1)
    results = [equation.result.name for equation in lines.equations]
    assert len(results) == len(cell.lines(cell.options)) == len(set(results))
    assert np.isfinite(jacobian_norms(run, batch=1).whole).all()


def test_a_quantity_of_several_cells_looks_and_sounds_the_same():
    known: dict[str, Value] = {}
    for cell in cells.CELLS.values():
        for name, value in cell.values.items():
            first = known.setdefault(name, value)
            for fact in ("symbol", "title", "look", "signed"):
                assert getattr(value, fact) == getattr(first, fact)
            assert isinstance(value, Gate) == isinstance(first, Gate)


def test_a_coefficient_is_what_multiplies():
    f, c = cells.get("lstm").values["forget"], cells.get("lstm").carried[1]
    assert coefficient(cells.get("lstm").form(c), c.before) == f
    assert coefficient(cells.get("lstm").form(c), cells.get("gru").values["update"]) is None
