"""An upload as text: which encoding it is read in, what else it may be, and what could not be read.

What is found out can be wrong, so the likeliest encodings are shown with the same line in each: a
reader of the language sees at once which is right. Bytes that fit none are told with their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.text import ENCODINGS, Damage, Decoded
from dashboard import cache
from dashboard.i18n import language, t
from dashboard.widgets.problem import plain


@dataclass(frozen=True)
class Upload:
    """Bytes that came in an upload, such as one text of a ZIP, as an uploader gives files."""

    file_id: str
    data: bytes

    def getvalue(self) -> bytes:
        """The bytes."""
        return self.data


FOUND = "found"  # the choice to let the encoding be found out


def decoded_upload(file: Any, *, key: str) -> Decoded:
    """Draw the choice of an encoding and return the file as text. Raises CoreError.

    `file` is what an uploader gave; `key` begins the names of the controls.
    """
    names = {name: name.upper() for name in ENCODINGS}
    choice = st.selectbox(
        t("reading.encoding"),
        (FOUND, *ENCODINGS),
        format_func=({FOUND: t("reading.encoding.found")} | names).__getitem__,
        key=f"{key}-{file.file_id}",
    )
    data = file.getvalue()
    encoding = None if choice == FOUND else choice
    decoded = cache.decoded(file.file_id, data, encoding=encoding, language=language())
    if len(decoded.candidates) > 1:
        picked = st.radio(
            t("reading.encoding.which"),
            [each.encoding for each in decoded.candidates],
            format_func=names.__getitem__,
            captions=[plain(each.line, most=80) for each in decoded.candidates],
            key=f"{key}-which-{file.file_id}-{language()}",
        )
        if picked != decoded.encoding:
            decoded = cache.decoded(file.file_id, data, encoding=picked, language=language())
    st.caption(t(f"reading.encoding.{decoded.how}", encoding=decoded.encoding.upper()))
    if decoded.damage is not None:
        st.warning(_said(decoded.damage, decoded.encoding), icon=":material/broken_image:")
    return decoded


def _said(damage: Damage, encoding: str) -> str:
    kind = "cut" if damage.cut else "bytes"
    return t(
        f"reading.damage.{kind}",
        encoding=encoding.upper(),
        count=damage.count,
        lines=damage.lines,
        line=damage.line,
        position=damage.position,
        byte=damage.byte,
    )
