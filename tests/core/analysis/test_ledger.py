"""The shares of a memory add up to it, step by step, whatever wrote it and whatever kept it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core import cells
from core.analysis.ledger import decay, ledger
from core.errors import NoMemory, OutOfRange, StatesOverflow
from tests.core.analysis.models import random_model, recorded

REMEMBERING = [name for name, cell in cells.CELLS.items() if cell.memory is not None]
TIME, BATCH = 11, 3
ROUNDING = {np.float32: 2e-6, np.float64: 1e-12}
every_cell = pytest.mark.parametrize("cell", REMEMBERING)


def layers(cell, *, dtype=np.float64, masked=False, time=TIME, **settings):
    """A forward and a backward layer of the cell, from states that are not zero."""
    model = random_model(
        cell, features=2, units=[4], bidirectional=True, dtype=dtype, spread=0.9, **settings
    )
    found = recorded(model, batch=BATCH, time=time, masked=masked).layers
    assert [layer.direction for layer in found] == ["forward", "backward"]
    return found


def multiplied_out(layer, *, step, batch):
    """The shares step by step, as the equation has them: no logarithm, no cumulative sum."""
    cell = cells.get(layer.cell)
    keep, write = layer.evaluated(cell.keeps())[batch], layer.evaluated(cell.writes())[batch]
    candidate = layer.gates[cell.candidate][batch]
    forward = layer.direction == "forward"
    order = range(step + 1) if forward else range(layer.outputs.shape[1] - 1, step - 1, -1)
    shares = np.zeros_like(keep, dtype=np.float64)
    initial = layer.initial_states[cell.memory][batch].astype(np.float64)
    for at in order:
        if layer.mask is None or layer.mask[batch, at]:
            shares *= keep[at]
            initial = initial * keep[at]
            shares[at] = write[at] * candidate[at]
    return shares, initial


def test_there_are_cells_that_remember_and_one_that_does_not():
    assert set(cells.CELLS) - set(REMEMBERING) == {"simple_rnn"}
    assert {"lstm", "gru", "slstm", "coupled_lstm"} <= set(REMEMBERING)


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("masked", [False, True])
def test_the_shares_add_up_to_the_recorded_state(cell, dtype, masked):
    for layer in layers(cell, dtype=dtype, masked=masked):
        for batch in range(BATCH):
            for step in (0, 1, TIME // 2, TIME - 1, -1, -TIME):
                found = ledger(layer, step, batch=batch)
                state = layer.states[found.memory][batch, step]
                total = found.shares.sum(axis=0) + found.initial
                np.testing.assert_allclose(total, state, rtol=0, atol=ROUNDING[dtype])
                np.testing.assert_array_equal(found.state, state)
                assert found.difference == pytest.approx(np.abs(total - state).max())
                assert found.step == step % TIME


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_each_share_is_what_the_step_wrote_times_what_kept_it_afterwards(cell, masked):
    for layer in layers(cell, masked=masked):
        for step in (2, TIME // 2, TIME - 3):
            found = ledger(layer, step, batch=1)
            shares, initial = multiplied_out(layer, step=step, batch=1)
            np.testing.assert_allclose(found.shares, shares, rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(found.initial, initial, rtol=1e-10)
            left = np.exp(np.nan_to_num(found.log_kept, nan=-np.inf))
            np.testing.assert_allclose(np.abs(found.written) * left, np.abs(shares), atol=1e-14)
            if not masked:
                # What a step has just written is whole: its own gate keeps the others.
                np.testing.assert_array_equal(found.log_kept[step], 0)
                assert (np.abs(found.shares[step] - found.written[step]) < 1e-15).all()


@every_cell
def test_masked_steps_write_nothing_and_keep_all(cell):
    for layer in layers(cell, masked=True):
        for batch in range(BATCH):
            skipped = ~layer.mask[batch]
            assert skipped.any()
            found = ledger(layer, 0 if layer.direction == "backward" else -1, batch=batch)
            assert (found.shares[skipped] == 0).all()
            assert (found.written[skipped] == 0).all()
            assert (found.shares[~skipped] != 0).all()


@every_cell
@pytest.mark.parametrize("masked", [False, True])
def test_the_decay_of_a_share_is_that_share_at_every_step(cell, masked):
    for layer in layers(cell, masked=masked):
        at_steps = np.stack([ledger(layer, step, batch=2).shares for step in range(TIME)])
        for written_at in (0, 3, TIME // 2, -1):
            left = decay(layer, written_at, batch=2)
            np.testing.assert_allclose(left, at_steps[:, written_at], rtol=1e-10, atol=1e-15)
        assert np.ptp(decay(layer, TIME // 2, batch=2)) > 0.01, "no mask has this step"


def test_steps_not_read_yet_have_no_share():
    forward, backward = layers("lstm")
    assert (ledger(forward, 4).shares[5:] == 0).all()
    assert (ledger(backward, 4).shares[:4] == 0).all()
    assert np.isnan(ledger(forward, 4).log_kept[5:]).all()
    assert np.isnan(ledger(backward, 4).log_kept[:4]).all()


def test_gates_below_zero_and_above_one_keep_their_sign():
    for layer in layers("lstm", recurrent_activation="linear"):
        gates = layer.gates["forget"]
        assert gates.min() < -0.5
        assert gates.max() > 1
        for step in range(TIME):
            found = ledger(layer, step, batch=1)
            scale = np.abs(found.shares).max()
            np.testing.assert_allclose(found.total, found.state, atol=1e-13 * max(scale, 1))


def gates_along(layer, values, *, writing=slice(None)):
    """The layer with its forget gates put to these, (time,), and the cell that follows from them.

    `writing` are the steps that write; the input gates of others are shut.
    """
    lstm, record = cells.get("lstm"), layer.record
    gates, cell = record.gates.copy(), record.states["cell"].copy()
    gates[:, :, lstm.index("forget")] = np.asarray(values)[:, None, None]
    shut = np.ones(len(values), dtype=bool)
    shut[writing] = False
    gates[shut, :, lstm.index("input")] = 0
    written = gates[:, :, lstm.index("input")] * gates[:, :, lstm.index("candidate")]
    for at, value in enumerate(values):
        cell[at + 1] = value * cell[at] + written[at]
    states = {**record.states, "cell": cell}
    return replace(layer, record=type(record)(record.preactivations, gates, states))


def test_what_thousands_of_steps_shrink_and_grow_again_is_not_lost():
    values = np.r_[1.0, np.full(1999, 0.5), np.full(2000, 2.0)]
    layer = gates_along(layers("lstm", time=4000)[0], values, writing=[0])
    shrunk, grown = ledger(layer, 1999), ledger(layer)
    np.testing.assert_array_equal(shrunk.shares[0], 0)  # no float64 holds 2 to the −1999
    np.testing.assert_allclose(shrunk.log_kept[0], -1999 * np.log(2))
    np.testing.assert_allclose(grown.shares[0], 2 * grown.written[0], rtol=1e-9)
    np.testing.assert_allclose(grown.initial, 2 * layer.initial_states["cell"][0], rtol=1e-9)
    np.testing.assert_allclose(decay(layer, 0)[-1], 2 * grown.written[0], rtol=1e-9)


def test_half_lives_are_those_of_the_gates():
    layer = gates_along(layers("lstm", time=6)[0], np.full(6, 0.5 ** (1 / 3)))
    np.testing.assert_allclose(ledger(layer).half_life, 3)
    np.testing.assert_allclose(ledger(layer, 2).half_life, 3)
    still = gates_along(layer, np.ones(6))
    assert (ledger(still).half_life == np.inf).all()
    shut = gates_along(layer, np.array([1, 1, 0, 1, 1, 1.0]))
    found = ledger(shut)
    assert (found.half_life == 0).all()
    assert (found.shares[:2] == 0).all()
    assert (found.initial == 0).all()
    assert found.difference < 1e-15
    mixed = gates_along(layer, np.array([0.9, 0.2, 0.7, 0.4, 0.8, 0.6]))
    expected = np.log(2) / -np.log([0.9, 0.2, 0.7, 0.4]).mean()
    np.testing.assert_allclose(ledger(mixed, 3).half_life, expected)


def test_half_lives_do_not_count_masked_steps():
    for layer in layers("gru", masked=True):
        found = ledger(layer, -1 if layer.direction == "forward" else 0, batch=0)
        logs = np.log(layer.gates["update"][0][layer.mask[0]])
        np.testing.assert_allclose(found.half_life, np.log(2) / -logs.mean(axis=0))
    masked_first = ledger(layers("gru", masked=True)[0], 0, batch=0)
    assert np.isnan(masked_first.half_life).all()
    np.testing.assert_array_equal(masked_first.initial, masked_first.state)


def test_the_largest_shares_come_first():
    found = ledger(layers("lstm")[0], 5)
    for unit in range(4):
        sizes = np.abs(found.shares[:, unit])
        assert found.largest(unit, most=3) == sorted(range(6), key=lambda at: -sizes[at])[:3]
        assert len(found.largest(unit, most=9)) == 6


def test_nonsense_is_refused():
    with pytest.raises(NoMemory, match="simple_rnn"):
        ledger(layers("simple_rnn")[0])
    layer = layers("lstm")[0]
    for step in (TIME, -TIME - 1):
        with pytest.raises(OutOfRange, match=f"step is {step}"):
            ledger(layer, step)
        with pytest.raises(OutOfRange, match=f"step is {step}"):
            decay(layer, step)
    with pytest.raises(OutOfRange, match=f"batch is {BATCH}"):
        ledger(layer, batch=BATCH)
    with pytest.raises(OutOfRange, match="unit is 4"):
        ledger(layer).largest(4)


def test_states_past_the_largest_number_are_refused_and_those_before_are_not():
    values = np.ones(TIME)
    values[3:5] = 1e200
    with np.errstate(over="ignore"):
        layer = gates_along(layers("lstm")[0], values)
    assert np.isfinite(ledger(layer, 3).total).all()
    with pytest.raises(StatesOverflow, match="From step 5"):
        ledger(layer, 6)
    assert np.isinf(decay(layer, 0)[-1]).all()
