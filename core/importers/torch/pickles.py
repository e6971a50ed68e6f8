"""Pickles by their first bytes, and the two lines that turn one into a file that can be read.

PyTorch's `torch.save` writes a zip with a `data.pkl`, or a bare pickle before 1.6; NumPy writes
objects into `.npy` as one. To load a pickle is to run it, so it is told by its bytes alone.
"""

from __future__ import annotations

import re

from core.importers.errors import PickleInFile

_OF_ZIP = ("data.pkl", ".data/serialization_id", "constants.pkl")


def refuse_pickle(start: bytes, *, path: str) -> None:
    """Raises PickleInFile where the first bytes of the file `path` are those of a pickle.

    `start` is the file, or its first hundred bytes and more.
    """
    if kind := _kind(start):
        raise PickleInFile(found=kind, lines=to_safetensors(path))


def refuse_pickled_entries(names: tuple[str, ...], *, path: str) -> None:
    """Raises PickleInFile where the entries of a zip archive are those of PyTorch."""
    for name in names:
        if name.endswith((".pkl", ".pickle")) or name.rpartition("/")[2] in _OF_ZIP:
            raise PickleInFile(found=f"PyTorch, {name}", lines=to_safetensors(path))


def _kind(start: bytes) -> str | None:
    # Protocols 2 to 5 begin with PROTO and its number; 0 and 1 with an opcode and no mark.
    if start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return f"protocol {start[1]}"
    if re.match(rb"\(?[lcid](?:p?\d*\n|[a-z_]+\n)|\(?[\]}]q", start):
        return "protocol 0 or 1"
    if start[:6] == b"\x93NUMPY" and (b"|O" in start[:256] or b"'O'" in start[:256]):
        return "NumPy objects"
    return None


def to_safetensors(path: str) -> str:
    """Two lines of Python that turn a saved state_dict of PyTorch into safetensors.

    `weights_only` lets no code run. `clone` because tied tensors share memory, which the format
    forbids. `repr`, because the name of the file is not ours either.
    """
    stem, dot, _ = path.rpartition(".")
    target = f"{stem if dot else path}.safetensors"
    return (
        "import torch; from safetensors.torch import save_file\n"
        f"save_file({{name: tensor.clone().contiguous() for name, tensor in "
        f"torch.load({path!r}, map_location='cpu', weights_only=True).items()}}, {target!r})"
    )
