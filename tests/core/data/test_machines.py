"""The automata of tasks accept what the tasks draw, and answer as the examples do."""

from __future__ import annotations

import pytest

from core.data import OPTIONS, TASKS, brackets, dyck, flip_flop, latch, parity, reber
from core.data.machines import machine

SIZES = {"parity": 2, "flip-flop": 8, "latch": 9, "dyck1": 11, "reber": 20}


@pytest.mark.parametrize("name", SIZES)
def test_a_machine_has_the_states_that_the_task_asks_to_tell_apart(name):
    found = machine(name)
    assert found is not None
    assert (len(found), found.whole) == (SIZES[name], True)


@pytest.mark.parametrize(
    "task",
    [flip_flop.TASK, parity.TASK, latch.TASK, dyck.build(1), dyck.build(2, deepest=4)],
    ids=lambda task: task.name,
)
def test_it_answers_as_the_examples_do(task):
    answers_as_the_examples_do(
        machine(task.name, {"deepest": 4} if task.name == "dyck2" else {}), task
    )


@pytest.mark.parametrize(("name", "size"), [("dyck1", 6), ("dyck2", 15), ("reber", 20)])
def test_tasks_that_ship_with_options_have_their_own(name, size):
    found = machine(name, OPTIONS[name])
    answers_as_the_examples_do(found, TASKS[name])
    assert (len(found), found.whole) == (size, True)


def answers_as_the_examples_do(found, task):
    assert found is not None
    for example in task.generate(20, seed=2, side="test"):
        states = found.walk(example.text)
        assert min(states) >= 0
        if example.steps:
            said = [found.answers[state] for state in states]
            assert said == [task.answers[step] for step in example.steps if step is not None]
        else:
            assert found.answers[states[-1]] == task.answers[example.answer]


@pytest.mark.parametrize("words", [1, 2])
def test_the_embedded_grammar_carries_its_letter(words):
    found = machine("reber", {"words": words})
    assert found is not None
    for example in reber.build(words=words).generate(20, seed=1, side="test"):
        states = found.walk(example.text)
        if found.whole:
            assert min(states) >= 0
            assert found.answers[states[-3]] == example.text[1] == example.text[-2]
            assert [found.answers[state] for state in states].count("") == len(states) - 1


def test_brackets_that_do_not_fit_lead_nowhere():
    found = machine("brackets")
    assert found is not None
    assert not found.whole
    for text in ("([])", "()()."):
        states = found.walk(text)
        assert states[-1] == 0
        assert [found.names[state] for state in states][:2] == (
            ["(", "(["] if text == "([])" else ["(", ""]
        )
    assert found.walk("(]")[-1] == -1
    assert found.walk("(].")[-1] == -1
    assert [found.answers[state] for state in found.walk("([")] == [")", "]"]
    text = brackets.SAMPLES[0]
    assert [found.names[at] for at in found.walk(text)] == [
        "".join(brackets.open_brackets(text[: at + 1])) for at in range(len(text))
    ]


def test_tasks_without_an_end_of_states_have_none():
    assert machine("sentiment") is None
    assert machine("adding") is None
