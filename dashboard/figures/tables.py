"""The numbers of a picture as a pandas table: for its twin on the page, and for CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, object]


def frame(columns: Columns) -> pd.DataFrame:
    """Return columns of equal length, by their titles, as a table."""
    import pandas as pd  # here, because no picture needs it, and it takes long to import

    return pd.DataFrame(columns)


def joined(parts: Sequence[Columns], *, titles: Sequence[str]) -> pd.DataFrame:
    """Return tables under one another, with these columns also where there is no part."""
    import pandas as pd

    if not parts:
        return pd.DataFrame(columns=list(titles))
    return pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)[list(titles)]
