"""What can be wrong with data on disk, and with what is asked of a task."""

from __future__ import annotations

from core.errors import CoreError


class PickleRefused(CoreError):
    """A file would call something while it is read."""

    message = (
        "The file {file} asks for '{found}' while it is read. Only lists, whole numbers and NumPy "
        "arrays are read, and nothing of it was run. Use the file that Keras offers."
    )


class NotKerasData(CoreError):
    """A file is not laid out as Keras's own."""

    message = "The file {file} is not laid out as Keras's own: {why}."


class MissingDataFile(CoreError):
    """A file of a data set is not where it should be."""

    message = (
        "There is no file {file} in the folder {folder}. Name the folder that holds it, or leave "
        "the folder empty to have it downloaded."
    )


class DownloadFailed(CoreError):
    """A data set could not be fetched."""

    message = (
        "{file} could not be fetched ({why}) from this address:\n\n{address}\n\nName a folder that "
        "holds the files, or begin with the latch, which needs none; or try again later."
    )


class NoFurtherExamples(CoreError):
    """A task has too few different texts for what is asked of it."""

    message = (
        "With these settings there are no test texts that differ from the training texts. "
        "Make the texts longer or use more symbols."
    )
