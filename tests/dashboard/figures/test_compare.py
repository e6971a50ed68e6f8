"""Models side by side share their scales; their parameters add up."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import OutOfRange
from dashboard import figures
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import CELLS as EVERY
from tests.dashboard.figures.samples import TIME, TOKENS, UNITS, array, trace

CELLS = EVERY[:3]  # as many as stand side by side
TRACES = {cell: trace(cell) for cell in CELLS}


def test_equal_colours_mean_equal_numbers_across_a_row():
    wild = samples.record(
        samples.model("lstm").with_parameters(
            {n: 4 * a for n, a in samples.model("lstm").parameters.items()}
        )
    )
    figure = figures.compare({"calm": trace("lstm"), "wild": wild}, names=["cell"]).draw
    one, other = figure.data
    assert one.coloraxis == other.coloraxis == "coloraxis"
    reach = max(float(np.abs(run.layers[0].states["cell"][0]).max())
                for run in (trace("lstm"), wild))  # fmt: skip
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-reach, reach)
    assert one.xaxis != other.xaxis


def test_quantities_of_one_name_stand_in_one_row():
    figure = figures.compare(TRACES, tokens=TOKENS).draw
    rows = {}
    for drawn in figure.data:
        rows.setdefault(drawn.name, []).append(drawn)
    counts = [len(rows[name]) for name in ("Hidden state h", "Candidate g", "Cell state c")]
    assert counts == [3, 2, 1]
    for drawn, cell in zip(rows["Hidden state h"], CELLS, strict=True):
        hidden = trace(cell).layers[0].states["hidden"][0]
        np.testing.assert_allclose(array(drawn.z), hidden.T, rtol=1e-6)
        domain = figure.layout[drawn.yaxis.replace("y", "yaxis")].domain
        first = figure.layout[rows["Hidden state h"][0].yaxis.replace("y", "yaxis")].domain
        assert domain == first


def test_each_column_has_an_order_of_its_own():
    order = [4, 3, 2, 1, 0]
    figure = figures.compare(TRACES, names=["hidden"], orders={"gru": order}).draw
    hidden = trace("gru").layers[0].states["hidden"][0]
    np.testing.assert_allclose(array(figure.data[2].z), hidden[:, order].T, rtol=1e-6)
    assert list(figure.data[2].y) == list("43210")
    assert list(figure.data[1].y) == list("01234")


def test_more_than_three_models_are_refused():
    with pytest.raises(OutOfRange):
        figures.compare({str(at): trace("gru") for at in range(4)})
    with pytest.raises(OutOfRange):
        figures.compare({})


def test_the_table_has_every_number_of_every_model():
    table = figures.compare(TRACES, tokens=TOKENS).table
    assert len(table) == (1 + 6 + 4) * TIME * UNITS
    chosen = table[(table["Model"] == "gru") & (table["Quantity"] == "Reset gate")]
    gate = trace("gru").layers[0].gates["reset"][0]
    np.testing.assert_array_equal(chosen["Value"].to_numpy().reshape(TIME, UNITS), gate)


def test_parameters_add_up_to_those_of_the_model():
    models = {cell: samples.model(cell) for cell in CELLS}
    figure = figures.parameters(models).draw
    for title, model in models.items():
        bars = [bar for bar in figure.data if bar.y[0] == title]
        assert sum(bar.x[0] for bar in bars) == model.parameter_count
    totals = {note.y: note.text for note in figure.layout.annotations}
    assert totals["lstm"] == f"<b>{models['lstm'].parameter_count:,}</b>"
    table = figures.parameters(models).table
    forget = table[(table["Model"] == "lstm") & (table["Part"] == "Forget gate")].iloc[0]
    assert (forget["Formula"], forget["Parameters"]) == ("3·5 + 5·5 + 5", 45)
    forget_bar = next(bar for bar in figure.data if bar.name == "Forget gate")
    assert forget_bar.marker.color == figures.theme.colour("forget", "light")
