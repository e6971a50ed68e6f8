"""The vocabulary that a script reads its texts with, whatever it holds it as.

A `Vocabulary`, a list of words, a mapping of words to ids, a Keras `TextVectorization`, a
`Tokenizer` of Keras 2, one of the tokenizers library, a torchtext vocabulary: each is asked for its
words by the methods that it is known for, and what it answers is read as a file of words is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.importers.keras.bridge import keras_layer
from core.importers.keras.fields import Fields
from core.importers.keras.words import vocabulary_of
from core.text import NotAVocabulary, Vocabulary, read_word_list

_FILE = "vocabulary.json"


def vocabulary_given(given: Any, *, rows: int) -> Vocabulary:
    """The vocabulary of a model whose embedding has `rows` rows.

    Raises NotAVocabulary for what holds no words, and what `read_word_list`, `WordList.vocabulary`
    and `vocabulary_of` raise.
    """
    if isinstance(given, Vocabulary):
        return given
    if hasattr(given, "get_vocabulary") and hasattr(given, "get_config"):
        layer = keras_layer(given)
        if layer.kind == "TextVectorization":
            return vocabulary_of(Fields(layer, layer, 0, 0))
        given = list(given.get_vocabulary())
    return read_word_list(_written(given).encode(), name=_FILE).vocabulary(rows=rows)


def _written(given: Any) -> str:
    """The words as JSON. Raises NotAVocabulary."""
    if hasattr(given, "word_index") and hasattr(given, "to_json"):
        return str(given.to_json())
    if hasattr(given, "backend_tokenizer"):
        given = given.backend_tokenizer
    if hasattr(given, "to_str"):
        return str(given.to_str())
    for method in ("get_stoi", "get_vocab"):
        if hasattr(given, method):
            given = getattr(given, method)()
            break
    try:
        if isinstance(given, Mapping):
            return json.dumps({str(token): int(index) for token, index in given.items()})
        if isinstance(given, Iterable) and not isinstance(given, str | bytes):
            return json.dumps([str(token) for token in given])
    except (TypeError, ValueError) as error:
        raise NotAVocabulary from error
    raise NotAVocabulary
