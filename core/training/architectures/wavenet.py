"""WaveNet: causal convolutions whose taps lie further and further apart (van den Oord et al. 2016).

Each layer sees a step and the one `dilation` steps before it; with dilations 1, 2, 4, 8 twice, an
answer sees 31 steps, and costs eight products. The plain form is a chain of ReLU convolutions. The
gated one is that of the paper: h = tanh(x ∗ W) ⊙ σ(x ∗ V); what each layer adds to the next is a
1×1 convolution of h, and another goes straight to the answer, where all of them are added up.

No state is kept, so that all steps are trained side by side; and nothing before its field is seen,
however long the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.activations import Array
from core.model import Model
from core.nodes import Activation, Add, Conv1D, Multiply, Node
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.architectures.linear import of_numbers
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import setting, settings


@settings
class WavenetOptions(NetworkOptions):
    """How wide, how deep, and whether gated.

    Attributes:
        filters: of each layer.
        doublings: layers of a block: dilations 1, 2, 4 and so on.
        blocks: how often they are gone through.
        gated: with gates, and skip connections to the answer.
    """

    filters: int = setting(32, low=1, high=512)
    doublings: int = setting(4, low=1, high=10)
    blocks: int = setting(2, low=1, high=10)
    gated: bool = False

    @property
    def dilations(self) -> tuple[int, ...]:
        """Of each layer, first to last."""
        return tuple(2**at for at in range(self.doublings)) * self.blocks


def build(config: RunConfig, dataset: Dataset, options: WavenetOptions) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    draw = _Draw(config.seed)
    features = dataset.features or 1
    make = _gated if options.gated else _plain
    nodes = tuple(make(draw, options, features, dataset.outputs))
    return Model(nodes, name="wavenet")


class _Draw:
    """Convolutions with weights of a seed, Glorot uniform, biases zero."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def conv(
        self,
        name: str,
        width: tuple[int, int, int],
        *,
        activation: str = "linear",
        dilation: int = 1,
        reads: Sequence[str] = (),
    ) -> Conv1D:
        size, features, filters = width
        limit = np.sqrt(6 / (size * (features + filters)))
        kernel: Array = self.random.uniform(-limit, limit, width).astype(np.float32)
        return Conv1D(
            name, kernel, np.zeros(filters, np.float32), activation, dilation=dilation,
            padding="causal", reads=tuple(reads),
        )  # fmt: skip


def _plain(draw: _Draw, options: WavenetOptions, features: int, outputs: int) -> Iterator[Node]:
    """A chain: each convolution reads the one before."""
    for at, dilation in enumerate(options.dilations, start=1):
        width = (2, features, options.filters)
        yield draw.conv(f"conv_{at}", width, activation="relu", dilation=dilation)
        features = options.filters
    yield draw.conv("answer", (1, features, outputs))


def _gated(draw: _Draw, options: WavenetOptions, features: int, outputs: int) -> Iterator[Node]:
    """With gates, residuals and skips."""
    filters = options.filters
    yield draw.conv("enter", (1, features, filters))
    stream, skips = "enter", []
    for at, dilation in enumerate(options.dilations, start=1):
        width = (2, filters, filters)
        for name, activation in (("filter", "tanh"), ("gate", "sigmoid")):
            yield draw.conv(
                f"{name}_{at}", width, activation=activation, dilation=dilation, reads=(stream,)
            )
        yield Multiply(f"gated_{at}", reads=(f"filter_{at}", f"gate_{at}"))
        yield draw.conv(f"skip_{at}", (1, filters, filters), reads=(f"gated_{at}",))
        skips.append(f"skip_{at}")
        if at < len(options.dilations):
            yield draw.conv(f"residual_{at}", (1, filters, filters), reads=(f"gated_{at}",))
            yield Add(f"stream_{at}", reads=(stream, f"residual_{at}"))
            stream = f"stream_{at}"
    if len(skips) > 1:
        yield Add("skips", reads=tuple(skips))
    yield Activation("bent", "relu")
    yield draw.conv("mixed", (1, filters, filters), activation="relu")
    yield draw.conv("answer", (1, filters, outputs))


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """It reads numbers, and answers at every step."""
    return of_numbers(dataset, "wavenet", readout="every")


ARCHITECTURE = Architecture(
    name="wavenet",
    description="Causal convolutions whose taps lie further and further apart.",
    options=WavenetOptions,
    build=build,
    fits=fits,
)
