"""What the reader chose, in one typed table; the only file that touches the session and the URL.

A choice outlives the widget that made it: it stays when the widget is not drawn, across pages, in
a link, and when the page is loaded again (`dashboard.tabs`). So a value lives under a name of its
own in the session; a widget is bound to it by `bind`, which hands the value to the widget before it
is drawn and takes it back when it changes. Not chosen: reading widgets' keys directly, because
Streamlit forgets them with the widget.

    step = state.get(state.STEP)
    st.slider(t("gates.step"), 0, last, **state.bind(state.STEP))
    state.put(state.STEP, step + 1)                  # in a callback, or before the widget is drawn

A page that has choices of its own declares them: `ORDER = state.declare(Choice(...))`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import choices, i18n, tabs
from dashboard.choices import *  # noqa: F403 — every declared choice is a name of this module too
from dashboard.choices import FIELDS, HOME, LANGUAGE
from dashboard.fields import Choice, Field, Refused
from dashboard.unseen import is_unseen

Value = TypeVar("Value")

LASTING = {"kept.brought", "kept.link", "kept.good text", "kept.words files", "kept.report"}
"""What is remembered beyond a reload of the page, beside all choices."""

ECHO = 0.7  # seconds in which a browser may still send what we replaced


def get(field: Field[Value]) -> Value:
    """Return what holds: the choice, else the default."""
    return cast(Value, st.session_state.get(_name(field), field.default))


def chosen(field: Field[Any]) -> bool:
    """Return whether anybody chose, be it the default. A page may begin elsewhere if nobody did."""
    return _name(field) in st.session_state


def put(field: Field[Value], value: Value) -> None:
    """Choose. Raises Refused when the value is not allowed. The widget follows when it is drawn."""
    _keep(_name(field), None if value is None else field.accept(value))


def fit(field: Field[int], *, low: int = 0, high: int) -> int:
    """Return a whole number moved within bounds that only the page knows, and keep it so."""
    if (value := max(low, min(get(field), high))) != get(field):
        put(field, value)
    return value


def reset(*fields: Field[Any]) -> None:
    """Return fields to their defaults."""
    tab = recall("tab")
    for name in map(_name, fields):
        st.session_state.pop(name, None)
        if tab is not None:
            tab.values.pop(name, None)


def bind(
    field: Field[Any],
    *,
    at: str = "",
    showing: Any = None,
    put: Callable[[Any], None] | None = None,
    then: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Return the arguments `key`, `on_change` and `args` that tie a widget to a field.

    Call it right where the widget is drawn; bounds first (`fit`), so that the widget can hold the
    value. A widget whose value is not allowed (an emptied number, no option) falls back to the
    last one that was. `at` tells two widgets of one field apart. `showing` is what the widget shows
    in place of the value, such as the language in place of "auto". `put` chooses in place of
    `state.put`, where a choice is more than one field; `then` is called after a change.
    """
    key = f"widget.{field.name}.{at}"
    value = field.shown(get(field)) if showing is None else showing
    # Only where it differs: one set in each run would fight with the one being dragged. And where
    # anything else was chosen: a browser names a value by a word, which follows text and language.
    hidden = is_unseen() and recall("moved") != key
    known, around = key in st.session_state and not hidden, _around(field)
    if not known or st.session_state[key] != value or recall(f"around.{key}") != around:
        if known and st.session_state[key] != value:
            _overtake(key, st.session_state[key])
        st.session_state[key] = value
        remember(f"around.{key}", around)
    return {"key": key, "on_change": _take, "args": (field, key, put, then)}


def enter(page: str) -> None:
    """Say which page is about to be drawn, before any of its widgets is.

    A widget of one page is another one on the next, even with the same key, and would begin empty
    although Streamlit still lists its key. So on a change of page `bind` has to begin anew.
    """
    remember("page is new", is_new := recall("page") != page)
    if not is_new:
        return
    remember("page", page)
    for key in [str(key) for key in st.session_state if str(key).startswith("widget.")]:
        del st.session_state[key]


def remember(name: str, value: object) -> None:
    """Keep something for this session that is no choice, such as the last good text."""
    _keep(f"kept.{name}", value)


def recall(name: str, default: Any = None) -> Any:
    """Return what `remember` kept."""
    return st.session_state.get(f"kept.{name}", default)


def sent(key: str, event: str) -> Any:
    """Return what the component mounted as `key` sent with `event`, else None; for callbacks."""
    return (st.session_state.get(key) or {}).get(event)


def language() -> str:
    """Return the reader's language: chosen, else the browser's, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    chosen = get(LANGUAGE)
    return i18n.from_locale(st.context.locale) if chosen == "auto" else chosen


i18n.listen(language)


def brought() -> dict[str, Any]:
    """Return the models that this session has brought, by their ids. Nobody else's are seen."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return {}
    found: dict[str, Any] = recall("brought", {})
    return found


choices.ask_session(brought)


def mode() -> Any:
    """Return "light" or "dark", as the reader's browser shows the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


@dataclass(frozen=True)
class Link:
    """A link to a page as it stands; `left_out` are fields whose values no link can carry."""

    url: str
    left_out: tuple[Field[Any], ...]


def link(page: str) -> Link:
    """Return the link that brings another reader here. Only what is not the default is in it."""
    query: dict[str, str] = {}
    left_out: list[Field[Any]] = []
    for field in FIELDS.values():
        value = get(field)
        told = value != field.default or (field.always and chosen(field))
        if field.key is None or not told or (field.pages and page not in field.pages):
            continue
        try:
            query[field.key] = field.write(value)
        except Refused:
            left_out.append(field)
    here = urlsplit(st.context.url or "http://localhost:8501/")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    path = "/".join(part for part in (base, "" if page == HOME else page) if part)
    url = f"{here.scheme}://{here.netloc}/{path}"
    return Link(url + (f"?{urlencode(query)}" if query else ""), tuple(left_out))


def begin() -> None:
    """Let a session that is new go on where its tab was before the page was loaded again.

    An address with choices in it that was opened anew, and not by going back, is a link: it says
    itself what to show. What the reader brought is there all the same.
    """
    tab = recall("tab")
    if tab is None:
        how, before = tabs.told(str(st.context.cookies.get(tabs.COOKIE, "")))
        tab = tabs.HELD.begin(before)
        if how == "navigate" and st.query_params.to_dict():
            tab.values = {"kept.brought": tab.values.get("kept.brought", {})}
        st.session_state.update(tab.values)
        remember("tab", tab)
    tabs.HELD.touch(tab)


def restore() -> None:
    """Take the choices out of the URL, once per link; the session then goes its own way.

    What is not allowed, or unknown, leaves the default and is listed by `ignored`. So is what was
    allowed once and is no longer, such as a run that somebody has deleted.
    """
    _settle()
    query = {key: st.query_params[key] for key in st.query_params}
    seen = repr(sorted(query.items()))
    if not query or seen == recall("link"):
        return
    remember("link", seen)
    remember("ignored", _restore(query))


def _settle() -> None:
    for field in FIELDS.values():
        if isinstance(field, Choice) and callable(field.options) and chosen(field):
            value = get(field)
            if value not in field.known():
                reset(field)
                found = (str(field.key), value)
                remember("ignored", tuple(dict.fromkeys((*ignored(), found))))


def _restore(query: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    by_key = {field.key: field for field in FIELDS.values() if field.key is not None}
    ignored: list[tuple[str, str]] = []
    for key, written in query.items():
        try:
            put(by_key[key], by_key[key].read(written))
        except (KeyError, Refused):
            ignored.append((key, written))
    return tuple(ignored)


def ignored() -> tuple[tuple[str, str], ...]:
    """Return (key, value) of what the link said and nobody could take, until `forgive`."""
    return cast(tuple[tuple[str, str], ...], recall("ignored", ()))


def forgive() -> None:
    """Drop the list of what was ignored: the reader has seen it."""
    remember("ignored", ())


def _keep(key: str, value: object) -> None:
    st.session_state[key] = value
    if (key in LASTING or key.startswith("field.")) and (tab := recall("tab")) is not None:
        tab.values[key] = value


def _name(field: Field[Any]) -> str:
    return f"field.{field.name}"


def _around(field: Field[Any]) -> int:
    """A number that changes with every other choice but those of a place, which name nothing."""
    others = (each for each in FIELDS.values() if each is not field and not each.always)
    return hash((language(), *(get(each) for each in others)))


def _overtake(key: str, value: Any) -> None:
    """Remember a value that a widget had and we replaced, for a moment."""
    now = time.monotonic()
    recent = [each for each in recall(f"overtaken.{key}", ()) if now - each[1] < ECHO]
    remember(f"overtaken.{key}", (*recent, (value, now)))


def _is_echo(key: str) -> bool:
    """Whether a widget says what we replaced a moment ago: its browser has not heard of it yet.

    That comes along with the next button that is pressed, or the next tick of a fragment, and
    would undo what was chosen last.
    """
    now, value = time.monotonic(), st.session_state[key]
    return any(old == value and now - at < ECHO for old, at in recall(f"overtaken.{key}", ()))


def _take(
    field: Field[Any],
    key: str,
    choose: Callable[[Any], None] | None,
    then: Callable[[], None] | None,
) -> None:
    if _is_echo(key):
        return
    remember("moved", key)
    try:
        value = field.accept(field.taken(st.session_state[key]))
    except Refused:
        return  # the next run shows the last value that was allowed
    if choose is None:
        put(field, value)
    else:
        choose(value)
    if then is not None:
        then()
