"""Models: counted, named, saved, and refused in words where they do not fit."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

import core
from core.errors import (
    EmptyText,
    MissingVocabulary,
    NonFiniteInput,
    NonFiniteWeights,
    OutOfRange,
    ShapeMismatch,
    TokenOutOfRange,
    UnknownName,
    UnsupportedModel,
    WrongInputs,
)
from core.initialise import INITIALISERS
from core.nodes import Dense, Embedding, Recurrent
from core.text import Vocabulary
from tests.core.networks import randomised


@pytest.mark.parametrize(
    ("cell", "settings", "count"),
    [
        ("lstm", {}, 800),
        ("gru", {}, 624),
        ("gru", {"reset_after": False}, 600),
        ("simple_rnn", {}, 200),
        ("gru", {"units": [8, 8]}, 624 + 432),
        ("lstm", {"bidirectional": True}, 1600),
    ],
)
def test_parameters_are_counted_as_in_the_books(cell: str, settings: dict, count: int):
    arguments = {"features": 16, "units": [8], "outputs": None} | settings
    assert core.new_model(cell, **arguments).parameter_count == count


def test_the_same_seed_gives_the_same_model_and_another_another():
    one, same = (core.new_model("lstm", features=3, seed=7) for _ in range(2))
    other = core.new_model("lstm", features=3, seed=8)
    assert one.digest == same.digest != other.digest


def test_the_knobs_of_an_untrained_model_do_what_they_say():
    plain = core.new_model("lstm", features=3, units=[6])
    scaled = core.new_model("lstm", features=3, units=[6], scale=0.5, forget_bias=3.0)
    name = "lstm/output/recurrent_kernel"
    np.testing.assert_allclose(scaled.parameters[name], 0.5 * plain.parameters[name], rtol=1e-6)
    np.testing.assert_array_equal(
        scaled.parameters["lstm/output/kernel"], plain.parameters["lstm/output/kernel"]
    )
    assert set(scaled.parameters["lstm/forget/bias"]) == {3.0}
    assert set(scaled.parameters["lstm/input/bias"]) == {0.0}
    kernel = plain.parameters[name]
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(6), atol=1e-6)
    identity = core.new_model("gru", features=3, units=[4], initialiser="identity")
    np.testing.assert_array_equal(identity.parameters["gru/reset/recurrent_kernel"], np.eye(4))


@pytest.mark.parametrize(
    ("name", "deviation"),
    [("glorot_uniform", np.sqrt(2 / 400)), ("glorot_normal", np.sqrt(2 / 400)),
     ("he_normal", np.sqrt(2 / 200)), ("orthogonal", np.sqrt(1 / 200))],
)  # fmt: skip
def test_initialisers_have_their_spread(name: str, deviation: float):
    model = core.new_model("simple_rnn", features=2, units=[200], initialiser=name)
    kernel = model.parameters["simple_rnn/hidden/recurrent_kernel"]
    assert kernel.std() == pytest.approx(deviation, rel=0.03)
    assert name in INITIALISERS


def test_a_saved_model_is_the_same_model():
    vocabulary = Vocabulary.build(["the film was good", "영화가 좋았다"], unit="word")
    model = core.new_model("gru", vocabulary=vocabulary, units=[3, 2], bidirectional=True)
    model = replace(randomised(model, seed=1), name="mine", card={"score": 0.5})
    file = io.BytesIO()
    model.save(file)
    file.seek(0)
    again = core.Model.load(file)
    assert (again.digest, again.name, again.card) == (model.digest, "mine", {"score": 0.5})
    text = "the film was unheard-of"
    np.testing.assert_array_equal(
        core.record(again, text).outputs, core.record(model, text).outputs
    )


def test_the_digest_changes_with_a_weight_a_setting_and_a_word():
    model = core.new_model("lstm", features=3)
    kernel = model.parameters["lstm/forget/kernel"].copy()
    kernel[0, 0] += 1e-3
    stage = model.recurrent[0]
    relu = replace(stage, layers=(replace(stage.layers[0], activation="relu"),))
    digests = {
        model.digest,
        model.with_parameters({"lstm/forget/kernel": kernel}).digest,
        model.with_readout("every").digest,
        replace(model, nodes=(relu, *model.parts[1:])).digest,
        model.astype(np.float64).digest,
    }
    assert len(digests) == 5


def test_text_is_read_with_the_models_own_vocabulary():
    vocabulary = Vocabulary.build(["a b c"], unit="word")
    model = core.new_model("lstm", vocabulary=vocabulary, units=[2])
    ids = vocabulary.encode("c b zebra").ids
    np.testing.assert_array_equal(core.record(model, "c b zebra").inputs, ids[None])


def _with(model: core.Model, **weights: np.ndarray) -> None:
    model.with_parameters({name.replace("__", "/"): array for name, array in weights.items()})


def test_weights_that_do_not_fit_are_refused():
    model = core.new_model("lstm", features=3, units=[4])
    with pytest.raises(ShapeMismatch, match=r"lstm/forget/bias has the shape \(5,\); .* \(4,\)"):
        _with(model, lstm__forget__bias=np.zeros(5, np.float32))
    with pytest.raises(NonFiniteWeights, match="lstm/forget/bias hold 1 values"):
        _with(model, lstm__forget__bias=np.array([0, np.nan, 0, 0], np.float32))
    with pytest.raises(NonFiniteWeights, match="dense/kernel hold 4 values"):
        _with(model, dense__kernel=np.full((4, 1), np.inf, np.float32))
    with pytest.raises(UnknownName, match="no parameter called 'lstm/reset/bias'"):
        _with(model, lstm__reset__bias=np.zeros(4))


def test_chains_that_cannot_be_run_are_refused():
    model = core.new_model("lstm", features=3, units=[4])
    recurrent, dense = model.parts
    with pytest.raises(UnsupportedModel, match="without a recurrent layer"):
        core.Model((dense,))
    with pytest.raises(ShapeMismatch, match=r"second/kernel has the shape \(4, …\)"):
        core.Model((recurrent, dense, replace(dense, name="second")))
    second = core.new_model("gru", features=4, units=[2]).parts[0]
    with pytest.raises(UnsupportedModel, match="returns='every'"):
        core.Model((recurrent, second))
    with pytest.raises(UnsupportedModel, match="Two weights called lstm/"):
        core.Model((replace(recurrent, returns="every"), recurrent))
    table = Embedding("embedding", np.ones((5, 4), np.float32))
    with pytest.raises(UnsupportedModel, match="An embedding above"):
        core.Model((replace(recurrent, returns="every"), table))
    layer = recurrent.layers[0]
    with pytest.raises(UnsupportedModel, match="opposite directions"):
        Recurrent("pair", (layer, replace(layer, name="other")), "concat")
    with pytest.raises(UnsupportedModel, match="softmax as an activation"):
        replace(layer, activation="softmax")
    with pytest.raises(UnknownName, match="no merge called 'max'"):
        Recurrent("pair", (layer, replace(layer, name="other", direction="backward")), "max")
    with pytest.raises(UnknownName, match="no activation called 'step'"):
        Dense("dense", np.ones((2, 2)), None, "step")


def test_settings_out_of_range_are_refused():
    with pytest.raises(OutOfRange, match="features is 0"):
        core.new_model("lstm")
    with pytest.raises(OutOfRange, match="units is 0"):
        core.new_model("lstm", features=2, units=[0])
    with pytest.raises(OutOfRange, match="seed is -1; it should be at least 0"):
        core.new_model("lstm", features=2, seed=-1)
    with pytest.raises(OutOfRange, match="scale is nan; it should be a finite number"):
        core.new_model("lstm", features=2, scale=float("nan"))
    with pytest.raises(UnknownName, match="no cell called 'rnn'"):
        core.new_model("rnn", features=2)
    with pytest.raises(UnknownName, match="no initialiser called 'zeros'"):
        core.new_model("lstm", features=2, initialiser="zeros")


def test_inputs_that_do_not_fit_are_refused():
    numbers = core.new_model("lstm", features=3)
    ids = core.new_model("lstm", vocabulary=10)
    with pytest.raises(MissingVocabulary):
        core.record(ids, "hello")
    with pytest.raises(TokenOutOfRange, match=r"Token id 10 is outside the vocabulary; .* 0 to 9"):
        core.record(ids, np.array([[1, 10]]))
    with pytest.raises(WrongInputs, match="reads token ids"):
        core.record(ids, np.array([[0.5]]))
    with pytest.raises(WrongInputs, match=r"numbers of the shape \(batch, time, 3\)"):
        core.record(numbers, np.array([[1, 2]]))
    with pytest.raises(ShapeMismatch, match=r"inputs has the shape \(1, 2, 4\)"):
        core.record(numbers, np.ones((1, 2, 4)))
    with pytest.raises(NonFiniteInput, match="The inputs hold 1 values"):
        core.record(numbers, np.array([[[1, np.nan, 2]]]))
    with pytest.raises(EmptyText):
        core.record(ids, np.zeros((1, 0), int))
    with pytest.raises(WrongInputs, match="sequences of several lengths"):
        core.record(ids, [[1, 2], [3]])
    with pytest.raises(WrongInputs, match="initial states by name"):
        core.record(ids, np.array([[1]]), initial_states=[1])
    with pytest.raises(ShapeMismatch, match=r"mask has the shape \(1, 3\); it should be \(1, 2\)"):
        core.record(ids, np.array([[1, 2]]), mask=np.ones((1, 3), bool))
    with pytest.raises(ShapeMismatch, match="initial state cell of lstm"):
        core.record(ids, np.array([[1]]), initial_states=[{"cell": np.ones((1, 5))}])
    with pytest.raises(UnknownName, match="no state of lstm called 'memory'"):
        core.record(ids, np.array([[1]]), initial_states={"lstm": {"memory": np.ones((1, 32))}})
    with pytest.raises(UnknownName, match="no layer called 'gru'"):
        core.record(ids, np.array([[1]]), initial_states={"gru": {}})
    with pytest.raises(UnknownName, match="no engine called 'jax'"):
        core.record(ids, np.array([[1]]), engine="jax")


def test_padding_is_skipped_where_the_embedding_says_so():
    model = core.new_model("gru", vocabulary=6, units=[3], mask_zero=True)
    model = randomised(model, seed=2)
    padded = core.record(model, np.array([[3, 4, 0, 0]]))
    plain = core.record(model, np.array([[3, 4]]))
    np.testing.assert_array_equal(padded.mask, [[True, True, False, False]])
    np.testing.assert_allclose(padded.outputs, plain.outputs, rtol=1e-6)
