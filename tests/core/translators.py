"""Small translators to test with, of random distinct weights, bold enough to prefer some tokens."""

from __future__ import annotations

from typing import Any

import core
from core.text import END, START, Vocabulary
from tests.core.networks import randomised

LETTERS = Vocabulary(("a", "b", "c", "d"), "character")
DIGITS = Vocabulary((START, END, "1", "2", "3"), "character")

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dot": {"attention": "dot"},
    "additive": {"attention": "additive"},
    "both ways": {"attention": "dot", "bidirectional": True},
    "backwards, peeky": {"backwards": True, "peeky": True},
    "both ways, peeky, additive": {
        "bidirectional": True, "peeky": True, "attention": "additive", "cell": "gru"
    },
    "simple": {"cell": "simple_rnn", "peeky": True},
}  # fmt: skip


def translator(kind: str = "plain", *, seed: int = 3, scale: float = 0.8) -> core.Model:
    model = core.new_translator(
        **{"source": LETTERS, "target": DIGITS, "embedding": 3, "units": 4, **KINDS[kind]}
    )
    return randomised(model, seed=seed, scale=scale)
