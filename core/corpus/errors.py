"""What can go wrong with a corpus, each as a sentence with its facts."""

from __future__ import annotations

from core.errors import CoreError

CORPORA_VARIABLE = "RNN_CORPORA_DIR"
"""The environment variable that names the folder of corpora."""


class NothingToRecord(CoreError):
    """A source without one text that can be read."""

    message = (
        "The source {source} has no text that this model can read ({skipped:,} of its texts are "
        "empty or hold nothing that is looked up). Give at least one text with a token in it."
    )


class NoTexts(CoreError):
    """A folder without one file of text."""

    message = (
        "The folder {folder} holds no file that ends with {endings}. Name a folder of such files; "
        "those in folders beneath it are read too, and take the folder's name as their label."
    )


class WrongSource(CoreError):
    """Texts are asked for by a description that names none."""

    message = "This describes no source of texts: {why}. Record the corpus anew, from its texts."


class NotACorpusModel(CoreError):
    """A model that reads something else than one text of tokens."""

    message = (
        "{model} reads {what}, and a corpus is recorded of one text of tokens at a time. "
        "Choose a model that reads texts."
    )


class TextTooLong(CoreError):
    """A text that has to be read in pieces, for a model that cannot."""

    message = (
        "The text {name} has more than {limit:,} tokens. Texts so long are read in pieces, with "
        "the states handed on from one to the next, and that needs a model in which nothing but "
        "states goes from step to step: {why}. Split the text, or choose such a model."
    )


class CorpusOfOtherVersion(CoreError):
    """A folder that another version of the format wrote."""

    message = (
        "The corpus in {folder} is of format {found}, and this version reads {known}. Record it "
        "again, or open it with the version that wrote it; its files are plain .npy and Parquet."
    )


class NotACorpus(CoreError):
    """A folder that is no corpus, or a damaged one."""

    message = "The folder {folder} is no recorded corpus: {why}."


class ModelChanged(CoreError):
    """A folder was recorded with another model, or other weights."""

    message = (
        "The corpus in {folder} was recorded with another model or other weights ({found}; now "
        "{asked}). Record into another folder, or open it with the model that it keeps."
    )


class OtherRecording(CoreError):
    """A folder holds a recording with other settings, which cannot be gone on with by these."""

    message = (
        "The folder {folder} holds a recording of {found}; this one would be of {asked}. Go on "
        "with the settings that it was begun with, or record into another folder."
    )


class SourceIsGone(CoreError):
    """A recording was interrupted while it read a source that can be read once only."""

    message = (
        "The recording in {folder} ended before its source was read to the end, and the source "
        "was not named again. Give the source, and it is read from the beginning."
    )


class CorpusIsBusy(CoreError):
    """Another process records into this folder."""

    message = "Another process is recording into {folder}. Cancel it, or wait until it has ended."


class NotRecordedYet(CoreError):
    """A search in a corpus of which nothing is on disk yet."""

    message = (
        "Nothing of the corpus in {folder} has been recorded yet. Wait, let it go on, or delete it."
    )


class NotEnoughRoom(CoreError):
    """A recording that would fill the disk."""

    message = (
        "The recording takes {needed}, and the disk of {folder} has {free} left. Leave out "
        "quantities, choose float16, take fewer texts, or another disk."
    )


class DiskFullCorpus(CoreError):
    """The disk is full in the middle of a recording."""

    message = (
        "The disk is full after {steps:,} of {total:,} steps. What was recorded until then can be "
        "searched; when there is room again, the recording goes on from there."
    )


class TooLargeForHalf(CoreError):
    """A number that float16 cannot hold."""

    message = (
        "{quantity} reached {found:.3g}, and float16 holds no more than 65,504. Record it again "
        "in float32."
    )


class NoSuchQuantity(CoreError):
    """A quantity that was not recorded."""

    message = "{asked} was not recorded in this corpus. There are: {known}."


class NothingStandsOut(CoreError):
    """A stretch in which no unit passes the threshold as asked."""

    message = (
        "No unit is at {threshold:.3g} or above through all of this stretch and below it beside "
        "the stretch. Lower the threshold, choose a shorter stretch, or let units count that are "
        "on beside it too."
    )


class WrongAnnotations(CoreError):
    """A file of annotations that does not fit the corpus: one of those below."""

    message = "The annotations {file} do not fit this corpus."


class AnnotationColumns(WrongAnnotations):
    """A table without the columns that are needed."""

    message = (
        "The annotations {file} have the columns {found}. They are a table with tabs: the columns "
        "text and label, or text, position and label, or text, token and label, texts and "
        "positions counted from 0."
    )


class AnnotationNumber(WrongAnnotations):
    """A text that there is not."""

    message = (
        "Row {row} of the annotations {file} has “{found}” as its {column}. The texts of this "
        "corpus are counted from 0 to {most:,}."
    )


class AnnotatedBeyond(WrongAnnotations):
    """A position that a text has not."""

    message = (
        "The annotations {file} have a label at position “{position}” of text {text:,}, which has "
        "{length:,} tokens; positions are counted from 0."
    )


class AnnotatedNowhere(WrongAnnotations):
    """A token that a text has not."""

    message = (
        "The annotations {file} have a label at “{token}” in text {text:,}, which has no such "
        "token. Write it as the table of tokens has it."
    )
