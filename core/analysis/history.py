"""What did a run write while it trained, as numbers on one axis?

Batches and epochs stand on one axis: batch 30 of 120 in the third epoch is at 2.25, the end of the
third epoch at 3. So a point per batch and a point per epoch meet where they were measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, NDArray[np.float64]]
NORM = "norm/"


@dataclass(frozen=True, eq=False)
class History:
    """One run's numbers.

    Attributes:
        cell: of its recurrent layers; "" where nobody knows.
        batches: columns, each (batches,): epoch, batch, loss, metric, learning_rate, and `norm/…`
            for each layer with weights.
        epochs: columns, each (epochs,): epoch, loss, metric, validation_loss, validation_metric.
        per_epoch: batches of an epoch, 0 while that is unknown.
        best_epoch: counted from 1; None where there is no validation.
        stopped: whether patience ended it.
    """

    cell: str
    batches: Columns
    epochs: Columns
    per_epoch: int = 0
    best_epoch: int | None = None
    stopped: bool = False

    @classmethod
    def of(
        cls,
        batches: pd.DataFrame | None,
        epochs: pd.DataFrame,
        *,
        cell: str,
        per_epoch: int = 0,
        best_epoch: int | None = None,
        stopped: bool = False,
    ) -> History:
        """Take the columns of numbers out of the tables of a run; its batches may be left out."""
        return cls(
            cell=cell,
            batches={} if batches is None else _columns(batches, needed=("epoch", "batch")),
            epochs=_columns(epochs, needed=("epoch",)),
            per_epoch=per_epoch,
            best_epoch=best_epoch,
            stopped=stopped,
        )

    @property
    def places(self) -> NDArray[np.float64]:
        """Where each batch stands on the axis of epochs, (batches,)."""
        epoch, batch = column(self.batches, "epoch"), column(self.batches, "batch")
        most = max(self.per_epoch, int(batch[np.isfinite(batch)].max(initial=1)))
        return epoch - 1 + batch / most

    @property
    def ends(self) -> NDArray[np.float64]:
        """Where each epoch ends, (epochs,)."""
        return column(self.epochs, "epoch")

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers whose gradient was measured, first to last."""
        return tuple(name.removeprefix(NORM) for name in self.batches if name.startswith(NORM))

    @property
    def validated(self) -> bool:
        """Whether any epoch has a validation loss."""
        return bool(np.isfinite(column(self.epochs, "validation_loss")).any())


def column(columns: Columns, name: str) -> NDArray[np.float64]:
    """Return a column; one that is missing is all NaN, of the length of the others."""
    if name in columns:
        return columns[name]
    return np.full(max((each.size for each in columns.values()), default=0), np.nan)


def _columns(table: pd.DataFrame, *, needed: Collection[str]) -> Columns:
    """The numbers of a table, without rows that do not say where they belong."""
    import pandas as pd

    if not set(needed) <= set(table.columns):
        return {}
    plain = [name for name in table.columns if _is_plain(table[name])]
    found = table[plain].apply(pd.to_numeric, errors="coerce")
    # A file that was changed by hand may hold as an epoch what no picture has a place for.
    kept = np.isfinite(found[list(needed)].to_numpy(dtype=np.float64, na_value=np.nan)).all(axis=1)
    return {
        str(name): found[name].to_numpy(dtype=np.float64, na_value=np.nan)[kept] for name in plain
    }


def _is_plain(values: pd.Series) -> bool:
    """Whether a column holds single values, not the tables that an epoch also has."""
    return not any(isinstance(value, dict | list) for value in values)
