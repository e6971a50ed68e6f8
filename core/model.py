"""Model: a chain of stages, embedding → recurrent layers → readout, with named weights.

A model is plain frozen data, whatever it came from: `record` runs it, `backprop` differentiates
it. Not chosen: a graph. A chain covers what people build for sequences, and can be drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import IO, Any

import numpy as np

from core.activations import Array
from core.arrays import load_arrays, save_arrays
from core.errors import (
    MissingVocabulary,
    NonFiniteWeights,
    ShapeMismatch,
    UnknownName,
    UnsupportedModel,
    WrongFile,
)
from core.nodes import (
    Activated,
    Embedding,
    Flatten,
    Layer,
    Plain,
    Readout,
    Recurrent,
    Stage,
)
from core.stage_chain import check_chain, features_read
from core.stage_settings import settings_of, stage_from
from core.text import MOST_CHARACTERS, Encoded, Vocabulary


@dataclass(frozen=True, eq=False)
class Model:
    """A chain of stages, the vocabulary that it reads with, and a card that describes it.

    Raises ShapeMismatch where a stage does not fit the one before, UnsupportedModel where the
    chain is none that can be run, NonFiniteWeights for NaN or infinity.
    """

    stages: tuple[Stage, ...]
    name: str = "model"
    vocabulary: Vocabulary | None = None
    card: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_chain(self.stages)
        for name, array in self.parameters.items():
            bad = int(array.size - np.isfinite(array).sum())
            if bad:
                raise NonFiniteWeights(what=name, count=bad)
            array.flags.writeable = False
        if self.vocabulary is not None and self.embedding is not None:
            rows = self.embedding.weights.shape[0]
            if rows < self.vocabulary.size:
                found = f"{rows} rows"
                expected = f"at least {self.vocabulary.size} rows, one a token of the vocabulary"
                raise ShapeMismatch(what=self.embedding.name, found=found, expected=expected)

    @cached_property
    def embedding(self) -> Embedding | None:
        """The embedding, None for a model that reads numbers."""
        first = self.stages[0]
        return first if isinstance(first, Embedding) else None

    @cached_property
    def recurrent(self) -> tuple[Recurrent, ...]:
        """The recurrent stages, first to last."""
        return tuple(stage for stage in self.stages if isinstance(stage, Recurrent))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every recurrent layer in one direction; a bidirectional stage gives two."""
        return tuple(layer for stage in self.recurrent for layer in stage.layers)

    @cached_property
    def head(self) -> tuple[Plain, ...]:
        """The stages after the last recurrent one: dense layers, pooling, and the like."""
        last = max(at for at, stage in enumerate(self.stages) if isinstance(stage, Recurrent))
        return tuple(stage for stage in self.stages[last + 1 :] if isinstance(stage, Plain))

    @property
    def readout(self) -> Readout | None:
        """Where the model answers: at the "last" step, at "every" step, or None: it does not.

        "last" is one answer to a text, be it of the last step or of all that a pooling has
        gathered. A model answers if a dense layer or an activation follows its recurrent layers.
        """
        if not any(isinstance(stage, Activated) for stage in self.head):
            return None
        return "last" if self.pooled else self.recurrent[-1].returns

    @property
    def pooled(self) -> bool:
        """Whether a stage after the recurrent layers makes one vector of all steps."""
        return any(stage.ends_steps for stage in self.head)

    @property
    def activation(self) -> str:
        """The activation that the answers come out of; linear where none comes last."""
        last = self.stages[-1]
        return last.activation if isinstance(last, Activated) else "linear"

    @property
    def steps(self) -> int | None:
        """The number of steps that every text must have; None where any will do."""
        return next((stage.steps for stage in self.head if isinstance(stage, Flatten)), None)

    @property
    def features(self) -> int:
        """The number of features of each input step, before the first weights but embedding."""
        return features_read(self.stages)

    @cached_property
    def outputs(self) -> int:
        """The number of outputs: of the readout, or of the last recurrent stage without one."""
        return check_chain(self.stages)

    def encode(self, text: str, *, limit: int | None = MOST_CHARACTERS) -> Encoded:
        """A text as the model reads it, cut or padded where it reads texts of one length.

        Raises MissingVocabulary, and what `Vocabulary.encode` raises.
        """
        if self.vocabulary is None or self.embedding is None:
            raise MissingVocabulary
        found = self.vocabulary.encode(text, limit=limit)
        return found if self.steps is None else found.fitted(self.steps)

    @cached_property
    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name, such as `lstm/forget/recurrent_kernel`."""
        return {n: array for stage in self.stages for n, array in stage.parameters().items()}

    @property
    def parameter_count(self) -> int:
        """The number of weights."""
        return sum(array.size for array in self.parameters.values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type that everything is computed in."""
        return next(iter(self.parameters.values())).dtype

    @cached_property
    def digest(self) -> str:
        """A name for this very model: equal for equal stages, weights and vocabulary."""
        digest = hashlib.sha256(json.dumps(self._settings(), sort_keys=True).encode())
        for name, array in self.parameters.items():
            digest.update(f"{name}{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:32]

    def astype(self, dtype: Any) -> Model:
        """The same model, computed in another number type (float64 for gradient checks)."""
        return self.with_parameters({n: a.astype(dtype) for n, a in self.parameters.items()})

    def with_parameters(self, values: Mapping[str, Array]) -> Model:
        """The same model with other weights; names not in `values` stay. Raises UnknownName."""
        for name in values:
            if name not in self.parameters:
                known = ", ".join(self.parameters)
                raise UnknownName(kind="parameter", found=name, known=known)
        return replace(self, stages=tuple(stage.with_parameters(values) for stage in self.stages))

    def with_readout(self, readout: Readout) -> Model:
        """The same weights with the readout at the "last" or at "every" step.

        A model that pools its steps answers once, as it is. Raises UnsupportedModel where it
        should answer at every step.
        """
        if self.pooled:
            if readout == "last":
                return self
            why = "it gathers all steps into one answer"
            raise UnsupportedModel(what=f"An answer of {self.name} at every step", why=why)
        last = self.recurrent[-1]
        stages = tuple(replace(s, returns=readout) if s is last else s for s in self.stages)
        return replace(self, stages=stages)

    def _settings(self) -> dict[str, Any]:
        return {
            "stages": [settings_of(stage) for stage in self.stages],
            "vocabulary": None if self.vocabulary is None else self.vocabulary.to_json(),
        }

    def save(self, file: str | PathLike[str] | IO[bytes]) -> None:
        """Writes the model as an `.npz` of its named weights and a JSON description."""
        described = self._settings() | {"name": self.name, "card": dict(self.card)}
        save_arrays(file, kind="model", description=described, arrays=self.parameters)

    @classmethod
    def load(cls, file: str | PathLike[str] | IO[bytes]) -> Model:
        """The model that `save` wrote. Raises WrongFile for anything else. Runs no code."""
        described, arrays = load_arrays(file, kind="model")
        try:
            stages = tuple(stage_from(settings, arrays) for settings in described["stages"])
            vocabulary = described["vocabulary"]
            name, card = described["name"], described["card"]
        except (KeyError, TypeError) as error:
            raise WrongFile(kind="model", why=f"{error} is missing or of the wrong kind") from error
        read = None if vocabulary is None else Vocabulary.from_json(vocabulary)
        return cls(stages, name=name, vocabulary=read, card=card)
