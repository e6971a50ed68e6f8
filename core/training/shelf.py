"""The models that somebody brought and kept: a folder of model folders, beside the runs.

    model.npz    the model, as `core.Model.save` writes it
    label.json   its name, and what it was read from

Whatever format a model came in, it is kept in ours: reading it again asks nothing and runs
nothing. Like runs, it is put away before it is deleted for good. Not chosen: keeping the uploaded
file, which would have to be checked as an attack at every look.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from core.errors import CoreError
from core.model import Model
from core.own_files import open_plain
from core.training.errors import NoSuchModel, UnreadableModel
from core.training.files import read_json, replace_file, replace_json, why_not, writing
from core.training.folders import Folders
from core.training.store import folder_beside_runs

MODELS_VARIABLE = "RNN_MODELS_DIR"


def models_folder() -> Path:
    """Where models are kept: RNN_MODELS_DIR, else `.models` in RNN_RUNS_DIR, else `models` in the
    user's data folder.
    """
    return folder_beside_runs("models", variable=MODELS_VARIABLE)


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
    def is_there(self) -> bool:
        """Whether its folder is that of a model, though perhaps of one that cannot be read.

        One that lost its file, or may not be looked into, is: somebody has to hear of it.
        """
        try:
            return not {self.file, self._label_file}.isdisjoint(self.folder.iterdir())
        except FileNotFoundError:
            return False
        except OSError:
            return True

    @property
    def _label_file(self) -> Path:
        return self.folder / "label.json"

    @property
    def name(self) -> str:
        """What people call it; its id where the label cannot be read."""
        return self._label().get("name") or self.id

    @property
    def source(self) -> str:
        """The name of the file that it was read from, or ""."""
        return self._label().get("source", "")

    def model(self) -> Model:
        """The model. Raises NoSuchModel, UnreadableModel, WrongFile, and what Model raises."""
        try:
            with open_plain(self.file) as file:
                return Model.load(file)
        except FileNotFoundError as error:
            if not self.folder.is_dir():
                raise NoSuchModel(model=self.id) from error
            why = f"its file {self.file.name} is missing"
            raise UnreadableModel(model=self.name, why=why) from error
        except OSError as error:
            raise UnreadableModel(model=self.name, why=why_not(error)) from error

    def replace(self, model: Model) -> None:
        """Keeps another model in its place. Raises NoSuchModel, FolderNotWritable, DiskFull."""
        with self._writing():
            replace_file(self.file, model.save)

    def rename(self, name: str) -> None:
        """Gives it another name. Raises NoSuchModel, FolderNotWritable and DiskFull."""
        with self._writing():
            replace_json(self._label_file, self._label() | {"name": name})

    def _writing(self) -> AbstractContextManager[None]:
        return writing(self.folder, gone=NoSuchModel(model=self.id), variable=MODELS_VARIABLE)

    def _label(self) -> dict[str, str]:
        try:
            found = read_json(self._label_file)
        except CoreError:
            return {}
        known = found.items() if isinstance(found, dict) else ()
        return {name: value for name, value in known if isinstance(value, str)}


class Shelf:
    """The models in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """The folder is made when the first model is kept."""
        self.folders = Folders(
            folder or models_folder(),
            absent=lambda model: NoSuchModel(model=model),
            variable=MODELS_VARIABLE,
        )
        self.folder = self.folders.folder

    def models(self) -> list[KeptModel]:
        """All of them, the newest first; also those that cannot be read."""
        found = map(KeptModel, self.folders.paths())
        return [kept for kept in found if kept.is_there]

    def model(self, identifier: str) -> KeptModel:
        """The model of that id. Raises NoSuchModel, also for what is no id."""
        kept = KeptModel(self.folders.path(identifier))
        if not kept.is_there:
            raise NoSuchModel(model=identifier)
        return kept

    def keep(self, model: Model, *, name: str, source: str = "") -> KeptModel:
        """Puts a model on the shelf. Raises FolderNotWritable and DiskFull."""
        with self.folders.new(name) as folder:
            kept = KeptModel(folder)
            replace_json(folder / "label.json", {"name": name, "source": source})
            replace_file(kept.file, model.save)
        return kept

    def delete(self, kept: KeptModel) -> None:
        """Puts a model away; `undelete` brings it back for some days.

        Raises NoSuchModel where somebody else did, FolderNotWritable and DiskFull.
        """
        self.folders.put_away(kept.id, unless=lambda: None)

    def undelete(self, identifier: str) -> KeptModel:
        """Brings a deleted model back. Raises NoSuchModel, FolderNotWritable and DiskFull."""
        return KeptModel(self.folders.bring_back(identifier))
