"""What can go wrong with a search over settings, each as a sentence with its facts."""

from __future__ import annotations

from core.errors import CoreError


class NothingToSearch(CoreError):
    """No setting was given more than one value."""

    message = (
        "There is nothing to search: name at least one setting and several values for it, such as "
        "optimizer.learning_rate=1e-4..1e-1 log, or network.cell=lstm, gru."
    )


class TooManyTrials(CoreError):
    """A grid has more points than anybody would wait for."""

    message = (
        "The grid has {found:,} points; at most {most:,} are tried. Give fewer values, or let them "
        "be drawn."
    )


class AllTrialsFailed(CoreError):
    """No trial came to an end, so there is no best one."""

    message = (
        "All {count} trials failed, so the search was stopped. The last one said: {words} What was "
        "tried is kept; mend that and resume, or begin another search."
    )


class BrokenSweep(CoreError):
    """A file of a search cannot be read."""

    message = (
        "The file {file} of the search '{sweep}' cannot be read: {why}. Its runs are whole; "
        "delete the search, or mend the file."
    )


class NoSuchSweep(CoreError):
    """A search is asked for that is not there."""

    message = "There is no search '{sweep}' here. It may have been deleted or moved."


class SweepIsBusy(CoreError):
    """A search is to be resumed that another process is at work on."""

    message = "The search '{sweep}' is still at work. Cancel it first, or wait until it has ended."


class NothingToMeasure(CoreError):
    """Trials are to be compared by what their runs do not measure."""

    message = (
        "The runs have no {measure}: none of their training examples is kept for validation. Keep "
        "a share with data.validation, or compare by loss or metric."
    )
