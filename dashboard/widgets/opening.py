"""The line with which a page opens, and the parts of it that are folded until they are wanted.

A picture begins high on the screen only if its controls take one line: the text, where texts come
from, and one button that names what reads and opens into everything else. Not chosen: a sidebar,
which takes a fifth of the width for controls that are used once a visit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import state
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.unseen import unseen
from dashboard.widgets.problem import plain
from dashboard.widgets.text import pick_source, pick_text


@contextmanager
def opening(
    summary: str,
    *,
    text: Callable[[], None] = pick_text,
    beside: Callable[[], None] = pick_source,
) -> Iterator[None]:
    """Draw the line; what is drawn within stands in the box that its button opens.

    `summary` is on the button: what reads, and whatever else one has to know of it. `text` draws
    the text, `beside` what stands between it and the button.
    """
    # The text is drawn last: what reads it is chosen within.
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="opening"):
        place = st.container(key="opening-text")
        place.empty()  # a place with nothing in it takes no room, and the others would move
        with st.container(horizontal=True, width="content", gap="xsmall", key="opening-more"):
            beside()
            with box(summary, key="opening-box"):
                yield
    with place:
        text()


def reader(cells: Iterable[str] = (), *, task: str | None = None) -> str:
    """Return what reads in few words, as "Sentiment · LSTM"; `task` is a value of `state.TASK`."""
    task = state.get(state.TASK) if task is None else task
    # In a list it is called "Nothing: untrained", an answer to what it was trained on.
    name = t("chart.about.untrained") if task == state.UNTRAINED else origin(task).label
    shown = ", ".join(t(f"quantity.{cell}") for cell in cells)
    return " · ".join(filter(None, (plain(name, most=40), shown)))


@contextmanager
def box(
    label: str, *, key: str, icon: str = ":material/tune:", told: str | None = None
) -> Iterator[None]:
    """Draw a button that opens a box; what is drawn within stands in that box.

    Not `on_change="rerun"`, which would tell whether it is open: Streamlit then takes a box with
    another label for another one, and closes it. `told` is the button's tooltip.
    """
    with st.popover(label, icon=icon, key=key, help=told), unseen():
        yield


@contextmanager
def folded(title: str, seen: str, *, key: str) -> Iterator[bool]:
    """Draw a part that is folded until it is wanted, and say in a sentence what is `seen` in it.

    Gives whether it is open: only then is there anything to compute.
    """
    box = st.expander(f"**{title}** · {seen}", key=f"folded-{key}", on_change="rerun")
    with box:
        yield bool(box.open)
