from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.analysis.matching import match_units
from core.errors import UnknownName
from tests.core.analysis.test_parameters import without_bias
from tests.core.plain_networks import CHAINS, network

MAPS = {"simple_rnn": 1, "lstm": 4, "gru": 3}
CELLS = list(MAPS)


def recurrent_count(model: core.Model) -> int:
    return sum(array.size for layer in model.layers for array in layer.parameters().values())


@given(
    cell=st.sampled_from(CELLS),
    other=st.sampled_from(CELLS),
    units=st.integers(1, 40),
    part=st.sampled_from(["model", "recurrent"]),
    bidirectional=st.booleans(),
    merge=st.sampled_from(["concat", "sum"]),
    vocabulary=st.sampled_from([None, 30]),
    outputs=st.sampled_from([None, 1, 7]),
    reset_after=st.booleans(),
)
def test_no_other_number_of_units_is_nearer(
    cell, other, units, part, bidirectional, merge, vocabulary, outputs, reset_after
):
    settings = {"bidirectional": bidirectional, "merge": merge, "outputs": outputs}
    settings |= (
        {"features": 5} if vocabulary is None else {"vocabulary": vocabulary, "embedding": 5}
    )
    model = core.new_model(cell, units=[units], **settings)
    found = match_units(model, other, part=part, reset_after=reset_after)

    built = core.new_model(other, units=list(found.units), reset_after=reset_after, **settings)
    assert found.count == (built.parameter_count if part == "model" else recurrent_count(built))

    def count(size: int) -> int:
        """By hand: maps · (inputs + units + biases) · units, the head, the embedding."""
        directions = 2 if bidirectional else 1
        biases = 2 if other == "gru" and reset_after else 1
        own = directions * MAPS[other] * (5 + size + biases) * size
        width = 2 * size if bidirectional and merge == "concat" else size
        rest = (outputs or 0) * (width + 1) + (vocabulary or 0) * 5
        return own if part == "recurrent" else own + rest

    wanted = model.parameter_count if part == "model" else recurrent_count(model)
    assert found.wanted == wanted
    best = min(range(1, 200), key=lambda size: (abs(count(size) - wanted), size))
    assert found.units == (best,)
    assert found.difference == pytest.approx(found.count / wanted - 1)


@given(
    cell=st.sampled_from(CELLS),
    other=st.sampled_from(CELLS),
    units=st.lists(st.integers(2, 40), min_size=2, max_size=3),
)
def test_stacks_are_scaled_together(cell, other, units):
    model = core.new_model(cell, features=5, units=units)
    found = match_units(model, other)
    built = core.new_model(other, features=5, units=list(found.units))
    assert built.parameter_count == found.count
    # One factor for all layers, each rounded up or down (and never below one unit).
    least = max((own - 1) / size for own, size in zip(found.units, units, strict=True))
    most = min((own + 1) / size for own, size in zip(found.units, units, strict=True))
    assert least <= most
    # One unit more or less, in every layer, is no nearer.
    for change in (-1, 1):
        sizes = [max(1, size + change) for size in found.units]
        other_count = core.new_model(other, features=5, units=sizes).parameter_count
        assert abs(other_count - found.wanted) >= abs(found.count - found.wanted)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_matches_itself(cell):
    model = core.new_model(cell, vocabulary=12, units=[9, 5], outputs=4)
    found = match_units(model, cell)
    assert (found.units, found.count, found.difference) == ((9, 5), model.parameter_count, 0)


@pytest.mark.parametrize("name", CHAINS)
def test_plain_stages_count_too(name):
    model = network(name)
    found = match_units(model, "gru")
    assert (found.wanted, found.count) == (model.parameter_count, model.parameter_count)
    assert found.units == tuple(stage.layers[0].units for stage in model.recurrent)
    lstm = match_units(model, "lstm")
    assert lstm.wanted == model.parameter_count != lstm.count


def test_a_model_without_bias_stays_without():
    model = without_bias(core.new_model("lstm", features=6, units=[10]))
    found = match_units(model, "gru", part="recurrent")
    assert found.wanted == 4 * (6 * 10 + 10 * 10)
    assert found.count == 3 * (6 * found.units[0] + found.units[0] ** 2)


def test_nonsense_is_refused():
    model = core.new_model("lstm", features=6, units=[10])
    with pytest.raises(UnknownName, match="no cell called 'mamba'"):
        match_units(model, "mamba")
    with pytest.raises(UnknownName, match="Known: model, recurrent"):
        match_units(model, "gru", part="head")
