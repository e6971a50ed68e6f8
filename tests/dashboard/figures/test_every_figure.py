"""What holds for every figure: budget, escaping, both modes, both languages, table, sentence."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from pathlib import Path

import numpy as np
import plotly.io
import pytest

from dashboard import figures
from dashboard.figures import theme
from tests.dashboard.figures import every, samples
from tests.dashboard.figures.samples import TOKENS, strings

EVERY = every.everything()
FOLDER = Path(figures.__file__).parent
# Tags that the pictures write themselves; everything else with a bracket is a token.
OWN = re.compile(r"</?(?:b|i|br|sub|sup|extra)>")
every_figure = pytest.mark.parametrize("name", EVERY)


@cache
def drawn_as(name: str, language: str, mode: str) -> figures.Picture:
    """A picture, made once."""
    return EVERY[name](figures.labels(language), mode)


def test_every_noun_is_here():
    nouns = {name.split()[0] for name in EVERY}
    public = {name for name in figures.__all__ if name[0].islower()} - {"labels"}
    # Equations are text and have tests of their own.
    assert public - {"equations"} == nouns


def test_a_notebook_shows_the_drawing_and_its_words(monkeypatch):
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    picture = figures.gates(samples.trace("gru"), layer=0)
    shown = picture._repr_mimebundle_()
    assert shown["text/plain"] == picture.words
    drawn = shown["application/vnd.plotly.v1+json"]
    assert [series["name"] for series in drawn["data"]] == [s.name for s in picture.draw.data]
    assert picture.words in repr(picture)
    lines = figures.equations(samples.trace("gru"), step=0, unit=0)
    assert lines.draw[0].latex in lines._repr_mimebundle_()["text/latex"]


def test_a_picture_is_made_when_it_is_asked_for_and_once():
    made = []
    picture = figures.Picture(*(lambda part=part: made.append(part) or part for part in "dtw"))
    assert made == []
    assert (picture.table, picture.table, picture.words, picture.draw) == ("t", "t", "w", "d")
    assert made == ["t", "w", "d"]


@every_figure
def test_both_modes_have_their_own_surface_and_the_same_numbers(name):
    figure, other = drawn_as(name, "en", "light").draw, drawn_as(name, "ko", "dark").draw
    for mode, drawn in (("light", figure), ("dark", other)):
        assert drawn.layout.template.layout.paper_bgcolor == theme.SURFACE[mode].paper
    for one, another in zip(figure.data, other.data, strict=True):
        for axis in ("x", "y", "z"):
            if getattr(one, axis, None) is not None:
                np.testing.assert_array_equal(getattr(one, axis), getattr(another, axis))


@every_figure
def test_tokens_and_names_are_text_and_never_markup(name):
    for text in strings(drawn_as(name, "en", "light").draw):
        assert "<script" not in text
        assert "<a " not in text
        # Titles of models begin with <b>, class names hold it: escaped, or a bold of our own.
        without = re.sub(r"<b>.*?</b>|<sub>.*?</sub>|<sup>.*?</sup>|<i>.*?</i>", "", text)
        assert "<b>" not in without, text
        assert "</b>" not in without, text
        assert "<" not in OWN.sub("", text.replace("&lt;", "")), text
        assert "$x" not in text
        assert "%{x}" not in text.replace("<b>%{x}</b>", "")  # the place, in hover


@every_figure
def test_tables_keep_texts_as_they_were_and_have_no_column_twice(name):
    table = drawn_as(name, "en", "light").table
    assert len(table) > 0 or name in ("saturation simple_rnn", "gate_history simple_rnn")
    assert table.columns.is_unique
    if "Token" in table:
        assert list(dict.fromkeys(table["Token"])) == list(dict.fromkeys(TOKENS))


@every_figure
@pytest.mark.parametrize("language", ["en", "ko"])
def test_words_are_filled_in_and_in_one_language(name, language):
    mode = {"en": "light", "ko": "dark"}[language]
    labels, picture = figures.labels(language), drawn_as(name, language, mode)
    alt = picture.words
    assert len(alt) > 10
    assert not re.search(r"(?<!%){\w*}", alt)
    texts = [*strings(picture.draw), *map(str, picture.table), alt]
    assert not any(re.search(r"(?<!%)(?<!&#37;){[a-z]+}", text) for text in texts)
    if language == "ko":
        english = {
            word
            for key, word in figures.labels("en").items()
            if len(word) > 4 and word != labels[key] and "{" not in word
        }
        shown = " | ".join(unescape(text) for text in texts)
        left = {word for word in english if re.search(rf"(?<![\w<]){re.escape(word)}(?!\w)", shown)}
        assert left == set()


@every_figure
def test_labels_need_only_what_differs(name):
    words = {EVERY[name](labels).words for labels in ({}, None, figures.labels("en"))}
    assert len(words) == 1
    changed = EVERY[name]({"step": "Zeitschritt", "unit": "Einheit", "model": "Modell"}).table
    assert not {"Step", "Unit", "Model"} & set(changed.columns)


@every_figure
def test_figures_are_small(name):
    assert len(drawn_as(name, "en", "light").draw.to_json()) < 300_000


def test_no_word_of_the_figures_is_left_over_or_missing():
    code = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    known = set(json.loads((FOLDER.parent / "i18n/en/figures.json").read_text(encoding="utf-8")))
    patterns = {
        re.sub(r"\\{[^}]*\\}", ".+", re.escape(key))
        for key in re.findall(r"[\"']((?:[a-z][a-z_]*)(?:\.(?:[a-z_]+|{[^}]*}))*)[\"']", code)
    } | {"embedding", "dense", "layer_normalization", "batch_normalization"}  # kinds of layers
    left = {key for key in known if not any(re.fullmatch(pattern, key) for pattern in patterns)}
    assert left == set()
    asked = set(re.findall(r"(?:said|words)\[\"([^\"]+)\"\]", code))
    assert asked <= set(figures.labels("en"))


def test_tokens_of_another_number_are_refused():
    with pytest.raises(samples.core.CoreError, match="tokens"):
        figures.gates(samples.trace("gru"), tokens=TOKENS[:-1])
