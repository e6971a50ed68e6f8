"""A report as one HTML file: pictures, numbers, sentences, settings, versions; no network needed.

Plotly's script stands in it once (4.5 MB). What a reader wrote is text in it and never markup, and
a content security policy keeps the file from fetching anything, whatever it holds. Not chosen: PDF,
in which nothing can be hovered, zoomed or copied as a number.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import metadata
from typing import TYPE_CHECKING

from plotly.io import to_html
from plotly.offline import get_plotlyjs

from dashboard.figures import theme
from dashboard.figures.theme import Mode
from dashboard.i18n import t

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 500
"""Rows of a table in the file; a picture's own CSV has all of them."""
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
PACKAGES = ("numpy", "plotly", "streamlit")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One picture of a report, as it was when it was taken.

    Attributes:
        title: page, chart, model, text and step.
        words: what the picture shows, as a sentence.
        said: what the page said of it, "" where it said nothing.
        figure: the drawing as Plotly's JSON; "" for what is no chart.
        table: its numbers, as HTML.
        settings: names and values of what was chosen.
        link: to the page as it stood.
        digests: of the models it is about: what tells one's weights from another's.
    """

    title: str
    words: str
    said: str
    figure: str
    table: str
    settings: tuple[tuple[str, str], ...]
    link: str
    digests: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Characters that it takes."""
        return len(self.figure) + len(self.table) + len(self.words) + len(self.said)


def table_of(frame: pd.DataFrame) -> str:
    """Return a table as HTML, every cell as text, cut after MOST_ROWS, which it then says."""
    shown = frame.head(MOST_ROWS)
    written: str = shown.to_html(index=False, border=0, escape=True, float_format="{:.6g}".format)
    if len(frame) > len(shown):
        left = escape(t("report.rows", rows=len(frame), shown=len(shown)))
        written += f"<p class='note'>{left}</p>"
    return written


def page(entries: Sequence[Entry], *, title: str, made: str, language: str, mode: Mode) -> bytes:
    """Return the file. `made` says when it was made."""
    parts = [_part(entry, number=number) for number, entry in enumerate(entries, start=1)]
    contents = "".join(
        f"<li><a href='#picture-{number}'>{escape(entry.title)}</a></li>"
        for number, entry in enumerate(entries, start=1)
    )
    versions = " · ".join(f"{name} {escape(number)}" for name, number in _versions())
    return (
        f"<!doctype html><html lang='{escape(language)}'><head><meta charset='utf-8'>"
        f"<meta http-equiv='Content-Security-Policy' content=\"{_POLICY}\">"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_style(mode)}</style>"
        f"<script>{get_plotlyjs()}</script></head><body><main>"
        f"<header><h1>{escape(title)}</h1><p class='note'>{escape(made)}</p></header>"
        f"<nav><ol>{contents}</ol></nav>{''.join(parts)}"
        f"<footer class='note'>{escape(t('report.versions'))}: {versions}</footer>"
        "</main></body></html>"
    ).encode()


def _part(entry: Entry, *, number: int) -> str:
    drawn = ""
    if entry.figure:
        drawn = to_html(
            json.loads(entry.figure),
            config=theme.PLOT_CONFIG | {"responsive": True},
            include_plotlyjs=False,
            full_html=False,
            div_id=f"chart-{number}",
            validate=False,
        )
    said = f"<p>{escape(entry.said)}</p>" if entry.said else ""
    digests = [(t("report.digest"), digest) for digest in entry.digests]
    settings = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in (*digests, *entry.settings)
    )
    return (
        f"<section id='picture-{number}'><h2>{escape(entry.title)}</h2>{said}"
        f"<figure>{drawn}<figcaption>{escape(entry.words)}</figcaption></figure>"
        f"<details><summary>{escape(t('report.numbers'))}</summary>"
        f"<div class='wide'>{entry.table}</div></details>"
        f"<details><summary>{escape(t('report.settings'))}</summary><table>{settings}</table>"
        f"<p class='note'>{escape(entry.link)}</p></details></section>"
    )


def _versions() -> list[tuple[str, str]]:
    return [("Python", platform.python_version())] + [
        (package, metadata.version(package)) for package in PACKAGES
    ]


def _style(mode: Mode) -> str:
    surface = theme.SURFACE[mode]
    return (
        f"body {{ margin: 0; background: {surface.paper}; color: {surface.ink}; "
        f"font: 16px/1.5 {theme.FONT}; }} main {{ max-width: 1100px; margin: 0 auto; "
        "padding: 24px 16px 64px; } h1 { font-size: 1.8rem; margin: 0; } "
        "h2 { font-size: 1.15rem; margin: 2.5rem 0 0.5rem; overflow-wrap: anywhere; } "
        "figure { margin: 0; } a { color: inherit; } "
        f".note, figcaption {{ color: {surface.muted}; font-size: 0.875rem; "
        "overflow-wrap: anywhere; } summary { cursor: pointer; margin-top: 0.5rem; } "
        ".wide { overflow-x: auto; max-height: 28rem; } table { border-collapse: collapse; "
        "font-size: 0.8125rem; font-variant-numeric: tabular-nums; } th, td { text-align: left; "
        f"padding: 2px 12px 2px 0; border-bottom: 1px solid {surface.line}; "
        "overflow-wrap: anywhere; white-space: pre-wrap; }"
    )
