"""A chain: embedding, recurrent layers one above the other, and a dense readout.

The network is that of `core.new_model`, with a normalisation between recurrent layers where that is
asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from core.initialise import new_model
from core.model import Model
from core.nodes import BatchNormalization, LayerNormalization, Part, Recurrent, nodes_of
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.config import Normaliser, RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import settings


@settings
class ChainOptions(NetworkOptions):
    """All that a chain needs is among the settings that every network has."""


def build(config: RunConfig, dataset: Dataset, options: ChainOptions) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    settings = config.network
    model = new_model(
        settings.cell,
        vocabulary=dataset.vocabulary,
        features=dataset.features,
        embedding=settings.embedding,
        units=settings.units,
        bidirectional=settings.bidirectional,
        outputs=dataset.outputs,
        output_activation="linear" if dataset.loss == "mean_squared_error" else None,
        readout=dataset.readout,
        forget_bias=settings.forget_bias,
        reset_after=settings.reset_after,
        mask_zero=dataset.mask,
        seed=config.seed,
    )
    if settings.tied:
        model = _tied(model)
    if settings.normalise == "none":
        return model
    return replace(model, nodes=nodes_of(_normalised(model, settings.normalise)))


def _tied(model: Model) -> Model:
    """The same with the embedding's table, turned round, as the readout's kernel."""
    readout, table = model.output_node, model.embedding
    if table is None or table.weights.T.shape != getattr(readout, "kernel", table.weights).shape:
        expected = "false unless the last layer is as wide as the embedding and answers its tokens"
        raise WrongSetting(setting="network.tied", found="true", expected=expected)
    return model.with_parameters({f"{readout.name}/kernel": table.weights.T.copy()})


def _normalised(model: Model, kind: Normaliser) -> Iterator[Part]:
    """The parts, with a normalisation between every two recurrent ones."""
    for before, part in zip((None, *model.parts), model.parts, strict=False):
        if isinstance(before, Recurrent) and isinstance(part, Recurrent):
            one, zero = np.ones(before.outputs, np.float32), np.zeros(before.outputs, np.float32)
            name = f"normalise_{part.name}"
            if kind == "layer":
                yield LayerNormalization(name, one, zero)
            else:
                yield BatchNormalization(name, zero, one, one, zero)
        yield part


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """A chain reads one thing."""
    if not isinstance(dataset.train.inputs, Mapping):
        return None
    names = " and ".join(dataset.train.inputs)
    expected = f"an architecture that reads {names}, for these data"
    return WrongSetting(setting="network.architecture", found="chain", expected=expected)


ARCHITECTURE = Architecture(
    name="chain",
    description="Reads one text or series through recurrent layers, one above the other.",
    options=ChainOptions,
    build=build,
    fits=fits,
)
