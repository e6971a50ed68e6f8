"""A model that somebody brought, as the origin of a model: of this session, or kept on the shelf.

A session's own are held by `state.brought`, under ids that are drawn at random, so that no other
session can see or guess them; what is kept is read from the shelf, as runs are. Each is one model
with one cell: it has no siblings.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import data
from core.analysis.questions import answering
from core.analysis.typed import encode, reads
from core.errors import CoreError
from core.model import Model
from core.training.readers import rules
from core.training.shelf import KeptModel
from dashboard import cache, reader, state
from dashboard.i18n import t
from dashboard.origins.bundled import first_samples, task_samples
from dashboard.origins.run import spelled


@dataclass(frozen=True, eq=False)
class Brought:
    """A model of this session, and the file that it was read from.

    `options` are those of `core.load_model` that it was read with.
    """

    id: str
    name: str
    file: str
    data: bytes
    model: Model
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Memory of the file and of the weights."""
        return len(self.data) + sum(array.nbytes for array in self.model.parameters.values())


@dataclass(frozen=True)
class OfModel:
    """What a file held."""

    found: Brought | KeptModel
    picks_cell: bool = False

    @classmethod
    def named(cls, identifier: str) -> OfModel:
        """The model of that id, of this session or of the shelf. Raises NoSuchModel."""
        own = state.brought().get(identifier)
        return cls(own if own is not None else reader.shelf().model(identifier))

    @property
    def id(self) -> str:
        """What `state.TASK` names it by, behind `state.MODEL`."""
        return self.found.id

    @property
    def kept(self) -> KeptModel | None:
        """Where it is on the shelf, None for one that is this session's alone."""
        return self.found if isinstance(self.found, KeptModel) else None

    @property
    def label(self) -> str:
        """The name that people gave it."""
        return t("reading.task.model", name=self.found.name)

    @property
    def cells(self) -> tuple[str, ...]:
        """That of its first recurrent layer. Raises what reading a kept model raises."""
        return (self.model().layers[0].cell,)

    def model(self, text: str = "", *, cell: str | None = None) -> Model:
        """Return it. Raises what reading a kept model raises."""
        del text, cell
        if isinstance(self.found, KeptModel):
            return cache.kept_model(self.found)
        return self.found.model

    def samples(self) -> tuple[str, ...]:
        """Return texts that it knows at least half of, ids or numbers, whichever it reads."""
        try:
            model = self.model()
            return (*self._familiar(model), *spelled(model))
        except CoreError:  # said where the model is asked for
            return first_samples()

    def is_sample(self, text: str) -> bool:
        """Whether it is one of them."""
        return text in self.samples()

    def _familiar(self, model: Model) -> tuple[str, ...]:
        if reads(model) != "text":
            return ()
        known = []
        for task in data.TASKS:
            known += [text for text in task_samples(task)[:2] if _is_familiar(model, text)]
        return tuple(known)


def _is_familiar(model: Model, text: str) -> bool:
    try:
        found = encode(model, text)
    except CoreError:
        return False
    # Padding and what was left out are not known words.
    return 2 * int(found.known.sum()) >= max(len(found), len(text.split()))


def bring(
    model: Model, *, name: str, file: str, data: bytes, options: Mapping[str, Any] | None = None
) -> Brought:
    """Let this session have a model, under a new id; the oldest go where they become too much."""
    made = Brought(secrets.token_hex(16), name, file, data, cleaned(model), dict(options or {}))
    allowed = rules()
    held = {made.id: made}
    weight = made.nbytes
    for key, each in reversed(state.brought().items()):
        weight += each.nbytes
        if len(held) == allowed.models_each or weight > allowed.megabytes_each << 20:
            break
        held[key] = each
    state.remember("brought", dict(reversed(held.items())))
    return made


def put_back(model: Brought) -> None:
    """Let this session have another version of a model, under its id."""
    state.remember("brought", {**state.brought(), model.id: model})


def give_up(identifier: str) -> None:
    """Let this session forget a model."""
    held = state.brought()
    state.remember("brought", {key: each for key, each in held.items() if key != identifier})


def cleaned(model: Model) -> Model:
    """Return a model whose card names its answers or does not mention any.

    A card comes out of a file: what stands under this name there may be anything.
    """
    return answering(model, model.card.get("answers"))
