"""What can go wrong when a model writes."""

from __future__ import annotations

from core.errors import CoreError


class ZeroTemperature(CoreError):
    """A temperature of 0 or below divides by zero, or turns the likelihoods around."""

    message = (
        "The temperature is {found:g}, and probabilities are divided by it: it has to be above 0. "
        "For the likeliest token at every step, choose the greedy strategy."
    )


class NeverEnds(CoreError):
    """More steps were asked for than are written at once, or none."""

    message = (
        "{found} steps were asked for; it should be a number from 1 to {highest:,}, because a "
        "model may never write what it should stop at."
    )


class UnknownSymbols(CoreError):
    """The beginning holds what the model has never read, so that it cannot go on from it."""

    message = (
        "The model does not know {symbols}, so it cannot go on from there. Leave them out, or "
        "choose a model that has read them."
    )


class NotALanguageModel(CoreError):
    """The model does not say at each step which token comes next."""

    message = "{model} cannot go on with a text: {why}."


class NotATranslator(CoreError):
    """The model does not write a text from another."""

    message = "{model} does not translate: {why}."


class UnknownSource(CoreError):
    """A source holds what the model has never read, so that it would read another text."""

    message = (
        "The model does not know {symbols}: it would read another text than yours. Write them in "
        "another way, or choose a model that has read them."
    )


class UnknownAnswer(CoreError):
    """A token that should be written is none of those that the model writes."""

    message = "The model never writes {symbols}. Choose among the tokens that it knows."


class WrongBeam(CoreError):
    """A beam that is wider than there are tokens to choose from, or has no width."""

    message = (
        "The beam is {found} wide; it has to be from 1 to {highest:,}: there are no more tokens to "
        "choose from at a step."
    )


class NoSuchStep(CoreError):
    """A token is forced at a step that is not written."""

    message = "A token is forced at step {found}; the steps that are written are 0 to {highest:,}."
