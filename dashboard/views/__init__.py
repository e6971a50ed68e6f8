"""One room per page: a package, or a file while that is enough. What it alone uses lives in it.

How to add one, here `dashboard/views/gates/__init__.py`:

1. The record, by which `app.py` finds the page, and its function::

       PAGE = Page(key="gates", section="look", icon=":material/view_agenda:", order=10)

       def render() -> None:
           reading = widgets.reading()              # model and text pickers → what was recorded
           step = state.fit(state.STEP, high=reading.trace.time - 1)
           ...
           widgets.show(figures.means(reading.trace, **widgets.look()), name="means")

   `key` is the path in the URL and the section of the page's strings; the title in the navigation
   is `t("gates.title")`, so `title` stands in both of the files of 2. Only one page may be "home".
2. Its strings, `dashboard/i18n/en/gates.json` and `ko/gates.json`: flat, `{"title": "Gates", …}`.
3. Choices that should last and be in links: fields of `dashboard.state`, or the page's own,
   `ORDER = state.declare(Choice(name="order", …, pages=("gates",)))` at the top of the file.
   Widgets are tied to them with `**state.bind(ORDER)`. Nothing else touches the session.
   Options are named by `format_func=labels("gates", "order").__getitem__`, words taken when they
   are drawn: a function that asks for them later has no session to ask for the language.
4. What costs time comes from `dashboard.cache`. Numbers come from `core`, pictures from
   `dashboard.figures`; a view chooses and shows, and computes nothing.

A CoreError that reaches the frame is shown as its sentence in place of the rest of the page; to
keep the rest, wrap the part: `with widgets.guard(): …`. Other exceptions are mistakes of ours and
stay visible as such.
"""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = ("", "look", "why", "work", "train", "models")
"""The navigation from left to right; what belongs to none stands before all. One without pages does
not show. Their names are the strings `frame.section.<section>`."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the frame has to know of a page.

    Attributes:
        key: its path in the URL, and the section of its strings; its title is `<key>.title`.
        section: the one of SECTIONS in which it stands.
        icon: ":material/…:" as Streamlit names them.
        order: its place in its section; steps of ten leave room.
    """

    key: str
    section: str
    icon: str
    order: int

    def __post_init__(self) -> None:
        if self.section not in SECTIONS:
            raise ValueError(f"The page {self.key!r} stands in no section: {self.section!r}.")
