"""What was kept of a corpus is what each text gives when it is read alone; features are as told."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.activity import activity, read_again
from core.analysis.token_features import token_features
from core.data import TASKS
from core.data.task import Example
from core.errors import CoreError, EmptyText, MissingVocabulary, UnknownName, UnsupportedModel
from core.text import Vocabulary
from tests.core.analysis.planted import VOCABULARY, planted, texts

SENTENCES = TASKS["sentiment"].generate(40, seed=3, side="test")


@pytest.mark.parametrize("quantity", ["states/hidden", "states/cell", "gates/forget"])
def test_each_text_is_as_if_it_were_read_alone(quantity):
    model = core.bundled_model("sentiment-lstm")
    read = activity(model, SENTENCES, quantity=quantity)
    assert read.values.dtype == np.float32
    for at, text in enumerate(SENTENCES):
        alone = core.record(model, text.text)
        here = slice(read.starts[at], read.starts[at + 1])
        np.testing.assert_allclose(
            read.values[here], alone.layers[0].arrays[quantity][0], atol=1e-6
        )
        assert read.tokens[here] == model.encode(text.text).tokens
        assert read.answers is not None
        assert set(read.answers[here]) == {int(alone.outputs[0, 0] > 0.5)}


def test_a_backward_layer_reads_each_text_from_its_own_end():
    model = core.new_model("gru", vocabulary=VOCABULARY, units=[5], bidirectional=True, seed=2)
    some = texts(6, seed=1)
    read = activity(model, some, layer=1)
    for at, text in enumerate(some):
        here = slice(read.starts[at], read.starts[at + 1])
        alone = core.record(model, text.text).layers[1].states["hidden"][0]
        np.testing.assert_allclose(read.values[here], alone, atol=1e-6)


def test_a_long_text_is_read_in_parts_and_no_more_than_asked():
    model = planted()
    text = Example("ab(c" * 30)
    read = activity(model, [text], longest=50)
    assert read.lengths.tolist() == [50, 50, 20]
    np.testing.assert_array_equal(read.values[50], core.record(model, "(").layers[0].outputs[0, 0])
    few = activity(model, [text, *texts(9, seed=0)], most=70, longest=50)
    assert len(few) == 70
    assert few.left_out == len(activity(model, [text, *texts(9, seed=0)])) - 70


def test_what_cannot_be_read_is_counted_or_said():
    model = planted()
    assert activity(model, [Example(""), Example("abc")]).unread == 1
    with pytest.raises(EmptyText):
        activity(model, [Example("")])
    with pytest.raises(EmptyText):
        activity(model, [])
    with pytest.raises(UnknownName):
        activity(model, [Example("abc")], quantity="gates/forget")
    with pytest.raises(MissingVocabulary):
        activity(core.new_model("gru", features=2, units=[3]), [Example("1 2")])
    with pytest.raises(UnsupportedModel):
        activity(core.bundled_model("dates-plain"), [Example("1 May 1990")])
    assert issubclass(EmptyText, CoreError)


def test_padding_is_read_and_then_left_out():
    vocabulary = Vocabulary(VOCABULARY.tokens, "character", length=12)
    model = core.new_model("gru", vocabulary=vocabulary, units=[4], seed=1)
    read = activity(model, [Example("abc"), Example("(d)e")])
    assert read.tokens == tuple("abc(d)e")
    whole = core.record(model, model.encode("(d)e").ids[None]).layers[0].states["hidden"][0]
    np.testing.assert_allclose(read.values[3:], whole[:4], atol=1e-7)
    again = read_again(model, read, texts=1)
    np.testing.assert_allclose(again.values, read.values[:3], atol=1e-7)


def test_features_are_what_stands_after_each_token():
    text = 'a("b) “c”" D9'
    model = core.new_model(
        "gru", vocabulary=Vocabulary(tuple(dict.fromkeys(text)), "character"), units=[3]
    )
    read = activity(model, [Example(text, 1), Example("a", 0)])
    found = token_features(read, classes=("no", "yes"))
    column = {each.kind: found.column(each)[: len(text)] for each in found.features}
    assert column["position"].tolist() == list(range(13))
    assert column["depth"].tolist() == [0, 1, 1, 1] + [0] * 9
    # A curled pair inside two straight marks: the quotation goes on until the second of these.
    assert column["quote"].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
    assert column["word"].tolist() == [1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 0, 1, 2]
    assert column["space"].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]
    assert column["punctuation"].tolist() == [0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0]
    assert (column["capital"].argmax(), column["digit"].argmax()) == (11, 12)
    assert "length" not in column, "every token is one character long"
    label = next(each for each in found.features if each.kind == "label")
    assert label.of == "yes"
    assert found.column(label).tolist() == [1] * 13 + [0]


def test_answers_at_each_step_are_labels():
    task = TASKS["flip-flop"]
    examples = task.generate(5, seed=1, side="test")
    read = activity(core.bundled_model("flip-flop-gru"), examples)
    found = token_features(read, classes=task.answers)
    steps = np.concatenate([example.steps for example in examples])
    for each in found.features:
        if each.kind == "label":
            np.testing.assert_array_equal(found.column(each), steps == task.answers.index(each.of))
    assert sum(each.kind == "label" for each in found.features) == len(set(steps.tolist()))
