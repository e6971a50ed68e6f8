"""Losses against Keras's own."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import WrongTargets
from core.losses import LOSSES, default_loss, measure


def _outputs(shape: tuple[int, ...], *, seed: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, 2, shape)
    if shape[-1] == 1:
        return 1 / (1 + np.exp(-logits))
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _targets(name: str, outputs: np.ndarray) -> np.ndarray:
    generator = np.random.default_rng(9)
    if "categorical" not in name:
        return generator.random(outputs.shape)
    classes = generator.integers(0, outputs.shape[-1], outputs.shape[:-1])
    return classes if name.startswith("sparse") else np.eye(outputs.shape[-1])[classes]


@pytest.mark.parametrize("shape", [(4, 2), (4, 3), (2, 5, 2), (2, 5, 3)])
@pytest.mark.parametrize("name", LOSSES)
def test_the_value_is_that_of_keras(name: str, shape: tuple[int, ...]):
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    outputs = _outputs(shape, seed=1)
    targets = _targets(name, outputs)
    found = measure(
        name,
        outputs=outputs,
        preactivations=np.log(outputs),
        activation="linear",
        targets=targets,
        mask=None,
    )
    function = keras.losses.get(name)
    expected = np.asarray(function(targets, outputs)).mean()
    assert found.value == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_masked_steps_do_not_count(name: str):
    outputs = _outputs((2, 3, 3), seed=2)
    targets = _targets(name, outputs)
    mask = np.array([[True, False, True], [False, True, False]])
    settings = {"preactivations": outputs, "activation": "softmax"}
    whole = measure(name, outputs=outputs, targets=targets, mask=mask, **settings)
    kept = outputs[mask]
    settings["preactivations"] = kept
    alone = measure(name, outputs=kept, targets=targets[mask], mask=None, **settings)
    assert whole.value == pytest.approx(alone.value, rel=1e-12)
    np.testing.assert_allclose(whole.at_preactivations[mask], alone.at_preactivations)
    assert not whole.at_preactivations[~mask].any()


def test_a_certain_and_wrong_answer_keeps_its_gradient():
    outputs = np.array([[1.0]])
    loss = measure(
        "binary_crossentropy",
        outputs=outputs,
        preactivations=np.array([[60.0]]),
        activation="sigmoid",
        targets=[[0.0]],
        mask=None,
    )
    np.testing.assert_allclose(loss.at_preactivations, [[1.0]])


@pytest.mark.parametrize(
    ("name", "targets", "sentence"),
    [
        ("mean_squared_error", np.zeros((2, 2)), r"expected \(2, 3\), found \(2, 2\)"),
        ("mean_squared_error", np.full((2, 3), np.nan), "expected finite numbers"),
        ("sparse_categorical_crossentropy", np.array([0, 3]), "expected classes 0 to 2, found 3"),
        ("sparse_categorical_crossentropy", np.array([0.0, 1.0]), "whole numbers of the shape"),
    ],
)
def test_targets_that_do_not_fit_are_refused(name: str, targets: np.ndarray, sentence: str):
    outputs = _outputs((2, 3), seed=3)
    with pytest.raises(WrongTargets, match=sentence):
        measure(
            name,
            outputs=outputs,
            preactivations=outputs,
            activation="softmax",
            targets=targets,
            mask=None,
        )


def test_each_readout_has_its_loss():
    assert default_loss("sigmoid") == "binary_crossentropy"
    assert default_loss("softmax") == "sparse_categorical_crossentropy"
    assert default_loss(None) == default_loss("linear") == "mean_squared_error"
