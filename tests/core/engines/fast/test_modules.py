"""A module of compiled loops is taken whole, whoever else is taking it."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.engines.fast.modules import _imported


def test_two_threads_that_take_a_module_at_once_both_get_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "unrolled_taken_at_once.py"
    path.write_text("import time\ntime.sleep(0.3)\nforward = 1\n", encoding="utf-8")
    try:
        with ThreadPoolExecutor(2) as pool:
            taken = list(pool.map(_imported, [path, path]))
        assert [module.__dict__.get("forward") for module in taken] == [1, 1]
        assert taken[0] is taken[1]
    finally:
        sys.modules.pop(path.stem, None)
