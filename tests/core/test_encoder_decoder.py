"""Encoders and decoders against Keras's own layers, put together by hand, and differences."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.errors import OutOfRange, UnknownName, UnsupportedModel
from tests.core.networks import randomised
from tests.core.test_bptt import check
from tests.core.translators import KINDS, translator

SOURCE = np.array([[2, 3, 4, 5, 0, 0], [5, 4, 3, 3, 2, 4]])
TARGET = np.array([[2, 4, 5, 0], [2, 5, 6, 4]])


def keras_twin(kind):
    """The network as a Keras user writes it, with none of our code."""
    import keras
    from keras import layers

    settings = {"cell": "lstm", "attention": None, "bidirectional": False, "backwards": False,
                "peeky": False} | KINDS[kind]  # fmt: skip
    rnn = {"lstm": layers.LSTM, "gru": layers.GRU, "simple_rnn": layers.SimpleRNN}[settings["cell"]]
    source, target = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    read = layers.Embedding(6, 3, mask_zero=True, name="source_embedding")(source)
    ends = {"return_sequences": True, "return_state": True}
    if settings["bidirectional"]:
        pair = layers.Bidirectional(rnn(2, **ends), name="encoder")
        every, *states = pair(read)
        half = len(states) // 2
        states = [layers.Concatenate()([a, b])
                  for a, b in zip(states[:half], states[half:], strict=True)]  # fmt: skip
    else:
        way = {"go_backwards": True} if settings["backwards"] else {}
        every, *states = rnn(4, name="encoder", **ends, **way)(read)
    words = layers.Embedding(7, 3, mask_zero=True, name="target_embedding")(target)
    mask = words._keras_mask
    entering, seen = words, []
    if settings["peeky"]:
        spread = keras.ops.repeat(states[0][:, None], 4, axis=1)
        entering, seen = keras.ops.concatenate([words, spread], axis=-1), [spread]
    hidden = rnn(4, return_sequences=True, name="decoder")(
        entering, initial_state=states if len(states) > 1 else states[0], mask=mask
    )
    if settings["attention"] is not None:
        kind_of = {"dot": layers.Attention, "additive": layers.AdditiveAttention}
        attention = kind_of[settings["attention"]](name="attention")
        seen = [attention([hidden, every], mask=[mask, read._keras_mask]), *seen]
    told = keras.ops.concatenate([hidden, *seen], axis=-1) if seen else hidden
    answers = layers.Dense(7, activation="softmax", name="answer")(told)
    return keras.Model([source, target], answers)


def weights_for(twin, model):
    """The weights of our model as the twin's layers take them, by the layouts of Keras."""
    flat = model.parameters
    order = {"lstm": ("input", "forget", "candidate", "output"),
             "gru": ("update", "reset", "candidate"), "simple_rnn": ("hidden",)}  # fmt: skip

    def of(name, cell):
        side = lambda what: np.concatenate(  # noqa: E731
            [flat[f"{name}/{gate}/{what}"] for gate in order[cell]], axis=-1
        )
        bias = side("bias")
        if f"{name}/{order[cell][0]}/recurrent_bias" in flat:
            bias = np.stack([bias, side("recurrent_bias")])
        return [side("kernel"), side("recurrent_kernel"), bias]

    for layer in twin.layers:
        if layer.name in ("source_embedding", "target_embedding"):
            layer.set_weights([flat[f"{layer.name}/weights"]])
        elif layer.name == "answer":
            layer.set_weights([flat["answer/kernel"], flat["answer/bias"]])
        elif layer.name == "attention" and layer.weights:
            layer.set_weights([flat["attention/scale"]])
        elif layer.name in ("encoder", "decoder"):
            cell = model.layers[0].cell
            both = f"{layer.name}/forward/{order[cell][0]}/kernel" in flat
            names = [f"{layer.name}/{w}" for w in ("forward", "backward")] if both else [layer.name]
            layer.set_weights([array for name in names for array in of(name, cell)])


@pytest.mark.parametrize("kind", KINDS)
def test_it_answers_as_keras_layers_do(kind):
    model = translator(kind)
    if any("simple" in layer.cell for layer in model.layers):
        assert list(model.layers[0].weights) == ["hidden"]
    twin = keras_twin(kind)
    weights_for(twin, model)
    wanted = twin([SOURCE, TARGET]).numpy()
    found = core.record(model, {"source": SOURCE, "target": TARGET}).outputs
    real = TARGET != 0  # at padded steps nobody reads the answers
    np.testing.assert_allclose(found[real], wanted[real], atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_it_crosses_to_keras_and_back(kind):
    model = translator(kind)
    wanted = core.record(model, {"source": SOURCE, "target": TARGET})
    twin = core.to_keras(model)
    np.testing.assert_allclose(twin([SOURCE, TARGET]).numpy(), wanted.outputs, atol=2e-6)
    again = core.from_keras(twin)
    unslashed = [{name.replace("/", "_") for name in m.parameters} for m in (again, model)]
    assert unslashed[0] == unslashed[1]
    np.testing.assert_allclose(
        core.record(again, {"source": SOURCE, "target": TARGET}).outputs, wanted.outputs, atol=1e-6
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_against_differences(kind):
    model = translator(kind).astype(np.float64)
    inputs = {"source": SOURCE, "target": TARGET}
    targets = np.array([[4, 5, 3, 0], [5, 6, 4, 3]])
    gradients = core.backprop(model, core.record(model, inputs), targets)
    generator = np.random.default_rng(4)

    def loss(name, array):
        other = model.with_parameters({name: array})
        return core.backprop(other, core.record(other, inputs), targets).loss

    for name, array in model.parameters.items():
        way = generator.normal(size=array.shape)
        check(
            name,
            found=float((gradients.parameters[name] * way).sum()),
            loss=lambda e, n=name, w=array, d=way: loss(n, w + e * d),
        )


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")
def test_a_keras_file_keeps_both_vocabularies(tmp_path):
    model = translator("both ways, peeky, additive")
    core.save_model(model, tmp_path / "translator.keras")
    again = core.load_model(tmp_path / "translator.keras")
    assert core.translate(again, "abca").text == core.translate(model, "abca").text


def test_the_same_seed_gives_the_same_weights_and_another_others():
    one, same, other = (
        core.new_translator(source=6, target=7, embedding=3, units=4, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.digest == same.digest
    for name, array in one.parameters.items():
        if array.any() and not name.endswith("bias"):
            assert not np.array_equal(array, other.parameters[name]), name


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"attention": "hard"}, UnknownName),
        ({"bidirectional": True, "units": 5}, OutOfRange),
        ({"bidirectional": True, "backwards": True}, UnsupportedModel),
        ({"units": 0}, OutOfRange),
        ({"cell": "cloud"}, UnknownName),
    ],
)
def test_what_cannot_be_built_is_refused(settings, error):
    with pytest.raises(error):
        core.new_translator(**{"source": 6, "target": 7, **settings})


def test_peeky_and_attention_add_what_they_say():
    model = core.new_translator(source=6, target=7, embedding=3, units=4)
    peeky = core.new_translator(source=6, target=7, embedding=3, units=4, peeky=True)
    attending = core.new_translator(source=6, target=7, embedding=3, units=4, attention="dot")
    assert peeky.parameter_count - model.parameter_count == 4 * 4 * 4 + 4 * 7
    assert attending.parameter_count - model.parameter_count == 4 * 7


def test_randomised_weights_are_distinct():
    model = randomised(core.new_translator(source=6, target=7), seed=1)
    assert len({float(array.ravel()[0]) for array in model.parameters.values()}) == len(
        model.parameters
    )
