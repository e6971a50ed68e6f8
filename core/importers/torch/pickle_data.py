"""The opcodes that `torch.save` writes, and what each does to the machine that walks a pickle.

Others (numbers and names as lines of text, of protocols 0 and 1) refuse the file.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Mapping

from core.importers.errors import TooManyEntries
from core.importers.torch.pickle_machine import MOST_OPCODES, Builder, Machine, Pickled

_STOP = ord(".")
_FLOAT = struct.Struct(">d")

_ACTIONS: dict[int, Callable[[Machine], object]] = {
    # The frame around it all, whose lengths only help to read ahead.
    0x80: lambda m: m.take(1),  # PROTO
    0x95: lambda m: m.take(8),  # FRAME
    # Values.
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),  # noqa: FBT003  (a value of the pickle's)
    0x89: lambda m: m.push(False),  # noqa: FBT003
    ord("K"): lambda m: m.push(m.whole(1)),  # BININT1
    ord("M"): lambda m: m.push(m.whole(2)),  # BININT2
    ord("J"): lambda m: m.push(int.from_bytes(m.take(4), "little", signed=True)),  # BININT
    0x8A: lambda m: m.whole_number(m.whole(1)),  # LONG1
    0x8B: lambda m: m.whole_number(m.whole(4)),  # LONG4
    ord("G"): lambda m: m.push(_FLOAT.unpack(m.take(8))[0]),  # BINFLOAT
    0x8C: lambda m: m.push(m.text(1)),  # SHORT_BINUNICODE
    ord("X"): lambda m: m.push(m.text(4)),  # BINUNICODE
    0x8D: lambda m: m.push(m.text(8)),  # BINUNICODE8
    ord("U"): lambda m: m.push(m.text(1)),  # SHORT_BINSTRING, of Python 2
    ord("T"): lambda m: m.push(m.text(4)),  # BINSTRING
    ord("C"): lambda m: m.push(m.bytes_(1)),  # SHORT_BINBYTES
    ord("B"): lambda m: m.push(m.bytes_(4)),  # BINBYTES
    0x8E: lambda m: m.push(m.bytes_(8)),  # BINBYTES8
    # Lists, tuples and dicts.
    ord("]"): lambda m: m.push([]),
    ord("}"): lambda m: m.push({}),
    ord(")"): lambda m: m.push(()),
    ord("("): Machine.mark,
    ord("l"): lambda m: m.push(m.pop_mark()),  # LIST
    ord("t"): lambda m: m.push(tuple(m.pop_mark())),  # TUPLE
    0x85: lambda m: m.several(1),  # TUPLE1
    0x86: lambda m: m.several(2),  # TUPLE2
    0x87: lambda m: m.several(3),  # TUPLE3
    ord("a"): lambda m: m.append([m.pop()]),
    ord("e"): lambda m: m.append(m.pop_mark()),  # APPENDS
    ord("s"): lambda m: m.fill([m.pop(), m.pop()][::-1]),  # SETITEM
    ord("u"): lambda m: m.fill(m.pop_mark()),  # SETITEMS
    # Sets and bytes that can be written to: whole modules have them.
    0x8F: lambda m: m.push(m.ask("set")),
    0x90: lambda m: m.pop_mark(),  # ADDITEMS
    0x91: Machine.frozen,
    0x96: Machine.writable,
    # The stack and the memo.
    ord("0"): lambda m: m.pop(),
    ord("1"): lambda m: m.pop_mark(),
    ord("q"): lambda m: m.keep(m.whole(1)),  # BINPUT
    ord("r"): lambda m: m.keep(m.whole(4)),  # LONG_BINPUT
    0x94: lambda m: m.keep(len(m.memo)),  # MEMOIZE
    ord("h"): lambda m: m.recall(m.whole(1)),  # BINGET
    ord("j"): lambda m: m.recall(m.whole(4)),  # LONG_BINGET
    # Names, and what would be called.
    ord("c"): lambda m: m.name(m.line(), m.line()),  # GLOBAL
    0x93: lambda m: m.name(*[m.pop(), m.pop()][::-1]),  # STACK_GLOBAL
    ord("R"): Machine.reduce,
    0x81: lambda m: m.instance(1),  # NEWOBJ
    0x92: lambda m: m.instance(2),  # NEWOBJ_EX
    ord("i"): Machine.inst,
    ord("o"): Machine.obj,
    ord("b"): Machine.build,
    0x82: lambda m: m.extension(1),
    0x83: lambda m: m.extension(2),
    0x84: lambda m: m.extension(4),
    ord("P"): Machine.persistent_line,
    ord("Q"): Machine.persist,  # BINPERSID
}


def read_pickle(
    data: bytes,
    *,
    entry: str,
    builders: Mapping[str, Builder],
    known: frozenset[str] = frozenset(),
    persistent: Callable[[object], object],
    start: int = 0,
) -> Pickled:
    """What the pickle at `start` of `data` holds.

    `builders` are what may be called, by name, each with a tuple of plain data; `known` are names
    that may stand there besides. `persistent` takes what torch.save puts in place of a storage.
    Both may raise ValueError or TypeError. Raises BrokenFile, CutShort, HeaderTooLong and
    TooManyEntries.
    """
    machine = Machine(data, builders, known | set(builders), persistent, entry, at=start)
    for opcodes in itertools.count(1):
        if opcodes > MOST_OPCODES:
            raise TooManyEntries(entry=entry, found=opcodes, limit=MOST_OPCODES)
        code = machine.take(1)[0]
        if code == _STOP:
            break
        action = _ACTIONS.get(code)
        if action is None:
            raise machine.broken(f"opcode {bytes([code])!r} is none that torch.save writes")
        action(machine)
    return Pickled(machine.pop(), tuple(machine.foreign), machine.at)
