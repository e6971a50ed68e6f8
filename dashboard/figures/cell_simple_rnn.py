"""The SimpleRNN as a diagram: the token and the past are added up and squashed, and that is all."""

from __future__ import annotations

from dashboard.figures.cell_parts import NODE, Parts
from dashboard.figures.moment import number

SIZE = (470.0, 300.0)
_LINE, _FLOOR, _TOP = 160.0, 22.0, 240.0
_SUM, _FUNCTION, _END = 218.0, 316.0, 470.0


def simple_rnn(parts: Parts, token: str | None) -> None:
    """Draw one unit of a SimpleRNN at one step."""
    moment, draw = parts.moment, parts.drawing
    hidden, read = parts.colour("hidden"), parts.colour("from_input")
    past, bias = parts.colour("from_hidden"), parts.colour("bias")
    own = {part: getattr(moment, part)["hidden"] for part in ("from_input", "from_hidden", "bias")}
    largest = max(1.0, *(abs(value) for value in own.values()))
    parts.body(left=74, right=364, low=58, high=284)

    draw.line((31, _LINE), (130, _LINE), colour=hidden)
    draw.line((130, _LINE), (_SUM - NODE, _LINE), colour=past, arrow=True,
              width=parts.width(own["from_hidden"], of=largest))  # fmt: skip
    draw.line((_SUM, _FLOOR), (_SUM, _LINE - NODE), colour=read, arrow=True,
              width=parts.width(own["from_input"], of=largest))  # fmt: skip
    draw.line((_SUM, _TOP), (_SUM, _LINE + NODE), colour=bias, arrow=True,
              width=parts.width(own["bias"], of=largest))  # fmt: skip
    draw.line((_SUM + NODE, _LINE), (_FUNCTION, _LINE), colour=parts.colour_of_ink)
    draw.line((_FUNCTION, _LINE), (_END, _LINE), colour=hidden, arrow=True,
              width=parts.width(moment.states["hidden"]))  # fmt: skip

    parts.node((_SUM, _LINE), "+")
    parts.function((_FUNCTION, _LINE), moment.functions["hidden"])
    draw.text(((_SUM + _FUNCTION) / 2 - 4, _LINE + 14), number(moment.before["hidden"]), size=12,
              name="hidden/before")  # fmt: skip
    parts.bead((31, _LINE), moment.previous["hidden"], quantity="hidden", name="hidden before",
               caption="<i>h</i>₋₁")  # fmt: skip
    parts.bead((130, _LINE), own["from_hidden"], quantity="from_hidden", name="from_hidden",
               caption="<i>h</i>₋₁ <i>U</i>", of=largest)  # fmt: skip
    parts.bead((_SUM, 96), own["from_input"], quantity="from_input", name="from_input",
               caption="<i>x W</i>", of=largest, side="right")  # fmt: skip
    parts.bead((_SUM, _TOP), own["bias"], quantity="bias", name="bias", caption="<i>b</i>",
               of=largest)  # fmt: skip
    parts.bead((408, _LINE), moment.states["hidden"], quantity="hidden", name="hidden",
               caption="<i>h</i>")  # fmt: skip
    parts.token((_SUM, _FLOOR), token)
    if moment.masked:
        parts.masked((218, 200))
