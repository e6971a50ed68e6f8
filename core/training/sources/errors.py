"""What can be wrong with the texts and tables of users, each with what would be right."""

from __future__ import annotations

from core.errors import CoreError


class UnreadableFile(CoreError):
    """A file cannot be opened."""

    message = "The file {file} cannot be read: {why}."


class NoPair(CoreError):
    """A line of a file of pairs has no two texts."""

    message = (
        "Line {line:,} of {file} has no two texts with '{separator}' between them. Write one "
        "pair a line, or name the sign that stands between."
    )


class NoPairsLeft(CoreError):
    """The limits leave too few pairs to learn from."""

    message = (
        "Only {found:,} pairs are left within these limits, of {total:,}; at least {least:,} are "
        "needed. Allow longer texts or more words."
    )


class NoTextInArchive(CoreError):
    """A ZIP holds no file of pairs."""

    message = (
        "The ZIP {file} holds no file whose name ends in .txt or .tsv and does not begin with '_'."
    )


class SeveralTexts(CoreError):
    """A ZIP holds several texts, and it was not said which is meant."""

    message = (
        "The ZIP {file} holds several texts: {known}. Name the one that holds the pairs, or upload "
        "it alone."
    )


class NumbersPassedOver(CoreError):
    """The lines of a file are number, text, number, text."""

    message = (
        "The {lines:,} lines have number, text, number and text: the numbers are passed over, and "
        "the second and fourth column are the pairs."
    )


class NumbersFirst(CoreError):
    """The first column of a file of pairs holds numbers, and there are further columns."""

    message = (
        "Nearly all of the {lines:,} lines begin with a whole number, so numbers are one side of "
        "the pairs, and what stands behind the second column is not read. If they only count the "
        "sentences, take that column out."
    )


class TooFewSources(CoreError):
    """Too few different texts are read for some to be learned and one to be tested."""

    message = (
        "Only {found:,} different texts are read in the {pairs:,} pairs within these limits; at "
        "least {least:,} are needed, for what is tested must not be learned. Add pairs of other "
        "texts, or allow longer ones."
    )


class PairsTooLong(CoreError):
    """Pairs are left out since one of their texts is longer than is read or written."""

    message = (
        "{count:,} of {total:,} pairs are left out: a text that is read has more than {longest:,} "
        "tokens, or one that is written more than {target_longest:,}, or one has none. A larger "
        "limit takes them in."
    )


class PairsUnknown(CoreError):
    """Pairs are left out since a token of theirs is not in a vocabulary."""

    message = (
        "{count:,} of {total:,} pairs are left out: a token of theirs is not in the vocabularies. "
        "Larger vocabularies take them in."
    )


class TextTooShort(CoreError):
    """A text has too few tokens to be cut into windows."""

    message = (
        "The text has {found:,} tokens; at least {least:,} are needed, for windows of {length:,} "
        "in training, validation and test. Use a longer text or shorter windows."
    )


class FolderWanted(CoreError):
    """Files that are not ours to fetch are not where they should be."""

    message = (
        "{names} is needed, and not downloaded: name a folder on this machine that holds it, under "
        "that name."
    )


class EmptyCell(CoreError):
    """A row of a table has no text or no label."""

    message = (
        "Row {row:,} of the table, as a spreadsheet counts, has nothing to read in the column "
        "'{column}'. Write something there, or take the row out."
    )


class OneClassOnly(CoreError):
    """All rows have the same label."""

    message = (
        "Every row has '{label}' in the column '{column}'. There have to be at least two different "
        "labels to tell apart: choose another column, or add rows of another kind."
    )


class TooManyClasses(CoreError):
    """A column has so many different values that it will hardly be one of labels."""

    message = (
        "The column '{column}' has {found:,} different labels; at most {limit:,} can be told "
        "apart. Choose the column that holds the classes."
    )


class RareLabel(CoreError):
    """A label has too few texts to be both learned and tested."""

    message = (
        "The label '{label}' (row {row:,} as a spreadsheet counts) has {found} text of its own, "
        "where one that stands under several labels counts for its first; at least {least} "
        "different ones are needed, to learn from and to test with. Add rows, or give these "
        "another label."
    )


class NothingRepeats(CoreError):
    """No token of the training rows is known, so that all texts would look alike."""

    message = (
        "Nothing stands twice in the texts that are learned from, and what stands once cannot be "
        "learned: every text would read as nothing but unknown ones. Split texts into characters, "
        "or add rows."
    )


class TextsCut(CoreError):
    """Texts are longer than what is read of them."""

    message = (
        "{count:,} of {total:,} texts have more than {length:,} tokens, the longest {longest:,}: "
        "only {length:,} of each are read. A larger length reads more and takes longer."
    )


class MostlyUnknown(CoreError):
    """Much of what is read are tokens that the vocabulary does not have."""

    message = (
        "{share:.0%} of what is read is not in the vocabulary of {words:,} and reads as unknown. "
        "Characters as tokens, a larger vocabulary or more rows would tell it apart."
    )


class LabelsAlike(CoreError):
    """Two labels that a reader takes for one are learned as two."""

    message = (
        "The labels '{one}' ({count:,} rows) and '{other}' ({others:,} rows) look alike and are "
        "learned as two classes; nothing was put together. If they are one, write them alike. "
        "Pairs of such labels: {pairs:,}."
    )


class TextsDisagree(CoreError):
    """Texts that stand in several rows have another label in each."""

    message = (
        "Under more than one label: {texts:,} different texts, {rows:,} of {total:,} rows, the "
        "first in row {row:,}. No network can answer all of them rightly. Leave one label for each "
        "text, unless they are meant so."
    )


class FirstRowIsData(CoreError):
    """The names of the columns look like values."""

    message = (
        "The first row ({names}) was taken for the names of the columns, and '{name}' looks like a "
        "value. Only the {rows:,} rows below it are read: if it is to be learned too, put a row "
        "of names above it."
    )


class DatesRepeat(CoreError):
    """Rows of a series that have the date of another row."""

    message = (
        "Dates that stand in several rows: {repeated:,} of {rows:,} rows repeat one, and for "
        "{differing:,} dates the values differ. What holds is the setting duplicates: {how}."
    )


class SeriesFilled(CoreError):
    """Steps of a series for which no value was measured, and what was put there."""

    message = (
        "In the column '{column}', {gaps:,} of {total:,} steps have no value, up to {longest:,} in "
        "a row. What is learned there was filled in by the setting gaps: {how}."
    )


class DatesOfTwoReadings(CoreError):
    """Dates whose day and month may be the other way round."""

    message = (
        "The dates can be read as {written} and as {otherwise}; they were read as {written}, which "
        "leaves the more even steps. If that is wrong, write them as 2019-06-01."
    )


class TooLargeToLearn(CoreError):
    """A number that is infinite to a network, or whose square is."""

    message = (
        "'{found}' in row {row:,} of the column {column}, divided by {scale:g}, is more than a "
        "network can reckon with ({limit:g}). Take the row out, or choose another scale."
    )


class PartMostlyUnknown(CoreError):
    """A part of a text reads mostly as unknown."""

    message = (
        "{share:.0%} of what is read for {what} is not in the vocabulary of {words:,}, which "
        "is that of what is learned, and reads as unknown: the score there says little. Is "
        "that part in another language, or a list?"
    )


class OneTokenOnly(CoreError):
    """All that is learned from reads as one token."""

    message = (
        "All of the text that is learned from reads as one token ('{token}' and its like), so"
        " that there is nothing to predict. Use another text, or characters as tokens."
    )
