"""Runs a program as one to whom rights of files apply, though tests may run as root.

Root without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH is a user like others, and still finds its own
Python: not chosen is another user's number, to whom the folder of that may be closed.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.sources import ROOT

_FIRST = """
import ctypes, os, sys
if os.getuid() == 0:
    for right in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if ctypes.CDLL(None).prctl(24, right, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit(77)
os.execv(sys.executable, [sys.executable, "-c", sys.argv[1]])
"""
_CANNOT = 77


def run_unprivileged(code: str, *, seconds: float = 300.0) -> str:
    """What the program prints. Skips where this user may not give its rights away."""
    if sys.platform != "linux" and getattr(os, "getuid", lambda: 0)() == 0:
        pytest.skip("nobody here can be without rights")
    done = subprocess.run(
        [sys.executable, "-c", _FIRST, code],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    if done.returncode == _CANNOT:
        pytest.skip("this user may not give its rights away")
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout
