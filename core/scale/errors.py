"""What can go wrong where tasks are done by others, each as a sentence with its facts."""

from __future__ import annotations

from core.errors import CoreError


class NoScheduler(CoreError):
    """Nobody answers where a scheduler should be."""

    message = (
        "No Dask scheduler answers at {address}: {why}. Start one with `make cluster`, or leave "
        "the address out: the work is then done by processes of this machine."
    )


class OtherScheduler(CoreError):
    """A scheduler runs another version of what it is made of than this process."""

    message = (
        "The scheduler at {address} runs {library} {found}, and this process {own}: they may not "
        "understand each other. Install the same version at both places."
    )


class UnfitWorker(CoreError):
    """A worker does not have the code that tasks are made of."""

    message = (
        "The worker at {worker} cannot do this work: {why}. Install there what is installed here, "
        "or stop that worker. What had come back is kept."
    )


class NoWorkers(CoreError):
    """A scheduler is there, and nobody works for it."""

    message = (
        "The scheduler at {address} has had no worker for {seconds:g} seconds. Start some with "
        "`dask worker {address}`, on machines where this project is installed."
    )


class SchedulerGone(CoreError):
    """A scheduler went away before everything was done."""

    message = (
        "The scheduler at {address} went away before everything was done. What had come back is "
        "kept; start it again and ask for the rest."
    )


class WorkersDied(CoreError):
    """Every process that a task was given to ended in the middle of it."""

    message = (
        "{times} processes ended, one after another, in the middle of the same task ({task}). The "
        "last: {why}. It may want more memory than there is; everything else goes on."
    )


class TaskFailed(CoreError):
    """A task ended in an error that nobody foresaw."""

    message = "The task {task} failed. The process that had it said: {words}"


class TaskOutOfMemory(CoreError):
    """A task wanted more memory than there is."""

    message = "The memory was not enough for the task {task}. Give it less at a time."


class NoSuchTask(CoreError):
    """What is to be done is no function that another process could find by its name."""

    message = (
        "{task} is no task: {why}. A task is a function of a module in core, named at its top "
        "level, so that any process finds it by its name."
    )


class NotPlain(CoreError):
    """What is to travel to another process is no plain data."""

    message = (
        "{where} is {found}, which cannot be sent to another process. Send plain data: texts, "
        "numbers, true, false, None, lists, tables with texts as names, bytes, and NumPy arrays."
    )


class GivenUp(CoreError):
    """Somebody cancelled what others were doing before all of it had come back."""

    message = "It was given up when {done:,} of {total:,} tasks were done."
