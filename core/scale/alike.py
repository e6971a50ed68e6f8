"""Are scheduler and workers what this process is? Else nothing is given to them, in words.

A worker without this project would end when it is sent a task, and so would the next one; one with
other code would answer, and perhaps something else. So each worker is asked once: whether it has
this package, by a function of Python's own, which it has in any case; then for a digest of the
code. Cost: a tenth of a second for each worker. Not chosen: the version's number, which stays for
as long as nobody counts it up.
"""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from core.scale.errors import OtherScheduler, UnfitWorker

LIBRARY = "distributed"
ABSENT = "this project is not installed there"
OTHER = "it has another version of this project"


@cache
def code() -> str:
    """A digest of all of core's source, as this process found it."""
    root = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        found.update(file.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def check_scheduler(client: Any, *, address: str) -> None:
    """Raises OtherScheduler where it runs another version of Dask than this process."""
    told = client.get_versions()
    found, own = (told[side]["packages"].get(LIBRARY) for side in ("scheduler", "client"))
    if found != own:
        raise OtherScheduler(address=address, library=LIBRARY, found=found, own=own)


def check_workers(client: Any, names: Collection[str]) -> set[str]:
    """The workers, among those of these addresses, that do tasks as this process would.

    One that went away meanwhile is not among them. Raises UnfitWorker.
    """
    if not names:
        return set()
    asked = {"workers": list(names), "on_error": "return"}
    there = client.run(pkgutil.get_data, "core.scale", "alike.py", **asked)
    for name, answer in there.items():
        if answer is None or isinstance(answer, ImportError):
            raise UnfitWorker(worker=name, why=ABSENT)
    own = Path(__file__).read_bytes()
    same = [name for name, answer in there.items() if answer == own]
    for name, answer in there.items():
        if isinstance(answer, bytes) and answer != own:
            raise UnfitWorker(worker=name, why=OTHER)
    told = client.run(code, **(asked | {"workers": same})) if same else {}
    for name, answer in told.items():
        if isinstance(answer, str) and answer != code():
            raise UnfitWorker(worker=name, why=OTHER)
    return {name for name, answer in told.items() if isinstance(answer, str)}
