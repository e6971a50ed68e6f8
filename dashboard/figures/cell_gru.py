"""The GRU as a diagram: the hidden state runs along the top, and one gate shares it out.

The update gate z keeps (Keras's convention): h = z · h₋₁ + (1 − z) · g. The reset gate says how
much of the past the candidate may see.
"""

from __future__ import annotations

from dashboard.figures.cell_parts import GATE, NODE, Parts
from dashboard.figures.moment import number

SIZE = (470.0, 392.0)
_BELT, _JOIN, _GATES, _BUS, _FLOOR = 340.0, 238.0, 140.0, 66.0, 18.0
_Z, _G, _RESET, _R, _END = 100.0, 232.0, 311.0, 392.0, 470.0
_GATE = (96.0, GATE[1])
_TAP = 24.0


def gru(parts: Parts, token: str | None) -> None:
    """Draw one unit of a GRU at one step."""
    moment, draw = parts.moment, parts.drawing
    hidden, update = parts.colour("hidden"), parts.colour("update")
    z, g, r = (moment.gates[name] for name in ("update", "candidate", "reset"))
    before, after = moment.previous["hidden"], moment.states["hidden"]
    reach = max(1.0, moment.reach["hidden"])
    top, bottom = _GATES + _GATE[1] / 2, _GATES - _GATE[1] / 2
    kept = before if moment.masked else z * before
    parts.body(left=40, right=454, low=88, high=376)

    # What the gates read: the token, and all hidden units of the step before.
    joined = (_Z + _G) / 2
    draw.line((_TAP, _BELT), (_TAP, _BUS), (_R, _BUS), (_R, bottom), colour=hidden, arrow=True)
    draw.line((_Z - 14, _BUS), (_Z, _BUS), (_Z, bottom), colour=hidden, arrow=True)
    draw.line((_RESET - 14, _BUS), (_RESET, _BUS), (_RESET, _GATES - NODE), colour=hidden,
              arrow=True)  # fmt: skip
    draw.line((joined, _FLOOR), (joined, _BUS - 2), colour=parts.colour("from_input"), arrow=True)
    # The candidate sees the token as it is, and the past through the reset gate.
    draw.line((joined + 4, _BUS - 8), (_G, _BUS - 8), (_G, bottom),
              colour=parts.colour("from_input"), arrow=True)  # fmt: skip
    draw.line((_R - _GATE[0] / 2, _GATES), (_RESET + NODE, _GATES), colour=parts.colour("reset"),
              arrow=True, width=parts.width(r))  # fmt: skip
    draw.line((_RESET - NODE, _GATES), (_G + _GATE[0] / 2, _GATES), colour=hidden, arrow=True)

    draw.line((31, _BELT), (_Z, _BELT), colour=hidden, width=parts.width(before, of=reach))
    draw.line((_Z, _BELT), (_G, _BELT), colour=hidden, width=parts.width(kept, of=reach))
    draw.line((_G, _BELT), (_END, _BELT), colour=hidden, arrow=True,
              width=parts.width(after, of=reach))  # fmt: skip
    draw.line((_Z, top), (_Z, _BELT - NODE), colour=update, arrow=True, width=parts.width(z))
    draw.line((_Z + 2, _JOIN), (_G - NODE, _JOIN), colour=update, arrow=True,
              width=parts.width(1 - z))  # fmt: skip
    draw.line((_G, top), (_G, _JOIN - NODE), colour=parts.colour("candidate"), arrow=True,
              width=parts.width(g))  # fmt: skip
    draw.line((_G, _JOIN + NODE), (_G, _BELT - NODE), colour=parts.colour("candidate"), arrow=True,
              width=parts.width((1 - z) * g))  # fmt: skip

    for place, sign in (((_Z, _BELT), "×"), ((_G, _BELT), "+"), ((_G, _JOIN), "×"),
                        ((_RESET, _GATES), "×")):  # fmt: skip
        parts.node(place, sign)
    for x, name in ((_Z, "update"), (_G, "candidate"), (_R, "reset")):
        parts.gate((x, _GATES), name, width=_GATE[0])

    parts.bead((31, _BELT), before, quantity="hidden", name="hidden before", caption="<i>h</i>₋₁",
               of=reach)  # fmt: skip
    parts.bead((166, _BELT), z * before, quantity="hidden", name="kept",
               caption="<i>z</i> · <i>h</i>₋₁", of=reach)  # fmt: skip
    parts.bead((345, _BELT), after, quantity="hidden", name="hidden", caption="<i>h</i>", of=reach)
    parts.bead((161, _JOIN), 1 - z, quantity="update", name="write share",
               caption="1 − <i>z</i>")  # fmt: skip
    parts.bead((_G, 288), (1 - z) * g, quantity="candidate", name="written",
               caption="(1 − <i>z</i>) · <i>g</i>", side="right")  # fmt: skip
    _past(parts, r=r, before=before)
    parts.token((joined, _FLOOR), token)
    if moment.masked:
        parts.masked((246, 208))


def _past(parts: Parts, *, r: float, before: float) -> None:
    """What the candidate sees of the past: the reset gate stands after the product, or before."""
    moment = parts.moment
    if moment.reset_after:
        seen, caption = moment.from_hidden["candidate"], "<i>r</i> · (<i>h</i>₋₁<i>U</i>)"
    else:
        seen, caption = r * before, "<i>r</i> · <i>h</i>₋₁"
    if moment.masked:
        return
    place = (_RESET, _GATES + 56)
    parts.drawing.text(place, caption, colour=parts.colour("hidden"))
    parts.drawing.text((place[0], place[1] - 18), f"<b>{number(seen)}</b>",
                       colour=parts.colour("hidden"), name="past")  # fmt: skip
    parts.drawing.spot((_RESET, _GATES), name="past", value=seen,
                       text=f"<b>{caption} = {number(seen)}</b>")  # fmt: skip
