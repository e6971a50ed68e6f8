"""A pickle walked as data: its opcodes move plain values about, and nothing of it is ever called.

A pickle is a program for a small stack machine, in which `REDUCE`, `NEWOBJ` and their like call
whatever Python function it names. Here the machine has the opcodes that `torch.save` writes, and
what a pickle wants to have called is looked up by its name in a table of ours, which holds
functions on plain data (`torch/checkpoint.py`). What is not in it leaves a `Foreign` where its
result would be, so that the rest can still be described; `Pickled.foreign` names it, and whoever
reads refuses the file for it. Nothing is imported by a name that stands in a file.

Bounds: opcodes, the length of a text, and keys that are texts or numbers, since to hash tuples of
tuples of tuples takes for ever. Lists may hold themselves: whoever walks the value has to remember
where it was. Not chosen: `pickle.Unpickler` with a `find_class` of ours, which would still run
`BUILD`, `NEWOBJ` and `EXT` in C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.importers.errors import BrokenFile, CutShort, HeaderTooLong

MOST_OPCODES = 300_000
"""A tensor takes some 35 of them."""

MOST_TEXT = 2**20
"""Bytes of a text; no name of a weight has nearly as many."""

MOST_NUMBER = 255
"""Bytes of a whole number."""

MOST_NAME = 500
"""Bytes of a module's or a class's name."""

_KEYS = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Global:
    """A name of something in Python: `torch.FloatStorage`. It is compared, never imported."""

    name: str


@dataclass(frozen=True)
class Foreign:
    """Where the result would stand of something that is not called, by the name of that."""

    name: str


@dataclass(frozen=True)
class Pickled:
    """What a pickle holds.

    `value` is made of None, numbers, texts, bytes, lists, tuples, dicts and what the builders gave;
    `foreign` are the names of all else that it asked for, in the order of the file. `end` is where
    the pickle ends, in bytes.
    """

    value: object
    foreign: tuple[str, ...]
    end: int


Builder = Callable[[tuple[Any, ...]], object]


@dataclass
class Machine:
    """The stack machine, at one place of one pickle."""

    data: bytes
    builders: Mapping[str, Builder]
    known: frozenset[str]
    persistent: Callable[[object], object]
    entry: str
    at: int = 0
    stack: list[Any] = field(default_factory=list)
    marks: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    foreign: dict[str, None] = field(default_factory=dict)

    def broken(self, why: str) -> BrokenFile:
        """The error for what no pickle of `torch.save` has, with its place."""
        return BrokenFile(entry=self.entry, why=f"{why} (byte {self.at:,})")

    # What is read from the bytes.

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > len(self.data) - self.at:
            raise CutShort(entry=self.entry, expected=self.at + count, found=len(self.data))
        self.at += count
        return self.data[self.at - count : self.at]

    def whole(self, width: int) -> int:
        """The next bytes as a number from 0."""
        return int.from_bytes(self.take(width), "little")

    def text(self, width: int) -> str:
        """A text behind its length."""
        try:
            return self.bytes_(width).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.broken("a text is no UTF-8") from error

    def bytes_(self, width: int) -> bytes:
        """Bytes behind their length."""
        length = self.whole(width)
        if length > MOST_TEXT:
            raise HeaderTooLong(entry=self.entry, found=length, limit=MOST_TEXT)
        return self.take(length)

    def line(self) -> str:
        """A name, up to the end of its line."""
        end = self.data.find(b"\n", self.at, self.at + MOST_NAME)
        if end < 0:
            raise self.broken("a name does not end")
        text = self.take(end + 1 - self.at)[:-1]
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.broken("a name is no UTF-8") from error

    # What is on the stack.

    def push(self, value: object) -> None:
        self.stack.append(value)

    def pop(self) -> Any:
        if not self.stack:
            raise self.broken("the stack is empty")
        return self.stack.pop()

    def pop_mark(self) -> list[Any]:
        """What was pushed since the last mark."""
        if not self.marks:
            raise self.broken("a mark is missing")
        values, self.stack = self.stack, self.marks.pop()
        return values

    def top(self, *kinds: type) -> Any:
        """What is on top, which should be of these kinds; or a Foreign, which takes anything."""
        if not self.stack or not isinstance(self.stack[-1], (*kinds, Foreign)):
            raise self.broken("what is filled is neither a list nor a dict")
        return self.stack[-1]

    # What opcodes do.

    def mark(self) -> None:
        self.marks.append(self.stack)
        self.stack = []

    def keep(self, at: int) -> None:
        if not self.stack:
            raise self.broken("the stack is empty")
        self.memo[at] = self.stack[-1]

    def recall(self, at: int) -> None:
        if at not in self.memo:
            raise self.broken("the memo has no such place")
        self.push(self.memo[at])

    def whole_number(self, length: int) -> None:
        if length > MOST_NUMBER:
            raise HeaderTooLong(entry=self.entry, found=length, limit=MOST_NUMBER)
        self.push(int.from_bytes(self.take(length), "little", signed=True))

    def several(self, count: int) -> None:
        if len(self.stack) < count:
            raise self.broken("the stack is empty")
        values = tuple(self.stack[-count:])
        del self.stack[-count:]
        self.push(values)

    def append(self, values: list[Any]) -> None:
        target = self.top(list)
        if isinstance(target, list):
            target.extend(values)

    def fill(self, values: list[Any]) -> None:
        target = self.top(dict)
        if len(values) % 2:
            raise self.broken("a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            if type(key) not in _KEYS:
                self.ask(f"a key that is a {type(key).__name__}")
            elif isinstance(target, dict):
                target[key] = value

    def name(self, module: object, name: object) -> None:
        """Pushes a name, and remembers it if it is none of ours."""
        if not (isinstance(module, str) and isinstance(name, str)):
            raise self.broken("a name is no text")
        full = f"{module}.{name}"
        if len(full) > MOST_NAME:
            raise HeaderTooLong(entry=self.entry, found=len(full), limit=MOST_NAME)
        if full not in self.known:
            self.ask(full)
        self.push(Global(full))

    def ask(self, name: str) -> Foreign:
        """What stands for something that is not called."""
        self.foreign.setdefault(name)
        return Foreign(name)

    def reduce(self) -> None:
        """A call: to a function of ours on plain data, or to nothing."""
        arguments, function = self.pop(), self.pop()
        name = function.name if isinstance(function, Global | Foreign) else "an object"
        builder = self.builders.get(name) if isinstance(function, Global) else None
        if builder is None:
            self.push(self.ask(name))
            return
        if not isinstance(arguments, tuple):
            raise self.broken("the arguments of a call are no tuple")
        try:
            self.push(builder(arguments))
        except (ValueError, TypeError) as error:
            raise self.broken(f"{name} is given what it cannot take") from error

    def instance(self, arguments: int) -> None:
        """An object of a class: the class stands below its arguments."""
        del self.stack[len(self.stack) - arguments :]
        kind = self.pop()
        self.push(self.ask(kind.name if isinstance(kind, Global | Foreign) else "an object"))

    def obj(self) -> None:
        values = self.pop_mark()
        kind = values[0] if values else None
        self.push(self.ask(kind.name if isinstance(kind, Global | Foreign) else "an object"))

    def inst(self) -> None:
        name = f"{self.line()}.{self.line()}"
        self.pop_mark()
        self.push(self.ask(name))

    def build(self) -> None:
        """The attributes of an object. Those of a dict (`_metadata`) say nothing that is needed."""
        self.pop()
        self.top(dict, Global)

    def frozen(self) -> None:
        self.pop_mark()
        self.push(self.ask("frozenset"))

    def writable(self) -> None:
        self.bytes_(8)
        self.push(self.ask("bytearray"))

    def extension(self, width: int) -> None:
        self.push(self.ask(f"extension {self.whole(width)}"))

    def persistent_line(self) -> None:
        self.push(self.ask(f"the persistent id {self.line()!r}"))

    def persist(self) -> None:
        try:
            value = self.persistent(self.pop())
            self.push(self.ask(value.name) if isinstance(value, Foreign) else value)
        except (ValueError, TypeError) as error:
            raise self.broken("a storage is declared otherwise than torch.save does") from error
