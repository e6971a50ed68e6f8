"""The tasks of the papers: labels are held to other words for the same rule."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from core.data import brackets, copy_memory, dyck, flip_flop, latch, parity, reber, temporal_order
from core.data.errors import NoFurtherExamples
from core.errors import OutOfRange

TASKS = {
    "latch": latch.build(symbols=3, shortest=5, longest=9, test_shortest=8, noise="other"),
    "temporal_order": temporal_order.build(length=30),
    "parity": parity.build(shortest=3, longest=14, test_shortest=12, test_longest=16),
    "copy": copy_memory.build(symbols=5, length=6, gap=7),
    "dyck1": dyck.build(1, longest=30, test_shortest=20, test_longest=40, deepest=5),
    "dyck2": dyck.build(2, longest=30, test_shortest=20, test_longest=40, deepest=3),
    "flip-flop": flip_flop.TASK,
    "reber": reber.build(),
    "reber, every": reber.build(words=2, asked="every"),
    "reber, possible": reber.build(words=2, asked="possible"),
}
SIDES = ("train", "test")


def both_sides(name, count=150, seed=5):
    task = TASKS[name]
    return [each for side in SIDES for each in task.generate(count, seed=seed, side=side)]


@pytest.mark.parametrize("name", TASKS)
def test_the_same_seed_gives_the_same_examples_and_no_test_text_is_a_training_text(name):
    task = TASKS[name]
    train, test = (task.generate(200, seed=3, side=side) for side in SIDES)
    assert task.generate(200, seed=3) == train
    assert task.generate(200, seed=4) != train
    assert not {each.text for each in train} & {each.text for each in test}
    assert len({each.text for each in test}) == 200


@pytest.mark.parametrize("name", TASKS)
def test_texts_are_of_the_task_s_own_symbols_and_steps_are_as_many(name):
    task = TASKS[name]
    for example in both_sides(name):
        assert set(example.text) <= set(task.tokens)
        if task.readout == "every":
            assert len(example.steps) == len(example.text)
            asked = [step for step in example.steps if step is not None]
            assert set(asked) <= set(range(len(task.answers)))
        else:
            assert example.answer in range(len(task.answers))


def test_latch_gaps_symbols_and_noise_are_as_asked():
    task = TASKS["latch"]
    assert task.answers == ("A", "B", "C")
    for side, low in (("train", 5), ("test", 8)):
        examples = task.generate(200, seed=1, side=side)
        assert {len(each.text) - 1 for each in examples} == set(range(low, 10))
        for each in examples:
            assert re.fullmatch("[ABC][abc]+", each.text)
            assert task.answers[each.answer] == each.text[0]
    assert latch.build().generate(20, seed=6) == latch.TASK.generate(20, seed=6)


def test_temporal_order_is_the_order_of_the_two_relevant_symbols():
    task = TASKS["temporal_order"]
    seen = Counter()
    for each in both_sides("temporal_order"):
        assert re.fullmatch(r"E[abcd]*[XY][abcd]*[XY][abcd]*B", each.text)
        assert "".join(re.findall("[XY]", each.text)) == task.answers[each.answer]
        first, second = (match.start() for match in re.finditer("[XY]", each.text))
        assert 3 <= first <= 6
        assert 15 <= second <= 18
        assert 30 <= len(each.text) <= 33
        seen[each.answer] += 1
    assert len(seen) == 4
    assert min(seen.values()) > 40


def test_parity_by_a_recount():
    for each in both_sides("parity"):
        assert each.answer == each.text.count("1") % 2
    lengths = {side: {len(e.text) for e in TASKS["parity"].generate(400, seed=0, side=side)}
               for side in SIDES}  # fmt: skip
    assert lengths["train"] == set(range(3, 15))
    assert lengths["test"] == set(range(12, 17))


def test_copy_gives_back_what_stood_in_front():
    task = TASKS["copy"]
    for each in both_sides("copy"):
        found = re.fullmatch("([A-E]{6})(_{6}):_{6}", each.text)
        assert found
        assert each.steps[:13] == (None,) * 13
        assert "".join(task.answers[step] for step in each.steps[13:]) == found[1]
        # The first answer is asked for at the step after the colon.
        assert each.text[12] == ":"


@pytest.mark.parametrize(("name", "deepest"), [("dyck1", 5), ("dyck2", 3)])
def test_dyck_texts_are_balanced_and_each_answer_is_the_partner_of_what_is_open(name, deepest):
    task = TASKS[name]
    reached = 0
    for each in both_sides(name):
        left = each.text
        while "()" in left or "[]" in left:
            left = left.replace("()", "").replace("[]", "")
        assert left == ""
        for step, answer in enumerate(each.steps):
            stack = brackets.open_brackets(each.text[: step + 1])
            expected = brackets.CLOSING[stack[-1]] if stack else "none"
            assert task.answers[answer] == expected
            reached = max(reached, len(stack))
    assert reached == deepest
    assert {len(e.text) for e in task.generate(500, seed=2)} == set(range(2, 31, 2))
    assert {len(e.text) for e in task.generate(500, seed=2, side="test")} == set(range(20, 41, 2))
    assert set("".join(e.text for e in task.generate(50, seed=2))) == set(task.tokens)


# Words that stand in print, and others that break one rule each.
@pytest.mark.parametrize(
    "word", ["BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXTVPSE"]
)
def test_printed_words_are_of_the_reber_grammar(word):
    assert follows_graph(word)


@pytest.mark.parametrize("word", ["BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVPXVPXVPXTTVV", "TXSE"])
def test_wrong_words_are_not(word):
    assert not follows_graph(word)


def follows_graph(word):
    """By a regular expression, worked out by hand from the printed graph."""
    from_p = "T*V(PXT*V)*"
    return bool(re.fullmatch(f"B(TS*X(S|X{from_p}(PS|V))|P{from_p}(PS|V))E", word))


def test_embedded_words_are_of_the_grammar_and_the_letter_comes_back():
    seen = Counter()
    for each in both_sides("reber"):
        found = re.fullmatch(r"B([TP])(B\w+?E)\1E", each.text)
        assert found
        assert follows_graph(found[2])
        asked = [step for step, answer in enumerate(each.steps) if answer is not None]
        assert asked == [len(each.text) - 3]
        assert reber.SYMBOLS[each.steps[asked[0]]] == found[1]
        assert len(each.text) <= reber.LONGEST
        seen[found[1]] += 1
    assert min(seen.values()) > 100


def test_every_next_symbol_of_two_words_and_the_best_share_of_right_ones():
    texts = []
    for each in both_sides("reber, every"):
        found = re.fullmatch(r"B([TP])(B\w+?E)(B\w+?E)\1E", each.text)
        assert found
        assert follows_graph(found[2])
        assert follows_graph(found[3])
        following = [None if step is None else reber.SYMBOLS[step] for step in each.steps]
        assert following == [*each.text[1:], None]
        texts.append(each.text)
    # What may follow a symbol, gathered from many texts, by the state that their beginnings leave.
    for text in texts[:40]:
        counts = reber.choices(text)
        assert len(counts) == len(text)
        two = [text[: step + 1] for step, count in enumerate(counts) if count == 2]
        assert all(re.search("(^B|^B[TP](B\\w*E)?B|[^E]\\w*)$", start) for start in two)
    known = reber.best(["BTBPVVETE"])
    # B:2, T:1, B:2, P:2, V:2, V:1, E:1, T:1, and nothing after the last one.
    assert reber.choices("BTBPVVETE") == (2, 1, 2, 2, 2, 1, 1, 1, 0)
    assert known == pytest.approx((1 + 0.5 * 4 + 3) / 8)


def test_what_is_possible_is_all_that_ever_follows_and_no_more():
    seen: dict[str, set[str]] = {}
    for example in reber.build(asked="possible").generate(2000, seed=4):
        for end, step in enumerate(example.steps, start=1):
            said = reber.POSSIBLE[step]
            assert example.text[end : end + 1] in said or (end, said) == (len(example.text), "none")
            # Where one is, the last letters tell, but for the letter that is carried.
            seen.setdefault(said, set()).update(example.text[end : end + 1])
    assert {said: "".join(sorted(after)) for said, after in seen.items()} == {
        said: "" if said == "none" else "".join(sorted(said)) for said in reber.POSSIBLE
    }


def test_settings_that_leave_no_test_text_end_with_a_sentence():
    tiny = latch.build(symbols=2, shortest=1, longest=1, test_shortest=1)
    with pytest.raises((NoFurtherExamples, OutOfRange)):
        tiny.generate(10, seed=0, side="test")


def test_nothing_but_the_second_letter_tells_the_last_but_one():
    examples = TASKS["reber"].generate(4000, seed=8)
    inner = Counter((each.text[3], each.text[-2]) for each in examples)
    shares = [inner["T", "T"] / (inner["T", "T"] + inner["T", "P"]),
              inner["P", "T"] / (inner["P", "T"] + inner["P", "P"])]  # fmt: skip
    assert np.allclose(shares, 0.5, atol=0.06)


def test_a_flip_flop_keeps_what_it_was_last_told():
    for example in both_sides("flip-flop"):
        for bit, letter in enumerate("ABC"):
            for end in range(len(example.text)):
                read = example.text[: end + 1]
                on, off = read.rfind(letter), read.rfind(letter.lower())
                answer = flip_flop.ANSWERS[example.steps[end]]
                assert answer[bit] == ("1" if on > off else "0")
    pulses = "".join(example.text for example in both_sides("flip-flop"))
    assert 0.15 < sum(sign != "." for sign in pulses) / len(pulses) < 0.25
    assert flip_flop.states("A.x?b") == (4, 4, 4, 4, 4)
