"""Why a file of PyTorch's is not read, although it is sound.

Those that would have to be run bring lines of Python that turn such a file into one that can be
read. The lines are for the user's own machine and own files: they load the pickle, which runs it.
"""

from __future__ import annotations

from core.errors import UnsupportedModel
from core.importers.errors import FileRefused, PickleInFile


class WholeModule(PickleInFile):
    """`torch.save(model)`: a pickled object of a class that stands elsewhere."""

    message = (
        "The file holds a whole module, '{found}', not its tensors alone: to load it is to run "
        "Python, so it is not read. Where you trust it, and have its class at hand, these lines "
        "turn its weights into .safetensors, which can be read."
    )


class MoreThanTensors(PickleInFile):
    """A checkpoint that asks for something to be made that is no tensor, number or text."""

    message = (
        "Beside tensors, numbers and texts the file asks for '{found}', and nothing that a file "
        "asks for is run, so it is not read. Where you trust it, these lines of Python turn its "
        "weights into .safetensors, which can be read."
    )


class ScriptedModule(PickleInFile):
    """A TorchScript archive: a program with its weights."""

    message = (
        "The file is a TorchScript program ({found}), and programs are never run here. Where you "
        "trust it, these lines of Python turn its weights into .safetensors, which can be read."
    )


class ModulesApart(UnsupportedModel):
    """Modules that make no chain, some of which could be read without the others.

    `modules` are the names of all, `order` those of a part that can be read: both as JSON.
    """

    message = (
        "{what} is not supported: {why}. Modules that follow one another can be read without the "
        "rest, such as with hints={{'order': {order}}}; there are {modules}."
    )


class OtherNorm(UnsupportedModel):
    """A norm that may be another than a layer norm, which has the same tensors.

    `hints` are answers that say it is a layer norm, as JSON.
    """

    message = (
        "{what} is not supported: {why}. Its tensors do not tell. If it is an nn.LayerNorm, say "
        "so with hints={hints}."
    )


class NumbersOfAnotherType(PickleInFile):
    """Tensors of a type that is not read, such as float8; float32 has room for its numbers."""

    message = (
        "The file's tensors are of the type {found}, which is not read. Where you trust the file, "
        "these lines of Python turn its weights into .safetensors of float32, which can be read."
    )


class ComplexNumbers(FileRefused):
    """Tensors of complex numbers, of which no cell here has any."""

    message = (
        "'{entry}' holds complex numbers ({found}). The networks here have real weights alone, so "
        "the file cannot be read."
    )
