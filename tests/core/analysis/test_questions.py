"""What a model is asked: each target against the loss computed by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis import questions
from core.errors import EmptyText, OutOfRange
from core.text import Vocabulary


def model(outputs: int, readout: str = "last", vocabulary: int = 7) -> core.Model:
    return core.new_model(
        "gru",
        vocabulary=vocabulary,
        embedding=3,
        units=[4],
        outputs=outputs,
        readout=readout,
        seed=3,
        dtype=np.float64,
    )


def test_texts_are_repeated_and_cut():
    assert questions.repeated(np.array([4, 5, 6]), length=7).tolist() == [4, 5, 6, 4, 5, 6, 4]
    assert questions.repeated(np.array([4, 5, 6]), length=2).tolist() == [4, 5]
    steps = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert questions.repeated(steps, length=3).tolist() == [[1, 2], [3, 4], [1, 2]]
    with pytest.raises(EmptyText):
        questions.repeated(np.array([], dtype=int), length=2)
    with pytest.raises(OutOfRange):
        questions.repeated(np.array([4]), length=0)


def test_random_tokens_are_those_of_the_seed_and_never_padding():
    drawn = questions.random_tokens(model(1), length=4_000, seed=5)
    assert set(drawn.tolist()) == {2, 3, 4, 5, 6}
    assert np.array_equal(drawn, questions.random_tokens(model(1), length=4_000, seed=5))
    assert not np.array_equal(drawn, questions.random_tokens(model(1), length=4_000, seed=6))
    numbers = questions.random_tokens(core.new_model("gru", features=2), length=3_000, seed=0)
    assert numbers.shape == (3_000, 2)
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=0.1)
    np.testing.assert_allclose(numbers.std(axis=0), 1, atol=0.1)


@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize(("outputs", "answer"), [(1, 0), (1, 1), (3, 2), (3, 0)])
def test_the_loss_is_the_cross_entropy_to_the_class_asked_for(outputs, answer, readout):
    asked = model(outputs, readout)
    run = core.record(asked, np.array([[2, 5, 3, 6]]))
    targets = questions.class_targets(asked, run, answer=answer)
    given = run.outputs.reshape(-1, outputs)
    if outputs == 1:
        given = np.concatenate([1 - given, given], axis=1)
    share = given[:, answer]
    found = core.backprop(asked, run, targets)
    assert found.loss == pytest.approx(-np.log(share).mean(), rel=1e-12)


def test_the_own_answer_is_the_likeliest_at_the_end():
    one = core.record(model(1), np.array([[2, 5]]))
    assert questions.own_answer(one) == int(one.outputs[0, 0] >= 0.5)
    three = core.record(model(3, "every"), np.array([[2, 5, 6]]))
    assert questions.own_answer(three) == int(np.argmax(three.outputs[0, -1]))


def test_language_models_are_asked_for_what_comes_next():
    assert questions.predicts_tokens(model(7))
    assert not questions.predicts_tokens(model(1))
    following = np.array([5, 3, 6])
    for readout, expected in (("every", [[5, 3, 6]]), ("last", [6])):
        asked = model(7, readout)
        run = core.record(asked, np.array([[2, 5, 3]]))
        targets = questions.next_tokens(run, following)
        assert targets.tolist() == expected
        picked = np.take_along_axis(run.outputs, targets[..., None], axis=-1)
        found = core.backprop(asked, run, targets)
        assert found.loss == pytest.approx(-np.log(picked).mean(), rel=1e-12)


def test_an_answer_that_is_none_is_refused():
    run = core.record(model(1), np.array([[2]]))
    assert questions.classes(model(1)) == 2
    with pytest.raises(OutOfRange):
        questions.class_targets(model(1), run, answer=2)


@pytest.mark.parametrize(
    ("outputs", "names", "expected"),
    [
        (1, ["no", "yes"], ("no", "yes")),
        (3, ("a", "b", "c"), ("a", "b", "c")),
        (1, ["no", "perhaps", "yes"], None),  # one sigmoid tells two apart
        (3, ["a", "b"], None),
        (1, [1, 2], None),
        (1, [{"a": 1}, 2], None),
        (1, "no", None),
        (1, 5, None),
        (1, None, None),
        (7, list("abcdefg"), tuple("abcdefg")),  # as many as it reads, and no tokens of its own
    ],
)
def test_answers_are_named_where_the_names_fit(outputs, names, expected):
    asked = replace(model(outputs), card={"score": 0.9, "answers": ["stale"]})
    card = questions.answering(asked, names).card
    assert card == {"score": 0.9} | ({} if expected is None else {"answers": expected})


def test_names_that_are_the_tokens_leave_a_language_model_one():
    known = Vocabulary(tuple("abcde"), "character")
    asked = core.new_model("gru", vocabulary=known, units=[3], outputs=7, readout="every")
    assert questions.predicts_tokens(questions.answering(asked, ["", "?", *"abcde"]))
    assert not questions.predicts_tokens(questions.answering(asked, list("tuvwxyz")))


def test_a_classifier_is_asked_for_its_own_answer_or_another():
    asked = model(3)
    run = core.record(asked, np.array([[2, 5, 3, 6]]))
    own = int(np.argmax(run.outputs[0]))
    assert questions.targets(asked, run).tolist() == [own]
    other = (own + 1) % 3
    assert questions.targets(asked, run, answer=other).tolist() == [other]
    with pytest.raises(OutOfRange):
        questions.targets(asked, run, answer=3)


@pytest.mark.parametrize("readout", ["last", "every"])
def test_a_language_model_is_asked_for_what_came_next_and_after_that_for_its_guess(readout):
    asked = model(7, readout)
    run = core.record(asked, np.array([[2, 5, 3, 6]]))
    guess = int(np.argmax(run.outputs.reshape(-1, 7)[-1]))
    for answer, last in ((None, guess), (4, 4)):
        expected = [[5, 3, 6, last]] if readout == "every" else [last]
        assert questions.targets(asked, run, answer=answer).tolist() == expected


def test_a_model_of_numbers_is_asked_for_others_whatever_the_answer():
    asked = core.new_model(
        "gru", features=2, units=[3], outputs=2, output_activation="linear", readout="last", seed=1,
        dtype=np.float64,
    )  # fmt: skip
    assert questions.answers_numbers(asked)
    assert not questions.answers_numbers(model(1))
    run = core.record(asked, np.random.default_rng(0).normal(size=(1, 5, 2)))
    for answer in (None, 1):
        targets = questions.targets(asked, run, answer=answer)
        found = core.backprop(asked, run, targets, loss="mean_squared_error")
        assert found.loss == pytest.approx(1.0)
