"""Files of `torch.save` that would run something, read beyond their bytes, or never end."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from core.importers import errors
from core.importers.torch.errors import ComplexNumbers, MoreThanTensors, ScriptedModule, WholeModule
from tests.core.importers.attacks import torch_files
from tests.core.importers.attacks.models import UNITS, archive
from tests.core.importers.attacks.torch_files import (
    Raw,
    call,
    checkpoint,
    coded,
    legacy,
    name,
    ordered,
    tensors,
)

MIB = 2**20
SYSTEM = name("posix", "system")
BIAS = "lstm.bias_ih_l0"


def with_one(value: object) -> dict:
    """A sound checkpoint with something beside its tensors."""
    return {"model_state_dict": ordered(tensors()), "beside": value}


def test_sound_ones_are_read(witness):
    """Otherwise no refusal below would mean anything."""
    for data in (checkpoint(), legacy()):
        said = witness.read(data, name="net.pt")
        assert said.error is None
        assert said.stages == ("embedding", "lstm", "fc")
        assert said.deeds == ()


def calls(canary: object) -> dict[str, tuple[Raw, str]]:
    touch = f"touch {canary}"
    one = coded((touch,))
    system = "posix.system"
    return {
        "reduce": (call(SYSTEM, touch), system),
        "reduce by two names": (
            Raw(coded("posix") + coded("system") + b"\x93" + one + b"R"),
            system,
        ),
        "named only": (SYSTEM, system),
        "newobj": (Raw(SYSTEM.code + one + b"\x81"), system),
        "newobj_ex": (Raw(SYSTEM.code + one + coded({}) + b"\x92"), system),
        "inst": (Raw(b"(" + coded(touch) + b"iposix\nsystem\n"), system),
        "obj": (Raw(b"(" + SYSTEM.code + coded(touch) + b"o"), system),
        "build": (Raw(name("os", "environ").code + coded({"PATH": ""}) + b"b"), "os.environ"),
        "eval": (call(name("builtins", "eval"), f"open({str(canary)!r}, 'w')"), "builtins.eval"),
        "getattr of torch": (
            call(name("builtins", "getattr"), name("torch", "load"), "__globals__"),
            "builtins.getattr",
        ),
        "dotted": (call(name("torch.serialization", "os.system"), touch), "os.system"),
        "a tensor by another function": (
            call(name("torch.storage", "_load_from_bytes"), touch),
            "_load_from_bytes",
        ),
        "a hub": (call(name("torch.hub", "load"), "a/b", "c"), "torch.hub.load"),
        "extension 1": (Raw(b"\x82\x07"), "extension 7"),
        "extension 2": (Raw(b"\x83\x07\x01"), "extension 263"),
        "extension 4": (Raw(b"\x84\x07\x01\x00\x00"), "extension 263"),
        "a persistent line": (Raw(b"Psystem\n"), "persistent"),
        "a persistent object": (Raw(coded(("module", SYSTEM, "x", "y")) + b"Q"), "posix.system"),
        "a view": (
            Raw(
                coded(("storage", name("torch", "FloatStorage"), "0", "cpu", 1, ("a", 0, 1))) + b"Q"
            ),
            "a view",
        ),
        "quantised": (call(name("torch._utils", "_rebuild_qtensor"), 1), "_rebuild_qtensor"),
        "a set": (Raw(b"\x8f(" + coded(1) + b"\x90"), "set"),
        "a key of tuples": (Raw(coded({(1, 2): 3})), "a key that is a tuple"),
    }


@pytest.mark.parametrize("what", calls(""))
def test_what_would_be_called_is_named_and_refused(refused, canary, what):
    code, entry = calls(canary)[what]
    said = refused(checkpoint(with_one(code)), MoreThanTensors, name="a 'net'.pt")
    assert entry in said.error.facts["found"]
    assert '''torch.load("a 'net'.pt"''' in said.error.lines
    assert "['model_state_dict']" in said.error.lines
    refused(legacy(with_one(code)), MoreThanTensors)


def test_a_call_inside_what_is_allowed(refused, canary):
    """Arguments of a tensor, attributes of a dict, a key: there is no place where it would run."""
    evil = call(SYSTEM, f"touch {canary}")
    own = ordered(tensors())
    for inside in (
        {**tensors(), "x.weight": replace(tensors()[BIAS], shape=(evil,))},
        {**tensors(), "x.weight": replace(tensors()[BIAS], key=evil)},
        {"state": Raw(own.code + coded({"_metadata": evil}) + b"b")},
        {"state": Raw(own.code + coded(evil) + b"b")},
    ):
        key_is_a_text = isinstance(getattr(inside.get("x.weight"), "key", ""), str)
        refused(checkpoint(inside), MoreThanTensors if key_is_a_text else errors.BrokenFile)


@pytest.mark.parametrize("place", ["whole", "model"])
def test_a_whole_module(refused, place):
    made = Raw(name("their.code", "Net").code + b")\x81" + coded({"training": False}) + b"b")
    data = checkpoint(made if place == "whole" else {"model": made, "epoch": 1})
    said = refused(data, WholeModule, name="net.pth")
    assert said.error.facts["found"] == "their.code.Net"
    assert "net.safetensors" in said.error.lines
    assert ("['model']" in said.error.lines) == (place == "model")


def test_a_program(refused):
    more = {"net/constants.pkl": torch_files.pickled(()), "net/code/net.py": b"import os"}
    said = refused(checkpoint(**more), ScriptedModule, name="net.pt")
    assert "torch.jit.load('net.pt'" in said.error.lines


@pytest.mark.parametrize("entry", ["config.json", "other/data.pkl", "net/x.pkl", "net.pickle"])
def test_a_file_of_two_formats(refused, entry):
    refused(checkpoint(**{entry: b"{}"}), errors.PickleInFile)


TENSORS = {
    "beyond its storage": ({"offset": 1}, errors.NotStored),
    "far beyond": ({"offset": 2**62}, errors.NotStored),
    "before it": ({"offset": -1}, errors.BrokenFile),
    "no place": ({"offset": 0.0}, errors.BrokenFile),
    "no number": ({"offset": True}, errors.BrokenFile),
    "strides beyond": ({"strides": (2,)}, errors.NotStored),
    "endless strides": ({"strides": (2**63,)}, errors.NotStored),
    "negative strides": ({"strides": (-1,), "offset": 4 * UNITS - 1}, errors.BrokenFile),
    "too few strides": ({"strides": ()}, errors.BrokenFile),
    "strides of a list": ({"strides": [1]}, errors.BrokenFile),
    "overlapping": ({"shape": (4, 3), "strides": (1, 1)}, errors.BrokenFile),
    "a negative side": ({"shape": (-1,)}, errors.BadShape),
    "sides that are none": ({"shape": ("12",)}, errors.BrokenFile),
    "a shape that is none": ({"shape": 12}, errors.BrokenFile),
    "beyond counting": ({"shape": (2**40, 2**40), "strides": (0, 0)}, errors.TooManyNumbers),
    "expanded without end": ({"shape": (10**6, 99), "strides": (0, 0)}, errors.TooManyNumbers),
    "many sides": ({"shape": (1,) * 99, "strides": (0,) * 99}, errors.TooManyDimensions),
    "another storage": ({"key": "99"}, errors.MissingEntry),
    "outside": ({"key": "../../etc/passwd"}, errors.MissingEntry),
    "no key": ({"key": 7}, errors.BrokenFile),
    "a longer storage": ({"count": 2**40}, errors.NotStored),
    "a negative storage": ({"count": -1}, errors.BrokenFile),
    "a wider type": ({"kind": "DoubleStorage"}, errors.NotStored),
    "objects": ({"kind": "QInt8Storage"}, MoreThanTensors),
    "complex numbers": ({"kind": "ComplexFloatStorage"}, ComplexNumbers),
}


@pytest.mark.parametrize(("changes", "kind"), TENSORS.values(), ids=TENSORS)
def test_tensors_that_reach_elsewhere(refused, changes, kind):
    own = tensors()
    own[BIAS] = replace(own[BIAS], **changes)
    refused(checkpoint({"state_dict": ordered(own)}), kind)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        (["0"] * 7, errors.BrokenFile),
        (["nobody"], errors.BrokenFile),
        ("0123456", errors.MissingEntry),
        ([str(at) for at in range(7)][::-1], errors.NotStored),
        ([[]], errors.BrokenFile),
        (["0"], errors.MissingEntry),
    ],
)
def test_lists_of_old_storages_that_are_none(refused, keys, kind):
    refused(legacy(keys=keys), kind)


def test_an_old_file_cut_short(refused):
    data = legacy()
    refused(data[:-1], errors.CutShort)
    refused(data[:200], errors.CutShort)


def doubling(open_: bytes, close: bytes) -> Raw:
    """Each list holds the one before twice: 300 of them are 2³⁰⁰ to whoever counts them all."""
    code = open_ + b"q\x00"
    for _ in range(300):
        code += b"0(h\x00h\x00" + close + b"q\x00"
    return Raw(code)


MEMO = b"".join(b"Nr" + struct.pack("<L", at * 9999) + b"0" for at in range(9 * 10**4))
BOMBS = {
    "lists": (with_one(doubling(b"]", b"l")), None),
    "tuples": (with_one(doubling(b")", b"t")), None),
    "a list that holds itself": (with_one(Raw(b"]q\x00h\x00a")), None),
    "a dict that holds itself": (with_one(Raw(b"}q\x00" + coded("model") + b"h\x00s")), None),
    "tuples as a key": (
        with_one(Raw(b"}" + doubling(b")", b"t").code + b"Ns")),
        MoreThanTensors,
    ),
    "tuples as sides": (
        {"state_dict": {BIAS: replace(tensors()[BIAS], shape=(doubling(b")", b"t"),))}},
        errors.BrokenFile,
    ),
    "tuples as a size": (with_one(call(name("torch", "Size"), doubling(b")", b"t"))), None),
    "deep": (with_one(Raw(b"]" * 100_000 + b"a" * 99_999)), None),
    "marks": (Raw(b"(" * 200_000), errors.BrokenFile),
    "a memo far off": (with_one(Raw(b"Nr\xff\xff\xff\xff")), None),
    "a memo of many places": (with_one(Raw(MEMO + b"N")), None),
    "opcodes without end": (Raw(b"N" * 400_000), errors.TooManyEntries),
    "dicts without end": (Raw(b"}" * 400_000), errors.TooManyEntries),
    "a huge number": (with_one(Raw(b"\x8b\xff\xff\xff\x7f")), errors.HeaderTooLong),
    "a large number": (with_one(Raw(b"\x8b\x40\x42\x0f\0" + bytes(10**6))), errors.HeaderTooLong),
    "huge bytes": (with_one(Raw(b"\x8e" + b"\xff" * 8)), errors.HeaderTooLong),
    "a huge text": (with_one(Raw(b"\x8d" + b"\xff" * 8)), errors.HeaderTooLong),
    "a text beyond the end": (with_one(Raw(b"X" + struct.pack("<L", 10**6))), errors.CutShort),
    "a name without end": (Raw(b"c" + b"a" * 10**6), errors.BrokenFile),
    "no value": (Raw(b""), errors.BrokenFile),
    "nothing recalled": (Raw(b"h\x07"), errors.BrokenFile),
    "no mark": (Raw(b"t"), errors.BrokenFile),
    "a tuple of nothing": (Raw(b"\x87"), errors.BrokenFile),
    "a number appended to": (Raw(b"NNa"), errors.BrokenFile),
    "a key without a value": (Raw(b"}(Nu"), errors.BrokenFile),
    "an opcode of protocol 0": (Raw(b"I7\n"), errors.BrokenFile),
    "no opcode": (Raw(b"\xff"), errors.BrokenFile),
    "no text": (Raw(b"X\x01\x00\x00\x00\xff"), errors.BrokenFile),
    "a name of numbers": (Raw(b"NN\x93"), errors.BrokenFile),
    "a storage of nothing": (Raw(b")Q"), errors.BrokenFile),
    "a tensor of nothing": (call(name("torch._utils", "_rebuild_tensor_v2")), errors.BrokenFile),
    "a dict of numbers": (call(name("collections", "OrderedDict"), [1, 2]), errors.BrokenFile),
}  # fmt: skip


@pytest.mark.parametrize(("value", "kind"), BOMBS.values(), ids=BOMBS)
def test_pickles_without_end_or_sense(refused, witness, value, kind):
    """Those that are only odd are read in no time, like any other file."""
    data = checkpoint(value)
    if kind is not None:
        refused(data, kind)
        return
    said = witness.read(data)
    assert (said.crash, said.error, said.deeds) == (None, None, ())
    assert said.stages == ("embedding", "lstm", "fc")
    assert said.seconds < 2
    assert said.memory < 32 * MIB + 3 * len(data)


def test_many_tensors_of_one_storage(refused):
    """Each is sound; all of them together are more numbers than the file has, a thousand times."""
    one = replace(tensors()["embedding.weight"], count=10**5, shape=(10**5,), strides=(1,))
    crowd = {f"t{at}.weight": one for at in range(2000)}
    data = checkpoint({"state_dict": crowd}, **{"net/data/0": bytes(4 * 10**5)})
    refused(data, errors.TooManyNumbers)


@pytest.mark.parametrize("order", [b"big!", b"", b"little\n", bytes(9)])
def test_a_byte_order_that_is_none(refused, order):
    refused(checkpoint(**{"net/byteorder": order}), errors.BrokenFile, "byteorder")


def test_a_checksum_that_is_wrong(refused):
    own = torch_files.entries()
    data = bytearray(archive(own))
    at = data.index(own["net/data/1"])
    data[at] ^= 1
    refused(bytes(data), errors.BrokenFile, "net/data/1")
