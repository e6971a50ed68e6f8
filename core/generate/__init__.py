"""Reading that writes: a language model goes on with a text, one step of the network a token."""

from __future__ import annotations

from core.generate.sampling import Sampling
from core.generate.writing import MOST_STEPS, Written, WrittenToken, generate, write

__all__ = ["MOST_STEPS", "Sampling", "Written", "WrittenToken", "generate", "write"]
