"""How long a run takes is told beforehand: what is twice the work takes about twice as long."""

from __future__ import annotations

from dataclasses import replace

from core.training.cost import seconds_of
from core.training.presets import PRESETS


def test_known_experiments_are_told_from_minutes_to_hours():
    seconds = {
        name: seconds_of(known.config, tokens=known.reads[0], outputs=known.reads[1])
        for name, known in PRESETS.items()
        if known.reads is not None
    }
    small, large = seconds["treebank-lstm-100"], seconds["treebank-lstm-650-650"]
    assert 30 < small < 3_600 * 2
    assert large > 3_600
    assert large > 20 * small


def test_more_epochs_take_longer():
    config = PRESETS["shakespeare-gru-128-stateful"].config
    once = replace(config, fit=replace(config.fit, epochs=1))
    times = [seconds_of(each, tokens=100_000, outputs=41) for each in (once, config)]
    assert times[1] > 4 * times[0]
