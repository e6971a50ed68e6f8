"""The words of a Keras TextVectorization layer, as the vocabulary that a model reads with."""

from __future__ import annotations

from typing import Any

from core.errors import UnsupportedModel
from core.importers.keras.fields import Fields
from core.text import Fold, Unit, Vocabulary

_FOLDS: dict[Any, Fold] = {
    None: "exact",
    "lower": "lower",
    "strip_punctuation": "bare",
    "lower_and_strip_punctuation": "strip",
}
_UNITS: dict[Any, Unit] = {"whitespace": "word", "character": "character"}
_SPECIAL: tuple[list[str], ...] = (["", "[UNK]"], ["[UNK]"], [])
"""What a list of words may begin with: padding and unknown, which need no words here."""


def vocabulary_of(layer: Fields) -> Vocabulary:
    """The vocabulary of a TextVectorization: its words, how it splits, and its length of texts.

    Raises UnsupportedModel where it counts words or looks up several at once, or splits or
    standardises by a function of its own; and what Vocabulary raises.
    """
    config = layer.layer.config
    if str(config.get("encoding", "utf-8")).lower().replace("_", "-") not in ("utf-8", "utf8"):
        raise layer.refuse("it reads texts in another encoding than UTF-8")
    mode, ngrams = config.get("output_mode", "int"), config.get("ngrams")
    if mode != "int":
        raise layer.refuse(f"with output_mode {mode!r:.20} it hands on no sequence of ids")
    if ngrams is not None:
        raise layer.refuse("with ngrams it looks up several words at once")
    fold = _known(layer, "standardize", _FOLDS, default="lower_and_strip_punctuation")
    unit = _known(layer, "split", _UNITS, default="whitespace")
    words, length = config.get("vocabulary"), config.get("output_sequence_length")
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise layer.refuse("it has no vocabulary; adapt it to texts first")
    if length is not None and (type(length) is not int or length < 1):
        raise layer.refuse(f"its output_sequence_length is {length!r:.20}, not a number of tokens")
    special = next(names for names in _SPECIAL if list(words[: len(names)]) == names)
    return Vocabulary(tuple(words[len(special) :]), unit, fold, length)


def _known(layer: Fields, name: str, known: dict[Any, Any], *, default: str) -> Any:
    value = layer.layer.config.get(name, default)
    if not isinstance(value, str | None) or value not in known:
        raise _unknown(layer, name, value, known)
    return known[value]


def _unknown(layer: Fields, name: str, value: Any, known: dict[Any, Any]) -> UnsupportedModel:
    shown = value if isinstance(value, str) else "a function or setting of its own"
    return layer.refuse(f"its {name} is {shown:.40}, not one of {', '.join(map(str, known))}")
