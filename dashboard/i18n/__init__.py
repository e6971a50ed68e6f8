"""The words of the dashboard: `t("gates.title")` in the language of the reader.

A key is a section and a name. A section is one JSON file per language, `en/gates.json` and
`ko/gates.json`, so that a page is one file and its strings. Its cost is that a sentence stands
apart from where it is used. Not chosen: gettext, whose compiled catalogues would be a build step,
and whose keys are the English sentences, so that changing a word loses the translation. What gates
and cells are called stands with the cells, in `core/cells`, and joins the section `quantity`.
Korean sentences write particles after fields in both forms, `{name}을(를)`; `particles` chooses.
One Korean word stands for one thing: docs/glossary.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from core import cells
from dashboard.i18n.particles import fitting

LANGUAGES: dict[str, str] = {"en": "English", "ko": "한국어"}

_FOLDER = Path(__file__).parent
_spoken: ContextVar[str | None] = ContextVar("language", default=None)
_source: Callable[[], str] | None = None


class MissingString(KeyError):
    """A key has no string: a mistake of ours, never of the user's."""


def listen(source: Callable[[], str]) -> None:
    """Ask this function for the language, each time one is needed.

    A function, not a value, because callbacks and fragments run without the page that would have
    set the value. `dashboard.state` gives the function once; here nothing knows of sessions.
    """
    global _source  # noqa: PLW0603 — the one wire between the language and the session
    _source = source


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Let `t` answer in this language within the block, whatever the session says."""
    if language not in LANGUAGES:
        raise ValueError(f"There is no language {language!r}. Known: {', '.join(LANGUAGES)}.")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Return the language of the reader: a key of LANGUAGES. English when nobody said."""
    return _spoken.get() or (_source() if _source else "en")


def t(key: str, /, **facts: object) -> str:
    """Return the string for a key such as "gates.title", its {fields} filled with the facts.

    Where the fact `count` is 1 and there is a "….one", that is the string.
    Raises MissingString for an unknown key, and KeyError when a field has no fact.
    """
    section, _, name = key.partition(".")
    try:
        known = strings(language(), section)
        text = known.get(f"{name}.one", known[name]) if facts.get("count") == 1 else known[name]
    except KeyError:
        raise MissingString(key) from None
    return text.format(**facts) if facts else text


def labels(section: str, prefix: str = "") -> dict[str, str]:
    """Return the strings of a section whose names begin with `prefix.`, without that prefix.

    For figures, which take their words as a mapping: `labels("quantity")`, `labels("gates",
    "axis")`.
    """
    start = f"{prefix}." if prefix else ""
    found = {
        name.removeprefix(start): text
        for name, text in strings(language(), section).items()
        if name.startswith(start)
    }
    if not found:
        raise MissingString(f"{section}.{prefix}")
    return found


@cache
def strings(language: str, section: str) -> dict[str, str]:
    """Return all strings of a section in one language. Shared: do not change it."""
    path = _FOLDER / language / f"{section}.json"
    if not path.is_file():
        raise MissingString(section)
    found = fitting(language, json.loads(path.read_text(encoding="utf-8")))
    return found | cells.titles(language) if section == "quantity" else found


def from_locale(locale: str | None) -> str:
    """Return the language for a browser's locale, such as "ko-KR"; English when it has none."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else "en"
