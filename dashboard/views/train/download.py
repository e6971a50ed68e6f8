"""What is downloaded before a run can begin: told beforehand, with the folder that spares it.

Where a download has failed, the same folder is offered, and the experiment that needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.data.keras_files import missing
from core.training.presets import PRESETS, Preset
from core.training.sources import SOURCES
from core.training.sources.errors import FolderWanted
from core.typed_paths import typed_path
from dashboard import state
from dashboard.i18n import t
from dashboard.views.train import fields as form
from dashboard.widgets.downloading import told_download
from dashboard.widgets.problem import guard, plain


def folder_chosen() -> Path | None:
    """Return the folder that is to be read in place of a download, None where none was named.

    Whole, because a run reads what is relative in its own folder. Raises UnusablePath.
    """
    written = (state.get(form.FOLDER) or "").strip()
    return typed_path(written).absolute() if written else None


def needs_nothing() -> Preset:
    """Return the first known experiment that needs no files."""
    return next(known for known in PRESETS.values() if not files_of(known.config.data.source))


def files_of(source: str) -> tuple[str, ...]:
    """Return the files that a source reads, by their names; () for one that needs nothing."""
    known = SOURCES.get(source)
    return known.downloads or known.wants if known is not None else ()


def check_files(source: str) -> None:
    """Raise FolderWanted where files are needed that are nowhere, and not ours to fetch.

    Raises UnusablePath where no path can be what was typed.
    """
    wants, folder = SOURCES[source].wants, folder_chosen()
    if wants and (absent := wants if folder is None else missing(wants, folder=folder)):
        raise FolderWanted(names=", ".join(absent))


def pick_files(source: str, *, at: str = "") -> None:
    """Draw what a source downloads, how much, and from where; beside it, the folder in its place.

    Of files that are not ours to fetch, that a folder has to be named.

    `at` tells two of them on one page apart. Nothing is drawn for a source that needs nothing.
    """
    names = files_of(source)
    if not names:
        return
    with guard():
        _files_told(source, names)
    pick_folder(source, at=at)


def _files_told(source: str, names: Sequence[str]) -> None:
    folder = folder_chosen()
    absent = missing(names, folder=folder)
    if folder is not None:
        folder_told(source)
    elif SOURCES[source].wants:
        told = t("train.files.wanted", names=", ".join(names))
        st.caption(f":material/folder_open: {told} {t(f'source.{source}.files')}")
    elif not absent:
        st.caption(f":material/check: {t('train.files.here')}")
    else:
        told_download(absent)


def folder_told(source: str) -> None:
    """Draw whether the chosen folder, if any, holds the files of a source. Raises UnusablePath."""
    folder = folder_chosen()
    if folder is None:
        return
    place = plain(str(folder))
    if absent := missing(files_of(source), folder=folder):
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
        names = ", ".join(files_of(source))
        wanted = bool(SOURCES[source].wants)
        st.caption(
            t("train.files.wanted.why", names=names)
            if wanted
            else t("train.files.why", names=names)
        )
        st.text_input(
            t("train.folder"),
            placeholder=None if wanted else t("train.folder.placeholder"),
            **state.bind(form.FOLDER, at=at, showing=state.get(form.FOLDER) or ""),
        )
