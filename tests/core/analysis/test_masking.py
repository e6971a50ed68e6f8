"""With a mask, padding changes no answer and gets a gradient of exactly zero; without, it does."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.masking import MOST, batch
from core.errors import EmptyText, OutOfRange

TEXTS = ("good", "not good at all", "it was not boring but i did not like it")


def read(cell: str, padding: str):
    model = core.bundled_model(f"sentiment-{cell}")
    texts = [model.encode(text).ids for text in TEXTS]
    return model, texts, batch(model, texts, padding=padding)


@pytest.mark.parametrize("padding", ["before", "after"])
@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
def test_a_mask_undoes_what_padding_does(cell, padding):
    model, texts, found = read(cell, padding)
    longest = max(map(len, texts))
    for row, (text, real) in enumerate(zip(texts, found.real, strict=True)):
        assert found.ids[row][real].tolist() == text.tolist()
        assert not found.ids[row][~real].any()
        place = slice(None, len(text)) if padding == "after" else slice(longest - len(text), None)
        assert real[place].all()
        alone = core.record(model, text[None])
        np.testing.assert_allclose(found.masked.outputs[row], alone.outputs[0], atol=1e-6)
        np.testing.assert_allclose(
            found.masked.states[row][real], alone.layers[0].states["hidden"][0], atol=1e-6
        )
        # What the mask skips keeps its state, and its input gets no gradient at all.
        assert (found.masked.gradients[row][~real] == 0).all()
        if padding == "after":
            carried = found.masked.states[row][~real]
            np.testing.assert_array_equal(
                carried, np.broadcast_to(found.masked.states[row][real][-1], carried.shape)
            )
    assert found.padded.tolist() == [longest - len(text) for text in texts]
    assert (found.on_padding(found.masked) == 0).all()
    assert (found.on_padding(found.plain)[:2] > 0.1).all()
    assert found.on_padding(found.plain)[2] == 0
    assert found.moved(found.masked).max() < 1e-6
    assert found.moved(found.plain)[0] > 0.01


def test_gradients_are_those_of_each_text_alone():
    model, texts, found = read("gru", "after")
    for row, text in enumerate(texts):
        trace = core.record(model, text[None])
        alone = core.backprop(model, trace, np.rint(trace.outputs))
        # The batch's loss is the mean over its texts.
        np.testing.assert_allclose(
            len(texts) * found.masked.gradients[row][found.real[row]], alone.inputs[0], atol=1e-6
        )


def test_no_text_and_too_many_are_refused():
    model = core.bundled_model("sentiment-gru")
    with pytest.raises(EmptyText):
        batch(model, [], padding="after")
    with pytest.raises(EmptyText):
        batch(model, [np.array([3, 4]), np.array([], np.int64)], padding="after")
    with pytest.raises(OutOfRange):
        batch(model, [np.array([3])] * (MOST + 1), padding="after")
