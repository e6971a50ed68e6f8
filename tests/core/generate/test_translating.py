"""A text made of another: stepped as recorded, greedy, forced, taught, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.errors import EmptyText
from core.generate.errors import (
    NeverEnds,
    NoSuchStep,
    NotATranslator,
    UnknownAnswer,
    UnknownSource,
    WrongBeam,
)
from core.text import END, START
from tests.core.networks import randomised
from tests.core.translators import DIGITS, KINDS, LETTERS, translator


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_stepping_gives_what_is_recorded_of_the_whole(kind, beams):
    made = core.translate(translator(kind), "abcad", beams=beams, most=9)
    assert len(made.ids) == len(made.tokens) == len(made.read) == len(made.probabilities)
    np.testing.assert_allclose(made.trace.outputs[0], made.probabilities, atol=1e-6)
    assert made.trace.nodes["target"].outputs.tolist() == [made.read.tolist()]
    assert made.trace.layer("decoder").states["hidden"].shape == (1, len(made.ids), 4)


@pytest.mark.parametrize("kind", ["dot", "additive", "both ways"])
def test_attention_has_a_row_for_each_token_written(kind):
    made = core.translate(translator(kind), "abca", most=6)
    weights = made.trace.nodes["attention"].arrays["weights"]
    assert weights.shape == (1, len(made.ids), 4)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
    assert made.trace.nodes["attention"].axes["weights"] == ("batch", "query", "key")


def test_greedy_takes_the_likeliest_at_each_step_and_ends_at_the_end():
    ends = [seed for seed in range(20) if core.translate(translator(seed=seed), "abc").ended]
    assert 0 < len(ends) < 20
    made = core.translate(translator(seed=ends[0]), "abc")
    assert made.tokens[-1] == END
    assert END not in made.tokens[:-1]
    assert made.text == "".join(made.tokens[:-1])
    never = [DIGITS.encode_tokens([START]).ids[0], 0, 1]
    seen = np.delete(made.probabilities, never, axis=1)
    numbered = np.delete(np.arange(DIGITS.size), never)
    np.testing.assert_array_equal(numbered[seen.argmax(axis=1)], made.ids)
    assert made.log_probability == pytest.approx(
        np.log(made.probabilities[np.arange(len(made.ids)), made.ids]).sum()
    )


def test_what_never_ends_is_bounded():
    endless = next(m for m in (translator(seed=s) for s in range(20))
                   if not core.translate(m, "abc").ended)  # fmt: skip
    made = core.translate(endless, "abc")
    assert len(made.tokens) == 2 * 3 + 10
    assert len(core.translate(endless, "abc", most=4).tokens) == 4
    assert not made.ended


def test_a_forced_token_stands_there_and_what_follows_is_another():
    model = translator("dot", seed=5)
    free = core.translate(model, "abcd", most=8)
    other = next(token for token in "123" if token != free.tokens[1])
    made = core.translate(model, "abcd", most=8, forced={1: other})
    assert made.tokens[:2] == (free.tokens[0], other)
    assert made.forced == (1,)
    np.testing.assert_allclose(made.probabilities[:2], free.probabilities[:2], atol=1e-6)
    assert not np.allclose(made.probabilities[2], free.probabilities[2], atol=1e-4)
    np.testing.assert_allclose(made.trace.outputs[0], made.probabilities, atol=1e-6)


def test_a_beam_heeds_a_forced_token_too():
    made = core.translate(translator("dot"), "abcd", most=5, beams=3, forced={0: "3"})
    assert made.tokens[0] == "3"
    assert all(text.startswith("3") for text in made.answers)


def test_a_teacher_has_the_right_tokens_read():
    model = translator("both ways")
    made = core.translate(model, "abcd", teacher="2131")
    assert made.taught
    assert made.read.tolist() == DIGITS.encode_tokens([START, *"2131"]).ids.tolist()
    assert len(made.tokens) == 5
    wanted = core.record(model, {"source": "abcd", "target": "2131"})
    np.testing.assert_allclose(made.probabilities, wanted.outputs[0], atol=1e-6)
    np.testing.assert_array_equal(made.trace.outputs, wanted.outputs)


def test_what_the_encoder_reads_is_run_once(monkeypatch):
    """A step of the decoder is all that a token costs."""
    from core.nodes import Layer

    ran, own = [], Layer.run
    monkeypatch.setattr(Layer, "run", lambda self, *read: ran.append(self.name) or own(self, *read))
    core.translate(translator("dot"), "abcd", most=9, beams=2)
    assert ran == ["encoder"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ({"text": ""}, EmptyText),
        ({"text": "abxyz"}, UnknownSource),
        ({"beams": 0}, WrongBeam),
        ({"beams": 5}, WrongBeam),  # there are three digits, and the end
        ({"most": 0}, NeverEnds),
        ({"most": 10_000}, NeverEnds),
        ({"forced": {3: "9"}}, UnknownAnswer),
        ({"forced": {3: START}}, UnknownAnswer),
        ({"forced": {3: ""}}, UnknownAnswer),
        ({"forced": {99: "1"}}, NoSuchStep),
        ({"teacher": "17"}, UnknownAnswer),
    ],
)
def test_what_cannot_be_translated_is_said(call, error):
    with pytest.raises(error) as caught:
        core.translate(translator(), **{"text": "abc", **call})
    assert len(str(caught.value)) > 20


def test_unknown_symbols_are_named():
    with pytest.raises(UnknownSource, match=r"'x', 'y'"):
        core.translate(translator(), "axbyx")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (lambda: core.new_model("gru", vocabulary=LETTERS), "does not read a source"),
        (lambda: core.new_translator(source=7, target=8), "no vocabularies"),
        (lambda: core.new_translator(source=LETTERS, target=LETTERS), "begins and ends"),
    ],
)
def test_other_models_are_refused_with_the_reason(changed, why):
    with pytest.raises(NotATranslator, match=why):
        core.translate(changed(), "abc")


def test_what_looks_ahead_in_what_is_written_is_refused():
    from dataclasses import replace

    model = translator("dot")
    nodes = [
        replace(node, causal=True, reads=("decoder", "decoder")) if node.name == "attention"
        else node for node in model.nodes
    ]  # fmt: skip
    other = replace(model, nodes=tuple(nodes))
    with pytest.raises(NotATranslator, match="attention looks at more than one step"):
        core.translate(other, "abc")


def test_a_saved_translator_translates_the_same(tmp_path):
    model = translator("both ways, peeky, additive")
    file = tmp_path / "translator.npz"
    core.save_model(model, file)
    again = core.load_model(file)
    assert again.digest == model.digest
    assert again.vocabulary_of("target") == DIGITS
    assert core.translate(again, "abca").text == core.translate(model, "abca").text


def test_words_that_are_not_known_are_read_as_unknown():
    from core.text import Vocabulary

    words = Vocabulary(("the", "cat"), "word")
    model = core.new_translator(source=words, target=DIGITS, embedding=3, units=4)
    made = core.translate(randomised(model, seed=1), "the dog")
    assert made.source.known.tolist() == [True, False]
    assert made.source.ids.tolist() == [2, 1]
