"""What can be done with a run: cancel, resume, rename and note, delete and undo, open elsewhere.

Each is a callback, which runs before the page is drawn again, so that the page shows what became of
it. What cannot be done (somebody else deleted the run, it is still at work) is kept and said where
the page next asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import CoreError
from core.training.run_folder import Run
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins import choose
from dashboard.origins.run_name import run_name
from dashboard.widgets.epochs import playable
from dashboard.widgets.frame import open_page
from dashboard.widgets.problem import plain, problem
from dashboard.widgets.run_overview import Overview

_PROBLEM, _DELETED, _OPEN, _LISTED = "run problem", "run deleted", "run opens", "runs changed"
MOST_NAME, MOST_NOTE = 120, 4_000  # characters
LEADS = {
    "gates": ":material/view_agenda:",
    "gradients": ":material/trending_down:",
    "film": ":material/movie:",
    "compare": ":material/compare:",
}
"""The pages that go on from a run, and their icons."""


def actions(seen: Overview) -> None:
    """Draw the buttons that make sense for a run as it stands."""
    run = seen.run
    lead_on(seen)
    with st.container(horizontal=True, vertical_alignment="center", key=f"run-actions-{run.id}"):
        offered = _offered(seen)
        if "cancel" in offered:
            own = seen.brought is None
            st.button(
                t("run.cancel") if own else t("run.script.stop"), icon=":material/stop:",
                key=f"cancel-{run.id}", help=None if own else t("run.script.stop.help"),
                on_click=attempt, args=(run.cancel,), disabled=run.file("cancel").exists(),
            )  # fmt: skip
        if "resume" in offered and seen.config is not None:
            st.button(
                t("run.resume"), icon=":material/resume:", key=f"resume-{run.id}",
                help=t("run.resume.help"), on_click=attempt,
                args=(lambda: cache.store().resume(run),),
            )  # fmt: skip
        if not run.is_example:
            _label(seen)
        if "delete" in offered:
            st.button(
                t("run.delete"), icon=":material/delete:", type="tertiary", key=f"delete-{run.id}",
                help=t("run.delete.help"), on_click=delete, args=(run,),
            )  # fmt: skip


def _offered(seen: Overview) -> tuple[str, ...]:
    if seen.run.is_example:
        return ()
    offered = ("delete",) if seen.status is None else seen.status.actions
    # What was not trained here cannot go on from here: its script has to be started again.
    return tuple(each for each in offered if each != "resume" or seen.brought is None)


def lead_on(seen: Overview, *, name: bool = False) -> None:
    """Draw the pages that show what a run's model does, each one press away; perhaps its name."""
    run = seen.run
    opened(run)
    if not can_open(run):
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"run-leads-{run.id}"):
        told = plain(seen.name, most=60) if name else t("run.open")
        st.markdown(told, width="content", help=t("run.open.help"))
        for page, icon in LEADS.items():
            if page != "film" or playable(run):
                st.button(
                    t(f"{page}.title"), icon=icon, key=f"open-{page}-{run.id}",
                    on_click=choose_model, args=(run, None, page),
                )  # fmt: skip


def opened(run: Run) -> None:
    """Go where `choose_model` said for a run: a callback cannot change the page."""
    identifier, page = state.recall(_OPEN) or ("", "")
    if identifier == run.id:
        state.remember(_OPEN, None)
        open_page(page)


def can_open(run: Run) -> bool:
    """Whether other pages can read with this run's model: it has one, and it knows words."""
    return bool(run.model_epochs) and state.RUN + run.id in state.TASK.known()


def choose_model(run: Run, text: str | None, page: str = "gates") -> None:
    """Let this run's model read, and perhaps a text, on the page that comes next: a callback."""
    choose(state.RUN + run.id, text=text)
    state.remember(_OPEN, (run.id, page))


def attempt(do: Callable[[], object]) -> None:
    """Do something that may fail; why it failed is said by `outcome`."""
    try:
        do()
    except CoreError as error:
        state.remember(_PROBLEM, error)


def delete(run: Run) -> None:
    """Put a run away, to be brought back by `outcome` or from the list of deleted runs."""
    name = run_name(run)

    def away() -> None:
        cache.store().delete(run)
        state.remember(_DELETED, (run.id, name))
        state.remember(_LISTED, True)  # noqa: FBT003 — a mark

    attempt(away)


def undelete(identifier: str) -> None:
    """Bring a deleted run back."""
    attempt(lambda: cache.store().undelete(identifier))
    state.remember(_LISTED, True)  # noqa: FBT003 — a mark
    if (state.recall(_DELETED) or ("",))[0] == identifier:
        state.remember(_DELETED, None)


def come_or_gone() -> bool:
    """Whether a run came or went by the last action: once, for parts that draw only themselves."""
    found = bool(state.recall(_LISTED))
    state.remember(_LISTED, False)  # noqa: FBT003 — a mark
    return found


def outcome() -> None:
    """Draw what became of the last action: why it failed, and the way back from a deletion."""
    failed: CoreError | None = state.recall(_PROBLEM)
    if failed is not None:
        problem(failed)
        state.remember(_PROBLEM, None)
    deleted = state.recall(_DELETED)
    if deleted is not None:
        identifier, name = deleted
        row = st.container(horizontal=True, vertical_alignment="center", key="run-deleted")
        row.info(t("run.deleted", name=plain(name, most=60)), icon=":material/delete:")
        row.button(
            t("run.undo"), icon=":material/undo:", key="run-undo", on_click=undelete,
            args=(identifier,),
        )  # fmt: skip


def _label(seen: Overview) -> None:
    run, label = seen.run, seen.label
    # Named by what it begins with: what another window wrote must not be undone by this one.
    key = f"label-{run.id}-{cache.digest([seen.name, label.note])}"
    with (
        st.popover(t("run.label"), icon=":material/edit:", key=f"label-{run.id}"),
        st.form(key, border=False),
    ):
        name = st.text_input(t("run.name"), seen.name, max_chars=MOST_NAME).strip()
        note = st.text_area(t("run.note"), label.note, max_chars=MOST_NOTE)
        saved = st.form_submit_button(t("run.save"))
    if saved:
        given = None if name == seen.name else name  # what nobody wrote stays unnamed
        attempt(lambda: run.relabel(name=given, note=note.strip()))
        st.rerun()
