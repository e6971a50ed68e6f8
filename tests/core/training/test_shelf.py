"""Models that are kept: what comes back is what was put there, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import core
from core.errors import WrongFile
from core.text import Vocabulary
from core.training.errors import FolderNotWritable, NoSuchModel, UnreadableModel
from core.training.shelf import MODELS_VARIABLE, Shelf, models_folder
from core.training.store import FOLDER_VARIABLE, RunStore


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models")


def model(seed: int = 1) -> core.Model:
    words = Vocabulary(("good", "not"), "word", "strip", None, 5, 3)
    return core.new_model("gru", vocabulary=words, embedding=2, units=[3], outputs=2, seed=seed)


def test_what_is_kept_comes_back(shelf):
    assert shelf.models() == []
    kept = shelf.keep(model(), name="Ünïque 모델 ../x", source="a.keras")
    found = shelf.model(kept.id).model()
    assert found.digest == model().digest
    assert found.vocabulary == model().vocabulary
    assert (kept.name, kept.source) == ("Ünïque 모델 ../x", "a.keras")
    assert kept.folder.parent == shelf.folder
    assert core.record(found, "not good").outputs == pytest.approx(
        core.record(model(), "not good").outputs
    )


def test_names_change_and_the_model_does_not(shelf):
    kept = shelf.keep(model(), name="one")
    kept.rename("other")
    assert [each.name for each in shelf.models()] == ["other"]
    assert kept.source == ""
    (kept.folder / "label.json").write_text("{", encoding="utf-8")
    assert kept.name == kept.id


def test_deleted_models_come_back(shelf):
    one, other = shelf.keep(model(1), name="a"), shelf.keep(model(2), name="b")
    shelf.delete(one)
    assert [each.id for each in shelf.models()] == [other.id]
    with pytest.raises(NoSuchModel):
        shelf.delete(one)
    shelf.undelete(one.id)
    np.testing.assert_array_equal(
        shelf.model(one.id).model().parameters["gru/update/kernel"],
        model(1).parameters["gru/update/kernel"],
    )


@pytest.mark.parametrize("identifier", ["nothing", "../runs", "", ".deleted", "A/b"])
def test_what_is_no_id_names_no_folder(shelf, identifier):
    shelf.keep(model(), name="a")
    for ask in (shelf.model, shelf.undelete):
        with pytest.raises(NoSuchModel):
            ask(identifier)


def test_a_broken_file_is_said(shelf):
    kept = shelf.keep(model(), name="a")
    kept.file.write_bytes(b"no model")
    with pytest.raises(WrongFile):
        kept.model()


def test_a_folder_that_takes_nothing_is_said(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderNotWritable):
        Shelf(tmp_path / "file").keep(model(), name="a")


def test_the_folder_is_the_readers(tmp_path, monkeypatch):
    monkeypatch.delenv(MODELS_VARIABLE, raising=False)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    Shelf().keep(model(), name="a")
    assert models_folder().is_relative_to(tmp_path)
    assert RunStore().runs() == []  # no run is made of it
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "elsewhere"))
    assert models_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv(MODELS_VARIABLE)
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert models_folder().name == "models"


@pytest.mark.parametrize("put", [None, "folder", "link"])
def test_a_model_that_lost_its_file_is_listed_and_can_be_deleted(shelf, put):
    sound, hurt = shelf.keep(model(), name="sound"), shelf.keep(model(), name="hurt")
    hurt.file.unlink()
    if put == "folder":
        hurt.file.mkdir()
    elif put == "link":
        hurt.file.symlink_to(hurt.file)
    assert {each.name for each in shelf.models()} == {"sound", "hurt"}
    with pytest.raises(UnreadableModel, match="hurt"):
        shelf.model(hurt.id).model()
    shelf.delete(hurt)
    assert [each.name for each in shelf.models()] == ["sound"]
    assert sound.model().digest == model().digest
    assert shelf.undelete(hurt.id).name == "hurt"
