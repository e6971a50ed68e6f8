"""Encoder and decoder, as `core.new_translator` builds them, on data of two texts."""

from __future__ import annotations

import numpy as np

from core.analysis.translations import judged
from core.encoder_decoder import SOURCE, TARGET, Attending, new_translator
from core.generate.translating import translate
from core.model import Model
from core.trace import Trace
from core.training.architectures.architecture import Architecture, Judgement, NetworkOptions
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import setting, settings

MOST_JUDGED = 2_000
"""Test sources that are answered in full."""
MOST_MISTAKES = 100


@settings
class EncoderDecoderOptions(NetworkOptions):
    """What the decoder sees, and how the encoder reads.

    Attributes:
        attention: what the decoder sees of the source at each step: nothing, or a mixture of all
            its steps, weighed by the dot product or the additive score of the two states.
        backwards: the encoder reads the source from its end.
        peeky: the decoder sees the encoder's last state at every step.
        combined: units of a layer between what the decoder has seen and its answer (Luong et al.
            2015); 0 for none.
    """

    attention: Attending = "none"
    backwards: bool = False
    peeky: bool = False
    combined: int = setting(0, low=0, high=2048)


def build(config: RunConfig, dataset: Dataset, options: EncoderDecoderOptions) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    network = config.network
    assert dataset.vocabulary is not None  # `fits` has seen to it
    return new_translator(
        network.cell,
        source=dataset.vocabulary,
        target=dataset.vocabularies[TARGET],
        embedding=network.embedding,
        units=network.units[0],
        attention=options.attention,
        bidirectional=network.bidirectional,
        backwards=options.backwards,
        peeky=options.peeky,
        combined=options.combined,
        forget_bias=network.forget_bias,
        reset_after=network.reset_after,
        seed=config.seed,
    )


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """Two texts, one layer on each side, and no setting that contradicts another."""
    network = config.network
    if dataset.vocabulary is None or TARGET not in dataset.vocabularies:
        expected = "an architecture that reads one thing, for these data"
        return WrongSetting(
            setting="network.architecture", found=network.architecture, expected=expected
        )
    if len(network.units) > 1:
        found = ", ".join(map(str, network.units))
        expected = "one number: encoder and decoder have a layer each"
        return WrongSetting(setting="network.units", found=found, expected=expected)
    if network.normalise != "none":
        expected = "none where there is one layer on each side"
        found = network.normalise
        return WrongSetting(setting="network.normalise", found=found, expected=expected)
    if network.bidirectional and network.units[0] % 2:
        expected = "even where both directions are read: each has half of them"
        return WrongSetting(setting="network.units", found=network.units[0], expected=expected)
    options = EncoderDecoderOptions.read(network.options)
    if network.bidirectional and options.backwards:
        expected = "false where both directions are read already"
        return WrongSetting(setting="network.options.backwards", found="true", expected=expected)
    return None


def judge(model: Model, dataset: Dataset) -> Judgement:
    """The share of test sources that are answered right as a whole, by length, and the others."""
    some = dataset.test.at(np.arange(min(len(dataset.test), MOST_JUDGED)))
    assert not isinstance(some.inputs, np.ndarray)
    answers = judged(model, sources=some.inputs[SOURCE], targets=some.targets)
    texts = some.texts or (lambda number: "")
    wrong = np.flatnonzero(~answers.right)[:MOST_MISTAKES]
    mistakes = [
        {
            "index": int(at),
            "text": texts(int(at)),
            "target": answers.wanted_text(int(at)),
            "answer": answers.written_text(int(at)),
            "probability": float(answers.probabilities[at]),
            "loss": float(answers.losses[at]),
        }
        for at in wrong
    ]
    scores = {
        "whole": float(answers.right.mean()),
        "judged": len(some),
        "by_length": [row._asdict() for row in answers.by_length()],
    }
    return Judgement(scores, mistakes)


def read(model: Model, text: str) -> Trace:
    """The trace of a translation."""
    return translate(model, text).trace


ARCHITECTURE = Architecture(
    name="encoder_decoder",
    description="Reads one text with a recurrent layer, and writes another with a second one.",
    options=EncoderDecoderOptions,
    build=build,
    fits=fits,
    judge=judge,
    read=read,
)
