"""Why a model file is not read: one class per reason, each naming the entry and what it does.

A file is refused before anything in it is followed, unpacked or run. `entry` is where in the file
the reason stands: a name in a zip archive, a path in HDF5, a tensor, a place in a JSON text.
Entries are written by whoever made the file: they are shown cut and without control characters.
What is sound but outside what runs here is `core.errors.UnsupportedModel`, not one of these.
Not chosen: one class with a sentence as its fact, which could not be said in another language.
"""

from __future__ import annotations

from typing import ClassVar

from core.errors import CoreError
from core.importers.shown import shown as shown


class FileRefused(CoreError):
    """A model file that is not read. Subclasses say why; `entry` says where in the file."""

    message = "The file is refused at '{entry}': {why}."
    as_it_is: ClassVar[frozenset[str]] = frozenset()
    """Facts that we wrote ourselves, and that may have several lines."""

    def __init__(self, **facts: object) -> None:
        safe = {
            name: shown(fact) if isinstance(fact, str) and name not in self.as_it_is else fact
            for name, fact in facts.items()
        }
        super().__init__(**safe)


# What is declared to be too much. All of these are raised before the memory is asked for.


class TooMuchInFile(FileRefused):
    """A bound of `Limits` is passed. Subclasses say which."""

    message = "'{entry}' asks for {found:,}; at most {limit:,} are read."


class ModelFileTooLarge(TooMuchInFile):
    """The file itself has too many bytes."""

    message = "The file has {found:,} bytes; at most {limit:,} are read. The limit is a setting."


class EntryTooLarge(TooMuchInFile):
    """An entry, or all of them together, unpack to too many bytes."""

    message = "'{entry}' unpacks to {found:,} bytes; at most {limit:,} are read."


class TooManyEntries(TooMuchInFile):
    """Too many entries, groups, attributes, nodes or tensors."""

    message = "'{entry}' has {found:,} parts; at most {limit:,} are read."


class TooManyNumbers(TooMuchInFile):
    """The product of a shape, or the sum of such products, is too large."""

    message = (
        "'{entry}' of shape {shape} brings the numbers in this file to {found:,}; "
        "at most {limit:,} are read."
    )


class TooManyDimensions(TooMuchInFile):
    """A shape has too many sides."""

    message = "'{entry}' has {found:,} dimensions; at most {limit:,} are read."


class HeaderTooLong(TooMuchInFile):
    """A header or a JSON text is declared to be, or is, too long."""

    message = "The description '{entry}' has {found:,} bytes; at most {limit:,} are read."


class TooDeep(TooMuchInFile):
    """Groups, objects or lists stand too deep in one another."""

    message = "'{entry}' is nested more than {limit:,} deep."


class PacksTooWell(TooMuchInFile):
    """A decompression bomb: few bytes that unpack to many."""

    message = (
        "'{entry}' unpacks to {found:,} times its size; at most {limit:,} times is read, because "
        "weights never pack so well. Save the model again without compression."
    )


# What the file says about itself is not so.


class BrokenFile(FileRefused):
    """Bytes that are not what the format asks for."""

    message = "The file is broken at '{entry}': {why}."


class CutShort(BrokenFile):
    """Fewer bytes are there than are declared."""

    message = (
        "The file is broken at '{entry}': {expected:,} bytes are declared and {found:,} are there. "
        "It may have been cut short on its way."
    )


class BadShape(BrokenFile):
    """A side of a shape is negative or no whole number."""

    message = "'{entry}' has the shape {shape}; every side should be a whole number from 0."


class NotStored(BrokenFile):
    """A tensor is declared, but its numbers do not stand in the file."""

    message = (
        "'{entry}' declares {expected:,} bytes of numbers, but the file stores {found:,} of them."
    )


class OverlappingTensors(BrokenFile):
    """Two tensors lie on the same bytes, or leave a gap where something could hide."""

    message = "The bytes of '{entry}' overlap those of '{other}', or leave a gap between them."


class RepeatedEntry(BrokenFile):
    """One name twice: two programs would read two different models."""

    message = "'{entry}' is there more than once, so it is open which one is meant."


class MissingEntry(BrokenFile):
    """An entry that every file of the format has is not there."""

    message = "'{entry}' is missing from the file."


class WeightsAlone(FileRefused):
    """A file of Keras weights, which does not say what model they are of."""

    message = (
        "The file holds weights without the model that they are of: there is no '{entry}' in it. "
        "Give its configuration as well: the text of model.to_json(), or config.json from a "
        ".keras file."
    )


class NoModelFile(FileRefused):
    """There is no file at a path, or something that is none."""

    message = "There is no file '{entry}' that can be read."


class UnknownFormat(FileRefused):
    """None of the formats that are read."""

    message = (
        "This is none of the model files that can be read: .keras, .h5, .weights.h5, .pt, .pth, "
        ".safetensors or .onnx. Its first bytes are {start}."
    )


# What would reach outside the file.


class UnsafeName(FileRefused):
    """A name with '..', an absolute one, one with a drive or a backslash."""

    message = "The name '{entry}' points outside the archive. Nothing of this file is unpacked."


class LinkInFile(FileRefused):
    """A symbolic link in an archive, or a soft or external link in HDF5."""

    message = "'{entry}' is a link to '{target}'. Links are not followed."


class DataOutsideFile(FileRefused):
    """HDF5 external storage, an HDF5 virtual dataset, or external data of ONNX."""

    message = (
        "'{entry}' keeps its numbers outside this file, in '{target}'. Other files are not "
        "opened; save the model with its weights inside."
    )


class PathInFile(FileRefused):
    """A setting that Keras would open as a file or an address, such as a vocabulary."""

    message = (
        "'{entry}' names a file or an address, '{target}', to be opened while loading. Nothing "
        "is opened; save the model with the contents inside."
    )


class EncryptedEntry(FileRefused):
    """A zip entry with a password."""

    message = "'{entry}' is encrypted. Unpack the archive, and pack it again without a password."


class UnknownCompression(FileRefused):
    """A compression or filter that is not one of the few that are read."""

    message = "'{entry}' is packed by {found}; only {known} are unpacked here."


class NotNumbers(FileRefused):
    """An object, a string, a reference or another type where plain numbers belong."""

    message = "'{entry}' holds {found}; only plain numbers ({known}) are read."


# What would run.


class CodeInFile(FileRefused):
    """Something in the file is, or asks for, code to be run. Subclasses say what."""

    message = "'{entry}' asks for '{found}' to be run. Nothing in a model file is ever run here."


class LambdaInFile(CodeInFile):
    """A Lambda layer or a marshalled Python function."""

    message = (
        "'{entry}' is Python code ({found}). It would run with all your rights when Keras loads "
        "it, and is never run here. Rebuild the model with a named activation or a standard layer."
    )


class CustomObjectInFile(CodeInFile):
    """A class or a function that is not Keras's own."""

    message = (
        "'{entry}' asks for '{found}', which is not one of Keras's own layers or functions. "
        "Custom objects are code, and are never loaded. Rebuild the model with standard layers."
    )


class PickleInFile(CodeInFile):
    """A pickle: .pkl, .npy of objects, a .pt of more than tensors. To load one is to run it."""

    message = (
        "The file is a pickle ({found}): to load one is to run it, so it is not read. Where you "
        "trust it, these lines of Python turn its weights into .safetensors, which can be read."
    )
    as_it_is = frozenset({"lines"})

    @property
    def lines(self) -> str:
        """The lines, to be shown as code beside the sentence."""
        return str(self.facts.get("lines", ""))

    def __str__(self) -> str:
        return f"{super().__str__()}\n\n{self.lines}".strip()


# What became of the process that read it.


class ReaderStopped(FileRefused):
    """The process that read the file died: a fault in a C library, most often."""

    message = (
        "The process that read the file was stopped by it ({signal}). Nothing else was harmed; "
        "the file is broken, or made to do this."
    )


class ReaderTooSlow(FileRefused):
    """Reading took longer than the limit, and was stopped."""

    message = "The file was not read within {seconds:g} seconds, and reading was stopped."


class ReaderOutOfMemory(FileRefused):
    """Reading asked for more memory than the limit."""

    message = "Reading the file needs more than {megabytes:,} MB of memory, and was stopped."
