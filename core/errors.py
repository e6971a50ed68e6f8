"""What can go wrong, one class per mistake, each a sentence.

A sentence says what was wrong and what would be right. The facts that it mentions are kept apart
from the words (`error.facts`), so that the dashboard can say the same in the user's language:
the string `errors.<class name>` with the same fields. Not chosen: error codes in one class,
because a caller catches what it expects by its own type.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class CoreError(ValueError):
    """A request that cannot be met. Subclasses state the sentence; `facts` fill it."""

    message: ClassVar[str] = "The request cannot be met."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message.format(**facts))


@dataclass(frozen=True)
class Failure:
    """An error as plain data: how it crosses to another process, or lies in a file.

    Attributes:
        module: where its class stands; "" where nobody wrote it down.
        name: of its class, which is also the name of its sentence in the reader's language.
        facts: what fills the sentence; what JSON does not know has become a text.
    """

    module: str
    name: str
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, error: CoreError) -> Failure:
        """What there is to say of an error."""
        facts = {
            name: fact if isinstance(fact, str | int | float) else str(fact)
            for name, fact in error.facts.items()
        }
        return cls(type(error).__module__, type(error).__qualname__, facts)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"module": self.module, "name": self.name, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, written: object) -> Failure:
        """What `to_json` gave. Raises ValueError for anything else."""
        if isinstance(written, Mapping):
            name, facts = written.get("name"), written.get("facts")
            module = written.get("module", "")
            if isinstance(name, str) and isinstance(module, str) and isinstance(facts, Mapping):
                return cls(module, name, dict(facts))
        raise ValueError("no error was written down here")

    @property
    def kind(self) -> type[CoreError]:
        """The class. Raises ValueError where it is none of ours: no other module is imported."""
        if not self.module.startswith("core."):
            raise ValueError(f"{self.module} is no module of core")
        try:
            kind = getattr(importlib.import_module(self.module), self.name)
        except (ImportError, AttributeError) as error:
            raise ValueError(f"{self.module} has no {self.name}") from error
        if not (isinstance(kind, type) and issubclass(kind, CoreError)):
            raise ValueError(f"{self.name} is no error")
        return kind

    def error(self) -> CoreError:
        """The error again. Raises ValueError where there is no such error with such facts."""
        try:
            return self.kind(**self.facts)
        except (TypeError, KeyError, OverflowError) as error:
            raise ValueError(f"{self.name} has other facts") from error


class NoProcess(CoreError):
    """The system starts no further process."""

    message = (
        "No further process could be started on this machine: {why}. End what is not needed, or "
        "raise the limit of processes or of memory, and try again. No folder is at fault."
    )


class EmptyText(CoreError):
    """There is nothing to read."""

    message = "The text is empty. Type or upload at least one character."


class ShapeMismatch(CoreError):
    """An array has another shape than its place asks for."""

    message = "{what} has the shape {found}; it should be {expected}."


class NonFiniteWeights(CoreError):
    """Weights hold NaN or infinity."""

    message = (
        "The weights {what} hold {count} values that are not finite numbers (NaN or infinity). "
        "Use weights from before the training diverged."
    )


class NonFiniteInput(CoreError):
    """Inputs or initial states hold NaN or infinity."""

    message = "{what} hold {count} values that are not finite numbers. Replace or mask them."


class UnknownName(CoreError):
    """A name from a fixed set was expected."""

    message = "There is no {kind} called '{found}'. Known: {known}."


class TokenOutOfRange(CoreError):
    """A token id lies outside the embedding."""

    message = "Token id {found} is outside the vocabulary; ids go from 0 to {highest}."


class MissingVocabulary(CoreError):
    """Text was given to a model that has no vocabulary."""

    message = "This model has no vocabulary, so it cannot read text. Give it token ids or numbers."


class WrongInputs(CoreError):
    """Inputs are of a kind that this model does not read."""

    message = "This model reads {expected}; it was given {found}."


class UnsupportedModel(CoreError):
    """A part of a model lies outside what can be run here."""

    message = "{what} is not supported: {why}."


class UnsupportedTail(UnsupportedModel):
    """A part that cannot be run here, after the last recurrent layer: one can do without it."""

    message = (
        "{what} is not supported: {why}. It stands after the recurrent layers, so the model can "
        "be read without it and what follows it."
    )


class UnsupportedBetween(UnsupportedModel):
    """Recurrent layers stand above a part that cannot be run; those below it can."""

    message = (
        "{what} is not supported: {why}. Recurrent layers stand before it, so the model can be "
        "read as far as there, without it and what follows it."
    )


class WrongTargets(CoreError):
    """Targets do not fit the loss."""

    message = "The targets do not fit {loss}: expected {expected}, found {found}."


class ForeignTrace(CoreError):
    """A trace was recorded with another model than the one given."""

    message = "This trace was recorded with another model or other weights. Record it again."


class WrongFile(CoreError):
    """A file does not hold what it should."""

    message = "The file is not a saved {kind}: {why}."


class NoMemory(CoreError):
    """A cell has no state with a way of its own from step to step."""

    message = (
        "No gate keeps the state of the cell '{cell}': each step makes it anew out of the one "
        "before, so that nothing written by a token can be told apart in it. Choose a cell with "
        "a memory of its own, such as LSTM or GRU."
    )


class StatesOverflow(CoreError):
    """The states of a network grew past the largest number."""

    message = (
        "From step {step} on, the states of {cell} are larger than any number that a computer "
        "holds. A smaller weight scale, an activation with bounds or a shorter text helps."
    )


class OutOfRange(CoreError):
    """A number lies outside its bounds."""

    message = "{what} is {found}; it should be {expected}."
