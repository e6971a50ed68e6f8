"""The diagram of cells of the LSTM's kind: the cell state runs along the top like a belt.

What is left of it passes; what is let in of the candidate is laid on it; the output gate shows
some of it as the hidden state.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.cells.diagram import GATE, NODE, Bead, Box, Diagram, Node, Part, Squash, Token, Wire
from core.cells.expressions import Expression
from core.cells.leaves import Gate, State
from core.cells.quantities import PHI

BELT, JOIN, GATES, BUS, FLOOR = 340.0, 238.0, 140.0, 66.0, 18.0
AT_F, AT_I, AT_G, AT_O, OUT, END = 84.0, 172.0, 260.0, 348.0, 424.0, 470.0
TOP, BOTTOM = GATES + GATE[1] / 2, GATES - GATE[1] / 2


def belt(
    *,
    kept: Expression,
    i: Gate,
    g: Gate,
    o: Gate,
    c: State,
    h: State,
    keeping: Sequence[Part],
    gates: Sequence[tuple[float, Gate]],
    besides: Sequence[Part] = (),
) -> Diagram:
    """The sheet of c = `kept` + i ⊙ g and h = o ⊙ φ(c).

    `keeping` is what is drawn between the gates and the belt's first junction, `gates` where each
    of them stands, `besides` what lies below everything else.
    """
    at = {gate: x for x, gate in gates}
    middle = (at[i] + at[g]) / 2
    joined = (gates[0][0] + gates[1][0]) / 2
    return Diagram(
        size=(470.0, 392.0),
        body=(34, 458, 88, 376),
        masked=(216, 200),
        parts=(
            *besides,
            # What every gate reads: the token, and all hidden units of the step before.
            Wire(((31, BUS), (at[o], BUS), (at[o], BOTTOM)), h),
            *(Wire(((x - 14, BUS), (x, BUS), (x, BOTTOM)), h) for x, gate in gates if gate != o),
            Wire(((joined, FLOOR), (joined, BUS - 2)), "from_input"),
            # The belt, as wide as what it carries.
            Wire(((31, BELT), (AT_F, BELT)), c, c.before, scale=c, arrow=False),
            Wire(((AT_F, BELT), (middle, BELT)), c, kept, scale=c, arrow=False, masked=c.before),
            Wire(((middle, BELT), (END, BELT)), c, c, scale=c),
            *keeping,
            Wire(((at[i], TOP), (at[i], JOIN), (middle - NODE, JOIN)), i, i),
            Wire(((at[g], TOP), (at[g], JOIN), (middle + NODE, JOIN)), g, g),
            Wire(((middle, JOIN + NODE), (middle, BELT - NODE)), g, i * g, scale=c),
            Wire(((at[o], TOP), (at[o], JOIN), (OUT - NODE, JOIN)), o, o),
            Wire(((OUT, BELT), (OUT, JOIN + NODE)), c, PHI(c)),
            Wire(((OUT, JOIN - NODE), (OUT, BUS), (END, BUS)), h, h),
            Node((AT_F, BELT), "×"),
            Node((middle, BELT), "+"),
            Node((middle, JOIN), "×"),
            Node((OUT, JOIN), "×"),
            Squash((OUT, 292), "activation"),
            *(Box((x, GATES), gate) for x, gate in gates),
            Bead((31, BELT), c.before, c, "cell before", scale=c),
            Bead((150, BELT), kept, c, "kept", scale=c, made=True),
            Bead((322, BELT), c, c, "cell", scale=c),
            Bead((middle, 287), i * g, g, "written", side="right", made=True),
            Bead((31, BUS), h.before, h, "hidden before"),
            Bead((OUT, 150), h, h, "hidden", side="corner"),
            Token((joined, FLOOR)),
        ),
    )
