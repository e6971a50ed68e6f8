"""Long texts in windows: states that are handed on, and gradients that are not.

Truncated backpropagation through time (Williams & Peng 1990): a text is read in blocks of some
steps; each begins with the states in which the last one ended, and each is learned from by itself.
Stateful training does the same across batches, for a text that was cut into examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.training.config import RunConfig
from core.training.dataset import Dataset, streams
from core.training.errors import WrongSetting
from core.training.step import Batch


def arranged(config: RunConfig, dataset: Dataset) -> Dataset:
    """The data in an order that states can be handed on in. Raises WrongSetting."""
    if isinstance(dataset.train.inputs, Mapping):
        for name, wanted in (("truncate", config.fit.truncate), ("stateful", config.fit.stateful)):
            if wanted:
                expected = "left out where several things are read: they have no common steps"
                raise WrongSetting(setting=f"fit.{name}", found=wanted, expected=expected)
        return dataset
    if config.fit.truncate is not None and dataset.readout != "every":
        expected = "empty where the only answer is at the end: nothing before it would be learned"
        raise WrongSetting(setting="fit.truncate", found=config.fit.truncate, expected=expected)
    if not config.fit.stateful:
        return dataset
    if not dataset.contiguous:
        expected = "false where examples do not continue each other"
        raise WrongSetting(setting="fit.stateful", found="true", expected=expected)
    batch, validation = config.fit.batch, dataset.validation
    return replace(
        dataset,
        train=streams(dataset.train, batch=batch),
        validation=None if validation is None else streams(validation, batch=batch),
        test=streams(dataset.test, batch=batch),
    )


def blocks(batch: Batch, length: int) -> Iterator[Batch]:
    """A batch cut along time, each block `length` steps or what is left."""
    inputs = batch.inputs
    assert not isinstance(inputs, Mapping)  # `arranged` has seen to it
    for start in range(0, inputs.shape[1], length):
        cut = slice(start, start + length)
        yield Batch(inputs[:, cut], batch.targets[:, cut], batch.weights[:, cut])
