from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from streamlit.runtime.caching.cache_utils import CachedFunc

import core
from core.errors import EmptyText
from core.nodes import Embedding
from core.text import TooManyCharacters, Vocabulary
from core.text.errors import NotANumber
from dashboard import cache
from tests.core.plain_networks import network


@pytest.fixture(autouse=True)
def empty():
    for kept in caches().values():
        kept.clear()


def caches() -> dict[str, CachedFunc]:
    parts = [
        importlib.import_module(f"{cache.__name__}.{found.name}")
        for found in pkgutil.iter_modules(cache.__path__)
    ]
    return {
        f"{module.__name__}.{name}": part
        for module in parts
        for name, part in vars(module).items()
        if isinstance(part, CachedFunc)
    }


def reader(seed: int = 3):
    return core.new_model("gru", features=2, units=[3], seed=seed)


def test_the_same_question_has_the_same_answer_and_another_has_another():
    model, inputs = reader(), np.linspace(-1, 1, 8, dtype=np.float32).reshape(1, 4, 2)
    first = cache.trace(model, inputs)
    assert cache.trace(model, inputs.copy()) is first
    assert cache.trace(reader(), inputs) is first  # another object, the same weights
    assert cache.trace(reader(seed=4), inputs) is not first
    assert cache.trace(model, inputs[:, :3]) is not first
    begun = {"gru": {"hidden": np.ones((1, 3), np.float32)}}
    assert cache.trace(model, inputs, initial_states=begun) is not first
    np.testing.assert_array_equal(
        first.layers[0].states["hidden"], core.record(model, inputs).layers[0].states["hidden"]
    )


def test_one_number_in_a_million_makes_another_question():
    # Streamlit's own hashing looks at a sample of arrays of this size, and misses it.
    inputs = np.zeros((1, 300_000, 2), np.float32)
    other = inputs.copy()
    other[0, 123_457, 1] = 1
    assert cache.digest(inputs) != cache.digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["a", ["b"]], [["a"], "b"]),
        ([1], ["1"]),
        (np.zeros(4, np.float32), np.zeros((2, 2), np.float32)),
        (np.zeros(2, np.float32), np.zeros(1, np.float64)),
        ({"a": 1, "b": 2}, {"a": 2, "b": 1}),
        (None, "None"),
        ("\ud800", "\ud801"),
    ],
    ids=str,
)
def test_different_contents_have_different_names(one, other):
    assert cache.digest(one) != cache.digest(other)


def test_equal_contents_have_equal_names():
    assert cache.digest({"a": [1, "b"], "c": np.arange(3)}) == cache.digest(
        {"c": np.arange(6)[:3], "a": [1, "b"]}
    )


def test_what_is_shared_cannot_be_changed():
    trace = cache.trace(reader(), np.ones((1, 4, 2), np.float32))
    with pytest.raises(ValueError, match="read-only"):
        trace.layers[0].states["hidden"][0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        cache.encoded("a b", cache.untrained("lstm", words="a b", split="word")).ids[0] = 9


def test_every_cache_is_bounded():
    assert len(caches()) > 10
    for name, kept in caches().items():
        source = inspect.getsource(kept)
        assert "max_entries=" in source, name


def test_gradients_are_those_of_core_and_kept_by_what_they_depend_on():
    model, inputs = reader(), np.ones((1, 4, 2), np.float32)
    trace, targets = cache.trace(model, inputs), np.ones((1, 1), np.float32)
    found = cache.gradients(model, trace, targets, loss="binary_crossentropy")
    again = core.backprop(model, trace, targets, loss="binary_crossentropy")
    np.testing.assert_array_equal(
        found.layers[0].states["hidden"], again.layers[0].states["hidden"]
    )
    assert cache.gradients(model, trace, targets, loss="binary_crossentropy") is found
    cut = cache.gradients(model, trace, targets, loss="binary_crossentropy", truncate=2)
    assert not cut.layers[0].states["hidden"][0, :2].any()
    other = cache.gradients(model, trace, 0 * targets, loss="binary_crossentropy")
    assert other.loss != found.loss


def test_an_untrained_model_knows_the_words_it_reads():
    model = cache.untrained("lstm", words="The film, the FILM", split="word", units=(4,), seed=2)
    assert model.vocabulary is not None
    assert model.vocabulary.tokens == ("the", "film", ",")
    longer = cache.untrained(
        "lstm", words="The film, the FILM was", split="word", units=(4,), seed=2
    )
    for name, array in model.parameters.items():
        np.testing.assert_array_equal(longer.parameters[name], array)
    assert longer.digest != model.digest


def test_more_words_than_rows_are_unknown_rather_than_an_error():
    words = " ".join(f"w{at}" for at in range(cache.ROWS + 10))
    model = cache.untrained("gru", words=words, split="word", units=(2,))
    found = cache.encoded(words, model)
    assert found.known.sum() == cache.ROWS - 2
    assert len(found) == cache.ROWS + 10


def test_what_cannot_be_read_is_an_error_each_time():
    model = cache.untrained("gru", words="a", split="word", units=(2,))
    for _ in range(2):
        with pytest.raises(EmptyText):
            cache.encoded("", model)
        with pytest.raises(TooManyCharacters):
            cache.encoded("a" * (cache.MOST_READ + 1), model)
        with pytest.raises(NotANumber):
            cache.encoded("a", reader())


def test_a_model_answers_where_it_is_asked_unless_it_pools():
    plain = core.new_model("gru", features=3, units=[3])
    assert [cache.precise(plain, readout=at).readout for at in ("last", "every")] == [
        "last", "every"
    ]  # fmt: skip
    pooled = network("mean").astype(np.float32)
    found = cache.precise(pooled, readout="every")
    assert (found.readout, found.dtype) == ("last", np.float64)


def test_a_model_of_texts_of_one_length_pads_them():
    words = Vocabulary(("good", "film"), "word")
    table = Embedding("words", np.ones((4, 3), np.float32), mask_zero=True)
    flat = network("flattened").astype(np.float32)
    model = core.Model((table, *flat.parts), vocabulary=words)
    assert cache.encoded("film good", model).ids.tolist() == [0, 0, 0, 3, 2]
    assert cache.encoded("film good " * 3, model).ids.tolist() == [2, 3, 2, 3, 2]
