"""A server for several people, say a class: whose runs are whose, and how much each may have.

On one person's own machine nothing here is set. On a server, a proxy in front of it asks people who
they are and puts the name into a header of each request; `UNROLLED_USER_HEADER` says which header.
Runs and kept models are then each reader's own, in a folder of theirs. Nobody is authenticated
here, and no password is seen: the proxy does that, and must set the header itself, whatever the
browser sent.

| variable | meaning | if not set |
| --- | --- | --- |
| UNROLLED_USER_HEADER | the header with the reader's name | one reader, who has all runs |
| UNROLLED_RUNS_AT_ONCE | runs that train at the same time, all readers together | cores less one |
| UNROLLED_RUNS_EACH | the same for one reader | 1 |
| UNROLLED_MODELS_EACH | models that a session holds in memory; the oldest goes | 8 |
| UNROLLED_MEGABYTES_EACH | what they may weigh together | 256 |
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.training.errors import WrongSetting

READERS = ".readers"
"""The folder in that of all runs which holds a folder for each reader."""
MOST = 1_000_000
_HEADER = re.compile(r"[0-9A-Za-z-]{1,100}")


@dataclass(frozen=True)
class Rules:
    """What holds for each reader of this server; `user_header` is "" where there is but one."""

    user_header: str
    runs_at_once: int
    runs_each: int
    models_each: int
    megabytes_each: int


def rules(environment: Mapping[str, str] | None = None) -> Rules:
    """Those that the environment sets. Raises WrongSetting for a value that means nothing."""
    found = os.environ if environment is None else environment
    header = found.get("UNROLLED_USER_HEADER", "").strip()
    if header and not _HEADER.fullmatch(header):
        expected = "the name of a header, such as X-Forwarded-User"
        raise WrongSetting(setting="UNROLLED_USER_HEADER", found=header, expected=expected)
    return Rules(
        user_header=header,
        runs_at_once=_count(found, "UNROLLED_RUNS_AT_ONCE", default=spare_cores()),
        runs_each=_count(found, "UNROLLED_RUNS_EACH", default=1),
        models_each=_count(found, "UNROLLED_MODELS_EACH", default=8),
        megabytes_each=_count(found, "UNROLLED_MEGABYTES_EACH", default=256),
    )


def _count(environment: Mapping[str, str], name: str, *, default: int) -> int:
    written = environment.get(name, "").strip()
    if not written:
        return default
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= MOST):
        expected = f"a whole number from 1 to {MOST:,}"
        raise WrongSetting(setting=name, found=written, expected=expected)
    return int(written)


def spare_cores() -> int:
    """How many runs train at once unless somebody says otherwise: one core is left to readers."""
    return max(1, (os.cpu_count() or 1) - 1)


def folder_of(reader: str, *, among: Path) -> Path:
    """The folder of a reader's runs, `among` those of all.

    A name may hold anything, so the folder's is made of what is harmless in it, and of a digest
    that tells apart what looks alike, on disks that do not tell "Kim" from "kim" too.
    """
    harmless = re.sub(r"[^0-9a-z]+", "-", reader.lower()).strip("-")[:40]
    digest = hashlib.sha256(reader.encode()).hexdigest()[:16]
    return among / READERS / (f"{harmless}-{digest}" if harmless else digest)


def base_of(folder: Path) -> Path:
    """Where the runs of all readers are, given the folder of one; the folder itself, if not so."""
    return folder.parent.parent if folder.parent.name == READERS else folder
