"""The models that somebody brought and kept: a folder of model folders, beside the runs.

    model.npz    the model, as `core.Model.save` writes it
    label.json   its name, and what it was read from

Whatever format a model came in, it is kept in ours: reading it again asks nothing and runs
nothing. Like runs, it is put away before it is deleted for good. Not chosen: keeping the uploaded
file, which would have to be checked as an attack at every look.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from core.errors import CoreError
from core.model import Model
from core.training.errors import FolderNotWritable, NoSuchModel
from core.training.files import read_json, replace_file, replace_json
from core.training.store import DELETED, FOLDER_VARIABLE, KEPT_DAYS, default_folder

MODELS_VARIABLE = "RNN_MODELS_DIR"
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,99}")


def models_folder() -> Path:
    """Where models are kept: RNN_MODELS_DIR, else `.models` in RNN_RUNS_DIR, else `models` in the
    user's data folder.
    """
    named = os.environ.get(MODELS_VARIABLE)
    if named:
        return Path(named)
    runs = default_folder()
    return runs / ".models" if os.environ.get(FOLDER_VARIABLE) else runs.with_name("models")


@dataclass(frozen=True)
class KeptModel:
    """One model's folder, read afresh at each question."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name on the shelf: that of its folder."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The path of the model itself."""
        return self.folder / "model.npz"

    @property
    def name(self) -> str:
        """What people call it; its id where the label cannot be read."""
        return self._label().get("name") or self.id

    @property
    def source(self) -> str:
        """The name of the file that it was read from, or ""."""
        return self._label().get("source", "")

    def model(self) -> Model:
        """The model. Raises NoSuchModel, WrongFile, and what Model raises."""
        try:
            with self.file.open("rb") as file:
                return Model.load(file)
        except OSError as error:
            raise NoSuchModel(model=self.id) from error

    def replace(self, model: Model) -> None:
        """Keeps another model in its place. Raises FolderNotWritable."""
        try:
            replace_file(self.file, model.save)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def rename(self, name: str) -> None:
        """Gives it another name. Raises FolderNotWritable."""
        try:
            replace_json(self.folder / "label.json", self._label() | {"name": name})
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def _label(self) -> dict[str, str]:
        try:
            found = read_json(self.folder / "label.json")
        except CoreError:
            return {}
        known = found.items() if isinstance(found, dict) else ()
        return {name: value for name, value in known if isinstance(value, str)}


class Shelf:
    """The models in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """The folder is made when the first model is kept."""
        self.folder = (folder or models_folder()).expanduser()

    def models(self) -> list[KeptModel]:
        """All of them, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [path for path in self.folder.iterdir() if _ID.fullmatch(path.name)]
        ordered = sorted(found, key=lambda path: path.name, reverse=True)
        return [KeptModel(path) for path in ordered if (path / "model.npz").is_file()]

    def model(self, identifier: str) -> KeptModel:
        """The model of that id. Raises NoSuchModel, also for what is no id."""
        found = KeptModel(self.folder / identifier)
        if not _ID.fullmatch(identifier) or not found.file.is_file():
            raise NoSuchModel(model=identifier)
        return found

    def keep(self, model: Model, *, name: str, source: str = "") -> KeptModel:
        """Puts a model on the shelf. Raises FolderNotWritable."""
        slug = re.sub(r"[^0-9a-z]+", "-", name.lower()).strip("-")[:40]
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        parts = (stamp, slug, secrets.token_hex(3))
        kept = KeptModel(self.folder / "-".join(part for part in parts if part))
        try:
            kept.folder.mkdir(parents=True)
            replace_json(kept.folder / "label.json", {"name": name, "source": source})
            replace_file(kept.file, model.save)
        except OSError as error:
            shutil.rmtree(kept.folder, ignore_errors=True)
            raise _unwritable(self.folder, error) from error
        return kept

    def delete(self, kept: KeptModel) -> None:
        """Puts a model away; `undelete` brings it back for some days.

        Raises NoSuchModel where somebody else did, and FolderNotWritable.
        """
        away = self.folder / DELETED
        try:
            away.mkdir(parents=True, exist_ok=True)
            kept.folder.rename(away / kept.id)
            os.utime(away / kept.id)
        except FileNotFoundError as error:
            raise NoSuchModel(model=kept.id) from error
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        for path in away.iterdir():
            if time.time() - path.stat().st_mtime > KEPT_DAYS * 86_400:
                shutil.rmtree(path, ignore_errors=True)

    def undelete(self, identifier: str) -> KeptModel:
        """Brings a deleted model back. Raises NoSuchModel."""
        path = self.folder / DELETED / identifier
        if not _ID.fullmatch(identifier) or not path.is_dir():
            raise NoSuchModel(model=identifier)
        path.rename(self.folder / identifier)
        return KeptModel(self.folder / identifier)


def _unwritable(folder: Path, error: OSError) -> FolderNotWritable:
    return FolderNotWritable(folder=folder, why=error.strerror or str(error))
