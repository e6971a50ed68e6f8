"""Which engine answers, and which does not have to."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import core
from core.engines import fast_engine
from core.engines.fast.compiler import Compiler
from tests.core.networks import randomised
from tests.sources import ROOT


def network(**settings: object) -> core.Model:
    return randomised(core.new_model("gru", features=3, units=[6], **settings), seed=2)


def numbers(*, dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 1, (2, 12, 3)).astype(dtype)


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch) -> Compiler:
    """A compiler of its own, that has compiled nothing, and the fast engine as the default."""
    monkeypatch.setenv("UNROLLED_ENGINE", "fast")
    monkeypatch.setattr(fast_engine, "COMPILER", Compiler())
    return fast_engine.COMPILER


def test_numpy_answers_until_the_loops_are_there(compiler: Compiler) -> None:
    model = network()
    assert core.record(model, numbers()).engine == "numpy"
    assert core.record(model, numbers(), engine="fast").engine == "fast"
    assert core.record(model, numbers()).engine == "fast"
    assert core.record(model, numbers()[:, :5]).engine == "numpy"  # too short to be worth it
    assert core.record(model, numbers(), engine="numpy").engine == "numpy"


def test_a_run_that_takes_long_asks_for_its_loops(
    compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(compiler, "ask", lambda variant: asked.append(variant.name))
    core.record(network(), numbers())
    assert asked == []
    monkeypatch.setattr(fast_engine, "WORTH_IT", 1)
    core.record(network(), numbers())
    assert asked == ["gru-reset_after-tanh-sigmoid"]


def test_float64_and_unknown_functions_stay_with_numpy() -> None:
    exact = network(dtype=np.float64)
    assert core.record(exact, numbers(dtype=np.float64), engine="fast").engine == "numpy"
    odd = network(activation="softsign")
    assert core.record(odd, numbers(), engine="fast").engine == "numpy"


def test_a_trace_that_was_kept_goes_back_without_its_loops(
    compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = network()
    trace = core.record(model, numbers(), engine="fast")
    targets = np.ones_like(trace.outputs)
    there = core.backprop(model, trace, targets)
    monkeypatch.setattr(fast_engine, "COMPILER", Compiler())
    back = core.backprop(model, trace, targets)
    for name, gradient in there.parameters.items():
        np.testing.assert_allclose(gradient, back.parameters[name], rtol=1e-4, atol=1e-6)


def test_warming_asks_for_every_cell(compiler: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(compiler, "ask", lambda variant: asked.append(variant.cell.name))
    fast_engine.warm()
    assert asked == list(core.cells.CELLS)
    monkeypatch.setenv("UNROLLED_ENGINE", "numpy")
    fast_engine.warm()
    assert asked == list(core.cells.CELLS)


def test_numba_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, core, dashboard.server; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-1] == "False"
