"""A Model as `.safetensors` with PyTorch's names: what `load_state_dict` of a torch module takes.

Stages become modules of their names, consecutive stages `lstm_l0`, `lstm_l1` one module `lstm` of
two layers, as they came. The file's metadata answers the questions that tensors leave open (see
`torch/questions.py`), and holds the vocabulary, so that reading the file gives the same model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np

from core import cells
from core.activations import Array
from core.errors import UnsupportedModel
from core.importers.torch.names import TORCH_ORDER
from core.importers.torch.questions import LAYER_NORM
from core.importers.torch.state_dict import OURS, POOLINGS
from core.model import Model
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    GlobalAveragePooling,
    GlobalMaxPooling,
    Layer,
    LayerNormalization,
    Part,
    Recurrent,
)


def write_safetensors(model: Model) -> bytes:
    """The bytes of the file, whose tensors `load_state_dict` takes.

    They are those of a module with an `nn.Embedding`, an `nn.LSTM`, `nn.GRU` or `nn.RNN` (its
    `nonlinearity` the activation) with `num_layers` and `bidirectional` as the model has them, an
    `nn.Linear` for each dense stage, an `nn.LayerNorm` or `nn.BatchNorm1d` of the same `eps`, each
    under the name of its stage. Called one after another, with the activations and poolings that
    have no weights between them, they give what `record` gives; the last step of a bidirectional
    layer is `h_n`, and padding (`mask_zero`) is left out by `pack_padded_sequence`.

    Raises UnsupportedModel, naming the stage, for what PyTorch has no module for: a GRU whose
    reset gate comes before the product, a pair merged otherwise than side by side, of two widths
    or two cells, a layer that reads only backwards, other activations inside a cell.
    """
    from safetensors.numpy import save

    tensors: dict[str, Array] = {}
    hints: dict[str, object] = {"embedding": "", "readout": model.recurrent[-1].returns}
    order: list[str] = []
    for name, stages in _modules(model.parts):
        match stages[0]:
            case Activation() as stage:
                _activate(stage, order, hints)
                continue
            case GlobalMaxPooling() | GlobalAveragePooling() as stage:
                _pool(stage, model, hints)
                continue
            case Embedding() as stage:
                padding = "skip" if stage.mask_zero else "read"
                hints |= {"embedding": name, "padding": padding, f"activation:{name}": "linear"}
            case Dense() as stage:
                hints[f"activation:{name}"] = stage.activation
            case LayerNormalization() | BatchNormalization() as stage:
                hints |= {f"epsilon:{name}": stage.epsilon, f"activation:{name}": "linear"}
                if isinstance(stage, LayerNormalization):
                    hints[f"norm:{name}"] = LAYER_NORM
            case Recurrent() as stage:
                hints[f"activation:{name}"] = "linear"
                if _asks_nonlinearity(stage.layers[0].cell):
                    hints[f"nonlinearity:{name}"] = stage.layers[0].activation
        order.append(name)
        for own, array in _tensors(stages):
            tensors[f"{name}.{own}"] = np.ascontiguousarray(array)
    vocabulary = None if model.vocabulary is None else model.vocabulary.to_json()
    flat = {key: v for key, v in model.card.items() if isinstance(v, str | int | float)}
    ours = {
        "name": model.name,
        "hints": hints | {"order": order},
        "vocabulary": vocabulary,
        "card": flat,
    }
    return save(tensors, metadata={"format": "pt", OURS: json.dumps(ours, ensure_ascii=False)})


def _activate(stage: Activation, order: Sequence[str], hints: dict[str, object]) -> None:
    """An activation leaves no tensor: it is that of the module just before."""
    key = f"activation:{order[-1]}" if order else ""
    if hints.get(key) != "linear":
        raise _refuse(stage, "there is no module before it, or it has an activation already")
    hints[key] = stage.activation


def _pool(stage: Part, model: Model, hints: dict[str, object]) -> None:
    """So does a pooling: it is the readout of the last recurrent layer, just before."""
    if model.head[0] is not stage:
        raise _refuse(stage, "it does not follow a recurrent layer, so no readout says it")
    hints["readout"] = next(name for name, kind in POOLINGS.items() if isinstance(stage, kind))


def _modules(stages: Sequence[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Names of modules, each with the stages that are its layers, lowest first."""
    names = {stage.name for stage in stages}
    at = 0
    while at < len(stages):
        name, own = stages[at].name, [stages[at]]
        base = name.removesuffix("_l0")
        if base not in names:
            while at + len(own) < len(stages) and _goes_on(stages[at + len(own)], base, own):
                own.append(stages[at + len(own)])
        yield name if len(own) == 1 else base, own
        at += len(own)


def _goes_on(stage: Part, base: str, below: Sequence[Part]) -> bool:
    """Whether the stage is the next layer of the module that the stages `below` begin."""
    first = below[0]
    if not (isinstance(stage, Recurrent) and isinstance(first, Recurrent)):
        return False
    if stage.name != f"{base}_l{len(below)}":
        return False
    return _cells(stage) == _cells(first)


def _cells(stage: Recurrent) -> list[tuple[str, int, str, bool]]:
    """What the layers of one module have in common."""
    return [(each.cell, each.units, each.activation, each.biased) for each in stage.layers]


def _tensors(stages: Sequence[Part]) -> Iterator[tuple[str, Array]]:
    """The tensors of one module, by their names within it."""
    for level, stage in enumerate(stages):
        match stage:
            case Embedding():
                yield "weight", stage.weights
            case Dense():
                yield "weight", stage.kernel.T
                if stage.bias is not None:
                    yield "bias", stage.bias
            case LayerNormalization() | BatchNormalization():
                yield from _norm(stage)
            case Recurrent():
                _check(stage)
                for layer, suffix in zip(stage.layers, ("", "_reverse"), strict=False):
                    for own, array in _layer(layer):
                        yield f"{own}_l{level}{suffix}", array
            case _:
                raise _refuse(stage, "no module of PyTorch's that this writes does the same")


def _asks_nonlinearity(cell: str) -> bool:
    twin = cells.get(cell).torch
    return twin is not None and len(twin.activations) > 1


def _norm(stage: LayerNormalization | BatchNormalization) -> Iterator[tuple[str, Array]]:
    """PyTorch has both scale and shift, or neither, of which a layer norm leaves no trace."""
    own = {"weight": stage.gamma, "bias": stage.beta}
    if isinstance(stage, BatchNormalization):
        yield "running_mean", stage.moving_mean
        yield "running_var", stage.moving_variance
        like = stage.moving_mean
    elif (given := next((each for each in own.values() if each is not None), None)) is None:
        raise _refuse(stage, "without a scale or a shift it leaves no tensor")
    else:
        like = given
    for name, array in own.items():
        whole = np.ones_like(like) if name == "weight" else np.zeros_like(like)
        yield name, whole if array is None else array


def _layer(layer: Layer) -> Iterator[tuple[str, Array]]:
    gates = [layer.weights[gate] for gate in TORCH_ORDER[layer.cell]]
    yield "weight_ih", np.concatenate([gate["kernel"] for gate in gates], axis=1).T
    yield "weight_hh", np.concatenate([gate["recurrent_kernel"] for gate in gates], axis=1).T
    if layer.biased:
        zero = np.zeros(layer.units, gates[0]["kernel"].dtype)
        for own, name in (("bias_ih", "bias"), ("bias_hh", "recurrent_bias")):
            yield own, np.concatenate([gate.get(name, zero) for gate in gates])


def _check(stage: Recurrent) -> None:
    """Refuses what no nn.LSTM, nn.GRU or nn.RNN computes."""
    first = stage.layers[0]
    if first.direction == "backward":
        raise _refuse(stage, "PyTorch has no layer that reads backwards first, or only so")
    if stage.merge not in (None, "concat"):
        raise _refuse(stage, f"PyTorch puts two directions side by side, and cannot {stage.merge}")
    for layer in stage.layers:
        cell = cells.get(layer.cell)
        if cell.torch is None:
            raise _refuse(stage, f"PyTorch has no module for {cell.title['en']}")
        if any(layer.options[name] != value for name, value in cell.torch.options.items()):
            raise _refuse(stage, cell.torch.refusal)
        kind = cell.torch.module
        if layer.activation not in cell.torch.activations:
            raise _refuse(stage, f"nn.{kind} has no activation {layer.activation}")
        if cell.gated and layer.recurrent_activation != "sigmoid":
            raise _refuse(stage, f"nn.{kind} has no gates of {layer.recurrent_activation}")
    if len({(layer.cell, layer.units, layer.activation) for layer in stage.layers}) > 1:
        raise _refuse(stage, "to PyTorch both directions are of one cell and one width")
    if len({layer.biased for layer in stage.layers}) > 1:
        raise _refuse(stage, "to PyTorch both directions have biases, or none has")


def _refuse(stage: Part, why: str) -> UnsupportedModel:
    what = f"'{stage.name}' ({type(stage).__name__}) in a PyTorch file"
    return UnsupportedModel(what=what, why=why)
