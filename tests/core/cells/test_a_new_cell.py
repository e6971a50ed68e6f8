"""README's 'Add a cell', followed to the letter in a copy of the project.

A cell of its own file and one line is recorded, differentiated, drawn, saved and compared by the
tests of conformance, with no other edit.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

CELL = '''
"""A leaky integrator: h_t = z_t ⊙ h_{t−1} + φ(x_t W + h_{t−1} U + b), z_t = σ(x_t W + b)."""

from typing import NamedTuple

import numpy as np

from core.activations import Array
from core.cells.base import Cell
from core.cells.diagram import Bead, Box, Diagram, Node, Token, Wire
from core.cells.leaves import Line, Look
from core.cells.quantities import CANDIDATE, HIDDEN, PHI, SIGMA, UPDATE, B, U, W, X, helped
from core.cells.record import in_steps

z = helped(UPDATE, en="How much is kept.", ko="얼마나 남길지 정합니다.")
g = helped(CANDIDATE, en="What is added.", ko="더해지는 값입니다.")
h = HIDDEN


class Step(NamedTuple):
    z: Array
    g: Array
    a_g: Array
    h_before: Array
    h: Array


class BackwardStep(NamedTuple):
    hidden: Array
    d_gates: Array
    d_a: Array
    slopes: Array
    h_before: Array
    z: Array


class Leaky(Cell):
    name = "leaky"
    title = {"en": "Leaky", "ko": "누설"}
    look = Look("#3d3d00", "#ffffff", "dot")
    carried = (h,)

    def equations(self, options):
        yield Line(z.a, X @ W + B)
        yield Line(z, SIGMA(z.a))
        yield Line(g.a, X @ W + h.before @ U + B)
        yield Line(g, PHI(g.a))
        yield Line(h, z * h.before + g)

    def steps(self, record, kernels):
        a, gates = record.preactivations, record.gates
        kernels.recurrent_activation.function(a[:, :, 0], gates[:, :, 0])
        return in_steps(
            Step, z=gates[:, :, 0], g=gates[:, :, 1], a_g=a[:, :, 1],
            h_before=record.before("hidden"), h=record.after("hidden"),
        )

    def step(self, now, kernels):
        units = now.h.shape[1]
        now.a_g[...] += now.h_before @ kernels.recurrent_kernel[:, units:]
        kernels.activation.function(now.a_g, now.g)
        np.multiply(now.z, now.h_before, out=now.h)
        now.h[...] += now.g

    def backward_steps(self, record, *, into, kernels):
        a, gates = record.preactivations, record.gates
        slopes = np.stack([
            kernels.recurrent_activation.slope(gates[:, :, 0], a[:, :, 0]),
            kernels.activation.slope(gates[:, :, 1], a[:, :, 1]),
        ], axis=2)
        return in_steps(
            BackwardStep, hidden=into.states["hidden"][::-1], d_gates=into.gates[::-1],
            d_a=into.preactivations[::-1], slopes=slopes[::-1],
            h_before=record.before("hidden")[::-1], z=gates[::-1, :, 0],
        )

    def backward(self, now, kernels, carried):
        units = now.hidden.shape[1]
        now.d_gates[:, 0] = now.hidden * now.h_before  # h = z ⊙ h₋₁ + g
        now.d_gates[:, 1] = now.hidden  # h = z ⊙ h₋₁ + g
        np.multiply(now.d_gates, now.slopes, out=now.d_a)  # z = σ(a), g = φ(a)
        carried["hidden"][...] = now.hidden * now.z  # h = z ⊙ h₋₁ + g
        carried["hidden"] += now.d_a[:, 1] @ kernels.recurrent_kernel[:, units:].T  # a = … + h₋₁ U

    def diagram(self, options):
        return Diagram(
            size=(400.0, 300.0), body=(40, 380, 60, 290), masked=(200, 200),
            parts=(
                Wire(((31, 250), (380, 250)), h, h, scale=h),
                Box((120, 140), z),
                Box((280, 140), g),
                Node((120, 250), "×"),
                Bead((31, 250), h.before, h, "hidden before", scale=h),
                Bead((330, 250), h, h, "hidden", scale=h),
                Token((200, 20)),
            ),
        )
'''
TESTS = (
    "tests/core/cells/test_conformance.py",
    "tests/core/cells/test_equations.py",
    "tests/core/cells/test_steps.py",
    "tests/core/test_bptt.py::test_the_state_gradient_is_what_a_nudge_of_the_state_does",
)


def test_one_file_and_one_line_are_a_cell(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    for part in ("core", "dashboard", "tests", "pyproject.toml", ".streamlit"):
        source = ROOT / part
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "failures")
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=ignored)
        else:
            shutil.copy(source, copy / part)
    (copy / "core" / "cells" / "leaky.py").write_text(CELL.lstrip(), encoding="utf-8")
    registry = copy / "core" / "cells" / "__init__.py"
    lines = registry.read_text(encoding="utf-8")
    assert lines.count('    "slstm",\n') == 1
    lines = lines.replace('    "slstm",\n', '    "slstm",\n    "leaky",\n')
    registry.write_text(lines, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "leaky", *TESTS],
        cwd=copy, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    passed = int(run.stdout.rpartition(" passed")[0].split()[-1])
    assert passed >= 13, run.stdout[-500:]
