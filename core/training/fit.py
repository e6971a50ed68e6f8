"""Train one model of one task with Keras and hand it back as a `Model`.

Plain `train_on_batch`: what is drawn, in which order and how it is padded is ours and the same for
every cell, and Keras does the rest. Runs are repeatable on one machine: weights, batches, dropout
and hidden words all come from the recipe's seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.data import Example, Task
from core.importers.keras.bridge import from_keras
from core.model import Model
from core.text import Vocabulary
from core.training.batches import by_length, hidden, outputs_of
from core.training.recipes import Recipe

WARM_UP = 0.05
"""The share of all steps over which the learning rate rises."""


def fit(
    task: Task,
    *,
    cell: str,
    units: int,
    recipe: Recipe,
    vocabulary: Vocabulary,
    examples: Sequence[Example],
    report: Callable[[str], None] = print,
) -> Model:
    """The trained model, named after task and cell, with its vocabulary."""
    import keras

    keras.utils.set_random_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    keras_model = _compiled(task, cell, units, recipe, vocabulary, len(examples))
    neutral = vocabulary.encode_tokens(sorted(task.neutral)).ids if task.neutral else np.array([0])
    for epoch in range(recipe.epochs):
        losses = []
        for batch in by_length(task, vocabulary, examples, size=recipe.batch, random=random):
            ids = hidden(batch.ids, neutral, share=recipe.hide, random=random)
            logs = keras_model.train_on_batch(ids, batch.targets, return_dict=True)
            losses.append(float(logs["loss"]))
            if len(losses) % 500 == 0:
                report(f"  step {len(losses)}: loss {np.mean(losses[-500:]):.4f}")
            keras_model.reset_metrics()
        report(f"  epoch {epoch + 1} of {recipe.epochs}: loss {np.mean(losses):.4f}")
    name = f"{task.name}-{cell}"
    return from_keras(keras_model, vocabulary=vocabulary, name=name)


def _compiled(
    task: Task, cell: str, units: int, recipe: Recipe, vocabulary: Vocabulary, examples: int
) -> Any:
    import keras

    layers = {
        "simple_rnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }
    outputs = outputs_of(task, vocabulary)
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(
                vocabulary.size, recipe.embedding, mask_zero=True, name="embedding"
            ),
            layers[cell](units, return_sequences=task.readout == "every", name=cell),
            keras.layers.Dropout(recipe.dropout),
            keras.layers.Dense(
                outputs, activation="sigmoid" if outputs == 1 else "softmax", name="dense"
            ),
        ],
        name=f"{task.name}-{cell}",
    )
    steps = recipe.epochs * (examples // recipe.batch)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        decay_steps=max(1, math.ceil(steps * (1 - WARM_UP))),
        warmup_target=recipe.learning_rate,
        warmup_steps=max(1, math.floor(steps * WARM_UP)),
    )
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=recipe.clip)
    model.compile(optimizer=optimizer, loss=task.loss, jit_compile=True)
    return model
