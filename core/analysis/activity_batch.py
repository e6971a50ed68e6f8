"""One batch of texts read for `core.analysis.activity`, here or by whoever works for `core.scale`.

A worker gets the model as the bytes of its file, so it needs no folder in common with whoever asks;
it unpacks a model once, however many batches come. Cost: those bytes with every batch, less than
what a batch brings back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.engines import record
from core.errors import StatesOverflow, UnknownName, UnsupportedModel
from core.model import Model
from core.nodes import LayerTrace
from core.scale import Scale
from core.trace import Trace

MOST_CLASSES = 12
_KEPT = 4
"""Models that a worker keeps unpacked: scrambled ones come in turn, and do not come back."""
Bounds = tuple[float | None, float | None]


def batches_read(
    model: Model,
    batches: Iterable[NDArray[np.int64]],
    *,
    layer: int,
    quantity: str,
    by: Scale | None,
    total: int | None = None,
) -> Iterator[Mapping[str, Any]]:
    """What `read_batch` answers for each of some batches of ids, (texts, time), in their order.

    `by` does them, this process where there is none. Raises as `read_batch`, and as `Scale.map`.
    """
    if by is None:
        for ids in batches:
            yield _read(model, ids, layer=layer, quantity=quantity)
        return
    file = BytesIO()
    model.save(file)
    asked = {"model": file.getvalue(), "layer": layer, "quantity": quantity}
    items = ({**asked, "ids": ids} for ids in batches)
    for result in by.map(read_batch, items, total=total):
        yield result.value


def read_batch(
    *, model: bytes, ids: NDArray[np.int64], layer: int, quantity: str
) -> dict[str, Any]:
    """One quantity of one layer at every step of texts of one length.

    `values` (texts, time, units), float32; `answers` (texts, time) or (texts, 1), the class that
    the model named, None where it names none; `bounds` of the values. Raises StatesOverflow,
    UnknownName and UnsupportedModel.
    """
    return _read(_unpacked(model), ids, layer=layer, quantity=quantity)


@lru_cache(maxsize=_KEPT)
def _unpacked(model: bytes) -> Model:
    return Model.load(BytesIO(model))


def _read(model: Model, ids: NDArray[np.int64], *, layer: int, quantity: str) -> dict[str, Any]:
    trace = record(model, ids)
    run = trace.layers[layer]
    if trace.overflow is not None:
        raise StatesOverflow(step=trace.overflow + 1, cell=run.cell)
    if quantity not in run.arrays:
        raise UnknownName(kind="quantity", found=quantity, known=", ".join(run.arrays))
    found = run.arrays[quantity]
    if found.shape[1] != trace.time:
        raise UnsupportedModel(what=run.name, why="its steps are not those of the tokens")
    return {
        "values": found.astype(np.float32, copy=False),
        "answers": _answers(model, trace) if classes_told(model) else None,
        "bounds": _bounds(run, quantity),
    }


def _bounds(run: LayerTrace, quantity: str) -> Bounds:
    kind, name = quantity.split("/", 1)
    if kind == "gates":
        return cells.get(run.cell).bounds(name, run.kernels)
    bounded = run.kernels.activation.name in ("tanh", "softsign", "sigmoid")
    return (-1.0, 1.0) if name == "hidden" and bounded else (None, None)


def classes_told(model: Model) -> int:
    """How many classes the model tells apart; 0 where it does not answer in few of them."""
    if model.readout is None or model.outputs > MOST_CLASSES:
        return 0
    return 2 if model.outputs == 1 and model.activation == "sigmoid" else model.outputs


def _answers(model: Model, trace: Trace) -> NDArray[np.int64]:
    """The class that is named at each step, (batch, time), or once, (batch, 1)."""
    outputs = trace.outputs if trace.outputs.ndim == 3 else trace.outputs[:, None]
    named = outputs[..., 0] > 0.5 if model.outputs == 1 else outputs.argmax(axis=-1)
    return named.astype(np.int64)
