"""Configurations as plain data: what reads what, what a layer is called, what is missing."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.errors import BrokenFile, CustomObjectInFile, PathInFile
from core.importers.keras.archive import read_keras
from core.importers.keras.config import Configured, model_of
from core.importers.keras.fields import KerasLayer
from core.importers.keras.layers import model_from
from core.importers.keras.plan import Plan
from tests.core.importers.attacks import models
from tests.core.importers.attacks.models import Json, layer


def tensor(name: str, at: int = 0) -> Json:
    """How Keras 3 writes what a layer gives."""
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, 0, at]}
    return {"class_name": "__keras_tensor__", "config": config}


def three(name: str, *reads: Any, **how: Any) -> Json:
    """A layer of Keras 3 that is called once."""
    kind = {"ids": "InputLayer", "words": "Embedding", "seen": "NotEqual"}.get(name, "LSTM")
    nodes = [{"args": list(reads), "kwargs": how}] if reads else []
    module = "keras.src.ops.numpy" if kind == "NotEqual" else "keras.layers"
    described = layer(kind, name, module=module, **({"mask_zero": True} if name == "words" else {}))
    return {**described, "name": name, "inbound_nodes": nodes}


def two(name: str, *reads: list[Any]) -> Json:
    """A layer of Keras 2 that is called once."""
    kind = {"ids": "InputLayer", "words": "Embedding"}.get(name, "LSTM")
    nodes = [list(reads)] if reads else []
    config = {"name": name, **({"mask_zero": True} if name == "words" else {})}
    described = {"class_name": kind, "config": config}
    return {**described, "name": name, "inbound_nodes": nodes}


def functional(*layers: Json, ins: Any = None, outs: Any = None) -> Json:
    config = {
        "name": "chain",
        "layers": list(layers),
        "input_layers": [["ids", 0, 0]] if ins is None else ins,
        "output_layers": [["last", 0, 0]] if outs is None else outs,
    }
    return {"class_name": "Functional", "config": config}


IDS, WORDS = three("ids"), three("words", tensor("ids"))
SEEN = three("seen", tensor("ids"), 0)
LAST = three("last", tensor("words"))

CHAINS = {
    "Keras 3": functional(IDS, WORDS, LAST),
    "Keras 3, input by itself": functional(
        IDS, WORDS, LAST, ins=["ids", 0, 0], outs=["last", 0, 0]
    ),
    "Keras 2": functional(
        two("ids"), two("words", ["ids", 0, 0, {}]), two("last", ["words", 0, 0, {}])
    ),
    "Keras 2, called again": functional(
        two("ids"), two("words", ["ids", 0, 0, {}]), two("last", ["words", 1, 0])
    ),
    "in another order": functional(LAST, IDS, WORDS),
    "a mask that was implied": functional(
        IDS, WORDS, SEEN, three("last", tensor("words"), mask=tensor("seen"), training=False)
    ),
    "nothing said": functional(
        IDS, WORDS, three("last", tensor("words"), mask=None, initial_state=None)
    ),
}


def names(model: Configured) -> list[str]:
    plan = Plan.of([model.without_weights()])
    return [step.layer.name for step in plan.steps if step.layer.kind != "ops.NotEqual"]


def read(described: Json) -> core.Model:
    """The model, of weights that are all different; WORDS and LAST are of three and two units."""
    generator = np.random.default_rng(2)
    shapes = {
        "Embedding": {"embeddings": (7, 3)},
        "LSTM": {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)},
    }

    def weighing(layer: KerasLayer) -> KerasLayer:
        weights = {
            name: generator.normal(size=shape).astype(np.float32)
            for name, shape in shapes.get(layer.kind, {}).items()
        }
        return replace(layer, weights=weights, inner=tuple(map(weighing, layer.inner)))

    return model_from([weighing(model_of(described, where="config").without_weights())], name="x")


@pytest.mark.parametrize("described", CHAINS.values(), ids=CHAINS)
def test_a_chain_is_read_in_its_order(described: Json) -> None:
    assert names(model_of(described, where="config")) == ["ids", "words", "last"]
    model = read(described)
    assert model.is_chain
    assert [part.name for part in model.parts] == ["words", "last"]


SHARED = {**LAST, "inbound_nodes": LAST["inbound_nodes"] * 2}

REFUSED: dict[str, tuple[Json, str]] = {
    "two read at once": (
        functional(IDS, WORDS, three("last", [tensor("words"), tensor("ids")])),
        r"'last' \(LSTM, number 2 of 2\).*given 1 initial states, and has hidden, cell",
    ),
    "two read at once, Keras 2": (
        functional(
            two("ids"),
            two("words", ["ids", 0, 0, {}]),
            two("last", ["words", 0, 0, {}], ["ids", 0, 0, {}]),
        ),
        r"'last'.*given 1 initial states",
    ),
    "a layer in two places": (
        functional(IDS, WORDS, SHARED, outs=[["last", 0, 0], ["last", 1, 0]]),
        r"'last'.*in 2 places",
    ),
    "another's state": (
        functional(IDS, WORDS, LAST, three("more", tensor("last", 1)), outs=["more", 0, 0]),
        r"'last'.*output 2 is read, and it has 1",
    ),
    "a state that is none": (
        functional(IDS, WORDS, three("last", tensor("words"), initial_state=[3])),
        r"'last'.*called with an 'initial_state' that is no tensor",
    ),
    "always training": (
        functional(IDS, WORDS, three("last", tensor("words"), training=True)),
        r"'last'.*called with 'training'",
    ),
    "a mask of other ids": (
        functional(
            IDS,
            WORDS,
            three("seen", tensor("ids"), 3),
            three("last", tensor("words"), mask=tensor("seen")),
        ),
        r"'last'.*called with 'mask'",
    ),
    "a mask of something else": (
        functional(IDS, WORDS, three("last", tensor("words"), mask=tensor("words"))),
        r"'last'.*called with 'mask'",
    ),
    "a second argument": (
        functional(IDS, WORDS, three("last", tensor("words"), tensor("ids"))),
        r"'last'.*given 1 initial states",
    ),
    "no input": (functional(IDS, WORDS, LAST, ins=[]), "what it reads and gives"),
    "a second input": (
        functional(IDS, three("other"), WORDS, three("last", tensor("other"))),
        r"'other'.*reads nothing",
    ),
}


@pytest.mark.parametrize(("described", "words"), REFUSED.values(), ids=REFUSED)
def test_what_changes_the_answer_is_refused_at_its_layer(described: Json, words: str) -> None:
    with pytest.raises((UnsupportedModel, BrokenFile), match=words):
        read(described)


def broken(**changes: Any) -> Json:
    described = deepcopy(CHAINS["Keras 3"])
    described["config"].update(changes)
    return described


BROKEN = {
    "a circle": functional(IDS, three("words", tensor("last")), LAST),
    "no such layer": functional(IDS, WORDS, LAST, outs=["first", 0, 0]),
    "a name twice": functional(IDS, WORDS, WORDS, LAST),
    "no layers": broken(layers={}),
    "layers that are none": broken(layers=[1, 2]),
    "no call": functional(IDS, WORDS, {**LAST, "inbound_nodes": [{}]}),
    "an empty call": functional(IDS, WORDS, {**LAST, "inbound_nodes": [[]]}),
    "a name that is a number": {"class_name": "Sequential", "config": {"name": 3, "layers": []}},
    "a layer": layer("LSTM"),
    "a list": {"class_name": "Functional", "config": []},
    "nothing in a wrapper": models.config([layer("TimeDistributed")]),
    "a stack of no list": models.config([layer("RNN", cell=layer("StackedRNNCells", cells=3))]),
}


@pytest.mark.parametrize("described", BROKEN.values(), ids=BROKEN)
def test_what_is_no_configuration_is_refused(described: Json) -> None:
    with pytest.raises(BrokenFile, match="config"):
        model_of(described, where="config")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, "LSTM"),
        ({"module": "keras.src.layers.rnn.lstm"}, "LSTM"),
        ({"module": "tf_keras.layers"}, "LSTM"),
        ({"registered_name": "LSTM"}, "LSTM"),
        ({"registered_name": "pack>LSTM"}, "pack>LSTM"),
        ({"module": "kerasx.layers"}, "kerasx.layers>LSTM"),
        ({"module": None, "registered_name": "LSTM"}, "Custom>LSTM"),
        ({"class_name": "Custom>LSTM"}, "Custom>LSTM"),
    ],
)
def test_a_class_is_keras_own_or_bears_its_package(settings: Json, kind: str) -> None:
    """After an LSTM, where it is for the user to leave it out."""
    described = models.config([*models.layers(), {**layer("LSTM", "odd"), **settings}])
    if ">" not in kind:
        assert model_of(described, where="config").inner[-1][1].kind == kind
        return
    assert model_of(described, where="config").inner[-1][1].kind == kind
    first = models.config([{**layer("LSTM", "odd"), **settings}, *models.layers()])
    with pytest.raises(CustomObjectInFile) as refused:
        model_of(first, where="config")
    assert refused.value.facts == {"entry": "config/odd", "found": kind}


def test_a_pair_without_its_second_layer_has_the_first_turned_round() -> None:
    inside = layer("LSTM", "inside", go_backwards=True, units=2)
    described = models.config([layer("Bidirectional", "both", layer=inside)])
    ((_, pair),) = model_of(described, where="config").inner
    assert [(name, one.config["go_backwards"]) for name, one in pair.inner] == [
        ("forward_layer", True),
        ("backward_layer", False),
    ]


def test_groups_of_weights_are_counted_by_class() -> None:
    """As Keras names them, within each model, whatever the layers are called."""
    inner = models.config([layer("LSTM", "lstm_9"), layer("LSTM", "b")])
    stack = layer("StackedRNNCells", cells=[layer("GRUCell"), layer("LSTMCell"), layer("GRUCell")])
    described = models.config(
        [
            layer("LSTM", "z"),
            layer("BatchNormalization"),
            layer("GlobalMaxPooling1D"),
            inner,
            layer("LSTM", "a"),
            layer("RNN", cell=stack),
        ]
    )
    found = model_of(described, where="config").inner
    assert [group for group, _ in found] == [
        "layers/lstm",
        "layers/batch_normalization",
        "layers/global_max_pooling1d",
        "layers/sequential",
        "layers/lstm_1",
        "layers/rnn",
    ]
    assert [group for group, _ in found[3][1].inner] == ["layers/lstm", "layers/lstm_1"]
    ((_, cells),) = found[5][1].inner
    assert [group for group, _ in cells.inner] == [
        "cells/gru_cell",
        "cells/lstm_cell",
        "cells/gru_cell_1",
    ]


def test_layers_as_a_bare_list_are_read() -> None:
    """So Keras wrote a Sequential model before 2.2.3."""
    described = {"class_name": "Sequential", "config": [layer("LSTM", "a"), layer("Dense", "b")]}
    assert [one.name for _, one in model_of(described, where="config").inner] == ["a", "b"]


def test_a_vocabulary_at_a_path_is_refused_wherever_it_stands() -> None:
    described = models.config(
        [*models.layers(), layer("TextVectorization", "words", vocabulary="/etc/passwd")]
    )
    with pytest.raises(PathInFile) as refused:
        model_of(described, where="config")
    assert refused.value.facts["target"] == "/etc/passwd"


def test_weights_under_the_name_of_keras_2_13_are_found() -> None:
    """It called the group of layers otherwise."""

    def renamed(root: Any) -> None:
        root.move("layers", "_layer_checkpoint_dependencies")

    old, new = read_keras(models.keras(weights=models.hdf5(renamed))), read_keras(models.keras())
    for before, after in zip(old.layers, new.layers, strict=True):
        assert before.weights.keys() == after.weights.keys()
        for name, array in after.weights.items():
            assert (before.weights[name] == array).all()
    assert sum(len(one.weights) for one in old.layers) == 6
