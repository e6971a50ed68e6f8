"""Tasks on processes of this machine: all come back, once, whatever becomes of the processes."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

from core.errors import OutOfRange
from core.scale import processes, workers
from core.scale.board import Board
from core.scale.errors import NoSuchTask, NotPlain, TaskFailed, WorkersDied
from core.scale.probe import probe
from core.scale.tasks import name_of


def numbers(count, **more):
    return [{"number": number, **more} for number in range(count)]


def squares(count):
    return [float(sum(n * n for n in range(number))) for number in range(count)]


def test_results_come_in_the_order_of_the_items():
    with workers("", 2) as scale:
        # The first of each pair takes longest: what comes first is not what was asked first.
        items = [{"number": n, "seconds": 0.0 if n % 2 else 0.05} for n in range(12)]
        results = list(scale.map(probe, items))
    assert [result.value["squares"] for result in results] == squares(12)
    assert [result.place for result in results] == list(range(12))
    assert len({result.value["process"] for result in results}) == 2
    assert os.getpid() not in {result.value["process"] for result in results}


def test_as_they_are_done_the_slow_one_comes_last():
    with workers("", 2) as scale:
        items = [{"number": 0, "seconds": 1.0}, *numbers(6)[1:]]
        came = [result.place for result in scale.map(probe, items, ordered=False)]
    assert came[-1] == 0
    assert sorted(came) == list(range(6))


def test_arrays_travel():
    values = np.random.default_rng(1).standard_normal((300, 7)).astype(np.float32)
    with workers("", 1) as scale:
        (result,) = scale.map(probe, [{"number": 0, "values": values}])
    assert result.value["squares"] == pytest.approx(float((values.astype(float) ** 2).sum()))


def test_items_are_asked_for_when_there_is_room():
    asked = []

    def endless():
        while True:
            asked.append(len(asked))
            yield {"number": 1}

    with workers("", 2) as scale:
        results = scale.map(probe, endless())
        for _ in range(5):
            next(results)
        assert len(asked) <= 5 + 4
        results.close()
        alone = scale.map(probe, endless(), ahead=0)
        asked.clear()
        next(alone)
        assert len(asked) <= 2


def test_the_error_of_a_task_is_its_own_and_the_others_go_on():
    with workers("", 1) as scale:
        items = [{"number": 1}, {"number": 2, "seconds": -1.0}, {"number": 3}]
        results = list(scale.map(probe, items))
        assert scale.board.failed == 1
    assert [result.error is None for result in results] == [True, False, True]
    assert results[1].tries == 1
    with pytest.raises(OutOfRange, match=r"seconds is -1\.0; it should be from 0 to 3600\."):
        _ = results[1].value


def test_an_error_that_nobody_foresaw_is_told_and_not_tried_again():
    with workers("", 1) as scale:
        results = list(scale.map(probe, [{"nobody": 1}, {"number": 3}]))
    assert isinstance(results[0].error, TaskFailed)
    assert results[0].tries == 1
    assert "TypeError" in results[0].error.facts["words"]
    assert results[1].value["squares"] == 5.0


def kill_when_at(board, place):
    """Kill the process that does the task of that place. Returns whether it was there."""
    for worker, doing in board.doing.items():
        if doing == place:
            os.kill(int(worker), signal.SIGKILL)
            return True
    return False


def test_a_killed_process_loses_nothing():
    killed = []
    boards = []
    with workers("", 2, told=boards.append) as scale:

        def idle():
            if not killed and kill_when_at(scale.board, 3):
                killed.append(3)

        results = list(scale.map(probe, numbers(8, seconds=0.3), idle=idle))
    assert killed
    assert [result.value["squares"] for result in results] == squares(8)
    assert [result.tries for result in results] == [1, 1, 1, 2, 1, 1, 1, 1]
    (retry,) = boards[-1].retries
    assert (retry.place, retry.why, boards[-1].retried) == (3, "SIGKILL", 1)
    assert boards[-1].finished == boards[-1].total == 8
    assert Board.from_json(boards[-1].to_json()) == boards[-1]


def test_what_kills_every_process_is_given_up_in_a_sentence():
    with workers("", 1) as scale:
        results = list(
            scale.map(
                probe,
                [{"number": 1, "seconds": 5.0}, {"number": 2}],
                idle=lambda: kill_when_at(scale.board, 0),
            )
        )
    assert isinstance(results[0].error, WorkersDied)
    assert results[0].error.facts["times"] == results[0].tries == 4
    assert results[1].value["squares"] == 1.0


def test_cancelled_it_ends_at_once_and_can_go_on_with_something_else():
    with workers("", 1) as scale:
        clock = threading.Timer(1.0, scale.cancel)
        clock.start()
        begun = time.monotonic()
        assert list(scale.map(probe, numbers(3, seconds=60.0))) == []
        assert time.monotonic() - begun < 10
        assert [result.value["squares"] for result in scale.map(probe, numbers(3))] == squares(3)


def test_nobody_is_left_at_work():
    with workers("", 2) as scale:
        assert [result.value["squares"] for result in scale.map(probe, numbers(4))] == squares(4)
        left = list(scale.engine.workers())
        scale.map(probe, numbers(4, seconds=30.0))
    assert left
    for process in left:
        with pytest.raises(ProcessLookupError):
            os.kill(int(process), 0)


def test_a_process_is_replaced_before_too_much_piles_up(monkeypatch):
    monkeypatch.setattr(processes, "RENEWED", 3)
    with workers("", 1) as scale:
        done = [result.value["process"] for result in scale.map(probe, numbers(7))]
    assert [done.count(process) for process in dict.fromkeys(done)] == [3, 3, 1]


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (lambda: 1, "it is not of core"),
        (os.getcwd, "it is not of core"),
        (Board.to_json, "it has no name at the top level of a module"),
    ],
)
def test_only_a_named_function_of_core_is_a_task(task, why):
    with workers("", 1) as scale, pytest.raises(NoSuchTask) as caught:
        scale.map(task, [])
    assert caught.value.facts["why"] == why


def test_what_is_given_has_to_be_plain():
    with workers("", 1) as scale, pytest.raises(NotPlain):
        list(scale.map(probe, [{"number": {1}}]))


def test_a_task_has_a_name():
    assert name_of(probe) == "core.scale.probe:probe"
