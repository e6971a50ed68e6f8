"""The sentence on Gates, against the recorded gates that it tells of."""

from __future__ import annotations

import numpy as np

from core.analysis.expressions import show_number
from core.analysis.highlights import highlight
from core.analysis.order import first_look
from tests.dashboard.views.test_gates import TEXT, cursor, recorded


def sentence(app) -> str:
    """What the page says there is to see."""
    told = [each.value for each in app.markdown if not each.value.startswith("Step")]
    [found] = [each for each in told if "unit" in each.lower()]
    return found


def test_it_begins_where_something_is_held_to_the_end_and_says_so(open_app):
    run = recorded()[1].layers[0]
    best = highlight(run)
    app = open_app("gates", text=TEXT)
    assert cursor(app) | {"key": ""} == {"key": "", "step": best.step, "unit": best.unit}
    # The sentence against the recorded gates: what was written, and what every later gate left.
    gates = {name: values[0, :, best.unit].astype(float) for name, values in run.gates.items()}
    wrote = gates["input"][best.step] * gates["candidate"][best.step]
    token = TEXT.replace(",", " ,").split()[best.step]
    left = np.prod(gates["forget"][best.step + 1 :])
    assert sentence(app) == (
        f"**Unit {best.unit} holds on to step {best.step + 1}, “{token}”:** it takes in "
        f"{show_number(wrote, 2)} there (input gate {show_number(gates['input'][best.step], 2)}), "
        f"and {show_number(100 * left, 2)}% of that is still in its cell state when all is read."
    )


def test_elsewhere_the_sentence_is_of_what_one_looks_at_and_leads_back(open_app):
    run = recorded()[1].layers[0]
    app = open_app("gates", text=TEXT, step="4", unit="8")
    cell, forget = run.states["cell"][0, :, 8], run.gates["forget"][0, 4, 8]
    said = sentence(app)
    assert said.startswith("At step 5, “good”, unit 8 keeps ")
    for number in (100 * forget, cell[3], cell[4]):
        assert show_number(float(number), 2) in said
    app.button(key="gates-see-go").click().run()
    best = highlight(run)
    assert cursor(app) | {"key": ""} == {"key": "", "step": best.step, "unit": best.unit}
    assert "gates-see-go" not in {button.key for button in app.button}


def test_a_cell_that_keeps_nothing_says_where_it_moves_most(open_app):
    run = recorded(cell="simple_rnn")[1].layers[0]
    step, unit = first_look(run)
    before, after = (show_number(float(run.states["hidden"][0, at, unit]), 2)
                     for at in (step - 1, step))  # fmt: skip
    said = sentence(open_app("gates", text=TEXT, cell="simple_rnn"))
    assert said.startswith(f"**Unit {unit} moves most at step {step + 1}, ")
    assert said.endswith(f"from {before} to {after}.")
