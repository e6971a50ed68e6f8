"""Who compiles, and what happens meanwhile and where it fails."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from core import cells, children
from core.engines.fast import compiler, modules
from core.engines.fast.compiler import Compiler
from core.engines.fast.rows import Variant

LSTM = Variant(cells.get("lstm"), {}, "tanh", "sigmoid")
ODD = Variant(cells.get("lstm"), {}, "softsign", "sigmoid")
GRU = Variant(cells.get("gru"), {"reset_after": True}, "tanh", "sigmoid")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What children are asked; none is started, and nothing is compiled yet."""
    requests: list[Any] = []

    def ask(given: Any, request: bytes, *, seconds: float) -> children.Ended:
        requests.append(json.loads(request))
        return children.Ended(0)

    monkeypatch.setattr(children, "ask", ask)
    monkeypatch.setattr(compiler, "is_compiled", lambda variant: False)
    return requests


def wait(of: Compiler, variant: Variant) -> None:
    """Until the background thread is done with what it was asked."""
    for _ in range(500):
        if variant.key in of._loops or of.why:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nothing happened")


def test_loops_are_compiled_by_a_child_while_nobody_waits(
    asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    go, loaded = threading.Event(), object()
    monkeypatch.setattr(compiler, "load", lambda variant: go.wait(5) and loaded)
    made = Compiler()
    assert made.state == "unasked"
    made.ask(GRU)
    made.ask(GRU)
    assert made.ready(GRU) is None
    assert made.state == "compiling"
    go.set()
    wait(made, GRU)
    assert made.ready(GRU) is loaded
    assert made.state == "ready"
    assert asked == [["gru", {"reset_after": True}, "tanh", "sigmoid"]]


def test_a_child_that_fails_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: list[Any]
) -> None:
    monkeypatch.setattr(children, "ask", lambda *a, **b: children.Ended(1, b"", b"no\nno room"))
    made = Compiler()
    with caplog.at_level(logging.WARNING):
        made.ask(LSTM)
        wait(made, LSTM)
        made.ask(GRU)
    assert made.state == "failed"
    assert made.why == "no room"
    assert made.ready(LSTM) is None
    assert [record.message for record in caplog.records] == [
        "No compiled loops, NumPy answers: no room"
    ]


def test_what_loops_cannot_be_written_for_is_no_failure() -> None:
    made = Compiler()
    assert made.now(ODD) is None
    assert made.why == ""


def test_a_folder_that_cannot_be_written_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("UNROLLED_COMPILED_DIR", str(tmp_path / "file"))
    made = Compiler()
    assert made.now(LSTM) is None
    assert made.state == "failed"


def test_without_numba_there_is_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "find_spec", lambda name: None)
    made = Compiler()
    made.ask(LSTM)
    assert made.state == "absent"


def test_another_version_of_our_functions_is_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNROLLED_COMPILED_DIR", str(tmp_path))
    first = modules.folder()
    assert first.parent == tmp_path
    assert modules.folder() == first
    modules._stamp.cache_clear()
    monkeypatch.setattr(modules, "SOURCES", modules.SOURCES[1:])
    assert modules.folder() != first
    modules._stamp.cache_clear()


def test_a_child_leaves_what_it_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real one, for the smallest cell; and what it left is taken from there."""
    monkeypatch.setenv("UNROLLED_COMPILED_DIR", str(tmp_path))
    smallest = Variant(cells.get("simple_rnn"), {}, "linear", "linear")
    assert not modules.is_compiled(smallest)
    made = Compiler()
    made._compile(smallest)
    assert made.why == ""
    assert modules.is_compiled(smallest)
    assert made.ready(smallest) is not None
