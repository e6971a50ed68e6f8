"""Pickles by their first bytes, and the lines that turn one into a file that can be read.

To load a pickle is to run it, so it is told by its bytes alone. What `torch.save` writes is no
such pickle: it is walked as data (`torch/pt_file.py`), unless it holds more than tensors.
"""

from __future__ import annotations

import re

from core.importers.errors import PickleInFile
from core.importers.torch.errors import ScriptedModule

_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."


def is_legacy(start: bytes) -> bool:
    """Whether `torch.save` wrote a file that begins so, before PyTorch 1.6.

    Such a file begins with a pickle of a magic number, whichever its protocol is.
    """
    return start.startswith(b"\x80") and _MAGIC in start[:32]


def refuse_pickle(start: bytes, *, path: str) -> None:
    """Raises PickleInFile where the first bytes of the file `path` are those of a pickle.

    `start` is the file, or its first hundred bytes and more. What `torch.save` wrote is none here.
    """
    if is_legacy(start) or not (kind := _kind(start)):
        return
    if kind == "NumPy objects":
        loaded = f"numpy.load({path!r}, allow_pickle=True).item()"
        raise PickleInFile(found=kind, lines=lines(loaded, path=path, needs="numpy, torch"))
    loaded = f"pickle.load(open({path!r}, 'rb'))"
    raise PickleInFile(found=kind, lines=lines(loaded, path=path, needs="pickle, torch"))


def refuse_pickled_entries(names: tuple[str, ...], *, path: str) -> None:
    """Raises PickleInFile where one of the entries of a zip archive is a pickle."""
    for name in names:
        if name.endswith((".pkl", ".pickle")):
            loaded = f"torch.load({path!r}, map_location='cpu', weights_only=False)"
            raise PickleInFile(found=name, lines=lines(loaded, path=path))


def refuse_script(names: tuple[str, ...], *, folder: str, path: str) -> None:
    """Raises ScriptedModule where the entries of an archive of PyTorch's are those of a program."""
    for name in names:
        if name == f"{folder}/constants.pkl" or name.startswith(f"{folder}/code/"):
            loaded = f"torch.jit.load({path!r}, map_location='cpu')"
            raise ScriptedModule(found=name, lines=lines(loaded, path=path))


def _kind(start: bytes) -> str | None:
    # Protocols 2 to 5 begin with PROTO and its number; 0 and 1 with an opcode and no mark.
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return f"protocol {start[1]}"
    if re.match(rb"\(?[lcid](?:p?\d*\n|[a-z_]+\n)|\(?[\]}]q", start):
        return "protocol 0 or 1"
    if start[:6] == b"\x93NUMPY" and (b"|O" in start[:256] or b"'O'" in start[:256]):
        return "NumPy objects"
    return None


def lines(loaded: str, *, path: str, needs: str = "torch", widened: bool = False) -> str:
    """Lines of Python that turn the file at `path` into safetensors; `loaded` loads it.

    For the user's own machine, where the file is trusted. A module is asked for its tensors.
    `clone` because tied tensors share memory, which the format forbids; `widened` makes float32 of
    them, which numbers of few bits fit into.
    """
    wide = ".float()" if widened else ""
    stem, dot, _ = path.rpartition(".")
    target = f"{stem if dot else path}.safetensors"
    return (
        f"import {needs}\n"
        "from safetensors.torch import save_file\n\n"
        f"found = {loaded}\n"
        "found = found.state_dict() if hasattr(found, 'state_dict') else found\n"
        "tensors = {\n"
        f"    name: torch.as_tensor(each).detach(){wide}.contiguous().clone()\n"
        "    for name, each in found.items()\n"
        "    if hasattr(each, 'shape')\n"
        "}\n"
        f"save_file(tensors, {target!r})"
    )
