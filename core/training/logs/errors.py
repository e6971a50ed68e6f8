"""Why a log cannot be read."""

from __future__ import annotations

from core.errors import CoreError


class NotALog(CoreError):
    """A file holds no curves that can be read."""

    message = (
        "The file '{file}' is not read: {why}. Read are event files of TensorBoard, the files of "
        "Keras's CSVLogger, and histories that wandb exported as CSV."
    )


class NoLogs(CoreError):
    """A folder, or what was uploaded, holds no log."""

    message = (
        "There is no log in {where}. Looked for are event files (their names hold 'tfevents') and "
        "files that end in .csv."
    )


class TooMuchLog(CoreError):
    """There are more files, or more bytes, than are read at once."""

    message = (
        "{where} holds more than is read at once: at most {files:,} files of {megabytes:,} MB "
        "together."
    )


class LogDamaged(CoreError):
    """A log is damaged from some byte on."""

    message = (
        "The log '{file}' is damaged at byte {position:,}: what stands before it is shown, and "
        "nothing behind it."
    )
