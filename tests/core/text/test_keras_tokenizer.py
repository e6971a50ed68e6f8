"""Texts split as a Keras `Tokenizer` splits them, whatever its settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import NotAWordList, NothingKnown, NothingToLookUp, Vocabulary, read_word_list
from core.text.keras_tokenizer import FILTERS, KerasRules

CASES = Path(__file__).parents[4] / "shared/data/models"
ROWS = 100


def texts_to_sequences(config: dict[str, Any], text: str) -> list[int]:
    """What Keras gives, by its documentation: the whole text is rewritten, then split."""
    index, oov = config["word_index"], config["oov_token"]
    small = text.lower() if config["lower"] else text
    if config["char_level"]:
        words = list(small)
    else:
        rewritten = "".join(config["split"] if c in config["filters"] else c for c in small)
        words = [word for word in rewritten.split(config["split"]) if word]
    ids: list[int] = []
    for word in words:
        rank = index.get(word)
        if rank is not None and not (config["num_words"] and rank >= config["num_words"]):
            ids.append(rank)
        elif oov is not None:
            ids.append(index[oov])
    return ids


def encoded(config: dict[str, Any], text: str) -> list[int]:
    """What is read here of a file with these settings."""
    tokenizer = {"class_name": "Tokenizer", "config": config | {"document_count": 3}}
    tokenizer["config"]["word_index"] = json.dumps(config["word_index"])
    words = read_word_list(json.dumps(tokenizer).encode(), name="tokenizer.json")
    vocabulary = words.vocabulary(rows=ROWS)
    again = Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json())))
    try:
        ids = vocabulary.encode(text).ids.tolist()
    except (NothingToLookUp, NothingKnown):
        return []
    assert again.encode(text).ids.tolist() == ids
    return ids


LETTERS = st.sampled_from([*"aAbB,. '\t\n\r-", "é", "É", "İ", "Σ", "ς", "ß", "좋", "\u3000", "😀"])
TEXTS = st.lists(LETTERS, max_size=14).map("".join)


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Any]:
    """Settings of a Tokenizer and an index of words, some of which its texts hold."""
    words = draw(st.lists(TEXTS.filter(bool), min_size=1, max_size=12, unique=True))
    words += [word.lower() for word in words if word.lower() not in words]
    oov = draw(st.sampled_from([None, "<OOV>", "a"]))
    if oov is not None:
        words = [oov, *(word for word in words if word != oov)]
    index = {word: rank for rank, word in enumerate(dict.fromkeys(words), start=1)}
    return {
        "num_words": draw(st.sampled_from([None, 0, 1, 2, 3, 5, 50])),
        "filters": draw(st.sampled_from([FILTERS, "", ",. ", "a", "aß\u3000", "İi"])),
        "lower": draw(st.booleans()),
        "split": draw(st.sampled_from([" ", ",", "ab", "  ", "a", "좋", "aa", "-a-"])),
        "char_level": draw(st.booleans()),
        "oov_token": oov,
        "word_index": index,
    }


@given(settings(), st.one_of(TEXTS, st.lists(TEXTS, max_size=4).map(" ".join)))
def test_ids_are_those_of_texts_to_sequences(config: dict[str, Any], text: str):
    ranks = sorted(config["word_index"].values())
    most = config["num_words"] or len(ranks) + 1
    if not text or (config["oov_token"] is None and ranks[0] >= most):
        return  # nothing to read, or not one word that is ever known: told in words
    assert encoded(config, text) == texts_to_sequences(config, text)


@given(TEXTS, st.sampled_from([" ", "ab", "a"]), st.booleans())
def test_what_is_shown_is_what_the_user_wrote(text: str, split: str, lower: bool):
    for written, looked_up in KerasRules(split=split, lower=lower).pieces(text):
        assert written in text
        assert "a" in split or looked_up == (written.lower() if lower else written)


def test_letters_that_small_ones_depend_on():
    # The Σ of ΑΣ is followed by a letter beyond the full stop: in the whole text it ends no word.
    rules = KerasRules(filters=".", split=" ")
    assert rules.pieces("ΑΣ.Α ΑΣ") == [("ΑΣ", "ασ"), ("Α", "α"), ("ΑΣ", "ας")]
    assert rules.pieces("İs it") == [("İs", "i̇s"), ("it", "it")]
    assert [form for _, form in KerasRules(char_level=True).pieces("İ")] == ["i", "̇"]


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside the project")
@pytest.mark.parametrize("case", ["13_tokenizer_json_in_json", "15_tokenizer_num_words"])
def test_ids_of_real_tokenizers(case: str):
    with np.load(CASES / f"{case}.expected.npz") as expected:
        text, ids, rows = str(expected["text"]), expected["ids"], int(expected["rows"])
    data = (CASES / f"{case}.tokenizer.json").read_bytes()
    found = read_word_list(data, name="tokenizer.json").vocabulary(rows=rows).encode(text)
    np.testing.assert_array_equal(found.ids, ids)
    assert " ".join(found.tokens) == "A good city a bad film"


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("split", "", "'split'"),
        ("split", None, "'split'"),
        ("filters", 3, "'filters'"),
        ("filters", ["ab"], "'filters'"),
        ("lower", "yes", "'lower'"),
        ("num_words", "many", "num_words"),
        ("num_words", -1, "num_words"),
        ("oov_token", "<nowhere>", "oov_token"),
        ("analyzer", "mine", "'analyzer'"),
    ],
)
def test_settings_that_cannot_be_honoured_are_refused_by_name(setting, value, named):
    config = {"word_index": '{"a": 1, "b": 2}', setting: value}
    with pytest.raises(NotAWordList, match=named):
        read_word_list(json.dumps({"config": config}).encode(), name="tokenizer.json")


def test_json_within_json_has_an_end():
    text = json.dumps({"a": 0, "b": 1})
    for _ in range(3):
        text = json.dumps(text)
    assert read_word_list(text.encode(), name="a.json").tokens == {"a": 0, "b": 1}
    with pytest.raises(NotAWordList, match="neither a list nor an object"):
        read_word_list(json.dumps(text).encode(), name="a.json")


def test_names_that_fill_gaps_are_no_words():
    words = read_word_list(b'{"a": 2, "b": 5}', name="a.json").vocabulary(rows=9)
    assert words.tokens == ("a", "<3>", "<4>", "b")
    with pytest.raises(NothingKnown):
        words.encode("<3>")
