"""Why a file of PyTorch's is not read, although it is sound: it would have to be run.

Each brings lines of Python that turn such a file into one that can be read. They are for the user's
own machine and own files: they load the pickle, which runs it.
"""

from __future__ import annotations

from core.importers.errors import PickleInFile


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
