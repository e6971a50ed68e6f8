"""The LSTM as a diagram: the cell state runs along the top like a conveyor belt.

What the forget gate leaves of it passes; what the input gate lets in of the candidate is laid on
it; the output gate shows some of it as the hidden state.
"""

from __future__ import annotations

from dashboard.figures.cell_parts import GATE, NODE, Parts

SIZE = (470.0, 392.0)
_BELT, _JOIN, _GATES, _BUS, _FLOOR = 340.0, 238.0, 140.0, 66.0, 18.0
_F, _I, _G, _O, _OUT, _END = 84.0, 172.0, 260.0, 348.0, 424.0, 470.0


def lstm(parts: Parts, token: str | None) -> None:
    """Draw one unit of an LSTM at one step."""
    moment, draw = parts.moment, parts.drawing
    hidden, memory = parts.colour("hidden"), parts.colour("cell")
    reach = moment.reach["cell"] or 1.0
    f, i, g, o = (moment.gates[name] for name in ("forget", "input", "candidate", "output"))
    before, after = moment.previous["cell"], moment.states["cell"]
    kept = before if moment.masked else f * before
    middle = (_I + _G) / 2
    parts.body(left=34, right=458, low=88, high=376)

    # What every gate reads: the token, and all hidden units of the step before.
    joined = (_F + _I) / 2
    draw.line((31, _BUS), (_O, _BUS), (_O, _GATES - GATE[1] / 2), colour=hidden, arrow=True)
    for x in (_F, _I, _G):
        draw.line((x - 14, _BUS), (x, _BUS), (x, _GATES - GATE[1] / 2), colour=hidden, arrow=True)
    draw.line((joined, _FLOOR), (joined, _BUS - 2), colour=parts.colour("from_input"), arrow=True)

    # The belt, as wide as what it carries.
    draw.line((31, _BELT), (_F, _BELT), colour=memory, width=parts.width(before, of=reach))
    draw.line((_F, _BELT), (middle, _BELT), colour=memory,
              width=parts.width(kept, of=reach))  # fmt: skip
    draw.line((middle, _BELT), (_END, _BELT), colour=memory, arrow=True,
              width=parts.width(after, of=reach))  # fmt: skip

    top = _GATES + GATE[1] / 2
    plus, write, show = (middle, _BELT), (middle, _JOIN), (_OUT, _JOIN)
    draw.line((_F, top), (_F, _BELT - NODE), colour=parts.colour("forget"), arrow=True,
              width=parts.width(f))  # fmt: skip
    draw.line((_I, top), (_I, _JOIN), (write[0] - NODE, _JOIN), colour=parts.colour("input"),
              arrow=True, width=parts.width(i))  # fmt: skip
    draw.line((_G, top), (_G, _JOIN), (write[0] + NODE, _JOIN), colour=parts.colour("candidate"),
              arrow=True, width=parts.width(g))  # fmt: skip
    draw.line((write[0], _JOIN + NODE), (write[0], _BELT - NODE), colour=parts.colour("candidate"),
              arrow=True, width=parts.width(i * g, of=reach))  # fmt: skip
    draw.line((_O, top), (_O, _JOIN), (_OUT - NODE, _JOIN), colour=parts.colour("output"),
              arrow=True, width=parts.width(o))  # fmt: skip
    draw.line((_OUT, _BELT), (_OUT, _JOIN + NODE), colour=memory, arrow=True,
              width=parts.width(moment.squashed))  # fmt: skip
    draw.line((_OUT, _JOIN - NODE), (_OUT, _BUS), (_END, _BUS), colour=hidden, arrow=True,
              width=parts.width(moment.states["hidden"]))  # fmt: skip

    parts.node((_F, _BELT), "×")
    parts.node(plus, "+")
    parts.node(write, "×")
    parts.node(show, "×")
    parts.function((_OUT, 292), moment.function)
    for x, name in ((_F, "forget"), (_I, "input"), (_G, "candidate"), (_O, "output")):
        parts.gate((x, _GATES), name)

    parts.bead((31, _BELT), before, quantity="cell", name="cell before", caption="<i>c</i>₋₁",
               of=reach)  # fmt: skip
    parts.bead((150, _BELT), f * before, quantity="cell", name="kept",
               caption="<i>f</i> · <i>c</i>₋₁", of=reach)  # fmt: skip
    parts.bead((322, _BELT), after, quantity="cell", name="cell", caption="<i>c</i>", of=reach)
    parts.bead((write[0], 287), i * g, quantity="candidate", name="written",
               caption="<i>i</i> · <i>g</i>", side="right")  # fmt: skip
    parts.bead((31, _BUS), moment.previous["hidden"], quantity="hidden", name="hidden before",
               caption="<i>h</i>₋₁")  # fmt: skip
    parts.bead((_OUT, 150), moment.states["hidden"], quantity="hidden", name="hidden",
               caption="<i>h</i>", side="corner")  # fmt: skip
    parts.token((joined, _FLOOR), token)
    if moment.masked:
        parts.masked((216, 200))
