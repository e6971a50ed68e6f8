"""Sound files made unsound: bits, lengths, pieces, entries of archives, and values of JSON."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.core.importers.attacks.models import archive
from tests.fuzz.seeds import Seed
from tests.fuzz.wire import in_message

Rng = np.random.Generator
Mutation = Callable[[bytes, Rng], bytes]

# Numbers at which arithmetic goes wrong.
EDGES = (0, 1, 2, 7, 8, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63)
EDGES = (*EDGES, 2**63 - 1, 2**64 - 1, 10**6, 2**40)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        1e308,
        2**31,
        2**70,
        "",
        "x",
        "../../etc/passwd",
        "\0",
        "é" * 99,
    ),
    *([], {}, [[]], [None], [1, 2, 3], {"class_name": "Lambda", "config": {}}),
    {"class_name": "__lambda__", "config": {"code": "4wEA"}},
    {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
    *("LSTM", "GRU", "Lambda", "Bidirectional", "Sequential", "Functional", "relu", "softmax"),
)


def flip_bits(data: bytes, rng: Rng) -> bytes:
    changed = bytearray(data)
    for at in rng.integers(0, len(data), int(rng.integers(1, 9))):
        changed[at] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def set_bytes(data: bytes, rng: Rng) -> bytes:
    changed = bytearray(data)
    at, length = int(rng.integers(len(data))), int(rng.integers(1, 65))
    changed[at : at + length] = rng.bytes(len(changed[at : at + length]))
    return bytes(changed)


def set_length(data: bytes, rng: Rng) -> bytes:
    """A number of 2, 4 or 8 bytes somewhere, as a length or an address may be."""
    width = int(rng.choice([2, 4, 8]))
    at = int(rng.integers(max(1, len(data) - width)))
    value = EDGES[int(rng.integers(len(EDGES)))] % 2 ** (8 * width)
    return data[:at] + value.to_bytes(width, "little") + data[at + width :]


def nudge_length(data: bytes, rng: Rng) -> bytes:
    """A number of 4 bytes that is a little larger or smaller than it was."""
    at = int(rng.integers(max(1, len(data) - 4)))
    value = int.from_bytes(data[at : at + 4], "little") + int(rng.integers(-64, 65))
    return data[:at] + (value % 2**32).to_bytes(4, "little") + data[at + 4 :]


def cut(data: bytes, rng: Rng) -> bytes:
    return data[: int(rng.integers(len(data)))]


def remove(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + data[at + int(rng.integers(1, 257)) :]


def splice(data: bytes, rng: Rng) -> bytes:
    """A piece of the file over, or between, others."""
    start, at = rng.integers(0, len(data), 2)
    piece = data[start : start + int(rng.integers(1, 513))]
    return data[:at] + piece + data[at + (len(piece) if rng.integers(2) else 0) :]


def repeat(data: bytes, rng: Rng) -> bytes:
    start = int(rng.integers(len(data)))
    piece = data[start : start + int(rng.integers(1, 129))]
    return data[:start] + piece * int(rng.integers(2, 200)) + data[start:]


OPCODES = tuple(
    bytes([at]) for at in b".NKMJGXTUCB]}()lteasu012qrhjcRiobPQ" + bytes(range(0x80, 0x99))
)
OPCODES = (*OPCODES, b"cos\nsystem\n", b"(X\x01\0\0\0xtR", b"cbuiltins\nexec\n", b")\x81", b"}b")

BYTES: tuple[Mutation, ...] = (
    # Those that keep everything in its place get further, and come three times as often.
    *(3 * (flip_bits, set_bytes, set_length, nudge_length)),
    *(cut, remove, splice, repeat),
)


def any_bytes(data: bytes, rng: Rng) -> bytes:
    """One of the above, or several."""
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        data = BYTES[int(rng.integers(len(BYTES)))](data or b"\0", rng)
    return data


def in_archive(data: bytes, rng: Rng) -> bytes:
    """An entry of the archive changed, and all packed again with sound lengths and checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    names = list(entries)
    # The largest twice as often: weights have more ways to go wrong than three lines of metadata.
    names.append(max(names, key=lambda name: len(entries[name])))
    name = names[int(rng.integers(len(names)))]
    entries[name] = any_bytes(entries[name], rng)
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if rng.integers(4) == 0 else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as written:
        for each, inside in entries.items():
            written.writestr(each, inside)
    return file.getvalue()


def in_pickle(data: bytes, rng: Rng) -> bytes:
    """The pickle of a file of PyTorch's with a few opcodes changed, the rest of it sound."""
    if data[:2] != b"PK":
        end = data.index(b"cpu")  # somewhere in the pickle of the value
        return any_opcodes(data[: 2 * end], rng) + data[2 * end :]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    name = next(name for name in entries if name.endswith("data.pkl"))
    return archive({**entries, name: any_opcodes(entries[name], rng)})


def any_opcodes(data: bytes, rng: Rng) -> bytes:
    """Bytes set to opcodes, numbers set to edges, calls put in between."""
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        at = int(rng.integers(len(data)))
        match int(rng.integers(4)):
            case 0:
                data = data[:at] + OPCODES[int(rng.integers(len(OPCODES)))] + data[at + 1 :]
            case 1:
                data = data[:at] + OPCODES[int(rng.integers(len(OPCODES)))] + data[at:]
            case 2:
                data = data[:at] + data[at + int(rng.integers(1, 9)) :]
            case _:
                data = nudge_length(data, rng)
    return data


def in_directory(data: bytes, rng: Rng) -> bytes:
    """A field of a record in the directory of the archive, or of its end, set to an edge."""
    size, start = (int.from_bytes(data[-10 + at : -6 + at], "little") for at in (0, 4))
    at = start + int(rng.integers(size + 22))
    value = EDGES[int(rng.integers(len(EDGES)))] % 2**16
    return data[:at] + value.to_bytes(2, "little") + data[at + 2 :]


def in_json(described: Any, rng: Rng) -> Any:
    """The JSON with a few places set, removed, repeated or swapped."""
    changed = copy.deepcopy(described)
    for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
        places = list(_places(changed))
        if not places:
            break
        holder, key = places[int(rng.integers(len(places)))]
        other, other_key = places[int(rng.integers(len(places)))]
        match int(rng.integers(6)):
            case 0:
                holder[key] = copy.deepcopy(other[other_key])
            case 1:
                del holder[key]
            case 2 if isinstance(holder, list):
                holder.insert(int(rng.integers(len(holder) + 1)), copy.deepcopy(holder[key]))
            case 3 if isinstance(holder, dict):
                holder[str(VALUES[int(rng.integers(len(VALUES)))])] = holder.pop(key)
            case _:
                holder[key] = copy.deepcopy(VALUES[int(rng.integers(len(VALUES)))])
    return changed


def _places(value: Any) -> Any:
    """Every holder in the JSON with each of its keys."""
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, each in inside:
        yield value, key
        yield from _places(each)


def mutated(seed: Seed, rng: Rng) -> tuple[str, bytes, dict[str, Any]]:
    """A mutation of the file: what was done to it, its bytes, and the options to read it with."""
    is_archive = seed.data[:2] == b"PK"
    ways = ["archive"] * 6 + ["directory", "bytes"] if is_archive else ["bytes"] * 4
    ways += ["opcodes"] * 12 if seed.name.endswith(".pt") else []
    ways += ["wire"] * 16 if seed.name.endswith(".onnx") else []
    ways += ["json"] * 4 if seed.write is not None else []
    ways += ["option"] * 2 if seed.options else []
    match ways[int(rng.integers(len(ways)))]:
        case "archive":
            return "archive", in_archive(seed.data, rng), dict(seed.options)
        case "wire":
            data = seed.data
            for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):
                data = in_message(data, rng, EDGES)
            return "wire", data, dict(seed.options)
        case "opcodes":
            return "opcodes", in_pickle(seed.data, rng), dict(seed.options)
        case "directory":
            return "directory", in_directory(seed.data, rng), dict(seed.options)
        case "json" if seed.write is not None:
            text = json.dumps(in_json(seed.described, rng))
            return "json", seed.write(text), dict(seed.options)
        case "option":
            changed = json.dumps(in_json(json.loads(seed.options["config"]), rng))
            return "option", seed.data, {"config": changed}
    return "bytes", any_bytes(seed.data, rng), dict(seed.options)
