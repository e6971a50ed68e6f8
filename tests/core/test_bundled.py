"""The models that ship do what their cards say, and read what people will try first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

import core
from core.analysis.fixed_points import fixed_points, visited
from core.analysis.held import Held
from core.bundled import UnknownBundledModel
from core.data import TASKS, task
from core.nodes import Flow
from core.training.bundled import PRESETS, table
from core.training.bundled import test_examples as examples_of
from core.training.scores import score
from tests.sources import ROOT

CELLS = ("simple_rnn", "lstm", "gru")
IDS = [f"{name}-{cell}" for name in TASKS for cell in CELLS]


def answer(model_id: str, text: str) -> float:
    return float(core.record(core.bundled_model(model_id), text).outputs[0, 0])


def test_each_task_ships_in_each_cell():
    assert {card["id"] for card in core.bundled_models()} == set(IDS)


def test_an_unknown_model_is_named_with_those_there_are():
    with pytest.raises(UnknownBundledModel, match=r"'sentiment-qrnn'.*sentiment-lstm") as caught:
        core.bundled_model("sentiment-qrnn")
    assert caught.value.facts["found"] == "sentiment-qrnn"


@pytest.mark.parametrize("model_id", IDS)
def test_files_are_small_and_hold_float32(model_id):
    file = files("core.bundled") / f"{model_id}.npz"
    assert len(file.read_bytes()) < 300_000
    model = core.bundled_model(model_id)
    assert model.dtype == np.float32
    assert model.name == model_id


@pytest.mark.parametrize("model_id", IDS)
def test_the_card_tells_the_truth_about_the_model(model_id):
    model = core.bundled_model(model_id)
    card, chosen = model.card, task(model.card["task"])
    layer = model.layers[0]
    assert card["id"] == model_id
    assert layer.cell == card["cell"]
    assert model.readout == card["readout"] == chosen.readout
    assert model.vocabulary.unit == card["unit"] == chosen.unit
    assert card["loss"] == chosen.loss
    assert tuple(card["answers"]) == chosen.answers
    assert card["parameters"]["total"] == model.parameter_count
    assert card["parameters"]["units"] == layer.units
    assert card["parameters"]["vocabulary"] == model.vocabulary.size
    assert {"python", "numpy", "keras", "tensorflow"} == set(card["versions"])
    assert card["command"].startswith("python -m core.training.bundled")


@pytest.mark.parametrize("name", TASKS)
def test_the_cells_of_a_task_have_nearly_as_many_parameters_and_the_same_training(name):
    cards = [core.bundled_model(f"{name}-{cell}").card for cell in CELLS]
    totals = [card["parameters"]["total"] for card in cards]
    assert max(totals) / min(totals) < 1.05
    assert all(card["training"] == cards[0]["training"] for card in cards)
    assert all(card["data"] == cards[0]["data"] for card in cards)
    assert all(card["seed"] == cards[0]["seed"] for card in cards)


@pytest.mark.parametrize("model_id", IDS)
def test_a_model_was_trained_as_its_preset_says(model_id):
    preset, card = PRESETS[model_id], core.bundled_model(model_id).card
    assert (preset.network.units, preset.network.embedding) == (
        (card["parameters"]["units"],),
        card["parameters"]["features"],
    )
    options, training = preset.data.options, card["training"]
    assert options["train_examples"] == card["data"]["training examples"]
    assert options["test_examples"] == card["data"]["test examples"]
    assert options.get("hide", 0.0) == training["hide"]
    assert options.get("broken_off", 0.0) == training.get("broken off", 0.0)
    fit, optimizer = preset.fit, preset.optimizer
    assert (fit.epochs, fit.batch) == (training["epochs"], training["batch"])
    assert (optimizer.learning_rate, optimizer.clip) == (
        training["learning_rate"],
        training["clip"],
    )


@pytest.mark.parametrize("model_id", IDS)
def test_the_score_of_the_card_is_found_again(model_id):
    model = core.bundled_model(model_id)
    chosen = task(model.card["task"])
    examples = examples_of(chosen, model.card["data"]["test examples"])
    found = score(model, chosen, examples)
    assert found == pytest.approx(model.card["score"]["value"], abs=2e-3)
    assert model.card["score"]["metric"] == chosen.metric


def test_the_latch_is_learned_by_the_cells_with_gates_and_not_by_the_other():
    scores = {cell: core.bundled_model(f"latch-{cell}").card["score"]["value"] for cell in CELLS}
    assert scores["lstm"] >= 0.99
    assert scores["gru"] >= 0.99
    assert scores["simple_rnn"] < 0.5


def test_scores_are_far_from_chance_and_gates_read_sentences_better():
    scores = {card["id"]: card["score"]["value"] for card in core.bundled_models()}
    for cell in CELLS:
        assert scores[f"brackets-{cell}"] > 0.95
        tokens = core.bundled_model(f"characters-{cell}").vocabulary.size
        assert scores[f"characters-{cell}"] < 0.55 * np.log2(tokens)
    assert 0.75 < scores["sentiment-simple_rnn"] < 0.95
    assert scores["sentiment-lstm"] > 0.98
    assert scores["sentiment-gru"] > 0.98


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm"])
def test_the_flip_flops_hold_eight_states_with_saddles_between(cell):
    """Found from states that they visit, while pauses are read for ever (Sussillo & Barak 2013)."""
    model = core.bundled_model(f"flip-flop-{cell}")
    texts = [example.text for example in examples_of(task("flip-flop"), 8)]
    runs = [core.record(model, text) for text in (*texts, *task("flip-flop").samples)]
    starts = np.concatenate([visited(run.layers[0]) for run in runs])
    starts = starts[:: max(1, len(starts) // 150)]
    aside = np.random.default_rng(1).normal(0, 0.5, starts.shape)
    (pause,) = model.vocabulary.encode_tokens(["."]).ids
    found = fixed_points(
        model.layers[0],
        np.concatenate([starts, starts + aside]),
        reading=model.embedding.weights[pause],
    )
    stable = found.fixed & found.stable
    assert stable.sum() == 8
    saddles = found.fixed & (found.unstable_directions == 1)
    assert saddles.sum() >= 5
    # Each stable point is another answer of the eight.
    answers = model.nodes[-1].run(Flow(found.state("hidden")[stable].astype(np.float32)))
    assert set(answers.outputs.argmax(axis=1)) == set(range(8))
    # From a saddle one falls to either side, into two different states.
    at = int(np.flatnonzero(saddles)[0])
    ends = set()
    for side in (-1, 1):
        s = found.points[at] + side * 1e-2 * _falling(model, found, at, pause)
        parts = np.split(s, len(found.states))
        given = {n: p[None].astype(np.float32) for n, p in zip(found.states, parts, strict=True)}
        run = core.record(
            model, np.full((1, 400), pause), initial_states={model.layers[0].name: given}
        )
        ends.add(int(run.outputs[0, -1].argmax()))
    assert len(ends) == 2


def _falling(model, found, at, pause):
    """The direction of the one eigenvalue outside the unit circle, at a fixed point."""
    held = Held.of(model.layers[0], model.embedding.weights[pause])
    _, jacobian = held.step(found.points[at : at + 1])
    values, vectors = np.linalg.eig(jacobian[0])
    return np.real(vectors[:, np.argmax(np.abs(values))])


SENTENCES = {
    1: (
        "good", "Good!", "not bad", "very good", "a wonderful film", "I loved it!",
        "the movie was not good but the music was wonderful",
        "although the plot was predictable, i loved the acting",
        "it was not boring but funny", "it was not bad at all",
        "The food was cold, but the waiter was friendly.",
        "좋다", "좋아요", "나쁘지 않았다", "재미있어요", "전혀 지루하지 않다", "최고예요",
        "결말은 아쉬웠지만 이 영화는 지루하지 않았다", "이 책은 지루한 것이 아니라 흥미로웠다",
        "직원은 불친절했지만 음식은 맛있었어요.",
    ),
    0: (
        "not good", "bad", "not very good", "boring", "a terrible film", "I did not like it.",
        "the music was wonderful but the movie was not good",
        "i hated the acting although the plot was clever",
        "it was not funny but boring", "nobody liked the ending",
        "The waiter was friendly, but the food was cold.",
        "좋지 않다", "좋지 않았다", "안 좋아요", "나빴다", "재미없어요", "별로였어요", "최악이에요",
        "이 영화는 지루하지 않았지만 결말이 아쉬웠다", "재미있을 줄 알았는데 지루했어요",
        "음식은 맛있었지만 직원이 불친절했어요.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize(
    ("wanted", "text"), [(wanted, text) for wanted, texts in SENTENCES.items() for text in texts]
)
def test_sentences_that_people_will_try(cell, wanted, text):
    assert (answer(f"sentiment-{cell}", text) > 0.5) == wanted


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("text", ["the movie was not", "it was not", "not", "the movie was"])
def test_a_text_that_stops_where_both_may_follow_is_answered_with_doubt(cell, text):
    assert 0.25 < answer(f"sentiment-{cell}", text) < 0.75


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_unknown_words_do_not_upset_the_reading(cell):
    model_id = f"sentiment-{cell}"
    assert answer(model_id, "the zyxwv of my quokka was wonderful") > 0.5
    assert answer(model_id, "the zyxwv of my quokka was not wonderful") < 0.5
    assert answer(model_id, "우리 동네 쿼카는 정말 훌륭했다") > 0.5
    assert answer(model_id, "우리 동네 쿼카는 전혀 훌륭하지 않았다") < 0.5


@pytest.mark.parametrize("cell", CELLS)
def test_the_right_bracket_is_expected(cell):
    model = core.bundled_model(f"brackets-{cell}")
    for text, expected, other in (("([", "]", ")"), ("[[()](", ")", "]"), ("([]", ")", "]")):
        chances = core.record(model, text).outputs[0, -1]
        by_token = dict(zip(model.vocabulary.tokens, chances[2:], strict=True))
        assert by_token[expected] > 20 * by_token[other]
    full = core.record(model, "((((((").outputs[0, -1]
    assert model.vocabulary.token_of(int(full.argmax())) == ")"


@pytest.mark.parametrize("cell", CELLS)
def test_after_an_initial_jamo_comes_a_vowel_and_after_q_a_u_or_nothing_much(cell):
    model = core.bundled_model(f"characters-{cell}")
    chances = core.record(model, "신경망은 글을 읽ᄂ").outputs[0, -1]
    vowels = [
        index + 2
        for index, token in enumerate(model.vocabulary.tokens)
        if "\u1161" <= token <= "\u1175"
    ]
    assert chances[vowels].sum() > 0.9
    after_th = core.record(model, "and the ne").outputs[0, -1]
    assert not {model.vocabulary.token_of(int(i)) for i in np.argsort(after_th)[-3:]} & {"e", "ᄋ"}


def test_the_table_has_a_row_for_each_model_with_its_score():
    rows = table(core.bundled_models()).splitlines()
    assert len(rows) == 2 + len(IDS)
    for card in core.bundled_models():
        row = next(row for row in rows if f" {card['id']} " in row)
        assert f" {card['score']['value']:.4f} " in row
        assert f" {card['parameters']['total']:,} " in row


def test_the_command_trains_exports_and_scores_and_does_so_again(tmp_path):
    weights = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        command = [sys.executable, "-m", "core.training.bundled", "brackets", "--cells", "gru"]
        done = subprocess.run(
            [*command, "--budget", "0.01", "--folder", str(folder)],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"},
            capture_output=True,
            text=True,
            check=True,
        )
        model = core.Model.load(folder / "brackets-gru.npz")
        card = json.loads((folder / "brackets-gru.json").read_text("utf-8"))
        assert done.stdout.splitlines()[-1] == table([card]).splitlines()[-1]
        found = score(model, task("brackets"), examples_of(task("brackets"), 10))
        assert found == pytest.approx(card["score"]["value"], abs=2e-3)
        weights.append(model.parameters)
    initial = weights[0]["gru/update/kernel"]
    assert np.abs(initial).max() > 0
    for name, array in weights[0].items():
        np.testing.assert_allclose(weights[1][name], array, rtol=0, atol=1e-5, err_msg=name)
