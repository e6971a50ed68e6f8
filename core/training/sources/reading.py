"""A user's file as text."""

from __future__ import annotations

from core.text import decode
from core.text.errors import FileTooLarge, WrongEncoding
from core.training.sources.errors import FolderWanted, UnreadableFile
from core.training.sources.source import Setting
from core.typed_paths import typed_path

MOST_BYTES = 200_000_000
"""More than a page takes: a run is a process of its own."""


def text_of(file: str, encoding: str, setting: Setting) -> str:
    """All of a file as text.

    Args:
        file: its path; a relative one begins at the setting's folder.
        encoding: one of `core.text.ENCODINGS`, or "" to find out; where one is named, a few bytes
            that do not fit it are passed over, as `decode` does.
        setting: of the run.

    Raises:
        UnreadableFile: when it is not there, or may not be read.
        FileTooLarge, EmptyFile, NotText, WrongEncoding, UnknownEncoding: see `core.text.decode`.
    """
    return decoded(bytes_of(file, setting), encoding)


def bytes_of(file: str, setting: Setting) -> bytes:
    """All of a file. Raises UnusablePath, UnreadableFile and FileTooLarge."""
    path = typed_path(file, base=setting.folder)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileTooLarge(found=size, limit=MOST_BYTES)
        return path.read_bytes()
    except OSError as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableFile(file=file, why=why) from error


def decoded(data: bytes, encoding: str) -> str:
    """Bytes as text, as `text_of` reads them. Raises what `core.text.decode` raises."""
    found = decode(data, encoding or None, limit=MOST_BYTES)
    damage = found.damage
    if damage is not None and not encoding:
        # To learn from what is left is for the user to decide, by naming the encoding.
        raise WrongEncoding(encoding=found.encoding, position=damage.position, byte=damage.byte)
    return found.text


def wanted_text(folder: str, file: str, setting: Setting) -> str:
    """All of a file of a folder that has to be named, as text.

    Raises:
        FolderWanted: where none is named, or it lacks the file; and what `text_of` raises.
    """
    path = typed_path(folder, base=setting.folder) / file
    if not folder or not path.is_file():
        raise FolderWanted(names=file)
    return text_of(str(path.absolute()), "utf-8", setting)
