"""Pairs of texts that were uploaded, read once, and how many of them the limits leave out."""

from __future__ import annotations

import streamlit as st

from core.training.sources.pair_files import Found, pairs_of
from core.training.sources.translation import TranslationOptions, fits


@st.cache_resource(max_entries=4, show_spinner=False)
def pairs(key: str, _words: str, *, separator: str, swap: bool, file: str) -> Found:
    """Return the pairs of an upload, named by its id. Raises as `pairs_of` does."""
    del key
    return pairs_of(_words, separator=separator, swap=swap, file=file)


@st.cache_resource(max_entries=16, show_spinner=False)
def pairs_left_out(key: str, options: TranslationOptions, _found: Found) -> int:
    """Return how many of the pairs are beyond the limits of the options."""
    del key
    return sum(not fits(pair, options) for pair in _found.pairs)
