"""The smallest automaton that does a task: what a network that has learned it must amount to.

Some tasks are those of a finite automaton: states, a start, and the state that each token leads to.
Parity has two states, the flip-flops eight, the latch one for each letter and the start; brackets
have one for each row of open ones, so they end where depth is bounded; the Reber grammar is a graph
to begin with (Reber 1967), embedded twice (Hochreiter & Schmidhuber 1997). Tasks with numbers, or
with more to know than can be counted, have none here.

A machine is drawn, so that it holds at most so many states, those nearest to the start; `whole`
says whether that is all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import brackets, dyck, flip_flop, latch, parity, reber

MOST_STATES = 31
State = Hashable
Step = Callable[[Any, str], State | None]


@dataclass(frozen=True, eq=False)
class Machine:
    """A deterministic finite automaton with an answer in each state.

    Attributes:
        names: what each state is, the start first; "" where nothing has to be remembered.
        tokens: what it reads.
        moves: (states, tokens), the state that a token leads to; −1 where it may not come, or
            leads to a state that is left out.
        answers: what is right to say in each state; "" where nothing is asked.
        whole: whether all states are here.
    """

    names: tuple[str, ...]
    tokens: tuple[str, ...]
    moves: NDArray[np.intp]
    answers: tuple[str, ...]
    whole: bool

    def __len__(self) -> int:
        return len(self.names)

    def walk(self, text: Sequence[str]) -> list[int]:
        """The state after each token, from the start; −1 from where it may not come."""
        state, states = 0, []
        for token in text:
            known = state >= 0 and token in self.tokens
            state = int(self.moves[state, self.tokens.index(token)]) if known else -1
            states.append(state)
        return states


def machine(task: str, options: Mapping[str, Any] | None = None) -> Machine | None:
    """That of a task by its name, with the options of its data; None where it has none."""
    made = _MACHINES.get(task)
    return None if made is None else made(options or {})


def _machine(
    start: State, step: Step, *, tokens: Sequence[str], name: Callable[[Any], str],
    answer: Callable[[Any], str],
) -> Machine:  # fmt: skip
    """What can be reached from the start, the nearest first."""
    states: list[State] = [start]
    place = {start: 0}
    moves: list[list[int]] = []
    whole = True
    for state in states:  # grows meanwhile
        row = []
        for token in tokens:
            to = step(state, token)
            if to is not None and to not in place:
                if len(states) < MOST_STATES:
                    place[to] = len(states)
                    states.append(to)
                else:
                    whole = False
            row.append(-1 if to is None else place.get(to, -1))
        moves.append(row)
    return Machine(
        tuple(map(name, states)), tuple(tokens), np.array(moves, np.intp),
        tuple(map(answer, states)), whole,
    )  # fmt: skip


def _parity(options: Mapping[str, Any]) -> Machine:
    del options

    def step(odd: int, bit: str) -> int:
        return odd ^ int(bit)

    return _machine(
        0, step, tokens=parity.BITS, name=parity.ANSWERS.__getitem__,
        answer=parity.ANSWERS.__getitem__,
    )  # fmt: skip


def _flip_flop(options: Mapping[str, Any]) -> Machine:
    del options

    def step(bits: str, token: str) -> str:
        at = flip_flop.BITS.find(token.upper()) if token != flip_flop.PAUSE else -1
        return bits if at < 0 else bits[:at] + str(int(token.isupper())) + bits[at + 1 :]

    return _machine(
        "000", step, tokens=flip_flop.TOKENS, name=_itself, answer=_itself
    )  # fmt: skip


def _latch(options: Mapping[str, Any]) -> Machine:
    letters = latch.ALPHABET[: int(options.get("symbols", len(latch.SYMBOLS)))]
    own = options.get("noise", "same") == "same"
    tokens = tuple(letters) if own else (*letters, *letters.lower())

    def step(first: str, token: str) -> str | None:
        if not first:
            return token if token in letters else None
        return first

    return _machine("", step, tokens=tokens, name=_itself, answer=_itself)


def _brackets(options: Mapping[str, Any]) -> Machine:
    del options

    def step(stack: str, token: str) -> str | None:
        if token == brackets.END:
            return None if stack else ""
        return _pushed(stack, token, deepest=brackets.DEEPEST)

    return _machine(
        "", step, tokens=brackets.TASK.tokens, name=_itself, answer=_closing
    )  # fmt: skip


def _dyck(kinds: int) -> Callable[[Mapping[str, Any]], Machine]:
    def made(options: Mapping[str, Any]) -> Machine:
        deepest = int(options.get("deepest", dyck.DEEPEST))
        opening = tuple(brackets.CLOSING)[:kinds]
        tokens = [token for bracket in opening for token in (bracket, brackets.CLOSING[bracket])]

        def step(stack: str, token: str) -> str | None:
            return _pushed(stack, token, deepest=deepest)

        return _machine(
            "", step, tokens=tokens, name=_itself, answer=lambda stack: _closing(stack) or dyck.NONE
        )

    return made


def _pushed(stack: str, token: str, *, deepest: int) -> str | None:
    """The open brackets after one more token, the innermost last; None where it may not come."""
    if token in brackets.CLOSING:
        return stack + token if len(stack) < deepest else None
    return stack[:-1] if stack and brackets.CLOSING[stack[-1]] == token else None


def _closing(stack: str) -> str:
    return brackets.CLOSING[stack[-1]] if stack else ""


def _reber(options: Mapping[str, Any]) -> Machine:
    words, asked = int(options.get("words", 1)), options.get("asked", "memory")

    def step(state: tuple[str, int, int], token: str) -> tuple[str, int, int] | None:
        """`state` is the letter to carry, the word, and the place in it; −1 before all of it."""
        carried, word, place = state
        if not carried:
            if token == "B" and place == 0:
                return "", 0, 1
            return (token, 0, 0) if place == 1 and token in reber.CARRIED else None
        if word == words:  # after the last word: the letter again, and the end
            expected = (carried, "E")[place] if place < 2 else None
            # Once it is repeated, nothing hangs on the letter any more.
            return ("=", word, place + 1) if token == expected else None
        to = reber.GRAPH[place].get(token)
        if to is None:
            return None
        return (carried, word + 1, 0) if to == reber.LAST else (carried, word, to)

    def name(state: tuple[str, int, int]) -> str:
        return f"{state[0]}{state[1] * reber.LAST + state[2]}"

    def answer(state: tuple[str, int, int]) -> str:
        if asked == "possible":
            return "".join(s for s in reber.SYMBOLS if step(state, s) is not None) or dyck.NONE
        return state[0] if state[1] == words and state[2] == 0 else ""

    return _machine(("", 0, 0), step, tokens=reber.SYMBOLS, name=name, answer=answer)


def _itself(state: str) -> str:
    return state


_MACHINES: dict[str, Callable[[Mapping[str, Any]], Machine]] = {
    "parity": _parity,
    "flip-flop": _flip_flop,
    "latch": _latch,
    "brackets": _brackets,
    "dyck1": _dyck(1),
    "dyck2": _dyck(2),
    "reber": _reber,
}
