"""Files of Keras 1, written by hand as it wrote them: it is not installed, and needs Python 3.6.

Answers are those of the same weights in a Keras of today, whose equations are those of Keras 1
where the gates are sigmoids. How Keras 1 laid its weights out is what its own conversion says,
`preprocess_weights_for_loading` of Keras 2.3.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from tests.core.importers.built import FEATURES, built, features

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
TIME = 6
Named = Sequence[tuple[str, np.ndarray]]


def conv(name: str, filters: int, steps: int, **more: Any) -> dict[str, Any]:
    config = {"name": name, "trainable": True, "nb_filter": filters, "filter_length": steps}
    config |= {"init": "glorot_uniform", "activation": "relu", "border_mode": "same"}
    config |= {"subsample_length": 1, "W_regularizer": None, "b_constraint": None, "bias": True}
    return {"class_name": "Convolution1D", "config": {**config, **more}}


def lstm(name: str, units: int) -> dict[str, Any]:
    config = {"name": name, "output_dim": units, "init": "glorot_uniform", "inner_init": "uniform"}
    config |= {"forget_bias_init": "one", "activation": "tanh", "inner_activation": "sigmoid"}
    config |= {"W_regularizer": None, "U_regularizer": None, "dropout_W": 0.2, "dropout_U": 0.1}
    config |= {"return_sequences": True, "consume_less": "mem", "input_dim": 4, "stateful": False}
    return {"class_name": "LSTM", "config": config}


def apart(name: str, weights: Sequence[np.ndarray]) -> Named:
    """The weights of an LSTM, a kernel, a recurrent kernel and a bias for each gate."""
    gates = [np.split(array, 4, axis=-1) for array in weights]  # in the order i f c o
    return [
        (f"{name}_{what}_{gate}", gates[at]["ifco".index(gate)])
        for gate in "icfo"
        for at, what in enumerate("WUb")
    ]


def h5(config: Any, weights: Mapping[str, Named], *, backend: str | None) -> bytes:
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        root.attrs["keras_version"] = b"1.2.2"
        root.attrs["model_config"] = json.dumps(config).encode()
        group = root.create_group("model_weights")
        group.attrs["layer_names"] = np.array([name.encode() for name in weights])
        if backend:
            group.attrs["backend"] = backend.encode()
        for name, named in weights.items():
            own = group.create_group(name)
            own.attrs["weight_names"] = np.array([one.encode() for one, _ in named] or [], "S20")
            for one, array in named:
                own[one] = array
    return file.getvalue()


def chain(*, backend: str | None, older: bool = False) -> tuple[bytes, Any]:
    """A convolution, an LSTM, a normalisation and a layer for each step; and its twin of today."""
    twin = built(
        lambda k: [
            k.Conv1D(4, 3, padding="same", activation="relu"),
            k.MaxPooling1D(2),
            k.LSTM(3, return_sequences=True),
            k.BatchNormalization(epsilon=1e-3),
            k.Dense(2, activation="sigmoid"),
        ],
        time=TIME,
    )
    w = twin.get_weights()
    kernel = w[0][::-1] if backend == "theano" else w[0]
    kernel = kernel[:, None]
    kernel = kernel.transpose(3, 2, 0, 1) if older else kernel
    norm = {"epsilon": 1e-3, "mode": 0, "axis": -1, "gamma_regularizer": None, "momentum": 0.99}
    described = [
        conv("conv", 4, 3, batch_input_shape=[None, TIME, FEATURES], input_dtype="float32"),
        {
            "class_name": "MaxPooling1D",
            "config": {"name": "pool", "pool_length": 2, "stride": 2, "border_mode": "valid"},
        },
        lstm("lstm", 3),
        {"class_name": "BatchNormalization", "config": {"name": "norm", **norm}},
        {"class_name": "Dropout", "config": {"name": "drop", "p": 0.5}},
        {
            "class_name": "TimeDistributedDense",
            "config": {"name": "out", "output_dim": 2, "activation": "sigmoid", "bias": True},
        },
    ]
    norms = ("gamma", "beta", "running_mean", "running_std")
    weights = {
        "conv": [("conv_W", kernel), ("conv_b", w[1])],
        "pool": [],
        "lstm": apart("lstm", w[2:5]),
        "norm": [(f"norm_{name}", array) for name, array in zip(norms, w[5:9], strict=True)],
        "drop": [],
        "out": [("out_W", w[9]), ("out_b", w[10])],
    }
    return h5({"class_name": "Sequential", "config": described}, weights, backend=backend), twin


@pytest.mark.parametrize("backend", ["tensorflow", "theano"])
@pytest.mark.parametrize("older", [False, True])
def test_a_chain_of_keras_1_says_what_it_said(backend: str, older: bool) -> None:
    data, twin = chain(backend=backend, older=older)
    x = features(time=TIME)
    found = core.record(core.load_model(data, trusted=True), x).outputs
    np.testing.assert_allclose(found, np.asarray(twin(x)), atol=1e-5)


def test_a_kernel_whose_direction_nobody_tells_is_refused() -> None:
    data, _ = chain(backend=None)
    with pytest.raises(UnsupportedModel, match=r"'conv' .*does not say which backend"):
        core.load_model(data, trusted=True)


@pytest.mark.parametrize(
    ("mode", "kind"), [("sum", "Add"), ("mul", "Multiply"), ("ave", "Average")]
)
def test_a_merge_of_keras_1_is_the_layer_that_it_became(mode: str, kind: str) -> None:
    data, twin = merged(mode, kind)
    x = features(time=TIME)
    found = core.record(core.load_model(data, trusted=True), x).outputs
    np.testing.assert_allclose(found, np.asarray(twin(x)), atol=1e-5)


def test_a_concatenation_of_keras_1_is_one() -> None:
    data, twin = merged("concat", "Concatenate")
    x = features(time=TIME)
    found = core.record(core.load_model(data, trusted=True), x).outputs
    np.testing.assert_allclose(found, np.asarray(twin(x)), atol=1e-5)


@pytest.mark.parametrize("mode", ["dot", "cos", "max"])
def test_a_merge_that_is_no_layer_here_is_refused_by_name(mode: str) -> None:
    data, _ = merged(mode, "Add")
    with pytest.raises(UnsupportedModel, match=r"'merged' \(Merge"):
        core.load_model(data, trusted=True)


def merged(mode: str, kind: str) -> tuple[bytes, Any]:
    """Two layers of each step, their merge, and an LSTM; and the twin."""
    import keras

    k = keras.layers
    entrance = keras.Input((TIME, FEATURES))
    parts = [k.Dense(4)(entrance), k.Dense(4, activation="tanh")(entrance)]
    twin = keras.Model(entrance, k.LSTM(3, return_sequences=True)(getattr(k, kind)()(parts)))
    rng = np.random.default_rng(4)
    w = [rng.normal(0, 0.5, each.shape) for each in twin.get_weights()]
    twin.set_weights(w)

    def entry(described: dict[str, Any], *reads: str) -> dict[str, Any]:
        nodes = [[[name, 0, 0] for name in reads]] if reads else []
        return {**described, "name": described["config"]["name"], "inbound_nodes": nodes}

    def dense(name: str, activation: str) -> dict[str, Any]:
        return {
            "class_name": "Dense",
            "config": {"name": name, "output_dim": 4, "activation": activation, "input_dim": None},
        }

    shape = {"batch_input_shape": [None, TIME, FEATURES], "input_dtype": "float32", "sparse": False}
    merge = {"mode": mode, "mode_type": "raw", "concat_axis": -1, "dot_axes": -1}
    merge |= {"output_shape": None, "output_mask": None, "arguments": {}}
    layers = [
        entry({"class_name": "InputLayer", "config": {"name": "in", **shape}}),
        entry(dense("one", "linear"), "in"),
        entry(dense("two", "tanh"), "in"),
        entry({"class_name": "Merge", "config": {"name": "merged", **merge}}, "one", "two"),
        entry(lstm("lstm", 3), "merged"),
    ]
    config = {"name": "model", "layers": layers, "input_layers": [["in", 0, 0]]}
    config["output_layers"] = [["lstm", 0, 0]]
    weights = {
        "one": [("one_W", w[0]), ("one_b", w[1])],
        "two": [("two_W", w[2]), ("two_b", w[3])],
        "lstm": apart("lstm", w[4:7]),
    }
    return h5({"class_name": "Model", "config": config}, weights, backend="theano"), twin
