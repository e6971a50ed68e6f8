"""What was deleted and can be brought back: the last one, one press away, and the list of all.

As for runs, for whatever else lies in folders of its own: searches and recorded corpora. Actions
are callbacks; why one failed, and the way back from a deletion, are said where the page next asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.errors import CoreError
from core.training.folders import KEPT_DAYS
from dashboard import state
from dashboard.i18n import t
from dashboard.widgets.problem import plain, problem

MOST_NAME = 60


def attempt(kind: str, do: Callable[[], object]) -> None:
    """Do something that may fail; why it failed is said by `way_back` of the same kind."""
    try:
        do()
    except CoreError as error:
        state.remember(f"{kind} problem", error)


def delete(kind: str, identifier: str, *, name: str, away: Callable[[], object]) -> None:
    """Put something away by `away`, to be brought back by `way_back`: a callback."""

    def do() -> None:
        away()
        state.remember(f"{kind} deleted", (identifier, name))

    attempt(kind, do)


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return names by id as Markdown, each another: a list to choose from knows them by these."""
    taken = list(names.values())
    return {
        identifier: plain(name, most=MOST_NAME)
        + (f" · {identifier[-6:]}" if taken.count(name) > 1 else "")
        for identifier, name in names.items()
    }


def way_back(
    kind: str, *, title: str, deleted: Mapping[str, str], bring_back: Callable[[str], object]
) -> None:
    """Draw why the last action failed, the last deletion, and all that can be brought back.

    `deleted` are their names by id; `title` is what the list of them is called.
    """
    failed: CoreError | None = state.recall(f"{kind} problem")
    if failed is not None:
        problem(failed)
        state.remember(f"{kind} problem", None)
    last = state.recall(f"{kind} deleted")
    if last is not None and last[0] in deleted:
        row = st.container(horizontal=True, vertical_alignment="center", key=f"{kind}-deleted")
        row.info(t("run.deleted", name=plain(last[1], most=MOST_NAME)), icon=":material/delete:")
        row.button(
            t("run.undo"), icon=":material/undo:", key=f"{kind}-undo",
            on_click=attempt, args=(kind, lambda: bring_back(last[0])),
        )  # fmt: skip
    if not deleted:
        return
    with st.popover(title, icon=":material/delete:", key=f"{kind}-away"):
        st.caption(t("runs.deleted.help", days=KEPT_DAYS))
        for identifier, name in told_apart(deleted).items():
            st.button(
                name, icon=":material/undo:", help=t("run.undo"),
                key=f"{kind}-undelete-{identifier}", type="tertiary", on_click=attempt,
                args=(kind, lambda identifier=identifier: bring_back(identifier)),
            )  # fmt: skip
