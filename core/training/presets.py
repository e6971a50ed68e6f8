"""Known experiments, one click each, with the figure that their reference reached.

The first needs nothing but this project. Those on reviews and newswires, which are downloaded, are
those of well-known course books on Keras: 10,000 words, texts cut and filled to one length at their
beginning, nothing masked. Then language models: Shakespeare by characters, with overlapping windows
and with states handed on, and the Penn Treebank by words with truncated backpropagation. Each has a
quick form with fewer and shorter texts, which shows the same in less than two minutes and reaches
less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import UnknownName
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.pair_presets import pair_presets

WORDS = 10_000


@dataclass(frozen=True)
class Preset:
    """A known experiment.

    Attributes:
        name: in code, links and strings.
        config: the whole experiment.
        quick: less of it, for two minutes on two cores.
        reference: `metric` and `loss` as published, or one of them; empty where nobody has.
        metric: what the reference's `metric` is.
        measured: on which data it is, "test" or "validation".
        reads: tokens of an epoch, and among how many each is answered; None where nobody has to be
            told how long it takes.
    """

    name: str
    config: RunConfig
    quick: RunConfig
    reference: Mapping[str, float]
    metric: str = "accuracy"
    measured: str = "test"
    reads: tuple[int, int] | None = None


def preset(name: str) -> Preset:
    """The preset of that name. Raises UnknownName."""
    if name not in PRESETS:
        raise UnknownName(kind="preset", found=name, known=", ".join(PRESETS))
    return PRESETS[name]


def reference_of(config: RunConfig) -> dict[str, float] | None:
    """The published figure, where a run is a whole preset and not its quick form."""
    known = PRESETS.get(config.preset or "")
    if known is None or not known.reference or not _same(config, known.config):
        return None
    return dict(known.reference)


def _same(config: RunConfig, whole: RunConfig) -> bool:
    """Whether a run is the whole preset, wherever its data lie and whatever its seed is."""

    def essence(one: RunConfig) -> RunConfig:
        options = {k: v for k, v in one.data.options.items() if k != "folder"}
        data = replace(one.data, options=options)
        return replace(one, data=data, seed=0, probes=(), experiment=None)

    return essence(config) == essence(whole)


def _known(
    name: str,
    *,
    source: str,
    options: Mapping[str, Any],
    quick: Mapping[str, Any],
    quick_epochs: int,
    network: NetworkSettings,
    optimizer: OptimizerSettings,
    fit: FitSettings,
    reference: tuple[float, float] | None = None,
    alone: float | None = None,
    metric: str = "accuracy",
    measured: str = "test",
    reads: tuple[int, int] | None = None,
    quick_rate: float | None = None,
    quick_network: NetworkSettings | None = None,
) -> Preset:
    config = RunConfig(
        data=DataSettings(source=source, options=dict(options)),
        network=network,
        optimizer=optimizer,
        fit=fit,
        preset=name,
    )
    shorter = replace(
        config,
        data=replace(config.data, options={**options, **quick}),
        network=quick_network or network,
        fit=replace(fit, epochs=quick_epochs),
        optimizer=replace(optimizer, learning_rate=quick_rate or optimizer.learning_rate),
    )
    given = {} if reference is None else dict(zip(("metric", "loss"), reference, strict=True))
    if alone is not None:  # a metric that was published without its loss
        given = {"metric": alone}
    return Preset(name, config, shorter, given, metric, measured, reads)


_REVIEWS: dict[str, Any] = {"words": WORDS, "length": 500, "padding": "pre", "cut": "pre"}
_FEW: dict[str, Any] = {"length": 100, "train_examples": 6_000, "test_examples": 2_000}
_SLOW = OptimizerSettings(name="rmsprop", learning_rate=1e-4, clip=None)
_PATIENT = FitSettings(epochs=100, batch=64, patience=3)
_LETTERS = NetworkSettings(cell="gru", units=(128,), embedding=16)
_NADAM = OptimizerSettings(name="nadam", clip=None)

PRESETS: dict[str, Preset] = {
    known.name: known
    for known in (
        _known(
            "latch-lstm-16",
            source="latch",
            options={"symbols": 4, "train_examples": 20_000},
            quick={"train_examples": 6_000, "test_examples": 400},
            quick_epochs=12,
            # With a forget gate that begins open, gaps of a hundred steps are learned in seconds.
            network=NetworkSettings(cell="lstm", units=(16,), embedding=32, forget_bias=5.0),
            optimizer=OptimizerSettings(name="adam", learning_rate=1e-2, clip=1.0),
            fit=FitSettings(epochs=20, batch=64, patience=5),
        ),
        _known(
            "imdb-simple-rnn-32",
            source="imdb",
            options=_REVIEWS,
            quick=_FEW,
            quick_epochs=6,
            network=NetworkSettings(cell="simple_rnn", units=(32,)),
            optimizer=OptimizerSettings(name="rmsprop", clip=None),
            fit=FitSettings(epochs=10, batch=128, restore_best=False),
            reference=(0.820, 0.590),
        ),
        _known(
            "imdb-lstm-32",
            source="imdb",
            options=_REVIEWS,
            quick=_FEW,
            quick_epochs=6,
            network=NetworkSettings(cell="lstm", units=(32,)),
            optimizer=OptimizerSettings(name="rmsprop", clip=None),
            fit=FitSettings(epochs=10, batch=128, restore_best=False),
            reference=(0.867, 0.442),
        ),
        _known(
            "imdb-lstm-8",
            source="imdb",
            options=_REVIEWS,
            quick=_FEW,
            quick_epochs=12,
            quick_rate=1e-3,
            network=NetworkSettings(cell="lstm", units=(8,), embedding=16),
            optimizer=_SLOW,
            fit=_PATIENT,
            reference=(0.868, 0.335),
        ),
        _known(
            "imdb-lstm-8-8",
            source="imdb",
            options=_REVIEWS,
            quick=_FEW,
            quick_epochs=12,
            quick_rate=1e-3,
            network=NetworkSettings(cell="lstm", units=(8, 8), embedding=16, dropout=0.3),
            optimizer=_SLOW,
            fit=_PATIENT,
            reference=(0.881, 0.303),
        ),
        _known(
            "imdb-gru-8-8",
            source="imdb",
            options=_REVIEWS,
            quick=_FEW,
            quick_epochs=12,
            quick_rate=1e-3,
            network=NetworkSettings(cell="gru", units=(8, 8), embedding=16, dropout=0.3),
            optimizer=_SLOW,
            fit=_PATIENT,
            reference=(0.877, 0.307),
        ),
        _known(
            "reuters-gru-256-128",
            source="reuters",
            options={"words": WORDS, "length": 300, "padding": "pre", "cut": "pre"},
            quick={"length": 50, "train_examples": 2_500, "test_examples": 1_000},
            quick_epochs=6,
            network=NetworkSettings(cell="gru", units=(256, 128), embedding=256),
            optimizer=OptimizerSettings(name="adam", clip=None),
            fit=FitSettings(epochs=20, batch=32, restore_best=False),
            reference=(0.682, 1.988),
        ),
        _known(
            "treebank-two-way",
            source="treebank",
            options={"length": 35},
            quick={"share": 0.05, "words": 2_000},
            quick_epochs=3,
            quick_network=NetworkSettings(architecture="two_way", units=(32, 32), embedding=32),
            network=NetworkSettings(architecture="two_way", units=(128, 128), embedding=128),
            optimizer=OptimizerSettings(learning_rate=4e-3, clip=1.0),
            fit=FitSettings(epochs=4, batch=32),
        ),
        _known(
            "senses-two-way",
            source="senses",
            options={"train_examples": 32_000},
            quick={"train_examples": 8_000, "test_examples": 500},
            quick_epochs=5,
            network=NetworkSettings(architecture="two_way", units=(40, 40), embedding=40),
            optimizer=OptimizerSettings(
                learning_rate=4e-3, schedule="cosine", warm_up=0.05, clip=1.0
            ),
            fit=FitSettings(epochs=8, batch=128),
            quick_rate=8e-3,
        ),
        _known(
            "shakespeare-gru-128-stateful",
            source="shakespeare",
            options={"length": 100},
            quick={"share": 0.05},
            quick_epochs=8,
            reads=(999_900, 41),
            network=_LETTERS,
            optimizer=_NADAM,
            # One text, read from its beginning to its end: one stream, as in the book.
            fit=FitSettings(epochs=10, batch=1, stateful=True, restore_best=False),
            alone=0.542,
            measured="validation",
        ),
        _known(
            "shakespeare-gru-128",
            source="shakespeare",
            options={"length": 100, "stride": 1},
            quick={"stride": None, "share": 0.4},
            quick_epochs=8,
            quick_rate=5e-3,
            reads=(99_990_000, 41),
            network=_LETTERS,
            optimizer=_NADAM,
            fit=FitSettings(epochs=10, batch=32, restore_best=False),
            alone=0.55,
            measured="validation",
        ),
        _known(
            "treebank-lstm-100",
            source="treebank",
            options={"length": 35},
            quick={"share": 0.15},
            quick_epochs=3,
            reads=(929_565, 10_001),
            network=NetworkSettings(cell="lstm", units=(100,), embedding=100),
            optimizer=OptimizerSettings(name="sgd", learning_rate=20.0, clip=0.25),
            fit=FitSettings(epochs=4, batch=20, stateful=True),
            alone=136.0,
            metric="perplexity",
        ),
        _known(
            "treebank-lstm-650-650",
            source="treebank",
            options={"length": 35},
            quick={"share": 0.15},
            quick_epochs=3,
            quick_network=NetworkSettings(
                cell="lstm", units=(128, 128), embedding=128, dropout=0.2, tied=True
            ),
            reads=(929_565, 10_001),
            network=NetworkSettings(
                cell="lstm", units=(650, 650), embedding=650, dropout=0.5, tied=True
            ),
            optimizer=OptimizerSettings(
                name="sgd", learning_rate=20.0, clip=0.25, schedule="exponential"
            ),
            fit=FitSettings(epochs=40, batch=20, stateful=True),
            alone=76.0,
            metric="perplexity",
        ),
        *pair_presets(_known),
    )
}
