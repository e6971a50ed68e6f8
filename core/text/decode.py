"""Bytes as text, and how it was found out what they say.

In this order: a byte-order mark decides; else signs that shift to an encoding of seven bits; else
bytes that are UTF-8 are UTF-8 (other encodings hardly ever happen to be); else chardet and the
letters themselves are asked, see `core.text.detect`. The user may choose an encoding instead.

Damage is told, not guessed away. Where all but a few bytes are a text in an encoding (a line pasted
from another one, a file cut inside its last character), that text is read, `damage` says how many
bytes are not and where the first stands, and each such place shows U+FFFD, the sign for what cannot
be read; a last character of which a part is missing is left out. Where more than one byte in five
beyond ASCII does not fit, the encoding is the wrong one, and a mark or a choice of it is refused
with the place.

The cost is one pass of Python's codecs, and a look at no more than 200,000 bytes. Not chosen:
`errors="replace"` alone, which says neither what it lost nor where.
"""

from __future__ import annotations

import codecs
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal

import regex

from core.text.detect import (
    SAMPLE_BYTES,
    UNSURE,
    any_other,
    likeliest,
    shifting,
    telling_lines,
    telling_sample,
)
from core.text.encodings import known_encoding
from core.text.errors import (
    EmptyFile,
    FileTooLarge,
    NotText,
    NulInText,
    OtherKindOfFile,
    WrongEncoding,
)
from core.text.lines import lines_of

How = Literal["bom", "utf-8", "detected", "chosen"]

MOST_BYTES = 20_000_000
"""Bytes that are read at once unless the caller says otherwise."""

# UTF-32's mark begins with UTF-16's, so it is tried first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

READABLE = 4
"""How many characters beyond ASCII must be read for each place that is not."""
# What no writer types: if a detected encoding gives these, it was the wrong one or no text at all.
_UNWRITTEN = regex.compile(r"[\p{Cn}\p{Co}\p{Cs}\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
MOST_UNWRITTEN = 0.01
MOST_CANDIDATES = 3
LOST = "\ufffd"


@dataclass(frozen=True)
class Damage:
    """What of a file does not fit the encoding that the rest is in.

    Attributes:
        count: how many bytes.
        lines: in how many lines.
        line: the first such line, from 1.
        position: the first such byte of the file, from 1.
        byte: what stands there, in two hexadecimal digits.
        cut: whether it is only a last character of which a part is missing.
    """

    count: int
    lines: int
    line: int
    position: int
    byte: str
    cut: bool


@dataclass(frozen=True)
class Candidate:
    """An encoding that the bytes may be in, and a line of them by which to tell it from others."""

    encoding: str
    line: str


@dataclass(frozen=True)
class Decoded:
    """A text and where it came from.

    Attributes:
        text: all of it, as it stands in the file but for a byte-order mark.
        encoding: one of ENCODINGS.
        how: "bom" by a byte-order mark, "utf-8" because the bytes are UTF-8, "detected" by
            their statistics, "chosen" by the user.
        confidence: how sure the detection was, 0 to 1; short texts seldom reach 0.5. None unless
            detected.
        damage: what could not be read; None where all could.
        candidates: the likeliest encodings, this one first, at most three; none unless detected.
    """

    text: str
    encoding: str
    how: How
    confidence: float | None = None
    damage: Damage | None = None
    candidates: tuple[Candidate, ...] = ()


def decode(
    data: bytes, encoding: str | None = None, *, limit: int = MOST_BYTES, language: str = ""
) -> Decoded:
    """Read bytes as text.

    Args:
        data: the whole file.
        encoding: any name or alias of one of ENCODINGS; None to find out.
        limit: the most bytes to take.
        language: the reader's, such as "ko": what is as likely is taken to be in its script.

    Raises:
        EmptyFile: when there are no bytes.
        FileTooLarge: when there are more than the limit.
        UnknownEncoding: when the chosen encoding is not offered.
        WrongEncoding: when the bytes do not fit the chosen encoding, or their own mark.
        NotText: when they are no text in any encoding that is likely: a picture, an archive.
        NulInText: when bytes that are 0 make it none.
    """
    if len(data) > limit:
        raise FileTooLarge(found=len(data), limit=limit)
    if not data:
        raise EmptyFile
    if encoding is not None:
        name = known_encoding(encoding)
        return _read(data, name, "chosen")
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _read(data, name, "bom")
    if data.isascii() and (shifted := shifting(data)) is not None:
        lines = telling_lines([data.decode(each) for each in (shifted, "utf-8")])
        both = tuple(map(Candidate, (shifted, "utf-8"), lines))
        return replace(_read(data, shifted, "detected"), confidence=1.0, candidates=both)
    # Every second byte of English in UTF-16 is 0, and 0 is valid UTF-8: then statistics decide.
    if b"\0" not in data:
        try:
            return _read(data, "utf-8", "utf-8")
        except WrongEncoding:
            pass
    return _detected(data, language)


def _read(data: bytes, name: str, how: How) -> Decoded:
    """The text, with its damage. Raises WrongEncoding where that is more than a little."""
    try:
        return Decoded(data.decode(name).removeprefix("\ufeff"), name, how)
    except UnicodeDecodeError as error:
        first = error
    telling = len(data) if name.startswith(_NOT_OF_BYTES) else len(data.translate(None, _ASCII))
    notes = _Notes(most=telling // (READABLE + 1))
    token = _notes.set(notes)
    try:
        text = data.decode(name, _NOTE).removeprefix("\ufeff")
    except UnicodeDecodeError:
        text = ""
    finally:
        _notes.reset(token)
    start, stop = notes.places[-1]
    cut = len(notes.places) == 1 and stop == len(data) and _is_begun(data[start:], name)
    few = notes.count <= notes.most or (cut and any(letter > "\u07ff" for letter in text[:-1]))
    if not text or not few:
        byte = f"{data[first.start]:02X}"
        raise WrongEncoding(encoding=name, position=first.start + 1, byte=byte) from first
    if cut:
        text = text.removesuffix(LOST)
    before = data[: first.start].decode(name, "ignore")
    damage = Damage(
        count=notes.count,
        lines=sum(LOST in line for line in lines_of(text)) or 1,
        line=len(lines_of(before + "x")),
        position=first.start + 1,
        byte=f"{data[first.start]:02X}",
        cut=cut,
    )
    return Decoded(text, name, how, damage=damage)


@dataclass
class _Notes:
    """The places, from and up to a byte, that a codec could not read; no more than `most` bytes."""

    most: int
    places: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0


_notes: ContextVar[_Notes] = ContextVar("notes of the codec that is reading")
_NOTE = "core.text.note"
_ASCII = bytes(range(128))
_NOT_OF_BYTES = ("utf-16", "utf-32", "iso2022", "hz")
_LONGEST_CHARACTER = 4


def _note(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    notes = _notes.get()
    notes.places.append((error.start, error.end))
    notes.count += error.end - error.start
    if notes.count > notes.most + _LONGEST_CHARACTER:
        raise error
    return LOST, error.end


codecs.register_error(_NOTE, _note)


def _is_begun(data: bytes, name: str) -> bool:
    """Whether bytes are the beginning of a character."""
    try:
        return not codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError:
        return False


def _likely_reading(data: bytes, name: str) -> Decoded | None:
    """The text in an encoding that has been found out, None where nobody wrote such a text."""
    try:
        reading = _read(data, name, "detected")
    except WrongEncoding:
        return None
    if reading.damage is not None and name.startswith(_NOT_OF_BYTES):
        return None  # nearly any bytes are UTF-16, but for one or two
    text = reading.text
    return reading if len(_UNWRITTEN.findall(text)) <= MOST_UNWRITTEN * len(text) else None


def _detected(data: bytes, language: str) -> Decoded:
    sample = telling_sample(data)
    likely = likeliest(sample, language=language)
    for at, (name, confidence) in enumerate(likely):
        reading = _likely_reading(data, name)
        if reading is None:
            continue
        others = [each for each, _ in likely[at + 1 :] if _likely_reading(sample, each)]
        if confidence < UNSURE and not others:
            others = [each for each in any_other(sample, name) if _likely_reading(sample, each)]
        names = [name, *others[: MOST_CANDIDATES - 1]]
        lines = telling_lines([sample.decode(each, "replace") for each in names])
        candidates = tuple(map(Candidate, names, lines))
        return replace(reading, confidence=confidence, candidates=candidates)
    import chardet

    kind = chardet.detect(data[:SAMPLE_BYTES])["mime_type"]
    if kind in (None, "text/plain", "application/octet-stream"):
        if b"\0" in data:
            raise NulInText(count=data.count(0), position=data.index(0) + 1)
        raise NotText
    raise OtherKindOfFile(kind=kind)
