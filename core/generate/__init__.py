"""Reading that writes: a language model goes on with a text, one step of the network a token."""

from __future__ import annotations

from core.generate.beams import BeamNode, Beams
from core.generate.decoder import check_translator, is_translator
from core.generate.sampling import Sampling
from core.generate.translating import MOST_BEAMS, MOST_TOKENS, Translation, translate
from core.generate.writing import MOST_STEPS, Written, WrittenToken, generate, write

__all__ = [
    "MOST_BEAMS",
    "MOST_STEPS",
    "MOST_TOKENS",
    "BeamNode",
    "Beams",
    "Sampling",
    "Translation",
    "Written",
    "WrittenToken",
    "check_translator",
    "generate",
    "is_translator",
    "translate",
    "write",
]
