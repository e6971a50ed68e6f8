"""What leaves as `.npz` is what was recorded."""

from __future__ import annotations

import io

import numpy as np

import core
from dashboard.widgets import Together


def test_every_array_is_there_under_its_model():
    traces, gradients = {}, {}
    for cell in ("lstm", "gru"):
        model = core.new_model(cell, vocabulary=9, units=[3, 2], seed=2)
        traces[cell] = core.record(model, np.array([[2, 5, 7]]))
        gradients[cell] = core.backprop(model, traces[cell], np.array([[1.0]]))
    file = io.BytesIO()
    Together(traces, gradients).save(file)
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        for cell, trace in traces.items():
            assert np.array_equal(stored[f"{cell}/inputs"], trace.inputs)
            for layer in trace.layers:
                for gate, values in layer.gates.items():
                    assert np.array_equal(stored[f"{cell}/{layer.name}/gates/{gate}"], values)
            found = gradients[cell]
            for own in found.layers:
                name = f"gradients/{cell}/{own.name}/states/hidden"
                assert np.array_equal(stored[name], own.states["hidden"])
            for name, values in found.parameters.items():
                assert np.array_equal(stored[f"gradients/{cell}/parameters/{name}"], values)
