"""What is to be done where a run could not have its files: a folder, or what needs none."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.data.errors import DownloadFailed, MissingDataFile
from core.data.keras_files import missing
from core.errors import CoreError
from core.training.sources.errors import FolderWanted
from core.typed_paths import UnusablePath
from dashboard.i18n import t
from dashboard.views.train.download import files_of, folder_chosen, folder_told, pick_folder
from dashboard.views.train.plan import start
from dashboard.views.train.presets import start_what_needs_nothing
from dashboard.views.train.watched import watch
from dashboard.widgets.problem import guard, problem
from dashboard.widgets.run_overview import Overview

_ENDED = {DownloadFailed.__name__, MissingDataFile.__name__, FolderWanted.__name__,
          UnusablePath.__name__}  # fmt: skip


def offline(seen: Overview) -> None:
    """Draw the ways on beneath a run whose files could not be had; nothing for any other."""
    error = seen.status.error if seen.status is not None else None
    if seen.state != "failed" or error is None or error.get("name") not in _ENDED:
        return
    if seen.config is None:
        return
    source = seen.config.data.source
    with guard():
        folder_told(source)
    with st.container(horizontal=True, key="offline"):
        pick_folder(source, at="offline")
        with suppress(UnusablePath):  # which is said above
            folder = folder_chosen()
            if folder is not None and not missing(files_of(source), folder=folder):
                _again(seen)
        started = start_what_needs_nothing()
    watch(started)


def _again(seen: Overview) -> None:
    """Draw the button that starts the same once more, from the folder: the run keeps its own."""
    if not st.button(t("train.files.again"), type="primary", icon=":material/replay:", key="again"):
        return
    assert seen.config is not None
    config = seen.config.with_setting("data.options.folder", str(folder_chosen()))
    try:
        [run] = start([config], files={}, label=seen.label)
    except CoreError as error:
        problem(error)
        return
    watch(run.id)
