"""How the columns of a series are scaled before a model reads them: by hand, or from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import CoreError
from core.model import Model
from core.text import Affine, Measured, NotAScaler, PickledScaler, Scaling, read_scaler
from core.text.scaling import LINES
from dashboard import cache, state
from dashboard.i18n import labels, t
from dashboard.widgets.problem import plain, problem

HOW = ("none", "standard", "range", "hand", "file")
LARGE = 20.0
"""Numbers beyond it are hardly ever what a network has learned from."""
MEGABYTES = 1
_HOW, _OF = "scaled how", "scaled of"


def pick_scaling(model: Model, text: str) -> None:
    """Draw the choice, and the numbers that each column is moved and divided by."""
    try:
        encoded = cache.encoded(text, model)
    except CoreError:  # said where the text is read
        return
    if not isinstance(encoded, Measured):
        return
    scaling, key = chosen_scaling(), cache.digest(text)
    icon = ":material/check:" if scaling.columns else ":material/straighten:"
    with st.popover(t("series.scaling"), icon=icon, key="scaling"):
        st.caption(t("series.scaling.help"))
        how = st.selectbox(
            t("series.scaling.how"),
            HOW,
            index=HOW.index(_known(scaling)),
            format_func=labels("series", "scaling.of").__getitem__,
            key=f"scaling-how-{key[:12]}",
        )
        if how == "file":
            _from_file(encoded)
        elif how != _known(scaling) or not _holds(how, scaling, encoded, key):
            state.remember(_OF, key)
            kept = how == "hand" and _covers(scaling, encoded)
            _take(how, scaling if kept else _of(how, encoded))
        if scaling.columns and how != "none":
            _by_hand(scaling)


def chosen_scaling() -> Scaling:
    """Return what the reader has chosen; no column is scaled as long as nobody has."""
    return Scaling.from_text(state.get(state.SCALING) or "")


def _known(scaling: Scaling) -> str:
    return str(state.recall(_HOW, "file")) if scaling.columns else "none"


def _holds(how: str, scaling: Scaling, encoded: Measured, key: str) -> bool:
    """Whether what was chosen is still what it is called: of another series, means are others."""
    if how == "none":
        return True
    of_this = how == "hand" or state.recall(_OF) == key
    return of_this and _covers(scaling, encoded)


def _covers(scaling: Scaling, encoded: Measured) -> bool:
    return any(name in scaling.columns for name in encoded.names)


def _of(how: str, encoded: Measured) -> Scaling:
    if how == "standard":
        return Scaling.standard(encoded.columns)
    if how == "range":
        return Scaling.least_and_greatest(encoded.columns)
    return Scaling({name: Affine() for name in encoded.columns} if how == "hand" else {})


def _take(how: str, scaling: Scaling) -> None:
    state.remember(_HOW, how)
    if scaling.columns:
        state.put(state.SCALING, scaling.to_text())
    else:
        state.reset(state.SCALING)
    st.rerun()


def _from_file(encoded: Measured) -> None:
    file = st.file_uploader(
        t("series.scaling.file"),
        max_upload_size=MEGABYTES,
        help=t("series.scaling.file.help"),
        key="scaling-file",
    )
    st.code(LINES, language="python")
    if file is None or state.recall("scaler") == (file.file_id, encoded.names):
        return
    try:
        scaling = _scaler(file.getvalue(), encoded)
    except (NotAScaler, PickledScaler) as error:
        problem(error)
        return
    state.remember("scaler", (file.file_id, encoded.names))
    _take("file", scaling)


def _scaler(data: bytes, encoded: Measured) -> Scaling:
    """Read for all columns, else for the features alone: targets often have their own scaler."""
    try:
        return read_scaler(data, columns=tuple(encoded.columns))
    except NotAScaler:
        return read_scaler(data, columns=encoded.names)


def _by_hand(scaling: Scaling) -> None:
    names = (t("series.column"), t("series.shift"), t("series.spread"))
    rows = [dict(zip(names, (n, c.shift, c.spread), strict=True)) for n, c in _columns(scaling)]
    edited = st.data_editor(
        rows,
        hide_index=True,
        disabled=[names[0]],
        key=f"scaling-{cache.digest(scaling.to_text())[:12]}",
    )
    made = Scaling({str(row[names[0]]): _affine(row, names) for row in edited})
    if made != scaling:
        try:
            Scaling.from_text(made.to_text())
        except NotAScaler as error:
            problem(error)
            return
        _take("hand", made)


def _columns(scaling: Scaling) -> list[tuple[str, Affine]]:
    return list(scaling.columns.items())


def _affine(row: Mapping[str, Any], names: tuple[str, str, str]) -> Affine:
    shift, spread = row[names[1]], row[names[2]]
    return Affine(0.0 if shift is None else shift, 1.0 if spread is None else spread)


def say_scaling(encoded: Measured) -> None:
    """Say which of the features are scaled, and warn of numbers that should be."""
    scaling = chosen_scaling()
    names = [plain(name, most=30) for name in encoded.names if name in scaling.columns]
    if names:
        st.caption(t("series.scaled", columns=", ".join(names)))
    most = float(abs(encoded.values).max(initial=0.0))
    if most > LARGE:
        st.warning(t("series.large", most=most), icon=":material/straighten:")
