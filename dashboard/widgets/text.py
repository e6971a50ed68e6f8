"""Which text is read: typed, a sample, or a file; and which part of a long one.

The box holds texts up to AREA characters. A longer one (from a file) is named, not shown in a box,
because the browser would have to carry it back and forth with every change of a slider.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from core.analysis.typed import reads
from core.errors import CoreError
from core.model import Model
from core.padding import length_of, paddings, window_of
from core.text import PADDING, Encoded, Measured, Window, visible
from dashboard import cache, state
from dashboard.i18n import labels, t
from dashboard.origins import chosen_model, samples
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.scaling import pick_scaling
from dashboard.widgets.upload import take, upload

AREA = 20_000
_TYPED = "typed in"
_GOOD = "good text"
Found = TypeVar("Found")
LONG = 300_000  # characters: from here on reading takes long enough to say so


@dataclass(frozen=True)
class Passage:
    """What a model reads: the part of a text that is in the window.

    Attributes:
        text: the whole text.
        encoded: the tokens in the window, (time,) of them.
        window: where they stand in the text.
    """

    text: str
    encoded: Encoded
    window: Window

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens as they are drawn, each to be seen."""
        return tuple(map(visible, self.encoded.tokens))


def current_text() -> str:
    """Return the reader's text, or the task's first sample as long as there is none."""
    text = state.get(state.TEXT)
    return samples()[0] if text is None else text


def readable(read: Callable[[str], Found]) -> tuple[Found, CoreError | None]:
    """Return what `read` makes of the reader's text, and None.

    A text that cannot be read gives its error, and what is read of the last one that could be, or
    of a sample. Raises the error where none of these can be read: it is not the text's fault.
    """
    error: CoreError | None = None
    for text in dict.fromkeys((current_text(), state.recall(_GOOD, samples()[0]), samples()[0])):
        try:
            found = read(text)
        except CoreError as problem:
            error = error or problem
        else:
            state.remember(_GOOD, text)
            return found, error
    assert error is not None
    raise error


def model_read() -> Model | None:
    """Return the chosen model if it reads ids or numbers, else None."""
    model = _chosen()
    return None if model is None or reads(model) == "text" else model


def _chosen() -> Model | None:
    try:
        return chosen_model(current_text())
    except CoreError:
        return None


def pick_line(label: str) -> None:
    """Draw a line to type in; what has several lines, or is very long, has the box of `pick_text`.

    Whichever it is stays for as long as one types in it: another would take the focus, and letters.
    """
    text = current_text()
    box, typed = state.recall(_TYPED) or ("", "")
    if typed != text:
        box = "line" if len(text) <= AREA and "\n" not in text else "area"
    if box == "area":
        pick_text()
        return
    st.text_input(
        label,
        placeholder=t("reading.text.placeholder"),
        live=True,
        width=640,
        **state.bind(state.TEXT, at="line", showing=text, then=lambda: _follow("line")),
    )


def _follow(box: str) -> None:
    state.remember(_TYPED, (box, state.get(state.TEXT)))
    _from_beginning()
    if box == "line":
        _first_step()


def pick_text() -> None:
    """Draw the box with the text, or with the ids or numbers that stand for one.

    It is read while it is typed: see `dashboard.typed`.
    """
    _pick_words()
    model = _chosen()
    if model is not None and paddings(model):
        st.selectbox(
            t("reading.padding"),
            paddings(model),
            format_func=labels("reading", "padding.of").__getitem__,
            help=t("reading.padding.help", length=length_of(model)),
            width=220,
            **state.bind(state.PADDING, then=_from_beginning),
        )


def _pick_words() -> None:
    text, model = current_text(), model_read()
    kind = "text" if model is None else reads(model)
    features = {} if model is None or kind == "ids" else {"features": model.features}
    if len(text) <= AREA:
        st.text_area(
            t(f"reading.{kind}"),
            height=68 if len(text) < 160 else 136,
            placeholder=t(f"reading.{kind}.placeholder"),
            help=t(f"reading.{kind}.help", **features),
            label_visibility="collapsed" if model is None else "visible",
            **state.bind(state.TEXT, showing=text, then=lambda: _follow("area")),
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="text-long"):
        st.markdown(_long(text, model))
        st.button(t("reading.text.drop"), on_click=_drop, icon=":material/edit:")


def _long(text: str, model: Model | None) -> str:
    """Say what is read where it is too long for a box: a text's beginning, a series's columns."""
    if model is not None and reads(model) == "numbers":
        with suppress(CoreError):
            series = cache.encoded(text, model)
            if isinstance(series, Measured):
                columns = ", ".join(plain(name, most=30) for name in series.columns)
                return t("series.long", count=len(series), columns=columns)
    return t("reading.text.long", count=len(text), start=plain(text, most=80))


def pick_source() -> None:
    """Draw where a text may come from: the samples, and the upload."""
    with st.popover(t("reading.samples"), icon=":material/lightbulb:", key="samples"):
        for at, sample in enumerate(samples()):
            st.button(
                plain(sample, most=120),
                key=f"sample-{at}",
                on_click=take,
                args=(sample,),
                type="tertiary",
            )
    with st.popover(t("reading.upload"), icon=":material/upload_file:", key="upload-box"), guard():
        model = model_read()
        numbers = model is not None and reads(model) == "numbers"
        upload(features=model.features if model is not None and numbers else None)
    if model is not None and numbers:
        pick_scaling(model, current_text())


def passage(model: Model, text: str) -> Passage:
    """Return what the model reads of a text. Raises CoreError. Draws the mover of a long one."""
    with st.spinner(t("reading.busy")) if len(text) > LONG else nullcontext():
        encoded = cache.encoded(text, model)
    fixed = window_of(model)
    window = Window.over(total=len(encoded), length=fixed or state.get(state.LIMIT))
    window = window.at(state.get(state.START) - 1)
    if not window.is_whole or state.get(state.LIMIT) != state.LIMIT.default:
        _mover(window, fixed=fixed is not None, numbers=isinstance(encoded, Measured))
    part = encoded.part(window.start, window.stop)
    say_unknown(part)
    _say_padding(encoded, model)
    return Passage(text, part, window)


def _mover(window: Window, *, fixed: bool, numbers: bool) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom", key="window")
    with row:
        for name, icon, by in (
            ("back", ":material/chevron_left:", -window.length),
            ("on", ":material/chevron_right:", window.length),
        ):
            st.button(
                t(f"reading.window.{name}"),
                icon=icon,
                key=f"window-{name}",
                disabled=window.moved(by=by) == window,
                on_click=_move,
                args=(window.moved(by=by).start + 1,),
            )
        # A slider with one place would be an error; the text that fits has nowhere to move.
        if window.last_start:
            st.slider(
                t(
                    f"reading.window.{'steps' if numbers else 'tokens'}",
                    first=window.start + 1,
                    last=window.stop,
                    total=window.total,
                ),
                1,
                window.last_start + 1,
                help=t("reading.window.help"),
                **state.bind(state.START, showing=window.start + 1, then=_first_step),
            )
        if fixed:
            st.caption(t("series.window", count=window.length), width="content")
            return
        st.number_input(
            t("reading.limit"),
            state.LIMIT.low,
            state.LIMIT.high,
            step=100,
            help=t("reading.limit.help"),
            width=170,
            **state.bind(state.LIMIT),
        )


def _say_padding(encoded: Encoded, model: Model) -> None:
    """Say what was added to a text, or cut off, for a model that reads texts of one length."""
    added = encoded.tokens.count(PADDING)
    length, side = length_of(model), "before"
    if length is None and model.vocabulary is not None:
        length, side = model.vocabulary.length, "after"
    elif state.get(state.PADDING) == "after" and paddings(model):
        side = "after"
    for what, count in (("added", added), ("cut", encoded.left_out)):
        if count and length is not None:
            st.caption(t(f"reading.padding.{what}.{side}", count=count, length=length))


def say_unknown(part: Encoded) -> None:
    """Name the tokens that the model does not know, if there are such."""
    strange = dict.fromkeys(
        token for token, known in zip(part.tokens, part.known, strict=True) if not known
    )
    if strange:
        words = ", ".join(plain(visible(token), most=30) for token in list(strange)[:8])
        count = int((~part.known).sum())
        more = ", …" if len(strange) > 8 else ""
        st.caption(t("reading.unknown", count=count, total=len(part), words=words + more))


def _move(start: int) -> None:
    state.put(state.START, start)
    _first_step()


def _first_step() -> None:
    state.reset(state.STEP)


def _from_beginning() -> None:
    state.reset(state.START)


def _drop() -> None:
    state.reset(state.TEXT, state.START, state.STEP)
