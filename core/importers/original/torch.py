"""PyTorch's own modules, built from a state_dict and run one after another, in a child process.

The names say which modules there are, and the answered questions in which order they stand, as for
our own reading; the weights are read by safetensors' own library or by `torch.load` (of tensors
alone: `weights_only`), and the numbers are PyTorch's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.importers.limits import Limits
from core.importers.torch.names import TORCH_CLASSES, Module
from core.importers.torch.pt_file import read_checkpoint, unwrapped
from core.importers.torch.questions import PART, UNWEIGHTED_NORM
from core.importers.torch.state_dict import inspect_state_dict

_FUNCTIONS = {"swish": "silu", "hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish"}
"""Activations that PyTorch calls otherwise."""


def run(file: Path, inputs: NDArray[Any], *, hints: Mapping[str, Any] | None) -> NDArray[Any]:
    """What the modules give for ids (batch, time) or features (batch, time, features)."""
    import torch

    found = inspect_state_dict(file.read_bytes(), hints=hints)
    tensors, answers = _tensors(file, (hints or {}).get(PART)), found.answers
    doubled = any(tensor.dtype == torch.float64 for tensor in tensors.values())
    dtype = torch.float64 if doubled else torch.float32
    x = torch.from_numpy(np.ascontiguousarray(inputs))
    x = x if x.dtype == torch.int64 else x.to(dtype)
    last = [name for name in found.order if found.modules[name].levels][-1]
    with torch.no_grad():
        for name in found.order:
            module, start = found.modules[name], f"{name}." if name else ""
            own = {
                key.removeprefix(start): tensor.to(dtype)
                for key, tensor in tensors.items()
                if key.startswith(start) and key.removeprefix(start) in module.tensors
            }
            if module.levels:
                nonlinearity = str(answers.get(f"nonlinearity:{name}", "tanh"))
                readout = str(answers["readout"]) if name == last else "every"
                x = _recurrent(module, own, x, nonlinearity=nonlinearity, readout=readout)
                x = _activated(str(answers[f"activation:{name}"]), x)
                continue
            if name and name == found.embedding:
                longest = str(answers["max_norm"])
                most = None if longest == "none" else float(longest)
                x = torch.nn.functional.embedding(x, own["weight"], max_norm=most)
                x = _activated(str(answers[f"activation:{name}"]), x)
                continue
            epsilon = float(str(answers.get(f"epsilon:{name}", 0)))
            x = _plain(module, own, x, epsilon)
            x = _activated(str(answers[f"activation:{name}"]), x)
    return np.asarray(x)


def _tensors(file: Path, part: str | None) -> dict[str, Any]:
    import torch
    from safetensors.torch import load_file

    if file.suffix == ".safetensors":
        return load_file(file)
    _, parts = read_checkpoint(file.read_bytes(), path=file.name, limits=Limits(), part=part)
    value, way = torch.load(file, map_location="cpu", weights_only=True), part or parts[0]
    while way:
        key = next(key for key in value if f"{way}.".startswith(f"{key}."))
        value, way = value[key], way[len(key) + 1 :]
    named = {name: each for name, each in value.items() if torch.is_tensor(each)}
    return {unwrapped(name, among=named): each for name, each in named.items()}


def _recurrent(
    module: Module, own: dict[str, Any], x: Any, *, nonlinearity: str, readout: str
) -> Any:
    import torch

    first = module.levels[0][0]
    kind = getattr(torch.nn, TORCH_CLASSES[first.cell])
    cell = cells.get(first.cell)
    several = cell.torch is not None and len(cell.torch.activations) > 1
    settings = {"nonlinearity": nonlinearity} if several else {}
    both = len(module.levels[0]) == 2
    layer = kind(
        x.shape[-1],
        first.units,
        num_layers=len(module.levels),
        bias=any(name.startswith("bias") for name in own),
        bidirectional=both,
        batch_first=True,
        **settings,
    ).to(x.dtype)
    layer.load_state_dict(own)
    outputs, states = layer(x)
    if readout == "every":
        return outputs
    if readout == "step":
        return outputs[:, -1]
    if readout in ("last", "crossed"):
        hidden = states[0] if len(cell.states) > 1 else states
        last = list(hidden[-1 - both :])
        return torch.cat(last if readout == "last" else last[::-1], dim=-1)
    return outputs.amax(dim=1) if readout == "max" else outputs.mean(dim=1)


def _plain(module: Module, own: dict[str, Any], x: Any, epsilon: float) -> Any:
    from torch.nn import functional

    if module.kind == "layer_norm":
        return functional.layer_norm(x, x.shape[-1:], own.get("weight"), own.get("bias"), epsilon)
    if module.kind == "batch_norm":
        scale = own.get("weight"), own.get("bias")
        flat = x.reshape(-1, x.shape[-1])
        moments = own["running_mean"], own["running_var"]
        return functional.batch_norm(flat, *moments, *scale, eps=epsilon).reshape(x.shape)
    return functional.linear(x, own["weight"], own.get("bias"))


def _activated(name: str, x: Any) -> Any:
    from torch.nn import functional

    if name == "linear":
        return x
    if name == UNWEIGHTED_NORM:
        return functional.layer_norm(x, x.shape[-1:])
    if name in ("softmax", "log_softmax"):
        return getattr(functional, name)(x, dim=-1)
    if name in ("sigmoid", "tanh"):
        return getattr(x, name)()
    return getattr(functional, _FUNCTIONS.get(name, name))(x)
