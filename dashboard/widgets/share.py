"""The link to a page as it stands, and what it can carry of the model that reads there.

A model that ships, or is drawn from a seed, is named by the link. The weights of one that came out
of a file fit no link: that is said before the link is copied, and the model is there as a file.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from core.importers.save import model_bytes
from dashboard import state
from dashboard.i18n import t
from dashboard.origins import OfModel
from dashboard.widgets.problem import guard, plain

ENDING = ".npz"
"""The format that keeps a model whole: vocabulary, card and weights."""


def share(page: str) -> None:
    """Offer the link that brings another reader to this page as it stands."""
    # The link is made only when it is asked for: packing a long text takes time.
    with st.popover(
        t("frame.share"), icon=":material/link:", key="share", on_change="rerun"
    ) as box:
        if not box.open:
            return
        link = state.link(page)
        brought = _brought(link.url, page)
        if not brought:
            st.markdown(t("frame.share.how"))
        for task in brought:
            with guard():
                _file(OfModel.named(task.removeprefix(state.MODEL)))
        st.code(link.url, language=None, wrap_lines=True)
        if state.TEXT in link.left_out:
            st.warning(t("frame.share.long"), icon=":material/content_cut:")


def _brought(url: str, page: str) -> tuple[str, ...]:
    """The models that came out of files among those that a link names, each once."""
    known = [task for task in state.TASK.known() if task.startswith(state.MODEL)]
    values = (value for _, value in parse_qsl(urlsplit(url).query))
    # Compare names several models in one value.
    parts = (part for value in values for part in value.split(","))
    named = dict.fromkeys(part for part in parts if part in known)
    if page == "model" and not named:  # it shows the first one where none is chosen
        named = dict.fromkeys(known[:1])
    return tuple(named)


def _file(found: OfModel) -> None:
    name = plain(found.found.name, most=60)
    st.warning(
        t("frame.share.model" if found.kept is None else "frame.share.kept", name=name),
        icon=":material/attach_file:",
    )
    model = found.model()
    st.download_button(
        t("frame.share.file", name=name),
        data=lambda: model_bytes(model, ENDING),
        file_name=f"{found.found.name}{ENDING}",
        icon=":material/download:",
        on_click="ignore",
        key=f"share-file-{found.id}",
    )
