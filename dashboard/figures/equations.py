r"""The equations of one unit at one step, set in LaTeX with the colours of their quantities.

`core.analysis.equations` gives what is printed, piece by piece; here each piece becomes LaTeX that
KaTeX reads (st.latex, notebooks), coloured by \textcolor, beside the same line as plain text for a
screen reader. Nothing of the user's stands in an equation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.analysis.equations import Equation
from core.analysis.equations import equations as evaluated
from core.analysis.expressions import Operand, Piece
from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures import theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_SIGNS = {"−": "-", "·": r" \cdot ", "≈": r" \approx ", "∞": r"\infty", "NaN": r"\text{NaN}"}
_FUNCTIONS = {
    "σ": r"\sigma",
    "logσ": r"\log\sigma",
    "tanh": r"\tanh",
    "exp": r"\exp",
    "max": r"\max",
}
_POWER = re.compile(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass(frozen=True)
class EquationLine:
    """One equation, ready to show.

    Attributes:
        name: of what it gives, as in the trace's tables: `gates/forget`, `states/cell`.
        quantity: whose colour its result has.
        latex: symbols = numbers = result, on one line.
        stacked: the same on two lines, for narrow places.
        plain: the same as text.
        note: why this line does not count at a masked step, a sentence; empty elsewhere.
    """

    name: str
    quantity: str
    latex: str
    stacked: str
    plain: str
    note: str = ""


class Equations(tuple[EquationLine, ...]):
    """Lines in the order in which they are computed; a notebook shows them beneath one another."""

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, str]:
        del kwargs
        return {"text/latex": "\n".join(f"$${line.latex}$$" for line in self)}


def equations(
    trace: Trace,
    *,
    step: int,
    unit: int,
    layer: int | str = 0,
    batch: int = 0,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Set every equation of one unit at one step, in the order in which they are computed.

    What is drawn are `Equations`. `step` and `unit` are indices. Each displayed result follows from
    the displayed operands. Raises OutOfRange, and UnknownName for a layer that is not there.
    """
    said = words(labels)
    found = evaluated(layer_of(trace, layer), step=step, unit=unit, batch=batch).equations
    lines = Equations(_line(each, said, mode) for each in found)

    def table() -> pd.DataFrame:
        return frame(
            {
                said["quantity"]: [said.get(each.result.quantity, "") for each in found],
                said["equation"]: [each.text for each in found],
                said["value"]: [each.result.value for each in found],
            }
        )

    def sentence() -> str:
        spoken = "; ".join(
            f"{line.plain} ({line.note})" if line.note else line.plain for line in lines
        )
        return said["equations.alt"].format(unit=unit, step=step + FIRST, equations=spoken)

    return Picture(lambda: lines, table, sentence)


def _line(equation: Equation, said: Mapping[str, str], mode: Mode) -> EquationLine:
    result = equation.result
    left = _latex([Piece(result.symbol, result.quantity)], mode)
    symbols, numbers = _latex(equation.symbols, mode), _latex(equation.numbers, mode)
    end = ""
    if not isinstance(equation.form, Operand):
        relation = r"\approx" if equation.relation == "≈" else "="
        end = f" {relation} {_latex([Piece(result.shown, result.quantity)], mode)}"
    return EquationLine(
        name=result.name,
        quantity=result.quantity,
        latex=f"{left} = {symbols} = {numbers}{end}",
        stacked=rf"\begin{{aligned}} {left} &= {symbols} \\ &= {numbers}{end} \end{{aligned}}",
        plain=equation.text,
        note=said[f"equations.{equation.note}"] if equation.note else "",
    )


def _latex(pieces: Iterable[Piece], mode: Mode) -> str:
    return "".join(_one(piece, mode) for piece in pieces)


def _one(piece: Piece, mode: Mode) -> str:
    text = piece.text
    # Marked before letters become commands: a function's name, then its bracket.
    if text.endswith("("):
        name = text[:-1]
        escaped = name.replace("_", r"\_")
        function = _FUNCTIONS.get(name, rf"\operatorname{{{escaped}}}") if name else ""
        return f"{function}("
    text = _POWER.sub(lambda power: rf"\times 10^{{{power[1].translate(_DIGITS)}}}", text)
    text = text.replace("₋₁", "_{-1}")
    text = re.sub(r"_([a-z])$", r"_{\1}", text)
    for sign, command in _SIGNS.items():
        text = text.replace(sign, command)
    if piece.quantity is None:
        return text
    return rf"\textcolor{{{theme.colour(piece.quantity, mode)}}}{{{text}}}"
