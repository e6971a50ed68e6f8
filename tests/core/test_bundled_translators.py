"""The translators that ship do what their cards say."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

import core
from core.analysis.translations import judge_texts
from core.bundled import models_apart
from core.data import dates, sums
from core.generate import is_translator
from core.training.sources.drawn import TEST_SEED
from core.training.translators import TRANSLATOR, TRANSLATORS, table

CARDS = {card["id"]: card for card in models_apart() if card.get("kind") == TRANSLATOR}
DRAWN = {"dates": dates.TASK, "sums": sums.TASK}


def test_all_that_ship_are_made_by_the_command():
    assert CARDS
    assert set(CARDS) <= set(TRANSLATORS)
    assert "dates-attention" in CARDS


@pytest.mark.parametrize("name", CARDS)
def test_files_are_small_and_the_card_tells_the_truth(name):
    file = files("core.bundled") / "apart" / f"{name}.npz"
    assert len(file.read_bytes()) < 1_000_000
    model, card = core.bundled_model(name), CARDS[name]
    assert model.dtype == np.float32
    assert is_translator(model)
    assert card["parameters"]["total"] == model.parameter_count
    assert ("attention" in model.by_name) == (card["attention"] != "none")
    for text in card["samples"]["en"]:
        assert core.translate(model, text).text
    assert sum(row["examples"] for row in card["by_length"]) == card["data"]["test examples"]


@pytest.mark.parametrize("name", [name for name in CARDS if CARDS[name]["task"] in DRAWN])
def test_the_score_is_that_of_the_model_on_test_sources(name):
    model, card = core.bundled_model(name), CARDS[name]
    pairs = DRAWN[card["task"]].generate(200, seed=TEST_SEED, side="test")
    judged = judge_texts(model, pairs)
    assert judged.whole == pytest.approx(card["score"]["value"], abs=0.08)
    for at in range(5):
        alone = core.translate(model, pairs[at].source)
        assert judged.written_text(at) == alone.text
        assert judged.probabilities[at] == pytest.approx(np.exp(alone.log_probability), rel=1e-3)


def test_the_date_of_the_issue_is_read():
    answer = core.translate(core.bundled_model("dates-attention"), "April 3, 1998")
    assert answer.text == "1998-04-03"
    assert answer.ended
    weights = answer.trace.nodes["attention"].arrays["weights"][0]
    assert weights.shape == (11, len("April 3, 1998"))
    wider = core.translate(core.bundled_model("dates-attention"), "April 3, 1998", beams=3)
    assert wider.text == answer.text
    assert len(wider.answers) == 3


def test_another_task_than_those_of_chains_is_not_among_them():
    assert not {card["id"] for card in core.bundled_models()} & set(CARDS)


def test_the_table_has_a_row_for_each():
    rows = table(list(CARDS.values())).splitlines()
    assert len(rows) == 2 + len(CARDS)
