"""What a run wrote line by line, as tables; damaged lines are left out.

pandas takes a second to import, so it is asked for where a table is wanted, and not before.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from core.training.errors import BrokenRun
from core.training.files import epoch_of_batch, read_json_lines, whole_lines

if TYPE_CHECKING:
    import pandas as pd


def read_batches(path: Path) -> pd.DataFrame:
    """The rows of a `batches.csv`. Raises BrokenRun."""
    import pandas as pd
    from pandas.api.types import is_numeric_dtype

    content = whole_lines(path)
    if not content:
        return pd.DataFrame(columns=["epoch", "batch", "loss", "metric"])
    if not content.startswith(b"epoch,batch,"):
        raise BrokenRun(file=path.name, why="its first line names no columns")
    try:
        found = pd.read_csv(io.BytesIO(content))
        if all(is_numeric_dtype(kind) for kind in found.dtypes):
            return found
    except ValueError:  # pandas' ParserError is one
        pass
    names, *lines = content.splitlines()
    whole = [line for line in lines if epoch_of_batch(line, names) is not None]
    return pd.read_csv(io.BytesIO(b"\n".join([names, *whole, b""])))


def read_epochs(path: Path) -> pd.DataFrame:
    """The rows of an `epochs.jsonl`. Raises BrokenRun."""
    import pandas as pd

    return pd.DataFrame(read_json_lines(path))
