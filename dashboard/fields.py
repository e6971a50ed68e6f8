"""The kinds of choices that last: what values one may have, and how a link writes them.

A field is declared once (`dashboard/state.py`, or at the top of a page that has choices of its
own) and serves as the default, the check, the widget's binding and the link. It holds no value
itself: the session does. Everything that a link says passes through `read`, which refuses what
is not allowed; nothing that is read is ever evaluated, and a packed text is unpacked no further
than its limit. Not chosen: Streamlit's `bind="query-params"`, because its values do not outlive a
change of page unless the page draws the same widget, and it has no room for packed texts.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote_plus

from core.errors import CoreError

Value = TypeVar("Value")
Options = tuple[str, ...] | Callable[[], Iterable[str]]

PACKED = "~"  # before a packed text in a link; a text that begins so is always packed
LINK_CHARACTERS = 4_000
"""The most characters that a text may take in a link. Servers and messengers cut longer ones."""


MOST_PACKED = 200_000  # characters; packing more takes long, and would hardly ever fit


class Refused(ValueError):
    """A value that a field does not take: the reason, for whoever reads the log."""


@dataclass(frozen=True, kw_only=True)
class Field(Generic[Value]):
    """One lasting choice.

    Attributes:
        name: its name in the session, and in links unless `url` gives another.
        default: what holds until someone chooses.
        url: its key in links; None keeps it out of them.
        pages: keys of the pages whose links carry it; empty for all.
        always: whether links say it once it is chosen, be it the default: for choices that a page
            makes itself as long as nobody else does.
    """

    name: str
    default: Value
    url: str | None = ""
    pages: tuple[str, ...] = ()
    always: bool = False

    @property
    def key(self) -> str | None:
        """The key in links, None when links leave this field out."""
        return self.name if self.url == "" else self.url

    def accept(self, value: object) -> Value:
        """Return the value in its proper type. Raises Refused when it is not allowed."""
        raise NotImplementedError

    def taken(self, value: Any) -> Any:
        """Return what a widget's value means, before it is accepted."""
        return value

    def read(self, written: str) -> Value:
        """Return the value that a link says. Raises Refused when it is not allowed."""
        return self.accept(written)

    def write(self, value: Value) -> str:
        """Return the value as a link says it. Raises Refused when no link can."""
        return str(value)

    def shown(self, value: Value) -> Any:
        """Return the value in the type that Streamlit's widgets hold."""
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Field[str]):
    """One of some names. Options may be a function, where they are only known at run time."""

    options: Options

    def known(self) -> tuple[str, ...]:
        """Return what can be chosen."""
        return tuple(self.options() if callable(self.options) else self.options)

    def accept(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.known():
            raise Refused(f"{value!r} is none of {', '.join(self.known())}")
        return value


@dataclass(frozen=True, kw_only=True)
class Names(Field[tuple[str, ...]]):
    """Some of some names, in the order in which they were chosen, each once."""

    options: Options
    least: int = 1
    most: int

    def known(self) -> tuple[str, ...]:
        """Return what can be chosen."""
        return tuple(self.options() if callable(self.options) else self.options)

    def accept(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise Refused(f"{value!r} is no list")
        names = tuple(dict.fromkeys(value))
        if not set(names) <= set(self.known()) or not self.least <= len(names) <= self.most:
            raise Refused(f"{names} are not {self.least} to {self.most} of {self.known()}")
        return names

    def taken(self, value: Any) -> Any:
        """Of more than there may be, those that were chosen last."""
        return value[-self.most :] if isinstance(value, list | tuple) else value

    def read(self, written: str) -> tuple[str, ...]:
        return self.accept(written.split(",") if written else [])

    def write(self, value: tuple[str, ...]) -> str:
        return ",".join(value)

    def shown(self, value: tuple[str, ...]) -> Any:
        return list(value)


@dataclass(frozen=True, kw_only=True)
class Flag(Field[bool]):
    """Yes or no."""

    def accept(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise Refused(f"{value!r} is neither true nor false")
        return value

    def read(self, written: str) -> bool:
        if written not in ("0", "1"):
            raise Refused(f"{written!r} is neither 0 nor 1")
        return written == "1"

    def write(self, value: bool) -> str:  # noqa: FBT001 — the value itself
        return "1" if value else "0"


@dataclass(frozen=True, kw_only=True)
class Whole(Field[int]):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def accept(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(f"{value!r} is no whole number")
        if not self.low <= value <= self.high:
            raise Refused(f"{value} is not between {self.low} and {self.high}")
        return value

    def read(self, written: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", written):
            raise Refused(f"{written!r} is no whole number")
        return self.accept(int(written))


@dataclass(frozen=True, kw_only=True)
class Number(Field[float]):
    """A finite number between two bounds, both included."""

    low: float
    high: float

    def accept(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused(f"{value!r} is no number")
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise Refused(f"{value} is not between {self.low} and {self.high}")
        return float(value)

    def read(self, written: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?(e-?[0-9]{1,3})?", written):
            raise Refused(f"{written!r} is no number")
        return self.accept(float(written))

    def write(self, value: float) -> str:
        return f"{value:g}"


@dataclass(frozen=True, kw_only=True)
class Text(Field[str | None]):
    """Any text up to a number of characters; None as long as nobody gave one.

    In links it is packed where that is shorter. What `check` raises a CoreError for is refused.
    """

    limit: int
    check: Callable[[str], object] | None = None

    def accept(self, value: object) -> str | None:
        if not isinstance(value, str) or len(value) > self.limit:
            raise Refused(f"no text of at most {self.limit} characters")
        try:
            if self.check is not None:
                self.check(value)
        except CoreError as error:
            raise Refused(str(error)) from error
        return value

    def read(self, written: str) -> str | None:
        if not written.startswith(PACKED):
            return self.accept(written)
        return self.accept(unpack(written.removeprefix(PACKED), limit=self.limit))

    def write(self, value: str | None) -> str:
        value = value or ""
        if len(value) > MOST_PACKED:
            raise Refused(f"{len(value)} characters are too many for a link")
        packed = PACKED + pack(value)
        plain = value.isascii() and value.isprintable() and not value.startswith(PACKED)
        written = value if plain and len(quote_plus(value)) <= len(packed) else packed
        if len(written) > LINK_CHARACTERS:
            raise Refused(f"{len(written)} characters are too many for a link")
        return written


def pack(text: str) -> str:
    """Return a text compressed, in letters that a URL may hold as they are."""
    squeezed = zlib.compress(text.encode("utf-8", "replace"), 9)
    return base64.urlsafe_b64encode(squeezed).rstrip(b"=").decode("ascii")


def unpack(packed: str, *, limit: int) -> str:
    """Return the text that `pack` was given, of at most `limit` characters.

    Never holds more than four times the limit in memory, whatever the packed form claims to be.

    Raises:
        Refused: when it is not what `pack` gives, or the text is longer.
    """
    most = 4 * limit  # UTF-8 takes at most four bytes a character
    unpacker = zlib.decompressobj()
    try:
        squeezed = base64.b64decode(
            packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True
        )
        data = unpacker.decompress(squeezed, most + 1)
        text = data.decode("utf-8")
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Refused(f"not a packed text: {error}") from error
    if len(data) > most or not unpacker.eof:
        raise Refused("a packed text that is cut short, or longer than the limit")
    return text
