"""The words in pictures: English unless `labels` says otherwise.

Every figure takes `labels`, a mapping from a word's key to the word, and needs only those that
differ from English. The words themselves stand in the JSON files of `dashboard/i18n`, with all
others, and are read from there as data, so that a page and a notebook say the same; those about a
cell stand with the cell. Not chosen: a
table of defaults in Python, which would hold each English sentence twice.
"""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core import cells
from dashboard.i18n.particles import fitting

SECTIONS = ("figures", "quantity")
_FOLDER = Path(__file__).parents[1] / "i18n"


def labels(language: str = "en") -> dict[str, str]:
    """Return every word that figures use, in a language. FileNotFoundError for an unknown one."""
    return dict(_read(language))


def words(given: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return `given`, and English for what it lacks."""
    return ChainMap(dict(given or {}), _read("en"))


@cache
def _read(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in SECTIONS:
        file = _FOLDER / language / f"{section}.json"
        found |= fitting(language, json.loads(file.read_text(encoding="utf-8")))
    return found | cells.titles(language) | cells.helps(language)
