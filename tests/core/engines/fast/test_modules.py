"""A module of compiled loops is taken whole, whoever else is taking it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.engines.fast.modules import _imported


def test_two_threads_that_take_a_module_at_once_both_get_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "unrolled_taken_at_once.py"
    path.write_text("import time\ntime.sleep(0.3)\nforward = 1\n", encoding="utf-8")

    def forward(_: int) -> object:
        return getattr(_imported(path), "forward", None)

    try:
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(forward, range(2))) == [1, 1]
    finally:
        sys.modules.pop(path.stem, None)
