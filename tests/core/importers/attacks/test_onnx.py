"""ONNX files that reach for other files, hide programs in graphs, or grow while they are parsed."""

from __future__ import annotations

import os
import random

import numpy as np
import pytest

from core.errors import CoreError, NonFiniteWeights, UnsupportedModel
from core.importers import errors
from core.importers.limits import Limits
from core.importers.onnx.proto import read_graph
from core.importers.onnx.protobuf import check_fields
from tests.core.importers.attacks import onnx_files as files
from tests.core.importers.attacks.onnx_files import attribute, field, graph, model, node, tensor

MIB = 2**20
KERNEL = files.weights()["W"]


def with_kernel(said: bytes) -> bytes:
    """The sound model with another tensor for the kernel."""
    own = files.weights()
    return model(graph(tensors=[said, tensor("R", own["R"]), tensor("B", own["B"])]))


def test_the_sound_file_is_read(witness):
    said = witness.read(model())
    assert said.error is None
    assert said.stages is not None
    assert len(said.stages) == 2
    assert said.deeds == ()


def external(location: str, *, declare: bool = True) -> bytes:
    """A tensor whose numbers are in another file."""
    pairs = {"location": location, "offset": "0", "length": "192"}
    entries = b"".join(field(13, field(1, key) + field(2, value)) for key, value in pairs.items())
    sides = b"".join(field(1, side) for side in KERNEL.shape)
    return field(8, "W") + sides + field(2, 1) + entries + (field(14, 1) if declare else b"")


@pytest.mark.parametrize("declare", [True, False])
@pytest.mark.parametrize("location", ["../../etc/passwd", "/etc/passwd", "weights.bin", "", "trap"])
def test_numbers_in_another_file(refused, tmp_path, location, declare):
    """CVE-2022-25882, CVE-2024-27318 and CVE-2024-5187 were paths of external data."""
    if location == "trap":
        location = str(tmp_path / "trap")
        os.mkfifo(location)
    said = refused(with_kernel(external(location, declare=declare)), errors.DataOutsideFile, "W")
    assert said.error.facts["target"] == location


def test_numbers_in_another_file_in_an_attribute(refused):
    constant = node("Constant", [], ["W"], attribute("value", external("/etc/passwd")))
    own = files.weights()
    rest = [tensor("R", own["R"]), tensor("B", own["B"])]
    data = model(graph([constant, *files.sound_nodes()], rest))
    refused(data, errors.DataOutsideFile)


@pytest.mark.parametrize(
    ("sides", "kind"),
    [
        ((2**40, 2**40), errors.TooManyNumbers),
        ((2**62, 4, 2), errors.TooManyNumbers),
        ((0, 2**60), errors.TooManyNumbers),
        ((-1, 12, 4), errors.BadShape),
        ((1, 12, 5), errors.NotStored),
        ((1,) * 9, errors.TooManyDimensions),
    ],
)
def test_shapes_that_are_not_stored(refused, sides, kind):
    said = field(8, "W") + field(2, 1) + field(9, KERNEL.tobytes())
    refused(with_kernel(said + b"".join(field(1, side) for side in sides)), kind, "W")


@pytest.mark.parametrize("kind", [0, 8, 14, 99, -1, 2**31])
def test_types_that_are_no_numbers(refused, kind):
    """8 is a text, 14 a complex number."""
    said = field(8, "W") + b"".join(field(1, side) for side in KERNEL.shape)
    refused(with_kernel(said + field(2, kind) + field(9, KERNEL.tobytes())), errors.NotNumbers, "W")


def test_one_name_twice(refused):
    data = model(graph(more=field(5, tensor("W", KERNEL))))
    refused(data, errors.RepeatedEntry, "W")


# What grows while it is parsed.


@pytest.mark.parametrize(
    "crowd",
    [
        field(1, b""),  # nodes
        field(5, b""),  # tensors
        field(11, b""),  # inputs
        field(5, field(13, b"") * 60),  # entries of external data
        field(1, field(5, b"") * 60),  # attributes
        field(1, field(1, "") * 60),  # names
    ],
)
def test_millions_of_empty_messages(refused, crowd):
    """Two bytes each in the file, more than a hundred in memory: 8 MB that become a gigabyte."""
    many = crowd * (8 * MIB // len(crowd))
    refused(model(graph(more=many)), errors.TooManyEntries)


def test_small_numbers_that_take_eight_times_their_bytes(refused):
    many = field(7, b"\1" * 12 * MIB)
    data = model(graph(more=field(5, tensor("big", more=many))))
    refused(data, errors.EntryTooLarge, file_bytes=16 * MIB)


def whole(name: str, *numbers: int) -> bytes:
    """A TensorProto of whole numbers."""
    said = field(8, name) + field(1, len(numbers)) + field(2, 7)
    return said + field(9, np.array(numbers, "<i8").tobytes())


@pytest.mark.parametrize(
    ("nodes", "tensors"),
    [
        (
            [
                node("Concat", [f"d{at}"] * 2, [f"d{at + 1}"], attribute("axis", 0))
                for at in range(60)
            ],
            [tensor("d0", np.ones(1000))],
        ),
        (
            [node("Add", ["p", "q"], ["d60"])],
            [tensor("p", np.ones((2**16, 1))), tensor("q", np.ones((1, 2**16)))],
        ),
        (
            [node("Gather", ["p", "i"], ["d60"])],
            [tensor("p", np.ones((2, 2**16))), whole("i", *([1] * 2**16))],
        ),
    ],
    ids=["doubled sixty times", "a sum in two directions", "one row over and over"],
)
def test_constants_that_grow(refused, nodes, tensors):
    """Small tensors, and operations that make large ones of them before the network begins."""
    own = [tensor(name, array) for name, array in files.weights().items()]
    unsuspicious = [*nodes, *files.sound_nodes()[:1], node("Add", ["y", "d60"], ["z"])]
    data = model(graph(unsuspicious, [*own, *tensors]))
    refused(data, errors.TooManyNumbers, file_bytes=16 * MIB)


@pytest.mark.parametrize("depth", [40, 2000])
def test_graphs_in_graphs(refused, depth):
    inside = b""
    for _ in range(depth):
        branch = field(1, "then_branch") + field(6, inside) + field(20, 5)
        inside = field(1, field(4, "If") + field(5, branch))
    refused(model(graph(more=inside)), errors.TooDeep)


def test_a_graph_that_runs_a_graph(witness):
    branch = field(1, "body") + field(6, graph()) + field(20, 5)
    said = witness.read(model(graph([node("Loop", ["x"], ["y"], branch)])))
    assert type(said.error) is UnsupportedModel


def test_an_operation_of_somebody_else(witness):
    """A custom operation is a library that a runtime loads."""
    custom = node("Evil", ["x"], ["y"]) + field(7, "com.evil")
    said = witness.read(model(graph([custom, *files.sound_nodes()])))
    assert type(said.error) is UnsupportedModel
    assert "com.evil" in str(said.error)


def test_a_function_of_its_own(witness):
    function = field(1, "LSTM") + field(10, "com.evil") + field(7, node("Relu", ["x"], ["y"]))
    said = witness.read(model(more=field(25, function)))
    assert type(said.error) is UnsupportedModel


def test_nodes_in_a_circle(witness):
    nodes = [node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"]), *files.sound_nodes()]
    said = witness.read(model(graph(nodes)))
    assert said.crash is None
    nodes[2] = node("LSTM", ["a", "W", "R"], ["y"], attribute("hidden_size", 3))
    said = witness.read(model(graph(nodes)))
    assert isinstance(said.error, CoreError)


@pytest.mark.parametrize("kind", ["name", "input", "op_type", "tensor"])
def test_names_that_are_no_text(refused, kind):
    """Protobuf hands them out as bytes, where text is expected."""
    name = b"\xff\xfe"
    broken = {
        "name": field(1, field(3, name)),
        "input": field(1, field(1, name)),
        "op_type": field(1, field(4, name)),
        "tensor": field(5, field(8, name)),
    }
    refused(model(graph(more=broken[kind])), errors.BrokenFile, "model/")


def test_weights_that_overflow_when_they_are_added(witness):
    own = files.weights()
    own["B"][0, 0], own["B"][0, 12] = np.inf, -np.inf
    said = witness.read(model(graph(tensors=[tensor(name, each) for name, each in own.items()])))
    assert type(said.error) is NonFiniteWeights


# Damage.


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_cut_short(refused, part):
    data = model()
    refused(data[: int(part * len(data))], errors.CutShort)


@pytest.mark.parametrize(
    "data",
    [b"\x0b", b"\x0f", b"\xff" * 12, b"\x08", b"\x80", b"\x00\x00", b"\x3a\xff\xff\xff\xff\x0f"],
)
def test_what_protobuf_does_not_read(data):
    with pytest.raises(errors.BrokenFile):
        check_fields(data, limits=Limits())


def test_nothing_but_noise():
    generator = random.Random(0)
    for _ in range(300):
        data = generator.randbytes(generator.randrange(200))
        try:
            check_fields(data, limits=Limits())
        except errors.FileRefused:
            continue


def test_raw_numbers_of_every_type_are_those_of_protobuf():
    """Taken out of the file before protobuf parses it, or by onnx itself."""
    onnx = pytest.importorskip("onnx")
    generator = np.random.default_rng(7)
    made = onnx.ModelProto()
    made.ParseFromString(model())
    expected = {}
    for kind in ("float32", "float64", "float16", "int16", "int32", "int64", "bool"):
        array = (generator.normal(size=(3, 4)) * 9).astype(kind)
        made.graph.initializer.append(onnx.numpy_helper.from_array(array, kind))
        expected[kind] = array
    found = read_graph(made.SerializeToString(), limits=Limits())
    for kind, array in expected.items():
        np.testing.assert_array_equal(found.array(kind), array)
    assert not found.array("float32").flags.owndata


def test_the_last_of_several_numbers_holds(witness):
    """As in protobuf: a second field of the same number replaces the first."""
    twice = field(9, bytes(4)) + tensor("W", KERNEL)
    assert witness.read(with_kernel(twice)).stages is not None


def test_fields_are_counted_as_protobuf_has_them():
    """The walk agrees with protobuf on where a message ends, for files that others have written."""
    onnx = pytest.importorskip("onnx")
    made = onnx.ModelProto()
    made.ParseFromString(model())
    again = made.SerializeToString()
    check_fields(again, limits=Limits())
    with pytest.raises(errors.CutShort):
        check_fields(again[:-1], limits=Limits())
    assert np.array_equal(
        onnx.numpy_helper.to_array(made.graph.initializer[0]), files.weights()["W"]
    )
