"""A batch of uneven texts, read without a mask and with one: states, or where the gradient falls.

For each text two strips over the same steps, units from the top down. A padded step is named by a
dot. Gradients are drawn as the length of what arrives at each step, in powers of ten; exactly zero
has no power and is left blank: with a mask those are the padded steps, all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import plotly.graph_objects as go

from core.analysis.masking import Batch, Read
from dashboard.figures import theme
from dashboard.figures.markup import plain, power, width
from dashboard.figures.picture import Picture, joined
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

What = Literal["states", "gradients"]
PAD = "·"
_STRIP, _SPACE = 56, 10  # pixels
_UPRIGHT, _ASLANT = 26, 54  # pixels that names take
_ROOM = 40  # letters that stand side by side on a narrow page
_UNITS = 24
_LONG = 9  # characters of a token


def masking(
    batch: Batch,
    *,
    tokens: Sequence[Sequence[str]],
    of: What = "states",
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw `of` a batch its hidden states, or the gradients of what was read.

    `tokens` are those of each text, made visible, without padding.
    """
    said = words(labels)
    reads = {"plain": batch.plain, "masked": batch.masked}
    named = [_placed(row, real) for row, real in zip(tokens, batch.real, strict=True)]

    def draw() -> go.Figure:
        return _drawn(batch, reads, named, of=of, said=said, mode=mode)

    def table() -> pd.DataFrame:
        return joined(
            [_columns(batch, named[at], at, said) for at in range(len(named))],
            titles=_titles(said),
        )

    def sentence() -> str:
        shares = batch.on_padding(batch.plain)
        longest = int(batch.padded.argmax())
        return said[f"masking.alt.{of}"].format(
            texts=len(named),
            steps=batch.real.shape[1],
            padded=int(batch.padded.sum()),
            text=" ".join(tokens[longest]),
            share=f"{shares[longest]:.0%}",
        )

    return Picture(draw, table, sentence)


def _placed(row: Sequence[str], real: np.ndarray) -> list[str]:
    """A name for each step, padded ones too."""
    words_left = iter(row)
    return [next(words_left) if there else PAD for there in real]


def _titles(said: Mapping[str, str]) -> list[str]:
    pairs = [
        f"{said[what]}, {said[f'masking.{how}']}"
        for what in ("masking.state", "masking.gradient")
        for how in ("plain", "masked")
    ]
    return [
        said["masking.text"],
        said["step"],
        said["masking.read"],
        said["masking.padded"],
        *pairs,
    ]


def _columns(
    batch: Batch, names: Sequence[str], at: int, said: Mapping[str, str]
) -> dict[str, object]:
    time = len(names)
    reads = (batch.plain, batch.masked)
    states = [np.linalg.norm(read.states[at].astype(np.float64), axis=-1) for read in reads]
    values = [
        np.full(time, at + FIRST),
        np.arange(time) + FIRST,
        ["" if not real else name for name, real in zip(names, batch.real[at], strict=True)],
        ~batch.real[at],
        *states,
        *(read.sizes[at] for read in reads),
    ]
    return dict(zip(_titles(said), values, strict=True))


def _drawn(
    batch: Batch,
    reads: Mapping[str, Read],
    named: Sequence[Sequence[str]],
    *,
    of: What,
    said: Mapping[str, str],
    mode: Mode,
) -> go.Figure:
    texts, time = batch.real.shape
    shown = {how: _shown(read, of) for how, read in reads.items()}
    longest = max(width(name[:_LONG]) + 1 for row in named for name in row)
    slanted = time * longest > _ROOM
    above = _ASLANT if slanted else _UPRIGHT
    each = above + 2 * _STRIP + _SPACE
    inside = texts * each
    layout: dict[str, Any] = {
        "height": inside + 40,
        "margin": {"l": 76, "r": 8, "t": 6, "b": 34},
        "coloraxis": _colours(shown, of, mode),
        "xaxis": {"range": [0.5, time + 0.5], "showgrid": False, "title": {"text": said["step"]},
                  "anchor": "free", "position": 0, "dtick": max(1, time // 12)},
    }  # fmt: skip
    notes, strips = [], []
    for row in range(texts):
        top = 1 - row * each / inside
        notes += _names(
            named[row], batch.real[row], low=top - above / inside, mode=mode, slanted=slanted
        )
        for place, how in enumerate(reads):
            high = top - (above + place * _STRIP) / inside
            axis = 2 * row + place + 1
            number = "" if axis == 1 else str(axis)
            values = shown[how][row].T
            layout[f"yaxis{number}"] = {
                "domain": [high - (_STRIP - 4) / inside, high], "visible": False,
                "autorange": "reversed", "fixedrange": True,
            }  # fmt: skip
            strips.append(
                go.Heatmap(
                    x=np.arange(time) + FIRST,
                    z=values.astype(np.float32),
                    customdata=np.tile(_hovers(named[row], said), (len(values), 1)),
                    yaxis=f"y{number}",
                    coloraxis="coloraxis",
                    name=said[f"masking.{how}"],
                    hoverongaps=False,
                    hovertemplate=_hover(said, how, of),
                    xgap=1,
                )
            )
            notes.append(
                {"text": said[f"masking.{how}"], "xref": "paper", "x": 0, "xanchor": "right",
                 "xshift": -6, "yref": "paper", "y": high - _STRIP / 2 / inside,
                 "yanchor": "middle", "showarrow": False,
                 "font": {"size": 12, "color": theme.SURFACE[mode].muted}}
            )  # fmt: skip
    return theme.apply(go.Figure(strips, layout | {"annotations": notes}), mode)


def _shown(read: Read, of: What) -> np.ndarray:
    """What is coloured, (batch, time, rows): units, or one row of powers of ten."""
    if of == "states":
        return np.asarray(read.states[..., :_UNITS])
    sizes = read.sizes[..., None]
    return np.log10(sizes, out=np.full_like(sizes, np.nan), where=sizes > 0)


def _colours(shown: Mapping[str, np.ndarray], of: What, mode: Mode) -> dict[str, Any]:
    """One scale for all strips: equal colours are equal numbers."""
    values = np.concatenate([np.ravel(each) for each in shown.values()])
    known = values[np.isfinite(values)]
    if of == "states":
        reach = max(1.0, float(np.abs(known).max(initial=0)))
        return {"colorscale": theme.scale("hidden", mode), "cmin": -reach, "cmax": reach,
                "colorbar": {"thickness": 8}}  # fmt: skip
    low, high = (np.floor(known.min()), np.ceil(known.max())) if known.size else (-1.0, 0.0)
    ticks = np.unique(np.linspace(low, high, 4).round())
    bar = {"thickness": 8, "tickvals": ticks, "ticktext": [power(tick) for tick in ticks]}
    return {"colorscale": theme.scale("gradient", mode, kind="sequential"),
            "cmin": low, "cmax": max(high, low + 1), "colorbar": bar}  # fmt: skip


def _hovers(names: Sequence[str], said: Mapping[str, str]) -> np.ndarray:
    """What hover calls each step."""
    places = [
        f"{plain(name, most=14)} · {said['step']} {at + FIRST}" for at, name in enumerate(names)
    ]
    return np.array(places, dtype=object)[None]


def _hover(said: Mapping[str, str], how: str, of: What) -> str:
    head = f"%{{customdata}} · {said[f'masking.{how}']}<br>"
    if of == "states":
        return f"{head}{said['unit']} %{{y}}: <b>%{{z:.4f}}</b><extra></extra>"
    return f"{head}{said['masking.gradient']}: <b>10<sup>%{{z:.2f}}</sup></b><extra></extra>"


def _names(
    names: Sequence[str], real: np.ndarray, *, low: float, mode: Mode, slanted: bool
) -> list[dict[str, Any]]:
    """The tokens above a text's strips, padding paler; long ones stand aslant."""
    surface, read = theme.SURFACE[mode], theme.colour("from_input", mode)
    return [
        {"text": plain(name, most=_LONG), "x": at + FIRST, "xref": "x", "y": low, "yref": "paper",
         "yanchor": "bottom", "xanchor": "left" if slanted and there else "center",
         "xshift": -6 if slanted and there else 0, "textangle": -40 if slanted and there else 0,
         "showarrow": False, "name": "token",
         "font": {"size": 12, "color": read if there else surface.muted}}
        for at, (name, there) in enumerate(zip(names, real, strict=True))
    ]  # fmt: skip
