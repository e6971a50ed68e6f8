"""Known experiments with an encoder and a decoder, for `core.training.presets`.

Dates and sums are drawn here, as those of the books are; published figures are of whole answers
for both. English and Spanish read the file of manythings.org/anki from a folder: LSTM(512) with a
vocabulary of 1,000 reached 0.676 of the tokens in validation, 0.69 reading both ways, and 0.708
with attention; a smaller network, for two cores and a quarter of an hour, stands before them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.training.config import FitSettings, NetworkSettings, OptimizerSettings

Preset = TypeVar("Preset")
_WARMED = OptimizerSettings(learning_rate=4e-3, schedule="cosine", warm_up=0.05)
_BOOK = OptimizerSettings(name="nadam", clip=None)
_WORDS: dict[str, Any] = {
    "words": 1_000, "target_words": 1_000, "longest": 50, "target_longest": 50,
}  # fmt: skip
_SHORT: dict[str, Any] = {"longest": 6, "target_longest": 8}
_FEW: dict[str, Any] = {"longest": 5, "target_longest": 6, "examples": 6_000}


def pair_presets(known: Callable[..., Preset]) -> tuple[Preset, ...]:
    """The experiments, each made by `known` from its parts."""
    return (
        known(
            "dates-lstm-64-attention",
            source="dates",
            options={"train_examples": 20_000},
            quick={"train_examples": 8_000, "test_examples": 300},
            quick_epochs=6,
            network=_network("dot", units=64, embedding=16),
            optimizer=_WARMED,
            fit=_fit(6),
            alone=1.0,
        ),
        known(
            "sums-lstm-96-peeky",
            source="sums",
            options={"train_examples": 40_000},
            quick={"train_examples": 10_000, "test_examples": 300},
            quick_epochs=8,
            network=_network("none", units=96, embedding=16, backwards=True, peeky=True),
            optimizer=_WARMED,
            fit=_fit(10),
            alone=0.9,
        ),
        known(
            "spanish-lstm-128-attention",
            source="spanish",
            options=_WORDS | _SHORT,
            quick=_FEW,
            quick_epochs=4,
            network=_network("dot", units=128, embedding=64),
            optimizer=_WARMED,
            fit=_fit(8),
        ),
        *(
            known(
                name,
                source="spanish",
                options=_WORDS,
                quick=_FEW,
                quick_epochs=3,
                quick_network=_network(attention, units=64, embedding=32, bidirectional=both),
                network=_network(attention, units=512, embedding=128, bidirectional=both),
                optimizer=_BOOK,
                fit=_fit(10, batch=32),
                alone=reached,
                measured="validation",
            )
            for name, attention, both, reached in (
                ("spanish-lstm-512", "none", False, 0.676),
                ("spanish-lstm-512-both", "none", True, 0.69),
                ("spanish-lstm-512-attention", "dot", True, 0.708),
            )
        ),
    )


def _network(
    attention: str, *, units: int, embedding: int, bidirectional: bool = False, **options: Any
) -> NetworkSettings:
    return NetworkSettings(
        architecture="encoder_decoder",
        options={"attention": attention, **options},
        units=(units,),
        embedding=embedding,
        bidirectional=bidirectional,
    )


def _fit(epochs: int, *, batch: int = 128) -> FitSettings:
    # XLA takes minutes to compile masked loops, and is no faster then.
    return FitSettings(epochs=epochs, batch=batch, restore_best=False, jit=False)
