"""A language model that reads in both directions, as ELMo does (Peters et al. 2018).

The network is that of `core.initialise.new_two_way_model`. It learns from whatever a language model
learns from: the data say which token comes after each, and so which came before the next. Its loss
is the mean over the two directions, and so is its perplexity, e to that.

All layers are as wide as the embedding, so that their vectors can be mixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.initialise import new_two_way_model
from core.model import Model
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.looks import look
from core.training.settings import settings
from core.training.step import Batch, Stepper


@settings
class TwoWayOptions(NetworkOptions):
    """All that it needs is among the settings that every network has."""


def build(config: RunConfig, dataset: Dataset, options: TwoWayOptions) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    del options
    settings = config.network
    assert dataset.vocabulary is not None, "fits has asked for it"
    return new_two_way_model(
        settings.cell,
        vocabulary=dataset.vocabulary,
        units=settings.units,
        seed=config.seed,
        forget_bias=settings.forget_bias,
        mask_zero=dataset.mask,
        reset_after=settings.reset_after,
    )


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """Which setting keeps it from learning: data of another kind, or layers that differ."""
    known, units = dataset.vocabulary, config.network.units
    if known is None or dataset.metric != "perplexity" or dataset.outputs != known.size:
        expected = "an architecture for these data: this one predicts tokens of a text"
        return WrongSetting(setting="network.architecture", found="two_way", expected=expected)
    if len({config.network.embedding, *units}) > 1:
        found = ", ".join(map(str, units))
        expected = f"{config.network.embedding} in every layer, as wide as the embedding"
        return WrongSetting(setting="network.units", found=found, expected=expected)
    if config.fit.stateful or config.fit.truncate is not None:
        name = "stateful" if config.fit.stateful else "truncate"
        expected = "left out where texts are read from their end as well"
        return WrongSetting(setting=f"fit.{name}", found=getattr(config.fit, name),
                            expected=expected)  # fmt: skip
    return None


def both_ways(inputs: NDArray[Any], after: NDArray[Any], counts: NDArray[np.float32]) -> Batch:
    """Targets and what they count for with an axis more, of the two readouts (batch, time, 2).

    The token before each is that which was read before it; nothing is asked at the first, nor where
    nothing is asked of the other direction's token.
    """
    before = np.concatenate([np.zeros_like(inputs[:, :1]), inputs[:, :-1]], axis=1)
    asked = np.concatenate([np.zeros_like(counts[:, :1]), counts[:, :-1]], axis=1)
    targets = np.stack([after, before], axis=-1).astype(np.int32)
    return Batch(inputs, targets, np.stack([counts, asked], axis=-1))


class TwoWaySteps(Stepper):
    """The same step with two readouts, whose targets the data say in one."""

    def _given(self, batch: Batch) -> Iterator[Any]:
        assert not isinstance(batch.inputs, Mapping), "it reads one text"
        return super()._given(both_ways(batch.inputs, batch.targets, batch.weights))

    def look(self, model: Model) -> Mapping[str, Any]:
        """Gates and gradients on a few examples, of the loss of both readouts."""
        return look(model, self.dataset, targets_of=_by_port)


def _by_port(inputs: NDArray[Any], after: NDArray[Any]) -> dict[str, NDArray[Any]]:
    batch = both_ways(inputs, after, np.ones(inputs.shape, np.float32))
    return {name: batch.targets[..., at] for at, name in enumerate(("next", "previous"))}


def steps(config: RunConfig, dataset: Dataset, options: TwoWayOptions, plain: Model) -> TwoWaySteps:
    """How it learns."""
    del options
    from core.training.network import optimizer_of, twin_of  # which knows all architectures

    twin = twin_of(plain, config)
    return TwoWaySteps(
        twin, optimizer_of(config.optimizer), dataset, jit=config.fit.jit, plain=plain
    )


ARCHITECTURE = Architecture(
    name="two_way",
    description="Reads a text forwards and backwards, and predicts at each token the next and the "
    "one before.",
    options=TwoWayOptions,
    build=build,
    fits=fits,
    steps=steps,
)
