"""What is downloaded before a run can begin: told beforehand, with the folder that spares it.

Where a download has failed, the same folder is offered, and the experiment that needs none.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.data.keras_files import ADDRESS, SIZES, missing
from core.training.presets import PRESETS, Preset
from core.training.sources import SOURCES
from dashboard import state
from dashboard.i18n import t
from dashboard.views.train import fields as form
from dashboard.widgets.problem import plain
from dashboard.widgets.run_overview import MEGABYTE


def folder_chosen() -> Path | None:
    """Return the folder that is to be read in place of a download, None where none was named.

    Whole, because a run reads what is relative in its own folder.
    """
    written = (state.get(form.FOLDER) or "").strip()
    return Path(written).expanduser().absolute() if written else None


def needs_nothing() -> Preset:
    """Return the first known experiment that downloads nothing."""
    return next(known for known in PRESETS.values() if not downloads(known.config.data.source))


def downloads(source: str) -> tuple[str, ...]:
    """Return the files that a source downloads, by their names; () for one that needs nothing."""
    return SOURCES[source].downloads if source in SOURCES else ()


def pick_files(source: str, *, at: str = "") -> None:
    """Draw what a source downloads, how much, and from where; beside it, the folder in its place.

    `at` tells two of them on one page apart. Nothing is drawn for a source that needs nothing.
    """
    names = downloads(source)
    if not names:
        return
    folder = folder_chosen()
    absent = missing(names, folder=folder)
    if folder is not None:
        folder_told(source)
    elif not absent:
        st.caption(f":material/check: {t('train.files.here')}")
    else:
        size = sum(SIZES[name] for name in absent) / MEGABYTE
        told = t("train.files.download", names=", ".join(absent), size=f"{size:.1f}")
        st.caption(f":material/download: {told}")
        # A paragraph of its own, as code: nothing around it can become a part of the address.
        st.code(ADDRESS, language=None, wrap_lines=True)
    pick_folder(source, at=at)


def folder_told(source: str) -> None:
    """Draw whether the chosen folder, if any, holds the files of a source."""
    folder = folder_chosen()
    if folder is None:
        return
    place = plain(str(folder))
    if absent := missing(downloads(source), folder=folder):
        st.warning(t("train.files.absent", names=", ".join(absent), folder=place))
    else:
        st.caption(f":material/folder: {t('train.files.folder', folder=place)}")


def pick_folder(source: str, *, at: str = "") -> None:
    """Draw what opens on the folder that is read in place of a download."""
    with st.popover(
        t("train.files.use"),
        icon=":material/folder:",
        type="tertiary",
        key=f"files-{at or source}",
    ):
        st.caption(t("train.files.why", names=", ".join(downloads(source))))
        st.text_input(
            t("train.folder"),
            placeholder=t("train.folder.placeholder"),
            **state.bind(form.FOLDER, at=at, showing=state.get(form.FOLDER) or ""),
        )
