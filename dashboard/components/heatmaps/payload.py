"""How do the heatmaps travel to the browser? As one run of bytes, headed by a little JSON.

    4 bytes  length of the header, little-endian
    header   JSON in ASCII: tokens, titles, words, colours, and where each array begins
    tables   one per colour scale: 256 entries of red, green, blue, opacity, a byte each
    arrays   16-bit counts, little-endian: values (units, time) from the top row to the bottom one,
             then pre-activations in the same order, then means (time,), then strips (time,)

Positions are in bytes from the end of the header. Six panels of 256 units over 500 steps with
pre-activations take 3.1 MB; as JSON they took 15. The header carries a digest of everything, by
which the browser knows what it already has. Not chosen: Arrow, which the component would have to
bring a reader for.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.components.heatmaps.quantity import quantise
from dashboard.components.heatmaps.scene import Column, Palette, Panel, Stops, Strip
from dashboard.figures.steps import FIRST

LEVELS = 256

WORDS = (
    "label",
    "role",
    "tools",
    "tokens",
    "step",
    "at_step",
    "unit",
    "value",
    "preactivation",
    "mean",
    "unknown",
    "masked",
    "missing",
    "zoom_in",
    "zoom_out",
    "reset",
    "png",
    "svg",
    "hint",
)
"""Every word in the picture that is not data; the strings of the section `heatmaps`."""


def pack(
    columns: Sequence[Column],
    *,
    key: str,
    palette: Palette,
    words: Mapping[str, str],
    file_name: str = "heatmaps",
    caption: str = "",
    first: int = FIRST,
    panel_height: int | None = None,
    paints: bool = False,
) -> bytes:
    """The bytes that draw `columns`; equal arguments give equal bytes.

    `paints` says whether rectangles can be drawn out in the heatmaps; `first` is the number shown
    for step 0; `caption` stands under the picture where it is taken
    away, with the step behind it, which the file's name bears too. Raises ValueError when shapes
    do not fit one another, a scale is empty, or a word is missing.
    """
    absent = sorted(set(WORDS) - words.keys())
    if absent:
        raise ValueError(f"words lack {', '.join(absent)}")
    store = _Store()
    header: dict[str, Any] = {
        "key": key,
        "palette": asdict(palette),
        "words": {name: words[name] for name in WORDS},
        "file": file_name,
        "caption": caption,
        "first": first,
        "panelHeight": panel_height,
        "paints": paints,
        "columns": [_column(column, store) for column in columns],
    }
    body = store.body()
    plain = _dump(header)
    header["digest"] = hashlib.blake2b(plain + body, digest_size=16).hexdigest()
    head = _dump(header)
    return struct.pack("<I", len(head)) + head + body


def panels_in(packed: bytes) -> int:
    """How many panels stand below one another in the bytes that `pack` made."""
    (length,) = struct.unpack_from("<I", packed)
    columns = json.loads(packed[4 : 4 + length])["columns"]
    return max((len(column["panels"]) for column in columns), default=0)


def _dump(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, separators=(",", ":"), allow_nan=False).encode("ascii")


class _Store:
    """The part after the header: arrays, each beginning at an even byte, equal tables once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0
        self._tables: dict[bytes, int] = {}

    def table(self, stops: Stops) -> int:
        raw = colour_table(stops).tobytes()
        if raw not in self._tables:
            self._tables[raw] = self._add(raw)
        return self._tables[raw]

    def quantity(self, values: NDArray[Any], *, span: float = 0.0) -> dict[str, float | int]:
        found = quantise(values, span=span)
        return {
            "at": self._add(found.counts.astype("<u2", copy=False).tobytes()),
            "origin": found.origin,
            "step": found.step,
            "decimals": found.decimals,
            "exponent": found.exponent,
        }

    def _add(self, raw: bytes) -> int:
        start = self._length
        self._parts.append(raw)
        self._length += len(raw)
        return start

    def body(self) -> bytes:
        return b"".join(self._parts)


def _column(column: Column, store: _Store) -> dict[str, Any]:
    steps = len(column.tokens)
    if steps == 0:
        raise ValueError(f"column '{column.key}' has no tokens")
    return {
        "key": column.key,
        "title": column.title,
        "tokens": list(column.tokens),
        "unknown": _flags(column.unknown, steps=steps, what=f"{column.key}: unknown"),
        "masked": _flags(column.masked, steps=steps, what=f"{column.key}: masked"),
        "strip": None if column.strip is None else _strip(column.strip, steps, store),
        "panels": [_panel(panel, steps, store) for panel in column.panels],
    }


def _flags(flags: Sequence[bool] | NDArray[Any], *, steps: int, what: str) -> list[int]:
    """The steps that are flagged."""
    if len(flags) not in (0, steps):
        raise ValueError(f"{what} has {len(flags)} flags for {steps} tokens")
    return [step for step, flag in enumerate(flags) if flag]


def _strip(strip: Strip, steps: int, store: _Store) -> dict[str, Any]:
    values = np.asarray(strip.values)
    if values.shape != (steps,):
        raise ValueError(f"the strip '{strip.title}' has shape {values.shape} for {steps} tokens")
    span = _span(strip.title, low=strip.low, high=strip.high)
    return {
        "title": strip.title,
        "accent": strip.accent,
        "low": float(strip.low),
        "high": float(strip.high),
        "table": store.table(strip.colours),
        "values": store.quantity(values, span=span),
    }


def _panel(panel: Panel, steps: int, store: _Store) -> dict[str, Any]:
    values = np.asarray(panel.values)
    if values.ndim != 2 or values.shape[0] != steps or values.shape[1] == 0:
        raise ValueError(
            f"panel '{panel.key}' has shape {values.shape}; expected (time, units) = ({steps}, n)"
        )
    units = values.shape[1]
    order = np.arange(units) if panel.order is None else np.asarray(panel.order)
    if not np.array_equal(np.sort(order), np.arange(units)):
        raise ValueError(f"the order of panel '{panel.key}' does not name each of {units} units")
    before = None if panel.preactivations is None else np.asarray(panel.preactivations)
    if before is not None and before.shape != values.shape:
        raise ValueError(
            f"pre-activations of panel '{panel.key}' have shape {before.shape}, its values have "
            f"{values.shape}"
        )
    span = _span(panel.key, low=panel.low, high=panel.high)
    return {
        "key": panel.key,
        "title": panel.title,
        "accent": panel.accent,
        "low": float(panel.low),
        "high": float(panel.high),
        "units": units,
        "order": order.tolist(),
        "table": store.table(panel.colours),
        "values": store.quantity(values.T[order], span=span),
        "preactivations": None if before is None else store.quantity(before.T[order]),
        "mean": store.quantity(_mean(values), span=span) if panel.mean else None,
        "marks": [] if panel.marked is None else rectangles(np.asarray(panel.marked).T[order]),
    }


def rectangles(marked: NDArray[Any]) -> list[list[int]]:
    """Rectangles that cover what is true in (rows, steps): first step, end, first row, end.

    Equal runs of steps in rows that follow one another are one rectangle.
    """
    found: list[list[int]] = []
    open_at: dict[tuple[int, int], list[int]] = {}
    for row, flags in enumerate(marked):
        edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
        runs = [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
        going = {run: open_at.get(run) or [*run, row, row] for run in runs}
        for run, place in going.items():
            place[3] = row + 1
            if run not in open_at:
                found.append(place)
        open_at = going
    return found


def _span(what: str, *, low: float, high: float) -> float:
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise ValueError(f"the scale of '{what}' runs from {low} to {high}")
    return float(high) - float(low)


def _mean(values: NDArray[Any]) -> NDArray[np.float64]:
    """The mean over units of what is finite, (time,); missing where nothing is."""
    finite = np.isfinite(values)
    total = np.where(finite, values, 0.0).sum(axis=1, dtype=np.float64)
    count = finite.sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def colour_table(stops: Stops) -> NDArray[np.uint8]:
    """256 entries (256, 4) of red, green, blue, opacity, linear between the stops."""
    pairs = [
        stop if isinstance(stop, tuple) else (i / max(len(stops) - 1, 1), stop)
        for i, stop in enumerate(stops)
    ]
    if not pairs:
        raise ValueError("a colour scale needs at least one colour")
    places = [place for place, _ in pairs]
    colours = np.array([_channels(colour) for _, colour in pairs], dtype=np.float64)
    at = np.linspace(0.0, 1.0, LEVELS)
    table = np.full((LEVELS, 4), 255, dtype=np.uint8)
    for channel in range(3):
        table[:, channel] = np.rint(np.interp(at, places, colours[:, channel]))
    return table


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6:
        raise ValueError(f"'{colour}' is not a hex colour such as #1f77b4")
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
