"""What a state_dict leaves open: what is asked, what holds without an answer, what a hint does."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

import core
from core.errors import CoreError, UnknownName, UnsupportedModel
from core.importers.torch.errors import ModulesApart
from core.importers.torch.safetensors_export import write_safetensors
from core.importers.torch.state_dict import inspect_state_dict, read_state_dict
from tests.core.importers.torch import reference


def lstm(name: str = "lstm", *, features: int = 4, units: int = 6, **more: Any) -> Any:
    return reference.state_dict("lstm", features=features, units=units, name=name, **more)


def linear(name: str, features: int, outputs: int) -> Any:
    return reference.linear(features, outputs, name=name)


def table(name: str, rows: int, features: int) -> Any:
    return reference.table(rows, features, name=name)


CLASSIFIER = save(
    table("embedding", 9, 4) | lstm() | linear("fc1", 6, 5) | linear("fc2", 5, 5)
    | linear("head", 5, 1)
)  # fmt: skip

ORDERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "by widths": (
        linear("a", 5, 1) | lstm("b") | linear("c", 6, 5) | table("d", 9, 4),
        ["d", "b", "c", "a"],
    ),
    "natural order where widths say nothing": (
        lstm(units=4) | linear("fc10", 4, 4) | linear("fc9", 4, 4) | table("words", 9, 4),
        ["words", "lstm", "fc9", "fc10"],
    ),
    "numbers of a Sequential": (
        linear("0", 4, 4) | lstm("1", units=4) | linear("2", 4, 4),
        ["0", "1", "2"],
    ),
    "two recurrent modules": (
        lstm("decoder", features=6, units=3) | lstm("encoder"),
        ["encoder", "decoder"],
    ),
    "an input projection": (
        linear("project", 7, 4) | lstm() | linear("fc", 6, 2),
        ["project", "lstm", "fc"],
    ),
    "a readout without a bias is no embedding": (
        lstm(features=6) | table("fc", 1, 6),
        ["lstm", "fc"],
    ),
    "a table with more rows than any": (lstm() | table("x", 900, 4), ["x", "lstm"]),
    "a projection without a bias": (
        table("embedding", 9, 3) | table("project", 4, 3) | lstm(),
        ["embedding", "project", "lstm"],
    ),
}


@pytest.mark.parametrize(("tensors", "order"), ORDERS.values(), ids=ORDERS)
def test_the_order_that_people_build(tensors: dict[str, Any], order: list[str]) -> None:
    data = save(tensors)
    assert list(inspect_state_dict(data).order) == order
    assert [stage.name for stage in read_state_dict(data).parts] == order


def test_what_is_asked_and_what_holds_without_an_answer() -> None:
    found = inspect_state_dict(CLASSIFIER)
    assert found.answers == {
        "order": ("embedding", "lstm", "fc1", "fc2", "head"),
        "padding": "read",
        "max_norm": "none",
        "readout": "last",
        "activation:embedding": "linear",
        "activation:lstm": "linear",
        "activation:fc1": "relu",
        "activation:fc2": "relu",
        "activation:head": "linear",
    }
    assert all(question.answer in question.options for question in found.questions)
    model = read_state_dict(CLASSIFIER)
    assert [stage.activation for stage in model.head] == ["relu", "relu", "linear"]
    answers = dict(found.answers) | {"order": list(found.order)}
    assert model.card["answers"] == answers
    assert read_state_dict(CLASSIFIER, hints=answers).digest == model.digest


def test_an_rnn_is_asked_for_its_nonlinearity() -> None:
    data = save(reference.state_dict("simple_rnn", features=2, units=3, layers=2))
    assert inspect_state_dict(data).answers == {
        "nonlinearity:rnn": "tanh",
        "readout": "every",
        "activation:rnn": "linear",
    }
    model = read_state_dict(data, hints={"nonlinearity:rnn": "relu", "readout": "last"})
    assert [layer.activation for layer in model.layers] == ["relu", "relu"]
    assert [stage.returns for stage in model.recurrent] == ["every", "last"]


def norm(name: str, width: int, *, batch: bool = False) -> Any:
    drawn = np.random.default_rng(width).uniform(0.5, 2, (4, width)).astype(np.float32)
    own = dict(zip(("weight", "bias", "running_mean", "running_var"), drawn, strict=True))
    if not batch:
        own = {"weight": own["weight"], "bias": own["bias"]}
    return {f"{name}.{what}": array for what, array in own.items()}


def test_normalisations_are_told_by_their_tensors() -> None:
    """The same numbers by the formulas of PyTorch's documentation."""
    tensors = lstm() | norm("after", 6) | linear("fc1", 6, 5) | norm("bn", 5, batch=True)
    tensors |= linear("fc2", 5, 2) | {"bn.num_batches_tracked": np.array(7)}
    found = inspect_state_dict(save(tensors))
    assert found.order == ("lstm", "after", "fc1", "bn", "fc2")
    assert {key: found.answers[key] for key in found.answers if key[:3] in ("eps", "act")} == {
        "activation:lstm": "linear",
        "epsilon:after": "1e-05",
        "activation:after": "linear",
        "activation:fc1": "linear",
        "epsilon:bn": "1e-05",
        "activation:bn": "relu",
        "activation:fc2": "linear",
    }
    hints = {"epsilon:after": 0.25, "epsilon:bn": "0.125", "readout": "max"}
    model = read_state_dict(save(tensors), hints=hints)
    x = np.random.default_rng(4).normal(size=(2, 5, 4)).astype(np.float32)
    rnn = {name: each for name, each in tensors.items() if name.startswith("lstm.")}
    y = reference.run("lstm", rnn, x)[0]["hidden"].max(axis=1)
    y = (y - y.mean(-1, keepdims=True)) / np.sqrt(y.var(-1, keepdims=True) + 0.25)
    y = y * tensors["after.weight"] + tensors["after.bias"]
    y = y @ tensors["fc1.weight"].T + tensors["fc1.bias"]
    y = (y - tensors["bn.running_mean"]) / np.sqrt(tensors["bn.running_var"] + 0.125)
    y = np.maximum(y * tensors["bn.weight"] + tensors["bn.bias"], 0)
    y = y @ tensors["fc2.weight"].T + tensors["fc2.bias"]
    np.testing.assert_allclose(core.record(model, x).outputs, y, atol=1e-5)


def test_hints_change_the_model() -> None:
    hints = {"padding": "skip", "activation:head": "sigmoid", "activation:fc1": "tanh"}
    model = read_state_dict(CLASSIFIER, hints=hints | {"readout": "every"}, name="mine")
    assert model.name == "mine"
    assert model.embedding is not None
    assert model.embedding.mask_zero
    assert [stage.activation for stage in model.head] == ["tanh", "relu", "sigmoid"]
    assert model.readout == "every"


def test_a_language_model_answers_at_every_step() -> None:
    data = save(table("embedding", 9, 4) | lstm() | linear("fc", 6, 9))
    assert read_state_dict(data).readout == "every"


def test_an_order_that_leaves_modules_out() -> None:
    tensors = lstm() | linear("fc", 6, 2) | {"crf.transitions": np.ones((3, 3), np.float32)}
    with pytest.raises(CoreError, match=r"'crf'.*transitions \(3, 3\)"):
        read_state_dict(save(tensors))
    model = read_state_dict(save(tensors), hints={"order": ["lstm", "fc"]})
    assert [stage.name for stage in model.parts] == ["lstm", "fc"]


BESIDE: dict[str, dict[str, Any]] = {
    "an attention": linear("attn", 6, 1) | linear("fc", 6, 1),
    "a second tower": linear("image.0", 99, 50) | linear("image.1", 50, 6),
    "a learned initial state": {"h0": np.ones((1, 1, 6), np.float32)},
    "a buffer of the loss": {"loss.weight": np.ones(2, np.float32), "pos_weight": np.ones(())},
    "a convolution": {"conv.weight": np.ones((3, 4, 5), np.float32)},
    "an LSTM with projections": {
        **lstm("a"),
        "a.weight_hr_l0": np.ones((2, 6), np.float32),
    },
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_modules_beside_the_chain_are_named_with_an_order_that_reads(beside: dict) -> None:
    """The sentence and its facts give an order, and that order is one that is read."""
    data = save(table("words", 9, 4) | lstm() | beside)
    with pytest.raises(ModulesApart, match=r"hints=.*order") as refused:
        read_state_dict(data)
    order = json.loads(refused.value.facts["order"])
    assert order == ["words", "lstm"]
    assert set(order) < set(json.loads(refused.value.facts["modules"]))
    assert f"{{'order': {refused.value.facts['order']}}}" in str(refused.value)
    assert [node.name for node in read_state_dict(data, hints={"order": order}).parts] == order


def test_an_attention_that_fits_may_be_left_out() -> None:
    """Widths do not tell an attention from a hidden layer: both orders are offered."""
    data = save(lstm() | linear("attn", 6, 6) | linear("fc", 6, 2))
    question = inspect_state_dict(data).questions[0]
    assert question.options == (("lstm", "attn", "fc"), ("lstm", "fc"))


MADE_OF_OTHERS = {
    "weight_norm": {"lstm.weight_hh_l0_g": (24, 1), "lstm.weight_hh_l0_v": (24, 6)},
    "weight_norm, newer": {
        "lstm.parametrizations.weight_hh_l0.original0": (24, 1),
        "lstm.parametrizations.weight_hh_l0.original1": (24, 6),
    },
    "spectral_norm": {"fc.weight_orig": (2, 6), "fc.weight_u": (2,), "fc.bias": (2,)},
    "a dropped-out weight": {"lstm.weight_hh_l0_raw": (24, 6)},
}


@pytest.mark.parametrize("made", MADE_OF_OTHERS.values(), ids=MADE_OF_OTHERS)
def test_weights_that_are_made_of_others_are_refused_by_name(made: dict) -> None:
    tensors = {own: each for own, each in lstm().items() if "weight_hh" not in own}
    tensors |= {own: np.ones(shape, np.float32) for own, shape in made.items()}
    with pytest.raises(UnsupportedModel, match="made of others"):
        read_state_dict(save(tensors))


def test_an_order_of_ones_own() -> None:
    tensors = lstm(units=4) | linear("a", 4, 4) | linear("b", 4, 4)
    question = inspect_state_dict(save(tensors)).questions[0]
    assert question.answer == ("lstm", "a", "b")
    assert ("a", "lstm", "b") in question.options
    model = read_state_dict(save(tensors), hints={"order": ["b", "lstm", "a"]})
    assert [stage.name for stage in model.parts] == ["b", "lstm", "a"]


def test_which_table_embeds_is_asked_where_several_could() -> None:
    tensors = lstm() | table("first", 4, 4) | table("second", 4, 4)
    found = inspect_state_dict(save(tensors))
    assert found.answers["embedding"] == "first"
    hints = {"embedding": ""}
    assert read_state_dict(save(tensors), hints=hints).embedding is None
    chosen = read_state_dict(save(tensors), hints={"embedding": "second"}).embedding
    assert chosen is not None
    assert chosen.name == "second"


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({"activation:gru": "tanh"}, "'activation:gru'"),
        ({"activation:head": "softmox"}, "'softmox'"),
        ({"activation:head": ["tanh"]}, "answer to activation:head"),
        ({"readout": "first"}, "'first'"),
        ({"epsilon:fc1": 0.1}, "'epsilon:fc1'"),
        ({"order": ["lstm", "gru"]}, "'gru'"),
        ({"order": ["lstm", "lstm"]}, "'lstm'"),
        ({"order": "lstm2"}, "'lstm2'"),
        ({"order": [{}]}, "{}"),
        ({"embedding": "head"}, "'head'"),
        ({"embedding": "embedding", "order": ["lstm"]}, "'embedding'"),
    ],
)
def test_hints_that_answer_nothing_are_refused(hints: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownName) as refused:
        read_state_dict(CLASSIFIER, hints=hints)
    assert words in str(refused.value)


def test_what_a_file_says_of_itself_is_only_a_suggestion() -> None:
    tensors = lstm() | linear("fc", 6, 2)
    plain = read_state_dict(save(tensors))
    for own in ("[", "[]", "[" * 9000, '{"hints": {"order": [{}]}}', '{"hints": 3, "card": []}'):
        model = read_state_dict(save(tensors, metadata={"unrolled": own}))
        assert model.digest == plain.digest
    model = core.new_model("gru", features=3, units=[2, 4], outputs=1, activation="tanh")
    data = write_safetensors(model)
    assert read_state_dict(data, hints={"readout": "every"}).readout == "every"


@pytest.mark.parametrize("count", [38, 1500])
def test_many_modules_of_one_width_end_soon(count: int) -> None:
    """Any of them could be the embedding, and no order of them fits the last one."""
    tensors = lstm(features=1, units=1) | linear("last", 2, 1)
    for at in range(count):
        tensors |= {f"fc{at}.weight": np.full((1, 1), at, np.float32)}
    with pytest.raises(UnsupportedModel, match=r"in no order|at most 40"):
        read_state_dict(save(tensors))
