"""The data that a run keeps in its own folder: what its source reads by a name without a folder.

A run made anew from the settings of another needs these too, or it has nothing to learn from.
"""

from __future__ import annotations

from pathlib import Path

from core.training.config import RunConfig
from core.training.errors import BrokenRun


def given_files(config: RunConfig, folder: Path) -> dict[str, bytes]:
    """The files that the options of its source name and that lie in `folder`, by their names.

    Raises BrokenRun for one that cannot be read.
    """
    found: dict[str, bytes] = {}
    for value in config.data.options.values():
        if not isinstance(value, str) or Path(value).name != value:
            continue
        try:
            if (folder / value).is_file():
                found[value] = (folder / value).read_bytes()
        except (OSError, ValueError) as error:  # ValueError: characters that no path has
            raise BrokenRun(file=value, why=str(error)) from error
    return found
