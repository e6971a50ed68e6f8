"""Keras models that are refused, in words that name the layer and where it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import core
from core.errors import CoreError, UnsupportedBetween, UnsupportedModel, UnsupportedTail
from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.nodes import Recurrent
from tests.core.importers.built import Build, built, features


def _odd_cell(k: Any) -> Any:
    class OddCell(k.GRUCell):  # type: ignore[misc, name-defined]  # Keras ships without types
        pass

    return OddCell(2)


REFUSED: dict[str, tuple[Build, list[str]]] = {
    "renormalisation": (
        lambda k: [k.BatchNormalization(renorm=True, name="norm"), k.LSTM(2)],
        ["'norm' (BatchNormalization, number 1 of 2)", "weights 'moving_stddev'"],
    ),
    "dimensions kept": (
        lambda k: [k.LSTM(2, return_sequences=True), k.GlobalMaxPooling1D(keepdims=True, name="p")],
        ["'p' (GlobalMaxPooling1D, number 2 of 2)", "keepdims"],
    ),
    "channels first": (
        lambda k: [
            k.LSTM(2, return_sequences=True),
            k.GlobalAveragePooling1D(data_format="channels_first", name="p"),
        ],
        ["'p' (GlobalAveragePooling1D, number 2 of 2)", "channels_first"],
    ),
    "a reversed sequence flattened": (
        lambda k: [k.GRU(2, return_sequences=True, go_backwards=True), k.Flatten(name="flat")],
        ["'flat' (Flatten, number 2 of 2)", "reversed"],
    ),
    "texts of any length flattened": (
        lambda k: [k.GRU(2, return_sequences=True), k.Flatten(name="flat")],
        ["'flat' (Flatten, number 2 of 2)", "number of steps", "without it"],
    ),
    "a cell of one's own": (
        lambda k: [k.RNN(_odd_cell(k), name="loop")],
        ["'loop' (RNN, number 1 of 1)", "its cell is OddCell"],
    ),
    "a pair of stacks": (
        lambda k: [k.Bidirectional(k.RNN([k.GRUCell(2), k.GRUCell(2)]), name="both")],
        ["'both' (Bidirectional, number 1 of 1)", "several cells"],
    ),
    "a layer that is not known": (
        lambda k: [k.LSTM(2, return_sequences=True), k.UnitNormalization(name="unit")],
        ["'unit' (UnitNormalization, number 2 of 2)", "none of TextVectorization"],
    ),
    "a reversed sequence convolved": (
        lambda k: [
            k.LSTM(2, return_sequences=True, go_backwards=True),
            k.Conv1D(3, 2, name="conv"),
        ],
        ["'conv' (Conv1D, number 2 of 2)", "reads a reversed sequence"],
    ),
    "groups convolved": (
        lambda k: [k.Conv1D(3, 2, groups=3, name="conv"), k.LSTM(2)],
        ["'conv' (Conv1D, number 1 of 2)", "groups of features"],
    ),
    "no merge": (
        lambda k: [k.Bidirectional(k.LSTM(2), merge_mode=None, name="both")],
        ["'both' (Bidirectional, number 1 of 1)", "merge_mode None"],
    ),
    "time distributed something": (
        lambda k: [k.TimeDistributed(k.UnitNormalization(), name="each"), k.LSTM(2)],
        ["'each' (TimeDistributed, number 1 of 2)", "wraps UnitNormalization, not one of"],
    ),
    "activation of one's own": (
        lambda k: [k.LSTM(2), k.Dense(2, activation=lambda x: x * 2, name="odd")],
        ["'odd' (Dense, number 2 of 2)", "its activation '<lambda>'", "tanh"],
    ),
    "activation layer": (
        lambda k: [k.LSTM(2, activation=k.LeakyReLU(), name="leaky")],
        ["'leaky' (LSTM, number 1 of 1)", "LeakyReLU"],
    ),
    "sparsemax": (
        lambda k: [k.LSTM(2), k.Dense(2, activation="sparsemax", name="sparse")],
        ["'sparse' (Dense, number 2 of 2)", "'sparsemax'"],
    ),
}


@pytest.mark.parametrize(("build", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_layer_and_its_place(build: Build, words: list[str]) -> None:
    keras_model = built(build)
    with pytest.raises(UnsupportedModel) as refused:
        from_keras(keras_model)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "axis"), [("LayerNormalization", [1, 2]), ("BatchNormalization", 1)]
)
def test_normalisation_over_steps_is_refused(kind: str, axis: Any) -> None:
    keras_model = built(lambda k: [getattr(k, kind)(axis=axis, name="norm"), k.LSTM(2)], time=4)
    with pytest.raises(UnsupportedModel, match=rf"'norm' \({kind}, number 1 of 2\).*over axis"):
        from_keras(keras_model)


def test_a_mask_beside_a_reversed_sequence_is_refused() -> None:
    keras_model = built(
        lambda k: [k.LSTM(4, return_sequences=True, go_backwards=True), k.GRU(3)],
        ids=True,
        mask_zero=True,
    )
    with pytest.raises(UnsupportedModel, match=r"number 3 of 3.*reversed sequence with a mask"):
        from_keras(keras_model)


def test_a_mask_beside_a_reversed_sequence_is_not_averaged() -> None:
    def build(k: Any) -> list[Any]:
        return [k.LSTM(4, return_sequences=True, go_backwards=True), k.GlobalAveragePooling1D()]

    with pytest.raises(UnsupportedModel, match=r"number 3 of 3.*averages a reversed sequence"):
        from_keras(built(build, ids=True, mask_zero=True))


def test_other_kinds_of_models_are_refused() -> None:
    import keras

    k = keras.layers
    with pytest.raises(UnsupportedModel, match="no weights yet"):
        from_keras(keras.Sequential([k.LSTM(2)]))
    with pytest.raises(UnsupportedModel, match="A Keras LSTM"):
        from_keras(k.LSTM(2))


def test_a_tail_that_cannot_be_read_may_be_left_out() -> None:
    keras_model = built(
        lambda k: [
            k.LSTM(4, return_sequences=True, name="first"),
            k.GRU(3, return_sequences=True, name="second"),
            k.UnitNormalization(name="conv"),
            k.Dense(2, name="answer"),
        ]
    )
    with pytest.raises(
        UnsupportedTail, match=r"'conv' \(UnitNormalization, number 3 of 4\).*without it"
    ):
        from_keras(keras_model)
    model = from_keras(keras_model, without_tail=True)
    assert [stage.name for stage in model.parts] == ["first", "second"]
    upto = keras_model.layers[1](keras_model.layers[0](features()))
    np.testing.assert_allclose(core.record(model, features()).outputs, upto, atol=1e-5)


def test_what_every_recurrent_layer_depends_on_is_no_tail() -> None:
    keras_model = built(lambda k: [k.UnitNormalization(name="conv"), k.GRU(2)])
    with pytest.raises(UnsupportedModel, match="'conv'") as refused:
        from_keras(keras_model, without_tail=True)
    assert not isinstance(refused.value, UnsupportedTail | UnsupportedBetween)


def test_recurrent_layers_below_what_cannot_be_read_may_be_read_alone() -> None:
    keras_model = built(
        lambda k: [
            k.Bidirectional(k.LSTM(3, return_sequences=True), name="first"),
            k.UnitNormalization(name="odd"),
            k.GRU(2, name="second"),
            k.Dense(1, name="answer"),
        ]
    )
    with pytest.raises(UnsupportedBetween, match=r"'odd' .*number 2 of 4\).*as far as there"):
        from_keras(keras_model)
    model = from_keras(keras_model, without_tail=True)
    assert model.card["cut_off"] == "odd (UnitNormalization), second (GRU), answer (Dense)"
    upto = keras_model.layers[0](features())
    np.testing.assert_allclose(core.record(model, features()).outputs, upto, atol=1e-5)


def test_a_layer_of_ones_own_is_refused_though_it_descends_from_keras() -> None:
    import keras

    class Odd(keras.layers.LSTM):  # type: ignore[misc]  # Keras ships without types
        def call(self, sequences: Any, initial_state: Any = None, mask: Any = None) -> Any:
            return super().call(sequences, initial_state=initial_state, mask=mask) * 2

    with pytest.raises(UnsupportedModel, match=r"\(Odd, number 1 of 1\)"):
        from_keras(keras.Sequential([keras.Input((None, 2)), Odd(2)]))


def test_weights_gone_wrong_are_refused() -> None:
    keras_model = built(lambda k: [k.LSTM(4)])
    keras_model.set_weights([np.full(w.shape, np.nan) for w in keras_model.weights])
    with pytest.raises(CoreError, match="not finite"):
        from_keras(keras_model)


def test_a_pair_of_different_widths_cannot_be_written() -> None:
    wide = core.new_model("gru", features=2, units=[3], bidirectional=True, outputs=None)
    narrow = core.new_model("gru", features=2, units=[2], bidirectional=True, outputs=None)
    model = core.Model((Recurrent("pair", (wide.layers[0], narrow.layers[1]), "concat", "last"),))
    assert core.record(model, features()[:, :, :2]).outputs.shape == (2, 5)
    with pytest.raises(UnsupportedModel, match="a pair of 3 and 2 units"):
        to_keras(model)
