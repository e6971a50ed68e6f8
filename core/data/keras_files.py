"""Keras's data files: downloaded once, into Keras's own cache, where Keras finds them as well.

From the address that Keras has them at, held to the hashes that Keras holds them to. Not chosen:
`keras.utils.get_file`, whose progress goes to the terminal only, whose failures are bare
exceptions, and which needs TensorFlow to be loaded first.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from core.data.errors import DownloadFailed

ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
HASHES = {
    "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",
    "reuters.npz": "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    "reuters_word_index.json": "4d44cc38712099c9e383dc6e5f11a921",
}
"""SHA-256, or MD5 where that is all that Keras gives."""
SIZES = {
    "imdb.npz": 17_464_789,
    "imdb_word_index.json": 1_641_221,
    "reuters.npz": 2_110_848,
    "reuters_word_index.json": 550_378,
}
"""Bytes, so that whoever is about to download can be told how much it is."""

AT_ONCE = 1 << 18
MOST_BYTES = 1 << 28
SECONDS = 30.0


def cache() -> Path:
    """The folder in which Keras keeps data sets."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"


def missing(names: Iterable[str], *, folder: Path | None = None) -> tuple[str, ...]:
    """Those of some files that are not in a folder, or in the cache if none is named.

    Whether they are whole is seen when they are read.
    """
    folder = cache() if folder is None else folder

    def is_there(name: str) -> bool:
        try:
            return (folder / name).is_file()
        except OSError:  # a folder that may not be looked into
            return False

    return tuple(name for name in names if not is_there(name))


def fetched(
    name: str,
    report: Callable[[float], None],
    *,
    address: str = ADDRESS,
    hashed: str | None = None,
) -> Path:
    """The file of that name in the cache, downloaded if it is not there or has another hash.

    Args:
        name: one of `HASHES`.
        report: called with the share that has come, from 0 to 1.
        address: what the name is appended to.
        hashed: the hash of the file; Keras's if None.

    Raises:
        DownloadFailed: when it cannot be had, or is another file than expected.
    """
    hashed = HASHES[name] if hashed is None else hashed
    file = cache() / name
    try:
        if file.is_file() and _hash(file, hashed) == hashed:
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that it can be put there in one step, whole or not at all.
        with NamedTemporaryFile(dir=file.parent, prefix=f"{name}.", delete=False) as part:
            try:
                _download(address + name, part, report)
                if _hash(Path(part.name), hashed) != hashed:
                    why = "what came is not the file that Keras offers"
                    raise DownloadFailed(file=name, address=address + name, why=why)
                Path(part.name).replace(file)
            except BaseException:
                with suppress(OSError):
                    Path(part.name).unlink()
                raise
    except (OSError, HTTPException) as error:
        raise DownloadFailed(file=name, address=address + name, why=_why(error)) from error
    return file


def _why(error: Exception) -> str:
    """What stopped a download, in the system's words alone: `[Errno 111] Connection refused`."""
    if isinstance(error, URLError) and not isinstance(error, HTTPError):
        return str(error.reason)
    return str(error)


def _download(address: str, part: IO[bytes], report: Callable[[float], None]) -> None:
    with urlopen(address, timeout=SECONDS) as answer:
        total = int(answer.headers.get("Content-Length") or 0)
        come = 0
        while (chunk := answer.read(AT_ONCE)) and come <= MOST_BYTES:
            part.write(chunk)
            come += len(chunk)
            report(min(come / total, 1.0) if total else 0.0)
    part.flush()


def _hash(file: Path, like: str) -> str:
    # MD5 has 32 digits; here it is to find damage, not malice: what is read is never run.
    made = hashlib.md5(usedforsecurity=False) if len(like) == 32 else hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(AT_ONCE):
            made.update(chunk)
    return made.hexdigest()
