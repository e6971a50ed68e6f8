"""What a source of data is: a name, its options, and a function that prepares a `Dataset`.

Options are settings (`core.training.settings`), so that a run's configuration names all that its
data depend on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import Settings

Report = Callable[[str, float], None]
"""Called with what is being done and how far it is, from 0 to 1."""


@dataclass(frozen=True)
class Setting:
    """What a source is given beside its options.

    Attributes:
        seed: of whatever is drawn.
        validation: the share of the training examples to keep for validation.
        report: hears of progress.
        folder: against which relative paths in options are read.
    """

    seed: int
    validation: float
    report: Report
    folder: Path


class Options(Settings):
    """Base of all options: a class of them is declared as every class of settings."""

    at = "data.options."


@dataclass(frozen=True)
class Source:
    """Where data come from.

    Attributes:
        name: in code and in configurations.
        description: one English sentence: what is read, what is asked.
        citation: the paper or the origin.
        options: the type of its options.
        make: the dataset, without a validation part unless the source splits by itself.
        downloads: the files that are fetched unless the option `folder` says where they lie, as
            `core.data.keras_files` names them.
        wants: files that are not ours to fetch: the option `folder` has to say where they lie.
        outputs: how many numbers a network gives, where that is known of `downloads` unread.
        architecture: the one that can learn from them, see `core.training.architectures`.
        gathers: whether the vocabulary is that of the texts, so that nobody knows how large it is
            before they are read.
    """

    name: str
    description: str
    citation: str
    options: type[Options]
    make: Callable[[Any, Setting], Dataset] = field(repr=False)
    downloads: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    outputs: int | None = None
    architecture: str = "chain"
    gathers: bool = False


def ordered(options: Options, *names: str) -> None:
    """Hold the named options to be in rising order, as a shortest and a longest length should be.

    Raises:
        WrongSetting: for the first that is below the one before it.
    """
    for lower, upper in pairwise(names):
        least, found = getattr(options, lower), getattr(options, upper)
        if found < least:
            expected = f"at least {least}, which is '{lower}'"
            raise WrongSetting(setting=options.at + upper, found=found, expected=expected)


def at_least(options: Options, name: str, low: int) -> None:
    """Hold one option to a bound that follows from others.

    Raises:
        WrongSetting: when it is below.
    """
    found = getattr(options, name)
    if found < low:
        raise WrongSetting(setting=options.at + name, found=found, expected=f"at least {low}")


def given(options: Options, name: str) -> None:
    """Hold a text option to be given.

    Raises:
        WrongSetting: when it is empty.
    """
    if not getattr(options, name):
        raise WrongSetting(setting=options.at + name, found="empty", expected="given")


def either(options: Options, one: str, other: str) -> None:
    """Hold just one of two text options to be given.

    Raises:
        WrongSetting: when none is, or both are.
    """
    both = bool(getattr(options, one)), bool(getattr(options, other))
    if both[0] == both[1]:
        found = "given as well" if both[0] else "empty"
        expected = f"empty, or '{one}' empty" if both[0] else f"given, or '{one}' given"
        raise WrongSetting(setting=options.at + other, found=found, expected=expected)
