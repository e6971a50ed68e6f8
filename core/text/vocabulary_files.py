"""A vocabulary in a file beside a model: which token has which id, and how texts meet it.

| file | ids |
| --- | --- |
| text, one token a line | the line's number, from 0 |
| JSON, a list of tokens | the place, from 0 |
| JSON, token → id | as it says; from 1 on without gaps it is a Keras word index |
| `Tokenizer.to_json()` of Keras | its `word_index`, see `core.text.keras_tokenizer` |
| `tokenizer.json` of Hugging Face | those of its model's `vocab` |

A Keras word index has ranks from 1. `keras.datasets` moves them by 3, to make room for padding (0),
start (1) and unknown (2); a `Tokenizer` does not. The file does not say which, so it is asked; its
size says what is likely.

A tokenizer that looks up whole words splits nearly as we do. One of BPE, WordPiece or Unigram makes
pieces of words, which is not done here: its tokens are typed as it writes them, parted by blanks,
and looked up as they stand. `splitting` says which of these holds, so that the page can say so.
Nothing is run; merges, normalisers and added rules are not read. Not chosen: the library
`tokenizers`, a compiled one, for models that come with such files rarely.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.text.decode import decode
from core.text.errors import IdOfTwoTokens, NotAWordList
from core.text.fold import Fold
from core.text.keras_tokenizer import KerasRules
from core.text.tokens import Unit, tokenize
from core.text.visible import visible
from core.text.vocabulary import Vocabulary

Splitting = Literal["ours", "similar", "pieces"]
KERAS_OFFSET = 3
MOST_LISTED = 2_000_000
MOST_NESTED = 3
"""How often JSON may stand within JSON."""
LONGEST = 1_000
"""Characters of one token."""
_OF_DATASETS = (88_584, 30_979)
"""Words in the indices of IMDB and Reuters, which `keras.datasets` hands out."""
_UNKNOWN = ("[unk]", "<unk>", "<oov>", "[oov]", "unk", "oov", "<unknown>")
_PIECES = ("BPE", "WordPiece", "Unigram")


@dataclass(frozen=True)
class WordList:
    """What a file lists.

    Attributes:
        tokens: token → id.
        form: "lines", "list", "ids", "ranks" (a Keras word index) or "tokenizer".
        unknown: the id of what is not known; None where the list has none.
        splitting: "ours", nearly ours ("similar"), or in "pieces" of words, which we do not make.
        model: of a tokenizer, such as "WordPiece"; else "".
        offset: what is most likely added to the ids.
        unit: what the tokens most likely are.
        file: its name.
        rules: how a Keras `Tokenizer` splits texts; None for other files.
        most: ids from this one on are not known, `num_words` of a Keras `Tokenizer`; None for all.
    """

    tokens: Mapping[str, int]
    form: Literal["lines", "list", "ids", "ranks", "tokenizer"]
    unknown: int | None
    splitting: Splitting = "ours"
    model: str = ""
    offset: int = 0
    unit: Unit = "word"
    file: str = ""
    rules: KerasRules | None = None
    most: int | None = None

    def vocabulary(
        self,
        *,
        rows: int,
        unit: Unit | None = None,
        fold: Fold | None = None,
        offset: int | None = None,
    ) -> Vocabulary:
        """The vocabulary of a model whose embedding has `rows` rows; what lies beyond is left out.

        `unit`, `fold` and `offset` default to the likeliest. Raises NotAWordList where nothing is
        left, and what Vocabulary raises.
        """
        added = self.offset if offset is None else offset
        named = {index + added: token for token, index in self.tokens.items()}
        named = {
            index: token
            for index, token in named.items()
            if 0 <= index < rows
            and (self.most is None or index < self.most or index == self.unknown)
        }
        if not named:
            raise NotAWordList(file=self.file, why=f"none of its ids is below {rows:,}")
        first, last = min(named), max(named)
        taken = set(named.values())
        tokens = tuple(
            named[index] if index in named else _free(f"<{index}>", taken)
            for index in range(first, last + 1)
        )
        unknown = self.unknown
        if self.form == "ranks" and added == KERAS_OFFSET:
            unknown = KERAS_OFFSET - 1
        pieces = self.splitting == "pieces"
        chosen: Fold = fold or ("exact" if pieces else "filter" if self.form == "ranks" else "none")
        split_by: Unit = "word" if pieces else unit or self.unit
        if self.rules is not None and unknown is not None and unknown > last:
            why = f"its token for unknown words has the id {unknown:,}, beyond the model's {rows:,}"
            raise NotAWordList(file=self.file, why=why)
        inside = unknown is not None and unknown <= last
        return Vocabulary(
            tokens, split_by, chosen, None, first, unknown if inside else None, self.rules
        )

    def beyond(self, *, rows: int, offset: int | None = None) -> int:
        """How many of its tokens lie beyond the embedding's rows."""
        added = self.offset if offset is None else offset
        read = (index for index in self.tokens.values() if not self.most or index < self.most)
        return sum(not 0 <= index + added < rows for index in read)


def read_word_list(data: bytes, *, name: str) -> WordList:
    """The words of a file that is called `name`: its ending says whether it is JSON.

    Raises NotAWordList, IdOfTwoTokens, and what `decode` raises.
    """
    decoded = decode(data)
    if (damage := decoded.damage) is not None:
        why = f"byte {damage.position:,} (0x{damage.byte}), in line {damage.line:,}, is not "
        raise NotAWordList(file=name, why=why + decoded.encoding.upper())
    text = decoded.text
    if name.lower().endswith(".json"):
        return replace(_from_json(text, name), file=name)
    # Not splitlines, which also parts at what may be a token: U+2028, a form feed, U+0085.
    lines = re.split(r"\r?\n" if "\n" in text else r"\r", text)
    while lines and not lines[-1]:
        lines.pop()
    return replace(_of_list(lines, "lines", name), file=name)


def _from_json(text: str, name: str, depth: int = 0) -> WordList:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAWordList(file=name, why="it is no JSON") from error
    if isinstance(found, str) and depth < MOST_NESTED:
        # json.dumps(tokenizer.to_json()), as many tutorials have it: JSON within JSON.
        return _from_json(found, name, depth + 1)
    if isinstance(found, list):
        return _of_list(found, "list", name)
    if not isinstance(found, dict):
        raise NotAWordList(file=name, why="it holds neither a list nor an object")
    if isinstance(found.get("model"), dict):
        return _of_tokenizer(found, name)
    if isinstance(found.get("config"), dict) and "word_index" in found["config"]:
        return _of_keras_tokenizer(found["config"], name)
    return _of_ids(found, name)


def _of_list(found: Sequence[Any], form: Literal["lines", "list"], name: str) -> WordList:
    if len(found) > MOST_LISTED:
        raise NotAWordList(file=name, why=f"it lists more than {MOST_LISTED:,} tokens")
    ids: dict[str, int] = {}
    for index, token in enumerate(found):
        _check(token, name)
        if token in ids:
            why = f"'{visible(token)}' stands in places {ids[token] + 1:,} and {index + 1:,}"
            raise NotAWordList(file=name, why=why)
        ids[token] = index
    if not ids:
        raise NotAWordList(file=name, why="it lists no token")
    return WordList(ids, form, _unknown(ids), unit=_unit(ids))


def _of_ids(found: Mapping[str, Any], name: str) -> WordList:
    ids = _checked(found, name)
    unknown = _unknown(ids)
    if sorted(ids.values()) != list(range(1, len(ids) + 1)):
        return WordList(ids, "ids", unknown, unit=_unit(ids))
    # keras.datasets moves its own two indices by 3; whoever wrote down a Tokenizer's did not.
    offset = KERAS_OFFSET if len(ids) in _OF_DATASETS else 0
    return WordList(ids, "ranks", unknown, offset=offset, unit=_unit(ids))


def _of_keras_tokenizer(config: Mapping[str, Any], name: str) -> WordList:
    """What `Tokenizer.to_json` writes: its word index is a JSON text in a JSON text."""
    index = config["word_index"]
    try:
        found = json.loads(index) if isinstance(index, str) else index
    except (ValueError, RecursionError) as error:
        raise NotAWordList(file=name, why="its word_index is no JSON") from error
    if not isinstance(found, dict):
        raise NotAWordList(file=name, why="its word_index is no object")
    ids = _checked(found, name)
    strange = sorted(config.keys() - _KERAS_SETTINGS)
    if strange:
        raise NotAWordList(file=name, why=f"its setting '{visible(strange[0])[:40]}' is not known")
    try:
        rules = KerasRules.from_json(config)
    except ValueError as error:
        raise NotAWordList(file=name, why=f"its setting '{error}' is none of Keras's") from error
    oov, most = config.get("oov_token"), config.get("num_words")
    if most is not None and (type(most) is not int or most < 0):
        raise NotAWordList(file=name, why="its num_words is no number of words")
    if oov is not None and (not isinstance(oov, str) or oov not in ids):
        raise NotAWordList(file=name, why="its oov_token is not in its word_index")
    unknown = None if oov is None else ids[oov]
    unit: Unit = "character" if rules.char_level else "word"
    return WordList(ids, "ranks", unknown, unit=unit, rules=rules, most=most or None)


_KERAS_SETTINGS = {
    *("filters", "lower", "split", "char_level", "num_words", "oov_token", "word_index"),
    # What it counted, of which nothing is looked up:
    *("document_count", "word_counts", "word_docs", "index_docs", "index_word"),
}


def _of_tokenizer(found: Mapping[str, Any], name: str) -> WordList:
    model = found["model"]
    kind, listed = model.get("type"), model.get("vocab")
    if not isinstance(kind, str) or kind not in ("WordLevel", *_PIECES):
        known = "WordLevel, BPE, WordPiece or Unigram"
        raise NotAWordList(file=name, why=f"its model is '{str(kind)[:40]}', not {known}")
    if isinstance(listed, list):  # Unigram: pieces with their scores
        pieces = [each[0] if isinstance(each, list) and each else None for each in listed]
        ids = dict(_of_list(pieces, "list", name).tokens)
    elif isinstance(listed, dict):
        ids = _checked(listed, name)
    else:
        raise NotAWordList(file=name, why="its model has no vocab")
    token = model.get("unk_token")
    unknown = ids.get(token) if isinstance(token, str) else _unknown(ids)
    splitting: Splitting = "pieces" if kind in _PIECES else "similar"
    return WordList(ids, "tokenizer", unknown, splitting, kind, unit=_unit(ids))


def _checked(found: Mapping[str, Any], name: str) -> dict[str, int]:
    """Tokens and ids as they should be. Raises NotAWordList and IdOfTwoTokens."""
    if not found or len(found) > MOST_LISTED:
        raise NotAWordList(file=name, why=f"it has {len(found):,} tokens")
    taken: dict[int, str] = {}
    for token, index in found.items():
        _check(token, name)
        if type(index) is not int or not 0 <= index < 2**31:
            raise NotAWordList(file=name, why=f"'{visible(token)[:40]}' has no whole number as id")
        if index in taken:
            one, other = visible(taken[index]), visible(token)
            raise IdOfTwoTokens(index=index, one=one, other=other)
        taken[index] = token
    return dict(found)


def _check(token: object, name: str) -> None:
    if not isinstance(token, str) or len(token) > LONGEST:
        raise NotAWordList(file=name, why="something in its list is no token")


def _unknown(ids: Mapping[str, int]) -> int | None:
    """The id of the first token that is called unknown, as people call it."""
    small = {token.lower(): index for token, index in ids.items()}
    return next((small[name] for name in _UNKNOWN if name in small), None)


def _unit(ids: Mapping[str, int]) -> Unit:
    """Characters where nearly all tokens are one, names in brackets aside."""
    plain = [token for token in ids if token and not (token[0] in "<[" and token[-1] in ">]")]
    singles = sum(len(token) <= 8 and len(tokenize(token, "character")) == 1 for token in plain)
    return "character" if plain and singles >= 0.9 * len(plain) else "word"


def _free(name: str, taken: set[str]) -> str:
    """A name for an id without a token, that no token has."""
    while name in taken:
        name = f"<{name}>"
    return name
