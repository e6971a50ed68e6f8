"""What a model writes is what it would answer to the whole text, one step a token."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import core
from core import cells
from core.analysis.surprise import surprise
from core.generate.errors import NeverEnds, NotALanguageModel, UnknownSymbols, ZeroTemperature
from core.generate.sampling import Sampling
from core.generate.writing import MOST_STEPS, likeliest, write
from core.nodes import Concatenate, Dense
from core.text import PADDING_ID, UNKNOWN_ID, Vocabulary

LETTERS = Vocabulary(tuple("abcdefgh "), "character")


def language_model(cell: str, *, readout: str = "every", bidirectional: bool = False) -> core.Model:
    """Two layers of random weights over a few letters."""
    return core.new_model(
        cell, vocabulary=LETTERS, embedding=5, units=[7, 6], bidirectional=bidirectional,
        outputs=LETTERS.size, readout=readout, spread=1.0, seed=3,
    )  # fmt: skip


@pytest.mark.parametrize("cell", cells.CELLS)
def test_steps_answer_what_one_reading_of_the_whole_text_answers(cell: str) -> None:
    written = core.generate(language_model(cell), "bad cab", steps=30, seed=4)
    whole = core.record(written.model, written.ids[None])
    np.testing.assert_allclose(
        written.probabilities, whole.outputs[0, written.read - 1 : -1], atol=1e-6
    )
    np.testing.assert_array_equal(written.trace.outputs, whole.outputs)
    assert written.text.startswith("bad cab")
    assert len(written.tokens) == 7 + 30
    assert not {PADDING_ID, UNKNOWN_ID} & set(written.ids.tolist())


def test_a_seed_writes_its_text_again_and_another_one_another() -> None:
    model = core.bundled_model("characters-gru")
    one, again, other = (core.generate(model, "The ", steps=40, seed=s).text for s in (1, 1, 2))
    assert one == again != other


def test_hangul_is_written_in_syllables() -> None:
    model = core.bundled_model("characters-gru")
    text = core.generate(model, "기억", steps=60, strategy="greedy").text
    assert text.startswith("기억")
    assert sum("가" <= letter <= "힣" for letter in text) > 8


def test_greedy_takes_the_likeliest() -> None:
    written = core.generate(language_model("lstm"), "a", steps=12, strategy="greedy")
    allowed = written.probabilities.copy()
    allowed[:, [PADDING_ID, UNKNOWN_ID]] = 0
    assert written.ids[1:].tolist() == allowed.argmax(axis=1).tolist()


def test_it_stops_at_its_token_or_its_length_and_when_it_is_closed() -> None:
    model = language_model("gru")
    stopped = core.generate(model, "a", steps=500, stop="c", seed=0)
    assert stopped.ended == "stop"
    assert stopped.tokens.index("c") == len(stopped.tokens) - 1
    assert core.generate(model, "a", steps=3, seed=0).ended == "length"
    writing = write(model, "a", steps=MOST_STEPS)
    first = [token.text for token in itertools.islice(writing, 5)]
    assert first == list(core.generate(model, "a", steps=5).tokens[1:])


def test_sampling_weighs_by_temperature_top_k_and_nucleus() -> None:
    given = np.array([0.1, 0.4, 0.2, 0.3])
    squared = given**2 / (given**2).sum()
    np.testing.assert_allclose(Sampling(temperature=0.5).weighed(given), squared)
    np.testing.assert_allclose(Sampling(top_k=2).weighed(given), [0, 4 / 7, 0, 3 / 7])
    np.testing.assert_allclose(Sampling(top_p=0.75).weighed(given), [0, 4 / 9, 2 / 9, 3 / 9])
    np.testing.assert_allclose(Sampling(top_p=0.01).weighed(given), [0, 1, 0, 0])
    np.testing.assert_allclose(Sampling(temperature=1e-4).weighed(given), [0, 1, 0, 0])


def test_what_cannot_be_written_is_refused_in_words() -> None:
    model = language_model("lstm")
    with pytest.raises(ZeroTemperature, match="greedy"):
        core.generate(model, "a", temperature=0)
    for steps in (0, MOST_STEPS + 1):
        with pytest.raises(NeverEnds, match=str(steps)):
            core.generate(model, "a", steps=steps)
    with pytest.raises(UnknownSymbols, match="'x', 'y'"):
        core.generate(model, "axbyx")
    with pytest.raises(NotALanguageModel, match="every step"):
        core.generate(language_model("lstm", readout="last"), "a")
    with pytest.raises(NotALanguageModel, match="backwards"):
        core.generate(language_model("lstm", bidirectional=True), "a")


def test_bits_are_those_of_the_tokens_that_came() -> None:
    probabilities = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [1.0, 0.0, 0.0]])
    told = surprise(probabilities, ids=np.array([2, 1, 0]))
    np.testing.assert_allclose(told.bits, [np.nan, 2, 3])
    assert told.bits_per_token == 2.5
    assert told.perplexity == pytest.approx(2**2.5)


def test_alternatives_are_the_likeliest_that_may_be_written() -> None:
    probabilities = np.array([0.3, 0.2, 0.01, 0.2, 0.05, 0.04, 0.2, 0, 0, 0, 0], np.float32)
    known = likeliest(LETTERS, probabilities, most=4)
    # Padding and the unknown token are never written; equals stand in the order of their ids.
    assert [one.text for one in known] == ["b", "e", "c", "d"]
    assert [one.probability for one in known] == pytest.approx([0.2, 0.2, 0.05, 0.04])
    assert len(likeliest(LETTERS, probabilities, most=20)) == 5


def test_a_table_that_is_read_twice_is_looked_up_for_both() -> None:
    model = language_model("gru")
    embedding, one, two, dense = model.nodes
    both = Concatenate("both", reads=(two.name, embedding.name))
    wide = np.random.default_rng(0).normal(size=(6 + 5, LETTERS.size)).astype(np.float32)
    answer = Dense("answer", wide, dense.bias, "softmax")
    written = core.generate(
        core.Model((embedding, one, two, both, answer), name="graph", vocabulary=LETTERS),
        "bad cab", steps=20,
    )  # fmt: skip
    whole = core.record(written.model, written.ids[None])
    np.testing.assert_allclose(
        written.probabilities, whole.outputs[0, written.read - 1 : -1], atol=1e-6
    )


@pytest.mark.parametrize(
    "sampling", [Sampling(), Sampling(temperature=0.3), Sampling(top_k=3), Sampling(top_p=0.6)]
)
def test_tokens_are_drawn_as_often_as_they_are_weighed(sampling: Sampling) -> None:
    given = np.random.default_rng(1).dirichlet(np.ones(9)).astype(np.float32)
    weighed = sampling.weighed(given)
    one, other = np.random.default_rng(2), np.random.default_rng(2)
    drawn = [sampling.draw(given, random=one) for _ in range(300)]
    assert drawn == [int(other.choice(9, p=weighed)) for _ in range(300)]
