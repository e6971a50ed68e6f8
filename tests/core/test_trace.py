"""Traces and gradients: saved without pickle and read back, as tables, and frozen."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import core
from core.errors import WrongFile
from core.nodes import RepeatVector
from tests.core.networks import Case, cases, randomised


def _again(thing):
    file = io.BytesIO()
    thing.save(file)
    file.seek(0)
    return type(thing).load(file)


@settings(max_examples=40)
@given(cases())
def test_a_saved_trace_comes_back_number_for_number(case: Case):
    trace = case.record()
    again = _again(trace)
    np.testing.assert_array_equal(again.outputs, trace.outputs)
    np.testing.assert_array_equal(again.inputs, trace.inputs)
    assert (again.mask is None) == (trace.mask is None)
    for old, new in zip(trace.layers, again.layers, strict=True):
        assert (old.name, old.cell, old.direction) == (new.name, new.cell, new.direction)
        np.testing.assert_array_equal(old.outputs, new.outputs)
        for (name, array), (other, loaded) in zip(
            old.arrays.items(), new.arrays.items(), strict=True
        ):
            assert name == other
            np.testing.assert_array_equal(array, loaded, err_msg=name)
        for name in old.previous:
            np.testing.assert_array_equal(old.previous[name], new.previous[name])
    targets = np.zeros_like(trace.outputs)
    one = core.backprop(case.model, trace, targets, loss="mean_squared_error")
    other = core.backprop(case.model, again, targets, loss="mean_squared_error")
    for name, array in one.parameters.items():
        # How a sum rounds depends on where its numbers lie in memory, which a file does not keep.
        np.testing.assert_allclose(array, other.parameters[name], rtol=1e-6, err_msg=name)


@settings(max_examples=20)
@given(cases())
def test_saved_gradients_come_back_number_for_number(case: Case):
    trace = case.record()
    targets = np.ones_like(trace.outputs)
    gradients = core.backprop(
        case.model, trace, targets, loss="mean_squared_error", truncate=2, per_step=True
    )
    again = _again(gradients)
    assert (again.loss, again.loss_name, again.truncate) == (
        gradients.loss, "mean_squared_error", 2,
    )  # fmt: skip
    for group in ("parameters", "per_step"):
        for name, array in getattr(gradients, group).items():
            np.testing.assert_array_equal(array, getattr(again, group)[name])
    for old, new in zip(gradients.layers, again.layers, strict=True):
        for (name, array), (other, loaded) in zip(
            old.arrays.items(), new.arrays.items(), strict=True
        ):
            assert name == other
            np.testing.assert_array_equal(array, loaded)
        for name, array in old.initial_states.items():
            np.testing.assert_array_equal(array, new.initial_states[name])


def _gru() -> tuple[core.Model, core.Trace]:
    model = randomised(core.new_model("gru", vocabulary=9, units=[3], bidirectional=True), seed=4)
    return model, core.record(model, np.array([[1, 2, 3], [4, 5, 6]]))


def test_the_table_holds_every_number_once():
    _, trace = _gru()
    table = trace.frame()
    assert not table.duplicated(["batch", "time", "layer", "quantity", "unit"]).any()
    row = table.query(
        "layer == 'gru/backward' and quantity == 'gates/reset' and batch == 1 and time == 2"
        " and unit == 0"
    )
    assert row["value"].item() == trace.layer("gru/backward").gates["reset"][1, 2, 0]
    arrays = [array.size for layer in trace.layers for _, array in layer.arrays.items()]
    assert len(table) == sum(arrays)
    one = trace.frame(batch=1)
    assert set(one["batch"]) == {1}
    assert len(one) == len(table) // 2


def test_the_gradients_table_is_keyed_as_the_trace_is():
    model, trace = _gru()
    table = core.backprop(model, trace, [[0.0], [1.0]]).frame()
    assert set(table["quantity"]) <= set(trace.frame()["quantity"])
    assert "states/hidden" in set(table["quantity"])


def test_a_recorded_number_cannot_be_changed():
    _, trace = _gru()
    for array in trace.layers[0].arrays.values():
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0, 0] = 1


def test_a_file_that_is_no_trace_is_refused_in_words(tmp_path):
    text = tmp_path / "text.npz"
    text.write_text("hello")
    with pytest.raises(WrongFile, match=r"not a saved trace: it is no \.npz file"):
        core.Trace.load(text)
    model, trace = _gru()
    file = tmp_path / "model.npz"
    model.save(file)
    with pytest.raises(WrongFile, match="it holds a model"):
        core.Trace.load(file)
    trace.save(file)
    with pytest.raises(WrongFile, match="not a saved model: it holds a trace"):
        core.Model.load(file)
    short = tmp_path / "short.npz"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(short, "w") as part:
        for name in whole.namelist():
            if "gates/reset" not in name:
                part.writestr(name, whole.read(name))
    with pytest.raises(WrongFile, match="gates/reset"):
        core.Trace.load(short)


def test_a_pickle_inside_is_never_loaded(tmp_path):
    file = tmp_path / "evil.npz"
    np.savez(file, description=np.array({"kind": "trace"}, dtype=object), allow_pickle=True)
    with pytest.raises(WrongFile, match="plain arrays"):
        core.Trace.load(file)


def test_an_overflow_is_told_by_its_first_step():
    model = core.new_model("simple_rnn", features=1, units=[1], activation="linear", outputs=None)
    grown = model.with_parameters({"simple_rnn/hidden/recurrent_kernel": np.float32([[1e10]])})
    with np.errstate(over="ignore", invalid="ignore"):
        trace = core.record(grown, np.ones((1, 8, 1)))
    states = trace.layers[0].states["hidden"][0, :, 0]
    assert np.isfinite(states[: trace.overflow]).all()
    assert not np.isfinite(states[trace.overflow])
    assert core.record(model, np.ones((1, 8, 1))).overflow is None


def test_an_overflow_is_told_where_layers_read_texts_of_different_lengths():
    plain = core.new_model("simple_rnn", features=1, units=[1], activation="linear", outputs=None)
    encoder, rest = plain.nodes[0], plain.nodes[1:]
    decoder = replace(encoder, name="decoder")
    model = core.Model((encoder, *rest, RepeatVector("again", 3), decoder))
    assert core.record(model, np.ones((1, 7, 1))).overflow is None
    grown = model.with_parameters({"decoder/hidden/recurrent_kernel": np.float32([[1e30]])})
    with np.errstate(over="ignore", invalid="ignore"):
        trace = core.record(grown, np.ones((1, 7, 1)))
    assert [layer.states["hidden"].shape[1] for layer in trace.layers] == [7, 3]
    assert trace.overflow == 2  # of the decoder: the first beyond 32 bits


def test_a_trace_of_the_first_format_still_opens():
    """Layers and stages apart, by their place: what runs of older versions have on disk."""
    model = randomised(core.new_model("gru", vocabulary=9, units=[3], bidirectional=True), seed=4)
    trace = core.record(model, np.array([[1, 2, 3], [4, 5, 6]]))
    dense = trace.nodes["dense"]
    arrays = {"inputs": trace.inputs, "outputs": trace.outputs}
    for at, layer in enumerate(trace.layers):
        arrays |= {f"layers/{at}/{name}": array for name, array in layer.stored()}
    arrays |= {"stages/0/inputs": dense.inputs, "stages/0/outputs": dense.outputs}
    arrays["stages/0/preactivations"] = dense.before_activation
    layers = [
        {name: value for name, value in layer.describe().items() if name != "clock"}
        for layer in trace.layers
    ]
    described = {
        "kind": "trace", "format": 1, "engine": "numpy", "model_digest": "old", "layers": layers,
        "stages": ["dense"],
    }  # fmt: skip
    file = io.BytesIO()
    np.savez_compressed(file, description=np.array(json.dumps(described)), **arrays)
    file.seek(0)
    again = core.Trace.load(file)
    np.testing.assert_array_equal(again.outputs, trace.outputs)
    for old, new in zip(trace.layers, again.layers, strict=True):
        for name, array in old.arrays.items():
            np.testing.assert_array_equal(array, new.arrays[name], err_msg=name)
    np.testing.assert_array_equal(again.nodes["dense"].before_activation, dense.before_activation)
