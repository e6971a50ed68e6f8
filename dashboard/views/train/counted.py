"""How large the networks are that would be trained."""

from __future__ import annotations

import json
from collections.abc import Sequence

from core.training.config import RunConfig
from core.training.counts import count_of
from dashboard.i18n import t


def counted(configs: Sequence[RunConfig]) -> str:
    """Return how many parameters the networks have: all of them, or those of recurrent layers.

    "" where the data have to be read before anybody can count.

    Raises CoreError where a source's options make no sense.
    """
    networks = {json.dumps(config.network.to_json()): config for config in configs}
    counts = [count_of(config) for config in networks.values()]
    totals = [count.total for count in counts if count.total is not None]
    if len(totals) == len(counts):
        low, high = min(totals), max(totals)
        if low == high:
            return t("train.plan.parameters", count=high)
        return t("train.plan.parameters.range", low=low, high=high)
    sizes = [count.recurrent for count in counts if count.recurrent is not None]
    if not sizes:
        return ""
    low, high = min(sizes), max(sizes)
    if low == high:
        return t("train.plan.recurrent", count=high)
    return t("train.plan.recurrent.range", low=low, high=high)
