"""Networks that are known to be automata give these automata, and others say that they are none."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.automaton import automaton, likeness, walked
from core.analysis.clusters import around, nearest, split
from core.analysis.merging import Transitions, merged
from core.analysis.walks import Walks
from core.data import OPTIONS, TASKS, parity
from core.data.machines import machine
from core.data.task import Example
from core.errors import OutOfRange, UnsupportedModel
from core.text import Vocabulary
from core.training.sources.drawn import TEST_SEED


def parity_network(*, readout="last", outputs=1):
    """A SimpleRNN that turns over at every 1: h₀ = x and not b, h₁ = b and not x, b = h₀ + h₁."""
    model = core.new_model(
        "simple_rnn", vocabulary=Vocabulary(parity.BITS, "character"), embedding=1, units=[2],
        outputs=outputs, readout=readout, activation="sigmoid",
    )  # fmt: skip
    weights = {
        "embedding/weights": [[0.0], [0.0], [0.0], [1.0]],
        "simple_rnn/hidden/kernel": [[20.0, -20.0]],
        "simple_rnn/hidden/recurrent_kernel": [[-20.0, 20.0], [-20.0, 20.0]],
        "simple_rnn/hidden/bias": [-10.0, -10.0],
    }
    if outputs:
        weights |= {"dense/kernel": [[10.0], [10.0]], "dense/bias": [-5.0]}
    return model.with_parameters({n: np.array(w, np.float32) for n, w in weights.items()})


BITS = parity.build(shortest=1).generate(80, seed=1)


@pytest.mark.parametrize("readout", ["last", "every"])
def test_a_network_of_parity_is_two_states(readout):
    model = parity_network(readout=readout)
    found = automaton(model, BITS)
    assert len(found) == 2
    assert (found.fidelity, found.follows, found.unseen) == (1, 1, 0)
    assert 0.3 < found.chance < 0.7
    zero, one = (found.read.names.index(bit) for bit in parity.BITS)
    assert found.moves[:, zero].tolist() == [0, 1]
    assert found.moves[:, one].tolist() == [1, 0]
    assert found.answers.tolist() == [0, 1]
    text = "0110100"
    ids = model.encode(text).ids
    assert found.walk(ids) == [0, 1, 0, 0, 1, 1, 1]
    assert found.states_of(core.record(model, text)) == found.walk(ids)
    alike = likeness(found, machine("parity"))
    assert (alike.like, alike.share, alike.missing) == ((0, 1), 1, ())


def test_without_answers_it_is_the_states_that_are_followed():
    found = automaton(parity_network(outputs=None), BITS)
    assert np.isnan(found.fidelity)
    assert np.isnan(found.chance)
    assert found.follows == 1


def test_the_flip_flops_are_eight_states():
    task = TASKS["flip-flop"]
    found = automaton(core.bundled_model("flip-flop-gru"), task.generate(120, seed=7, side="test"))
    alike = likeness(found, machine("flip-flop"))
    assert found.fidelity > 0.99 > found.chance
    assert alike.share > 0.99
    assert alike.missing == ()
    assert len(found) < 12


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize(
    ("name", "states"), [("parity", 2), ("dyck1", 6), ("dyck2", 15), ("reber", 20)]
)
def test_networks_that_ship_for_it_are_the_true_automaton(name, states, cell):
    task, true = TASKS[name], machine(name, OPTIONS.get(name))
    found = automaton(core.bundled_model(f"{name}-{cell}"), task.generate(400, seed=7, side="test"))
    assert found.fidelity > 0.999 > found.chance
    assert len(found) == states == len(true)
    alike = likeness(found, true)
    assert (alike.share, alike.missing) == (1, ())
    # Transition for transition, wherever the true one has one.
    like = {mine: its for mine, its in enumerate(alike.like) if its >= 0} | {0: 0}
    assert len(set(like.values())) == states
    for mine, its in like.items():
        for token, name in enumerate(found.read.names):
            to = int(true.moves[its, true.tokens.index(name)])
            if to >= 0:
                assert like[int(found.moves[mine, token])] == to


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("seed", [7, TEST_SEED])
def test_states_are_found_by_what_they_do_where_tokens_fill_the_space(cell, seed):
    """The latch's letters fill its states, so that clusters of these alone are those of tokens."""
    texts = TASKS["latch"].generate(400, seed=seed, side="test")
    found = automaton(core.bundled_model(f"latch-{cell}"), texts)
    assert found.fidelity > 0.99
    assert likeness(found, machine("latch")).missing == ()
    assert len(found) < 13


def test_a_cluster_is_cut_by_where_its_members_go():
    """From one place the only token leads to two, by a coordinate of which no answer tells."""
    random = np.random.default_rng(3)
    turns = random.integers(2, size=60)
    states = np.stack([[[side, 0], [side, 3 + side]] for side in turns]).astype(np.float32)
    ids = np.zeros((60, 2), np.int64)
    answers = np.stack([np.zeros(60, np.int64), 1 + turns], axis=1)
    noise = random.normal(0, 0.01, (120, 2)).astype(np.float32)
    read = Walks(states.reshape(-1, 2) + noise, (1.0,), ids, answers, False, np.array([2]), ("a",))
    before = around(read, space=np.eye(2), centres=np.array([[0.5, 0], [0, 3], [1, 4]]))
    assert len(before.centres) == 3
    after = split(read, before)
    assert len(after.centres) == 4
    labels = nearest(after.centres, read.states @ after.space).reshape(60, 2)
    assert {tuple(row) for row in labels[turns == 0]}.isdisjoint(map(tuple, labels[turns == 1]))
    assert len({*labels[:, 0]}) == 2
    assert split(read, after) is None


def test_what_knows_nothing_is_no_automaton_of_the_task():
    task = TASKS["flip-flop"]
    known = core.bundled_model("flip-flop-gru")
    model = core.new_model("gru", vocabulary=known.vocabulary, units=[16], outputs=None, seed=1)
    found = automaton(model, task.generate(120, seed=7, side="test"), clusters=8)
    assert likeness(found, machine("flip-flop")).share < 0.8
    assert found.follows < 0.9


def test_fidelity_falls_with_too_few_clusters():
    task = TASKS["flip-flop"]
    model, texts = core.bundled_model("flip-flop-gru"), task.generate(120, seed=7, side="test")
    few = automaton(model, texts, clusters=3)
    assert few.fidelity < 0.8
    assert len(few) <= 4


def test_a_token_that_was_never_read_in_a_state_leads_where_it_mostly_leads():
    transitions = Transitions.of(
        before=np.array([0, 1, 1]), token=np.array([0, 1, 1]), after=np.array([1, 2, 2]),
        states=3, tokens=2,
    )  # fmt: skip
    states, unseen = walked(transitions, np.array([[1, 0, -2, -1]]))
    assert states[0].tolist() == [2, 1, 1, 1]
    assert unseen[0].tolist() == [True, True, True, False]
    assert transitions.visits.tolist() == [0, 1, 2]
    assert transitions.clear == 1


def test_states_that_do_the_same_are_merged_and_others_are_not():
    # A counter modulo 4 that answers whether it is even: two states would do.
    before, after = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 0])
    transitions = Transitions.of(
        before=before, token=np.zeros(4, int), after=after, states=4, tokens=1
    )
    pairs = [(a, b) for a in range(4) for b in range(a)]

    def exact(transitions, answers):
        return 1.0

    assert merged(transitions, np.array([0, 1, 0, 1]), exact, pairs).tolist() == [0, 1, 0, 1]
    # Modulo 4 with an answer of its own at 3: all four are needed.
    assert merged(transitions, np.array([0, 0, 0, 1]), exact, pairs).tolist() == [0, 1, 2, 3]


def test_what_cannot_be_an_automaton_is_said():
    model = parity_network()
    with pytest.raises(OutOfRange):
        automaton(model, [Example("01")])
    with pytest.raises(OutOfRange):
        automaton(model, BITS, clusters=1)
    both = core.new_model("gru", vocabulary=model.vocabulary, units=[3], bidirectional=True)
    with pytest.raises(UnsupportedModel):
        automaton(both, BITS)


def test_one_token_and_constant_states_are_one_state():
    model = parity_network()
    still = model.with_parameters(
        {name: np.zeros_like(array) for name, array in model.parameters.items()}
    )
    found = automaton(still, BITS)
    assert len(found) == 1
    assert found.fidelity == found.chance == 1
    assert automaton(model, [Example("0"), Example("1")]).held_out == 1
