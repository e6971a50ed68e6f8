"""The quantities and weights that several cells have, each with its symbol, words and colours.

A cell takes them from here so that a forget gate is called f, and looks the same, wherever there
is one; what it alone has it declares itself, in its own file. Colours differ enough, in pairs that
meet, for every kind of sight: see `dashboard/figures/theme.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from core.cells.expressions import Function
from core.cells.leaves import Gate, Input, Look, State, Value, Weight

Named = TypeVar("Named", bound=Value)


def helped(value: Named, *, en: str, ko: str) -> Named:
    """The quantity with a sentence about what it does in one cell."""
    return replace(value, help={"en": en, "ko": ko})


def bounded(gate: Gate, low: float, high: float) -> Gate:
    """The gate where its equation does not tell between what it lies."""
    return replace(gate, bounds=(low, high))


INPUT = Gate(
    "input", "i", title={"en": "Input gate", "ko": "입력 게이트"},
    look=Look("#9e30b5", "#edb1fb", "dash"),
)  # fmt: skip
FORGET = Gate(
    "forget", "f", title={"en": "Forget gate", "ko": "망각 게이트"},
    look=Look("#1b6f60", "#01bea9"),
)  # fmt: skip
CANDIDATE = Gate(
    "candidate", "g", title={"en": "Candidate", "ko": "후보값"},
    look=Look("#8b6700", "#e9c844", "dot"), signed=True,
)  # fmt: skip
OUTPUT = Gate(
    "output", "o", title={"en": "Output gate", "ko": "출력 게이트"},
    look=Look("#670389", "#ac78fb", "dashdot"),
)  # fmt: skip
UPDATE = Gate(
    "update", "z", title={"en": "Update gate", "ko": "업데이트 게이트"},
    look=Look("#0f5121", "#6ea105"),
)  # fmt: skip
RESET = Gate(
    "reset", "r", title={"en": "Reset gate", "ko": "리셋 게이트"},
    look=Look("#664d84", "#b29ad2", "dash"),
)  # fmt: skip
CELL = State(
    "cell", "c", title={"en": "Cell state", "ko": "셀 상태"},
    look=Look("#892800", "#eb642d"), signed=True,
)  # fmt: skip
HIDDEN = State(
    "hidden", "h", title={"en": "Hidden state", "ko": "은닉 상태"},
    look=Look("#bc0f53", "#e58296"), signed=True,
)  # fmt: skip

X = Input("input", "x")
W = Weight("kernel", "W", ("features", "units"), "from_input")
U = Weight("recurrent_kernel", "U", ("units", "units"), "from_hidden")
B = Weight("bias", "b", ("units",), "bias", optional=True)
D = Weight("recurrent_bias", "d", ("units",), "bias", optional=True)

PHI = Function("activation")
SIGMA = Function("recurrent_activation")
EXP = Function("exponential")
LOG_SIGMOID = Function("log_sigmoid")
