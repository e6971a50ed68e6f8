"""Files told by their bytes, read in a child or here, and refused with what would help."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

import core
from core.errors import UnsupportedTail
from core.importers.errors import (
    FileRefused,
    ModelFileTooLarge,
    NoModelFile,
    PickleInFile,
    UnknownFormat,
    WeightsAlone,
)
from core.importers.formats import format_of
from core.importers.limits import Limits
from core.importers.load import load_model, stem_of
from core.importers.torch.safetensors_export import write_safetensors
from core.text import Vocabulary
from tests.core.importers.attacks import models
from tests.core.networks import randomised

FILES = Path(__file__).parent / "files"
VOCABULARY = Vocabulary(("a", "b", "c", "d", "e"), "word")


def own() -> core.Model:
    return randomised(core.new_model("gru", vocabulary=VOCABULARY, embedding=3, units=[4]), seed=1)


def own_npz() -> bytes:
    file = io.BytesIO()
    own().save(file)
    return file.getvalue()


FORMATS = {
    "keras": models.keras,
    "h5": models.legacy_h5,
    "npz": own_npz,
    "safetensors": lambda: write_safetensors(own()),
}


@pytest.mark.parametrize("expected", FORMATS)
def test_the_format_is_told_by_the_bytes(expected: str) -> None:
    data = FORMATS[expected]()
    assert format_of(data, name="model.onnx", limits=Limits()) == expected
    assert format_of(memoryview(data), name="", limits=Limits()) == expected


def test_a_graph_of_onnx_is_told_by_its_fields() -> None:
    """ModelProto: ir_version 8, producer "x", a graph of two bytes, an opset of two."""
    data = b"\x08\x08\x12\x01x\x3a\x02\x0a\x00\x42\x02\x10\x0d"
    assert format_of(data, name="", limits=Limits()) == "onnx"
    assert format_of(data[:-1], name="", limits=Limits()) == "onnx", "cut short is another matter"
    for other in (b"\x08\x08\x12\x01x", b"\x08\x01\x12\x02\x0a\x00\x1a\x00\x4b", b"\x3a" * 9):
        with pytest.raises(UnknownFormat):
            format_of(other, name="", limits=Limits())


@pytest.mark.parametrize(
    ("data", "start"),
    [
        (b"", "none at all"),
        (b"hello, I am a text", "'hello, I am a te'"),
        (b"\x00\x01TFL3", "00 01 54 46 4c 33"),
        (b"GGUF\x03\x00\x00\x00", "47 47 55 46 03"),
        (b'{"nam": {"as": "safetensors"}}', "nam"),
    ],
)
def test_what_is_no_model_is_told_what_is_one(data: bytes, start: str) -> None:
    with pytest.raises(UnknownFormat) as refused:
        load_model(data, trusted=True)
    said = str(refused.value)
    assert start in said
    for ending in (".keras", ".h5", ".weights.h5", ".pt", ".safetensors", ".onnx"):
        assert ending in said


def test_an_archive_of_something_else_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(UnknownFormat, match=r"config\.json"):
        load_model(file.getvalue(), trusted=True)


def test_pickles_are_answered_with_lines_for_their_own_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(pickle.dumps({"lstm.weight_ih_l0": [1.0]}))
    for trusted in (True, False):
        with pytest.raises(PickleInFile) as refused:
            load_model(path, trusted=trusted)
        assert "'weights.pt'" in refused.value.lines
        assert "weights.safetensors" in refused.value.lines


def test_a_child_reads_what_this_process_reads(tmp_path: Path) -> None:
    path = tmp_path / "called otherwise.onnx"
    path.write_bytes((FILES / "keras_2.keras").read_bytes())
    apart, here = load_model(path), load_model(path, trusted=True)
    assert apart.digest == here.digest
    assert apart.card == here.card == {"format": ".keras"}
    assert apart.name == "called otherwise"
    ids = [[3, 1, 4, 0]]
    np.testing.assert_array_equal(core.record(apart, ids).outputs, core.record(here, ids).outputs)


def test_refusals_come_back_from_the_child_as_themselves() -> None:
    data = models.keras(models.config([*models.layers()[:2], models.layer("Lambda")]))
    with pytest.raises(FileRefused) as apart:
        load_model(data)
    with pytest.raises(FileRefused) as here:
        load_model(data, trusted=True)
    assert type(apart.value) is type(here.value)
    assert apart.value.facts == here.value.facts


@pytest.mark.parametrize("trusted", [True, False])
def test_weights_alone_ask_for_their_model(tmp_path: Path, trusted: bool) -> None:
    path = tmp_path / "reader.weights.h5"
    path.write_bytes(models.hdf5())
    with pytest.raises(WeightsAlone, match=r"to_json\(\)"):
        load_model(path, trusted=trusted)
    config = json.dumps(models.config()).encode()
    model = load_model(path, config=config, trusted=trusted)
    whole = load_model(models.keras(), trusted=True)
    assert model.name == "reader"
    assert model.digest == whole.digest
    for name, array in models.drawn().items():
        if name == "embedding/vars/0":
            np.testing.assert_array_equal(model.parameters["embedding/weights"], array)


def test_a_layer_after_the_recurrent_ones_can_be_left_out() -> None:
    layers = models.layers()
    data = models.keras(models.config([*layers[:3], models.layer("Lambda"), layers[3]]))
    with pytest.raises(UnsupportedTail, match=r"'lambda' \(Lambda, number 3 of 4\)"):
        load_model(data, trusted=True)
    model = load_model(data, without_tail=True)
    assert [stage.name for stage in model.parts] == ["embedding", "lstm"]


def test_hints_reach_the_reader_of_safetensors() -> None:
    data = write_safetensors(own())
    assert load_model(data, trusted=True).recurrent[-1].returns == "last"
    hinted = load_model(data, hints={"readout": "every"})
    assert hinted.recurrent[-1].returns == "every"


def test_names_and_vocabularies(tmp_path: Path) -> None:
    path = tmp_path / "My Reader.v2.NPZ"
    path.write_bytes(own_npz())
    model = load_model(path, trusted=True)
    assert (model.name, model.vocabulary) == ("My Reader.v2", VOCABULARY)
    assert model.digest == own().digest
    other = Vocabulary(("x",), "character")
    assert load_model(path, name="n", vocabulary=other, trusted=True).vocabulary == other
    assert load_model(path, name="n", trusted=True).name == "n"
    assert load_model(path.read_bytes(), trusted=True).name == own().name
    assert stem_of("a/b.weights.h5") == "b"
    assert stem_of(".keras") == ".keras"


@pytest.mark.parametrize("trusted", [True, False])
def test_what_cannot_be_read_is_named(tmp_path: Path, trusted: bool) -> None:
    for path in (tmp_path, tmp_path / "nothing.keras"):
        with pytest.raises(NoModelFile, match=path.name):
            load_model(path, trusted=trusted)
    with pytest.raises(ModelFileTooLarge):
        load_model(models.keras(), limits=Limits(file_bytes=1000), trusted=trusted)
