"""Keras in a child: the same traces, and a clear error for each way in which a child can fail.

Most children here are the real worker with the NumPy engine in Keras's place, since loading
TensorFlow takes seconds; one test asks the real one.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import core
from core.analysis.parity import largest_difference
from core.engines.keras_engine import MissingKeras, UnexpectedKeras
from core.engines.keras_process import KerasProcess, KerasStopped, KerasTooSlow
from core.errors import TokenOutOfRange
from core.importers.keras.saver import COMMAND
from core.importers.save import model_bytes
from tests.core.networks import randomised, states_for

WORKER = """
import sys, types
sys.modules["keras"] = types.ModuleType("keras")
sys.modules["keras"].__version__ = "a stand-in"
from core.engines import keras_worker, numpy_engine
keras_worker.run = numpy_engine.run
{more}
keras_worker.main()
"""


def child(more: str = "") -> list[str]:
    return [sys.executable, "-c", WORKER.format(more=more)]


def program(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def process() -> Iterator[KerasProcess]:
    with KerasProcess(command=child()) as process:
        yield process


@pytest.fixture(scope="module")
def model() -> core.Model:
    return randomised(
        core.new_model("lstm", vocabulary=9, embedding=3, units=[4], bidirectional=True), seed=1
    )


IDS = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 3, 5]])


def pid_of(process: KerasProcess) -> int:
    assert process._child is not None
    return process._child.process.pid


def is_there(pid: int) -> bool:
    """Whether a process runs, or has ended and nobody has asked how (a zombie)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(condition: Callable[[], bool], *, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_a_real_keras_answers_and_saves(model: core.Model) -> None:
    """The child that the dashboard starts: one for both, since Keras takes 650 MB."""
    states = states_for(model, batch=2, seed=7)
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    with KerasProcess(command=COMMAND) as process:
        assert not process.ready
        stepped = process.record(model, IDS, mask=mask, initial_states=states)
        assert process.ready
        archive = model_bytes(model, ".keras", process=process)
    assert core.load_model(archive, trusted=True).digest == model.digest
    trace = core.record(model, IDS, mask=mask, initial_states=states)
    assert stepped.engine == "keras"
    assert largest_difference(trace, stepped).value < 1e-6


def test_everything_arrives_and_comes_back(process: KerasProcess, model: core.Model) -> None:
    states = states_for(model, batch=2, seed=7)
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    answer = process.record(model, IDS, mask=mask, initial_states=states)
    trace = core.record(model, IDS, mask=mask, initial_states=states)
    assert largest_difference(trace, answer).value == 0
    assert answer.mask is not None
    np.testing.assert_array_equal(answer.mask, mask)
    np.testing.assert_array_equal(answer.inputs, IDS)


def test_one_child_serves_many_requests_and_threads(process: KerasProcess) -> None:
    models = [
        randomised(core.new_model("gru", features=2, units=[3], outputs=None), seed=seed)
        for seed in range(8)
    ]
    x = np.random.default_rng(0).normal(size=(1, 6, 2)).astype(np.float32)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda model: process.record(model, x), models))
    first = pid_of(process)
    for model, answer in zip(models, answers, strict=True):
        assert largest_difference(core.record(model, x), answer).value == 0
    process.record(models[0], x)
    assert pid_of(process) == first


def test_it_can_be_started_ahead(process: KerasProcess, model: core.Model) -> None:
    assert not process.ready
    process.start()
    assert until(lambda: process.ready)
    first = pid_of(process)
    process.record(model, IDS)
    assert pid_of(process) == first


def test_a_dead_child_is_followed_by_another(process: KerasProcess, model: core.Model) -> None:
    process.record(model, IDS)
    first = pid_of(process)
    os.kill(first, signal.SIGKILL)
    assert until(lambda: not is_there(first)), "a zombie stays"
    assert not process.ready
    assert process.record(model, IDS).outputs.shape == (2, 1)
    assert pid_of(process) != first


def test_close_ends_the_child_and_nothing_else(model: core.Model) -> None:
    process = KerasProcess(command=child())
    process.close()
    process.record(model, IDS)
    first = pid_of(process)
    process.close()
    assert not is_there(first)
    assert not process.ready
    process.record(model, IDS)
    process.close()
    process.close()


def test_a_forgotten_process_ends_its_child(model: core.Model) -> None:
    process = KerasProcess(command=child())
    process.record(model, IDS)
    first = pid_of(process)
    del process
    gc.collect()
    assert until(lambda: not is_there(first))


def test_bad_inputs_do_not_reach_the_child(model: core.Model) -> None:
    with KerasProcess(command=program("raise SystemExit(3)")) as process:
        with pytest.raises(TokenOutOfRange):
            process.record(model, [[99]])
        assert process._child is None


def test_a_crash_quotes_the_last_words(model: core.Model) -> None:
    code = "import sys; sys.stderr.write('x' * 5000 + ', no memory left'); sys.exit(7)"
    with KerasProcess(command=program(code)) as process:
        with pytest.raises(KerasStopped, match=r"exit code 7 .*x, no memory left$") as stopped:
            process.record(model, IDS)
        assert len(str(stopped.value.facts["words"])) == 2_000


def test_a_crash_in_the_middle_of_a_request(model: core.Model) -> None:
    """Whatever is not an error of ours ends the child with its traceback."""
    more = "def run(*_): raise MemoryError('far too long')\nkeras_worker.run = run"
    with KerasProcess(command=child(more)) as process:
        for _ in range(2):
            with pytest.raises(KerasStopped, match="MemoryError: far too long"):
                process.record(model, IDS)


def test_an_error_of_ours_comes_back_as_itself(model: core.Model) -> None:
    more = """
from core.engines.keras_engine import UnexpectedKeras
def run(*_): raise UnexpectedKeras(version="9", cell="GRU", found="none", expected="two")
keras_worker.run = run
"""
    with KerasProcess(command=child(more)) as process:
        process.start()
        first = pid_of(process)
        with pytest.raises(UnexpectedKeras, match="Keras 9 computed a GRU step"):
            process.record(model, IDS)
        assert is_there(first), "the child need not end for this"


def test_a_missing_keras_says_what_to_install(model: core.Model) -> None:
    code = (
        "import sys; sys.modules['keras'] = None\n"
        "from core.engines.keras_worker import main; main()"
    )
    with KerasProcess(command=program(code)) as process:
        process.start()
        for _ in range(2):
            with pytest.raises(MissingKeras, match=r"requirements\.txt"):
                process.record(model, IDS)
        assert not process.ready


@pytest.mark.parametrize("size", [8, 4_000_000])
def test_a_child_that_hangs_is_stopped(size: int) -> None:
    """Also one that does not even read its request, which then fills the pipe."""
    model = core.new_model("simple_rnn", features=1, units=[1], outputs=None)
    x = np.random.default_rng(0).normal(size=(1, size // 8, 1))
    with KerasProcess(timeout=0.5, command=program("import time; time.sleep(60)")) as process:
        begun = time.monotonic()
        with pytest.raises(KerasTooSlow, match=r"within 0\.5 seconds"):
            process.record(model, x)
        assert time.monotonic() - begun < 20
        assert process._child is not None
        assert process._child.process.poll() is not None


def test_what_is_no_answer_is_not_taken_for_one(model: core.Model) -> None:
    code = "import sys, time; print('Welcome to some library!' * 9, flush=True); time.sleep(60)"
    with KerasProcess(command=program(code)) as process, pytest.raises(KerasStopped):
        process.record(model, IDS)


def test_prints_of_libraries_do_not_disturb_the_answers(model: core.Model) -> None:
    more = """
def run(*given):
    print("hello from a library", flush=True)
    return numpy_engine.run(*given)
keras_worker.run = run
"""
    with KerasProcess(command=child(more)) as process:
        answer = process.record(model, IDS)
    assert largest_difference(core.record(model, IDS), answer).value == 0


def test_the_child_ends_with_its_parent(root: Path) -> None:
    """Even where the parent has no time to say goodbye."""
    code = f"""
import os, time
from core.engines.keras_process import KerasProcess
process = KerasProcess(command={child()!r})
process.start()
while not process.ready: time.sleep(0.02)
print(process._child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    parent = subprocess.run(
        program(code), cwd=root, capture_output=True, text=True, check=False, timeout=120
    )
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    assert until(lambda: not runs(int(parent.stdout)))


def runs(pid: int) -> bool:
    """Whether an orphan still runs: whoever adopts it here may leave it a zombie."""
    status = Path(f"/proc/{pid}/status")
    if not status.parent.parent.is_dir():
        return is_there(pid)
    try:
        return "State:\tZ" not in status.read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
