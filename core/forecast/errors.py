"""What can go wrong with a series and with what is asked of it."""

from __future__ import annotations

from core.errors import CoreError


class UnreadableDate(CoreError):
    """A cell of the column of dates that is none, or none of the kind that the others are."""

    message = (
        "'{found}' in row {row:,} is no date that can be read ({expected}). Write all dates in "
        "one way, such as 2019-06-01, or choose another column."
    )


class UnreadableValue(CoreError):
    """A cell of the column of values that is neither a number nor empty."""

    message = (
        "'{found}' in row {row:,} of the column {column} is no number. Write numbers with a point, "
        "and leave a cell empty where nothing was measured."
    )


class NoFrequency(CoreError):
    """Dates that are not evenly spaced, gaps aside."""

    message = (
        "The dates are not evenly spaced: {found}. A forecast needs hours, days, "
        "weeks, months, quarters or years, of which some may be missing."
    )


class OnlyGaps(CoreError):
    """A series without a single number."""

    message = "The column {column} holds no number, only gaps. Choose another column."


class TooFewValues(CoreError):
    """A series too short for what is asked."""

    message = "The series has {found:,} values; {what} needs at least {least:,}."


class PartTooShort(TooFewValues):
    """A part of a series, for training, validation or testing, without one window."""

    message = (
        "Of the {total:,} values of the series, {found:,} are for {what}; {what} needs at least "
        "{least:,}. Choose other dates, shorter windows, or a longer series."
    )


class BegunTooEarly(TooFewValues):
    """A forecast that begins before the network has its window."""

    message = (
        "Before the first step that is forecast there are {found:,} values, and {what} needs at "
        "least {least:,}. Begin later, that is fewer steps back, or bring a longer series."
    )


class TooManyValues(CoreError):
    """A series longer than what is worked on at once."""

    message = (
        "From the first date to the last there are {found:,} steps; at most {limit:,} are read. "
        "Use a part of the file, and look whether a date in it is mistaken."
    )


class ConstantSeries(CoreError):
    """A series that never changes."""

    message = (
        "Every value of the series is {value:g}, so that there is nothing to learn: the forecast "
        "is {value:g}. Choose another column or another part."
    )


class WrongOrder(CoreError):
    """An order that makes no model."""

    message = "ARIMA {order} cannot be made: {why}."


class OrderTooLong(CoreError):
    """An order that needs more values than there are."""

    message = (
        "ARIMA {order} looks back too far for {found:,} values: it needs at least {least:,}. "
        "Choose smaller numbers, or a longer series."
    )


class FitTooSlow(CoreError):
    """A fit that took too long, and was stopped."""

    message = (
        "ARIMA {order} was not fitted within {seconds:g} seconds, and was stopped. Choose smaller "
        "numbers, or fewer of the last values."
    )


class FitFailed(CoreError):
    """A fit that ended without a model."""

    message = "ARIMA {order} could not be fitted to these values. Choose smaller numbers."
