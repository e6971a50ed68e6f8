"""What a figure answers: a drawing, its numbers, and the same in words, all of the same arrays.

Each of the three is made when it is first asked for: a page draws, and makes the table of a reader
who wants it. A notebook shows the drawing, and its words where it cannot. `frame` and `joined` make
tables; they import pandas when they are asked, because no picture needs it, and it takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, object]


class Picture:
    """One picture of some data.

    Attributes:
        draw: the drawing, a Plotly figure; of equations, their lines.
        table: the numbers in it, its twin for those who cannot see it or want to copy from it.
        words: what it shows, as a sentence.
    """

    def __init__(
        self,
        draw: Callable[[], go.Figure],
        table: Callable[[], pd.DataFrame],
        words: Callable[[], str],
    ) -> None:
        self._draw, self._table, self._words = draw, table, words

    @cached_property
    def draw(self) -> go.Figure:
        """The drawing."""
        return self._draw()

    @cached_property
    def table(self) -> pd.DataFrame:
        """The numbers."""
        return self._table()

    @cached_property
    def words(self) -> str:
        """The sentence."""
        return self._words()

    def __repr__(self) -> str:
        return f"Picture({self.words!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """What Jupyter shows."""
        return {"text/plain": self.words, **self.draw._repr_mimebundle_(**kwargs)}


def frame(columns: Columns) -> pd.DataFrame:
    """Return columns of equal length, by their titles, as a table."""
    import pandas as pd

    return pd.DataFrame(columns)


def joined(parts: Sequence[Columns], *, titles: Sequence[str]) -> pd.DataFrame:
    """Return tables under one another, with these columns also where there is no part."""
    import pandas as pd

    if not parts:
        return pd.DataFrame(columns=list(titles))
    return pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)[list(titles)]
