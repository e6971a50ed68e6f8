"""Who reads, as far as a server for several people needs to know: whose runs and models are shown.

On one's own machine everything is one's own. Where the server is told in which header a proxy names
its readers (`core.training.readers`), each session sees what is its reader's and what ships.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.corpus.store import Corpora
from core.errors import CoreError
from core.training.errors import UnnamedReader
from core.training.readers import folder_of, rules
from core.training.shelf import Shelf
from core.training.store import RunStore, default_folder


def problem() -> CoreError | None:
    """Why nothing can be shown to whoever reads; None where all is well."""
    try:
        _folder()
    except CoreError as error:
        return error
    return None


def store() -> RunStore:
    """Return the reader's runs, as the environment names their folder now."""
    return RunStore(_folder())


def shelf() -> Shelf:
    """Return the models that the reader keeps."""
    own = _folder()
    return Shelf(own and own / ".models")


def corpora() -> Corpora:
    """Return the reader's recorded corpora."""
    own = _folder()
    return Corpora(own and own / ".corpora")


def _folder() -> Path | None:
    """The folder of this reader; None on a server that has but one. Raises UnnamedReader."""
    header = rules().user_header
    if not header:
        return None
    has_session = get_script_run_ctx(suppress_warning=True) is not None
    reader = (st.context.headers.get(header) or "").strip() if has_session else ""
    if not reader:
        raise UnnamedReader(header=header)
    return folder_of(reader, among=default_folder())
