"""What will be downloaded, how much, and from where: said before it is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.keras_files import ADDRESS, SIZES
from dashboard.i18n import t
from dashboard.widgets.run_overview import MEGABYTE


def told_download(absent: Sequence[str]) -> None:
    """Draw what some files weigh and where they come from."""
    size = sum(SIZES[name] for name in absent) / MEGABYTE
    told = t("train.files.download", names=", ".join(absent), size=f"{size:.1f}")
    st.caption(f":material/download: {told}")
    # A paragraph of its own, as code: nothing around it can become a part of the address.
    st.code(ADDRESS, language=None, wrap_lines=True)
