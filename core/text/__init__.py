"""Text in: bytes decoded, split into tokens, looked up, shown and windowed. A leaf of `core`."""

from __future__ import annotations

from core.text.decode import MOST_BYTES, Candidate, Damage, Decoded, decode
from core.text.encoded import (
    END,
    PADDING,
    PADDING_ID,
    PADDINGS,
    START,
    UNKNOWN,
    UNKNOWN_ID,
    Encoded,
    Padding,
)
from core.text.encodings import ENCODINGS, known_encoding
from core.text.errors import (
    BlankText,
    EmptyFile,
    EmptyTable,
    FileTooLarge,
    IdOfTwoTokens,
    NoSuchColumn,
    NoSuchRow,
    NotAnId,
    NotANumber,
    NotAScaler,
    NotAVocabulary,
    NotAWordList,
    NothingKnown,
    NothingToLookUp,
    NotText,
    OtherKindOfFile,
    OtherScaler,
    PickledScaler,
    RaggedRow,
    RepeatedToken,
    TooManyCharacters,
    UnknownEncoding,
    UnreadableRow,
    WrongEncoding,
    WrongWidth,
)
from core.text.fold import FOLDS, Fold, split
from core.text.hangul import compose, decompose, readable
from core.text.keras_tokenizer import KerasRules
from core.text.numbers import Measured, read_ids, read_numbers
from core.text.scaling import Affine, Scaling, read_scaler
from core.text.spreadsheet import neutralise, neutralised
from core.text.table import DELIMITERS, Table, read_table
from core.text.tokens import MOST_CHARACTERS, UNITS, Unit, tokenize
from core.text.visible import visible
from core.text.vocabulary import Vocabulary
from core.text.vocabulary_files import KERAS_OFFSET, WordList, read_word_list
from core.text.window import MOST_TOKENS, Window

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "END",
    "FOLDS",
    "KERAS_OFFSET",
    "MOST_BYTES",
    "MOST_CHARACTERS",
    "MOST_TOKENS",
    "PADDING",
    "PADDINGS",
    "PADDING_ID",
    "START",
    "UNITS",
    "UNKNOWN",
    "UNKNOWN_ID",
    "Affine",
    "BlankText",
    "Candidate",
    "Damage",
    "Decoded",
    "EmptyFile",
    "EmptyTable",
    "Encoded",
    "FileTooLarge",
    "Fold",
    "IdOfTwoTokens",
    "KerasRules",
    "Measured",
    "NoSuchColumn",
    "NoSuchRow",
    "NotANumber",
    "NotAScaler",
    "NotAVocabulary",
    "NotAWordList",
    "NotAnId",
    "NotText",
    "NothingKnown",
    "NothingToLookUp",
    "OtherKindOfFile",
    "OtherScaler",
    "Padding",
    "PickledScaler",
    "RaggedRow",
    "RepeatedToken",
    "Scaling",
    "Table",
    "TooManyCharacters",
    "Unit",
    "UnknownEncoding",
    "UnreadableRow",
    "Vocabulary",
    "Window",
    "WordList",
    "WrongEncoding",
    "WrongWidth",
    "compose",
    "decode",
    "decompose",
    "known_encoding",
    "neutralise",
    "neutralised",
    "read_ids",
    "read_numbers",
    "read_scaler",
    "read_table",
    "read_word_list",
    "readable",
    "split",
    "tokenize",
    "visible",
]
