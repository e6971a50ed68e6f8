"""What lies in the place of a file of ours: refused in words, at once, and never read for ever."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from core.arrays import load_arrays
from core.errors import CoreError
from core.own_files import DEEPEST, NoPlainFile, append_plain, open_plain, plain_json, read_plain
from core.training.errors import BrokenRun
from core.training.files import read_json, read_json_lines, whole_lines

pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")


def at_once(ask):
    """What `ask` raises, where it does not wait for anybody."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            ask()
        except (OSError, CoreError) as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "it waits"
    return raised[0]


@pipes
@pytest.mark.parametrize(
    "ask",
    [open_plain, read_json, whole_lines, read_json_lines, append_plain,
     lambda path: read_plain(path, most=10), lambda path: load_arrays(path, kind="model")],
)  # fmt: skip
def test_a_pipe_holds_nobody_up(tmp_path, ask):
    os.mkfifo(tmp_path / "status.json")
    assert isinstance(at_once(lambda: ask(tmp_path / "status.json")), OSError | BrokenRun)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_a_file_without_end_is_refused(tmp_path):
    (tmp_path / "a").symlink_to("/dev/zero")
    for ask in (read_json, whole_lines):
        with pytest.raises(BrokenRun, match="a device"):
            ask(tmp_path / "a")


def test_a_file_beyond_its_bound_is_not_read(tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(6_000_000_000)  # which takes no room on the disk
    for ask in (read_json, whole_lines):
        with pytest.raises(BrokenRun, match="more than"):
            ask(tmp_path / "big")
    (tmp_path / "fits").write_bytes(b"x" * 10)
    assert read_plain(tmp_path / "fits", most=10) == b"x" * 10
    with pytest.raises(NoPlainFile):
        read_plain(tmp_path / "fits", most=9)


def test_folders_and_nothing_are_what_they_were(tmp_path):
    assert read_json(tmp_path / "gone") is None
    assert whole_lines(tmp_path / "gone") == b""
    for ask in (read_json, whole_lines):
        with pytest.raises(BrokenRun, match="directory"):
            ask(tmp_path)
    with append_plain(tmp_path / "log") as file:
        file.write(b"one")
    with append_plain(tmp_path / "log") as file:
        file.write(b"two")
    assert (tmp_path / "log").read_bytes() == b"onetwo"


@pytest.mark.parametrize(
    "written",
    [b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 900 + b"1" + b"}" * 900,
     b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), b"1" * 400, b"1" * 5_000, b"-9223372036854775809",
     b'{"a": [9223372036854775808]}', rb'"\ud800"', rb'{"\uDFff": 1}', rb'["\ud83d x"]',
     b'"\xed\xa0\x80"', b"\xff", b"", b"{"],
    ids=lambda text: repr(text[:16]),
)  # fmt: skip
def test_json_that_no_writer_of_ours_makes_is_refused(written, tmp_path):
    (tmp_path / "status.json").write_bytes(written)
    with pytest.raises(BrokenRun, match=r"status\.json"):
        read_json(tmp_path / "status.json")


@pytest.mark.parametrize("seed", range(20))
def test_whatever_json_we_write_is_read_as_it_was(seed):
    random = np.random.default_rng([seed, 5])

    def drawn(depth: int):
        match int(random.integers(6 if depth < 8 else 4)):
            case 0:
                return int(random.integers(-(2**63), 2**63 - 1))
            case 1:
                return float(random.choice([0.5, -0.0, 1e300, np.inf]))
            case 2:
                return random.choice(["", "한글", "a\0b", '"\\ud83d', "😀", "[[[{{{"]).item()
            case 3:
                return [None, True, False][int(random.integers(3))]
            case 4:
                return [drawn(depth + 1) for _ in range(int(random.integers(4)))]
            case _:
                return {f"k{at}": drawn(depth + 1) for at in range(int(random.integers(4)))}

    for _ in range(20):
        value = drawn(0)
        for plain in (True, False):  # non-BMP signs are pairs of halves in the one
            assert plain_json(json.dumps(value, ensure_ascii=plain).encode()) == value
