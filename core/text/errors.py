"""What can be wrong with a text, a file of text or a table: one class per mistake.

The base class and its reasons stand in `core/errors.py`; these are the mistakes that only this
package can find.
"""

from __future__ import annotations

from core.errors import CoreError


class BlankText(CoreError):
    """There are characters, but nothing to see among them."""

    message = (
        "The text holds nothing but blanks ({count:,} of them). "
        "Type at least one character that can be seen."
    )


class NothingToLookUp(CoreError):
    """A text of punctuation only, for a model that leaves punctuation out."""

    message = (
        "The text holds nothing but punctuation, which this model leaves out. "
        "Type at least one word."
    )


class NothingKnown(CoreError):
    """A text without one word that is known, for a vocabulary that leaves out what is not."""

    message = (
        "None of these words is in the model's vocabulary, which leaves out what it does not know. "
        "Type at least one that it knows."
    )


class NotAnId(CoreError):
    """Something among token ids that is no whole number."""

    message = (
        "'{found}' in place {place:,} is no token id. This model has no vocabulary: give it whole "
        "numbers parted by blanks, such as 3 17 204."
    )


class NotANumber(CoreError):
    """Something among numbers that is none."""

    message = (
        "'{found}' in row {row:,}, place {place}, is no number. Write numbers with a point, one "
        "row a step, the {features} numbers of a step parted by commas or blanks."
    )


class WrongWidth(CoreError):
    """A step with more or fewer numbers than the model reads."""

    message = (
        "Row {row:,} has {found:,} numbers; this model reads {expected:,} at each step. Give every "
        "row {expected:,}."
    )


class NotAWordList(CoreError):
    """A file of words that has none of the known layouts."""

    message = (
        "The file {file} is no vocabulary that is read here: {why}. Give one token on each line "
        "of a .txt file, or a .json file with a list of tokens, with an id for each, or the "
        "tokenizer.json of Hugging Face."
    )


class IdOfTwoTokens(CoreError):
    """One id for two tokens."""

    message = "The id {index:,} belongs to '{one}' and to '{other}'. Give every token its own."


class TooManyCharacters(CoreError):
    """A text is longer than what is read at once."""

    message = (
        "The text has {found:,} characters; at most {limit:,} are read at once. "
        "Use a shorter part of it."
    )


class RepeatedToken(CoreError):
    """A vocabulary names one token twice, or one that has a meaning of its own."""

    message = (
        "The vocabulary has the token '{token}' more than once, or it is reserved. "
        "Every token may stand in it once, and neither <pad> nor <unk> is listed."
    )


class NotAVocabulary(CoreError):
    """A saved vocabulary does not hold what it should."""

    message = (
        "This is not a saved vocabulary. It should be an object with 'unit' (character, word or "
        "jamo) and 'tokens' (a list of different words or characters)."
    )


class NotText(CoreError):
    """Bytes that are no text in any encoding that is likely."""

    message = (
        "These bytes are not a text in any encoding that is likely. "
        "Upload a text file, or choose the encoding if you know it."
    )


class NulInText(NotText):
    """Bytes that would be a text but for those that are 0."""

    message = (
        "These bytes are not a text: {count:,} of them are 0 (NUL), the first at byte number "
        "{position:,}, and no text holds that. Save the file again as a text, without them."
    )


class OtherKindOfFile(NotText):
    """Bytes that are something else, and known to be."""

    message = "This file is not a text but {kind}. Upload a text file (.txt, .md, .csv, .tsv)."


class WrongEncoding(CoreError):
    """Bytes that are no text in the encoding that was asked for, or that their mark claims."""

    message = (
        "Read as {encoding}, these bytes are not a text: byte number {position:,} (0x{byte}) does "
        "not fit. Choose another encoding."
    )


class UnknownEncoding(CoreError):
    """An encoding that is not offered."""

    message = "There is no encoding '{found}' here. Known: {known}."


class FileTooLarge(CoreError):
    """More bytes than are read at once."""

    message = (
        "The file has {found:,} bytes; at most {limit:,} are read at once. "
        "Upload a smaller part of it."
    )


class EmptyFile(CoreError):
    """A file without a single byte."""

    message = "The file is empty. Upload one that holds text."


class EmptyTable(CoreError):
    """A table without rows."""

    message = (
        "The table has no rows below its column names. Upload one with at least one row of values."
    )


class RaggedRow(CoreError):
    """A row with more or fewer cells than there are columns."""

    message = (
        "Row {row:,} of the table (line {line:,} of the file), as a spreadsheet counts, has "
        "{found} cells, but there are {expected} columns. Give every row {expected} cells; a cell "
        "that holds the separator stands in double quotes."
    )


class UnreadableRow(CoreError):
    """A row whose double quotes do not pair up."""

    message = (
        "Row {row:,} of the table (from line {line:,} of the file), as a spreadsheet counts, "
        "cannot be read: its double quotes do not pair up. Close each one, and write a quote "
        "inside a cell twice."
    )


class NoSuchColumn(CoreError):
    """A column was asked for by a name that the table does not have."""

    message = "The table has no column '{found}'. It has: {known}."


class NoSuchRow(CoreError):
    """A row was asked for by a number that the table does not have."""

    message = "The table has no row {found:,}. Its rows go from 1 to {highest:,}."


class NotAScaler(CoreError):
    """A file that does not say how columns are scaled."""

    message = (
        "This is no scaling that can be used: {why}. It should be JSON with the attributes of a "
        "scaler of scikit-learn, such as mean_ and scale_, or data_min_ and data_max_."
    )


class OtherScaler(CoreError):
    """A scaler with a setting that is not read and would change the numbers."""

    message = "The scaler's setting '{setting}' changes the numbers and is not read. Scale by hand."


class PickledScaler(CoreError):
    """A pickle, which would run what is in it."""

    message = (
        "This is a pickle: opening it would run whatever is in it. Write the scaler as JSON where "
        "you trained, with the lines below, and drop that."
    )
