"""Text in: bytes decoded, split into tokens, looked up, shown and windowed. A leaf of `core`."""

from __future__ import annotations

from core.text.errors import (
    BlankText,
    EmptyFile,
    EmptyTable,
    FileTooLarge,
    NoSuchColumn,
    NoSuchRow,
    NotAVocabulary,
    NotText,
    RaggedRow,
    RepeatedToken,
    TooManyCharacters,
    UnknownEncoding,
    UnreadableRow,
    WrongEncoding,
)
from core.text.hangul import compose, decompose, readable
from core.text.tokens import MOST_CHARACTERS, UNITS, Unit, tokenize
from core.text.visible import visible
from core.text.vocabulary import (
    PADDING,
    PADDING_ID,
    UNKNOWN,
    UNKNOWN_ID,
    Encoded,
    Vocabulary,
)
from core.text.window import MOST_TOKENS, Window

__all__ = [
    "MOST_CHARACTERS",
    "MOST_TOKENS",
    "PADDING",
    "PADDING_ID",
    "UNITS",
    "UNKNOWN",
    "UNKNOWN_ID",
    "BlankText",
    "EmptyFile",
    "EmptyTable",
    "Encoded",
    "FileTooLarge",
    "NoSuchColumn",
    "NoSuchRow",
    "NotAVocabulary",
    "NotText",
    "RaggedRow",
    "RepeatedToken",
    "TooManyCharacters",
    "Unit",
    "UnknownEncoding",
    "UnreadableRow",
    "Vocabulary",
    "Window",
    "WrongEncoding",
    "compose",
    "decompose",
    "readable",
    "tokenize",
    "visible",
]
