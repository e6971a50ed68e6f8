"""What differs between runs: the settings in which they are not alike, side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.i18n import t
from dashboard.widgets.run_overview import Overview

NOTHING = "–"


def differences(chosen: Sequence[Overview]) -> None:
    """Draw a row for each setting that differs, a column for each run."""
    from core.training.experiment import differing, flattened  # they need pandas and SciPy

    readable = [
        (seen, seen.config) for seen in chosen if seen.config is not None and seen.brought is None
    ]
    if len(readable) < len(chosen):
        st.caption(t("runs.differences.ours"))
    if len(readable) < 2:
        st.info(t("runs.choose_two"))
        return
    configs = [config for _, config in readable]
    flat = [flattened(config) for config in configs]
    rows = {path: [_said(one, path) for one in flat] for path in differing(configs)}
    for library in _libraries(readable):
        versions = [str(seen.run.versions.get(library, NOTHING)) for seen, _ in readable]
        if len(set(versions)) > 1:
            rows[library] = versions
    if not rows:
        st.info(t("runs.same_settings"))
        return
    columns: dict[str, list[str]] = {t("runs.setting"): list(rows)}
    for at, (seen, _) in enumerate(readable):
        name = seen.name
        columns[name if name not in columns else f"{name} ({seen.run.id})"] = [
            values[at] for values in rows.values()
        ]
    st.dataframe(columns, hide_index=True, key="runs-differences")


def _said(flat: dict[str, Any], path: str) -> str:
    return json.dumps(flat[path], ensure_ascii=False) if path in flat else NOTHING


def _libraries(readable: Sequence[tuple[Overview, Any]]) -> dict[str, None]:
    return dict.fromkeys(library for seen, _ in readable for library in seen.run.versions)
