"""A beam against all answers that there are, and against greedy."""

from __future__ import annotations

import sys
from itertools import product

import numpy as np
import pytest

import core
from core.generate.beams import ROOT
from core.text import END, START
from tests.core.translators import DIGITS, translator

WRITABLE = ("1", "2", "3", END)
MOST = 3


def all_answers(model, text):
    """Every answer of at most MOST tokens, with its log-probability, by the recorder alone."""
    found = {}
    for tokens in product(WRITABLE, repeat=MOST):
        answer = tokens[: tokens.index(END) + 1] if END in tokens else tokens
        if answer in found:
            continue
        ids = DIGITS.encode_tokens([START, *answer]).ids
        given = core.record(model, {"source": model.encode(text).ids[None],
                                    "target": ids[None, :-1]}).outputs[0]  # fmt: skip
        found[answer] = float(np.log(given[np.arange(len(answer)), ids[1:]]).sum())
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["plain", "both ways, peeky, additive"])
def test_a_beam_that_keeps_everything_is_brute_force(kind, seed, monkeypatch):
    model = translator(kind, seed=seed)
    wanted = all_answers(model, "abca")
    ranked = sorted(wanted, key=lambda answer: -wanted[answer])
    monkeypatch.setattr(sys.modules[core.translate.__module__], "_widest", lambda writable: 1_000)
    made = core.translate(model, "abca", beams=len(wanted), most=MOST)
    assert made.tokens == ranked[0]
    assert made.log_probability == pytest.approx(wanted[ranked[0]], abs=1e-5)
    assert len(made.answers) == len(wanted)
    ends = [made.beams.nodes[end] for end in made.beams.answers]
    np.testing.assert_allclose(
        [end.log_probability for end in ends], [wanted[answer] for answer in ranked], atol=1e-5
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_wider_beam_finds_nothing_less_likely_here(seed):
    model = translator("dot", seed=seed)
    wanted = all_answers(model, "dcb")
    narrow, wide = (core.translate(model, "dcb", beams=b, most=MOST) for b in (1, 4))
    assert narrow.log_probability == pytest.approx(wanted[narrow.tokens], abs=1e-5)
    assert wide.log_probability == pytest.approx(wanted[wide.tokens], abs=1e-5)
    assert wide.log_probability >= narrow.log_probability - 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_of_one_is_greedy(seed):
    model = translator("both ways", seed=seed)
    made = core.translate(model, "abcd", beams=1, most=7)
    assert made.beams is None
    probabilities = made.probabilities.copy()
    probabilities[:, [0, 1, 2]] = -1  # padding, unknown and the token that begins
    np.testing.assert_array_equal(probabilities.argmax(axis=1), made.ids)


def test_the_tree_says_what_was_kept_and_what_was_not():
    made = core.translate(translator("dot", seed=2), "abcd", beams=2, most=6)
    beams = made.beams
    for at, node in enumerate(beams.nodes):
        before = 0.0 if node.parent == ROOT else beams.nodes[node.parent].log_probability
        assert node.log_probability == pytest.approx(before + np.log(node.probability), abs=1e-6)
        assert node.step == (0 if node.parent == ROOT else beams.nodes[node.parent].step + 1)
        assert node.ended == (node.text == END)
        if node.parent != ROOT:
            assert node.parent < at
            assert beams.nodes[node.parent].kept
    first = [node for node in beams.nodes if node.step == 0]
    assert [node.kept for node in first] == [True, True]
    assert any(not node.kept for node in beams.nodes)
    for step in range(1, max(node.step for node in beams.nodes) + 1):
        row = [node for node in beams.nodes if node.step == step]
        assert (
            min(n.log_probability for n in row if n.kept)
            >= max(n.log_probability for n in row if not n.kept)
            if any(n.kept for n in row) and any(not n.kept for n in row)
            else True
        )
    path = beams.path(beams.answers[0])
    assert tuple(beams.nodes[at].text for at in path) == made.tokens
