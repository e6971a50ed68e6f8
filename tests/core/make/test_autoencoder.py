"""Autoencoders: their halves, their plane, and the linear one, which is principal components."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core import bptt
from core.data.sequences import SETS
from core.errors import OutOfRange
from core.make import autoencoder
from core.make.linear import Principal, error
from core.nodes import Dense, Flatten, Input, Reshape
from tests.core.make.models import drawn


@pytest.fixture(scope="module")
def model():
    made = autoencoder.autoencoder(steps=6, features=3, code=2, units=5, seed=1)
    return drawn(made, seed=2).astype(np.float64)


@pytest.fixture(scope="module")
def sequences():
    return np.random.default_rng(0).normal(size=(4, 6, 3))


def test_its_halves_do_what_it_does(model, sequences):
    trace = core.record(model, sequences)
    codes = autoencoder.encode(model, sequences)
    np.testing.assert_array_equal(codes, trace.nodes["code"].outputs)
    np.testing.assert_array_equal(
        core.record(autoencoder.encoder_of(model), sequences).outputs, codes
    )
    np.testing.assert_allclose(autoencoder.decode(model, codes), trace.outputs, atol=1e-12)
    assert codes.shape == (4, 2)


def test_only_the_code_passes(model, sequences):
    """Sequences of one code are made into one and the same."""
    made = autoencoder.decode(model, np.repeat(autoencoder.encode(model, sequences[:1]), 2, axis=0))
    np.testing.assert_array_equal(made[0], made[1])


def test_the_plane_is_decoded_point_by_point(model, sequences):
    kinds = np.array([0, 1, 0, 1])
    plane = autoencoder.CodePlane.of(model, sequences, kinds=kinds, count=5)
    first, second = plane.axes
    for across, up in ((0, 0), (3, 1), (2, 4)):
        point = np.array([[first[across], second[up]]])
        wanted = autoencoder.decode(model, point)[0]
        np.testing.assert_allclose(plane.decoded[up * 5 + across], wanted, atol=1e-12)
    assert first[0] < plane.codes[:, 0].min()
    assert second[-1] > plane.codes[:, 1].max()
    assert plane.nearest((float(plane.codes[2, 0]), float(plane.codes[2, 1]))) == 2


def test_principal_components_are_the_eigenvectors_of_the_covariance():
    waves, _ = SETS["waves"].examples(300, seed=0)
    own = Principal.of(waves, numbers=3)
    flat = waves.reshape(len(waves), -1).astype(np.float64)
    mean = flat.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(flat, rowvar=False))
    axes = vectors[:, ::-1][:, :3]
    wanted = mean + (flat - mean) @ axes @ axes.T
    np.testing.assert_allclose(own.rebuilt(waves), wanted.reshape(waves.shape), atol=1e-9)
    np.testing.assert_allclose(np.abs(own.encoded(waves)), np.abs((flat - mean) @ axes), atol=1e-9)


@pytest.mark.parametrize("numbers", [0, 7])
def test_components_that_there_are_not(numbers):
    with pytest.raises(OutOfRange, match="1 to 6"):
        Principal.of(np.ones((9, 3, 2)), numbers=numbers)


def test_a_linear_autoencoder_learns_the_principal_components():
    """Baldi & Hornik 1989, by our own way back: the same error, and the same plane.

    The recurrent layer is there because a model needs one; it reads the code and nothing reads it.
    """
    random = np.random.default_rng(0)
    turned = np.linalg.qr(random.normal(size=(6, 6)))[0]
    spread = turned * np.array([3.0, 2.0, 1.2, 0.6, 0.4, 0.2])
    sequences = (random.normal(size=(200, 6)) @ spread.T).reshape(200, 3, 2)
    sequences -= sequences.mean(axis=0)
    aside = core.new_model("simple_rnn", features=2, units=(1,), outputs=None, dtype=np.float64)
    model = core.Model(
        (
            Input("sequence", 2, 3), Flatten("flat", 3),
            Dense("code", 0.3 * random.normal(size=(6, 2)), None),
            Dense("back", 0.3 * random.normal(size=(2, 6)), None),
            Reshape("output", (3, 2)), aside.layers[0],
        ),
        gives=("output",),
    )  # fmt: skip
    for _ in range(1_000):
        trace = core.record(model, sequences)
        found = core.backprop(model, trace, sequences)
        step = {name: model.parameters[name] - 0.2 * g for name, g in found.parameters.items()}
        model = model.with_parameters(step)
    best = Principal.of(sequences, numbers=2)
    made = core.record(model, sequences).outputs
    assert error(sequences, made) == pytest.approx(
        error(sequences, best.rebuilt(sequences)), rel=1e-3
    )
    plane, _ = np.linalg.qr(model.parameters["back/kernel"].T)
    angles = np.linalg.svd(plane.T @ best.components.T)[1]
    assert angles.min() > 0.999, "both span the same plane"


def test_recurrent_gradients_reach_the_encoder(model, sequences):
    """∂loss/∂ of a weight of the encoder, against central differences."""
    trace = core.record(model, sequences)
    found = bptt.backprop(model, trace, sequences)
    name, step = "encoder/forget/recurrent_kernel", 1e-6

    def loss(change):
        weight = model.parameters[name].copy()
        weight[1, 2] += change
        moved = core.record(model.with_parameters({name: weight}), sequences)
        return error(sequences, moved.outputs)

    slope = (loss(step) - loss(-step)) / (2 * step)
    assert found.parameters[name][1, 2] == pytest.approx(slope, rel=1e-6)
