"""What a model is: the facts of its sentence."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.synopsis import Piece, synopsis
from core.nodes import Activation, Dense, Flatten, Input, Layer


def made(**settings):
    return core.new_model("lstm", **{"units": [4], "embedding": 3} | settings)


@pytest.mark.parametrize(
    ("model", "task", "answer", "outputs"),
    [
        (made(vocabulary=9), "classifier", "probability", 1),
        (made(vocabulary=9, outputs=3), "classifier", "classes", 3),
        (made(vocabulary=9, outputs=3, readout="every"), "tagger", "classes", 3),
        (made(vocabulary=9, outputs=9, readout="every"), "writer", "token", 9),
        (made(features=2, outputs=2, output_activation="linear"), "predictor", "numbers", 2),
        (
            made(features=2, outputs=2, output_activation="sigmoid"),
            "classifier",
            "probabilities",
            2,
        ),
        (made(features=2, outputs=None), "reader", "states", 4),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_task_follows_from_what_is_answered(model, task, answer, outputs):
    told = synopsis(model)
    assert (told.task, told.answer, told.outputs) == (task, answer, outputs)


def test_layers_alike_are_counted_and_others_kept_apart():
    told = synopsis(made(vocabulary=50, units=[4, 4, 6], bidirectional=True))
    assert told.pieces == (
        Piece("embedding", 3, rows=50),
        Piece("lstm", 4, both_ways=True, count=2),
        Piece("lstm", 6, both_ways=True),
    )
    assert (told.reads, told.features, told.steps, told.every_step) == ("ids", 0, None, False)


def test_a_dense_layer_between_is_named_and_the_one_that_answers_is_not():
    lstm = made(features=5).layers[0]
    kernels = [np.ones(shape, np.float32) for shape in ((4, 7), (7, 1))]
    head = (
        Dense("hidden", kernels[0], np.zeros(7, np.float32), "relu"),
        Dense("logit", kernels[1], np.zeros(1, np.float32), "linear"),
        Activation("answer", "sigmoid"),
    )
    told = synopsis(core.Model((Layer("lstm", "lstm", lstm.weights, returns="last"), *head)))
    assert told.pieces == (Piece("lstm", 4), Piece("dense", 7))
    assert (told.answer, told.features) == ("probability", 5)


def test_a_model_of_one_length_says_it():
    lstm = made(features=5).layers[0]
    kernel = np.ones((24, 1), np.float32)
    nodes = (
        Input("series", width=5),
        Layer("lstm", "lstm", lstm.weights, returns="every"),
        Flatten("flat", 6),
        Dense("answer", kernel, np.zeros(1, np.float32), "linear"),
    )
    told = synopsis(core.Model(nodes))
    assert (told.steps, told.task, told.reads) == (6, "predictor", "numbers")
