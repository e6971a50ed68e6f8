"""Modules whose tensors look like those of others: cells of one's own, other norms, other orders.

What the tensors tell is refused or read; what they do not tell is asked. The numbers are those of
PyTorch's own modules with these weights.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

import core
from core.errors import UnsupportedModel
from core.importers.torch.errors import ModulesApart, OtherNorm
from core.importers.torch.safetensors_export import write_safetensors
from core.importers.torch.state_dict import inspect_state_dict, read_state_dict

FEATURES, UNITS = 3, 4
CELLS = {"LSTM": 4, "GRU": 3, "RNN": 1}


def drawn(parts: dict[str, nn.Module]) -> nn.ModuleDict:
    """The modules by their names, every weight another number."""
    torch.manual_seed(1)
    made = nn.ModuleDict(parts)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.6)
    return made.eval()


def pickled(module: nn.Module) -> bytes:
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.getvalue()


WRITTEN: dict[str, Callable[[nn.Module], bytes]] = {
    "pt": pickled,
    "safetensors": lambda module: save(module.state_dict()),
}


class Own(nn.Module):  # type: ignore[misc]  # the tests run without torch's types
    """A cell of one's own, with the tensors of a plain one and something more."""

    def __init__(self, cell: str, more: dict[str, nn.Module | nn.Parameter]) -> None:
        super().__init__()
        rows = CELLS[cell] * UNITS
        self.weight_ih = nn.Parameter(torch.randn(rows, FEATURES))
        self.weight_hh = nn.Parameter(torch.randn(rows, UNITS))
        for name, each in more.items():
            setattr(self, name, each)


def norms(*names: str) -> dict[str, nn.Module]:
    return {name: nn.LayerNorm(UNITS) for name in names}


MORE: dict[str, Callable[[], dict[str, Any]]] = {
    "a norm": lambda: norms("ln"),
    "norms of a benchmark": lambda: norms("layernorm_i", "layernorm_h", "layernorm_c"),
    "a batch norm": lambda: {"bn": nn.BatchNorm1d(UNITS)},
    "a linear layer": lambda: {"gate": nn.Linear(UNITS, UNITS)},
    "a table": lambda: {"table": nn.Embedding(9, FEATURES)},
    "a list of parameters": lambda: {"more": nn.ParameterList([torch.randn(UNITS)])},
    "a cell": lambda: {"inner": nn.LSTMCell(FEATURES, UNITS)},
    "a layer far below": lambda: {"a": nn.ModuleDict({"b": nn.Sequential(nn.GRU(2, 3))})},
    "a parameter": lambda: {"peephole": nn.Parameter(torch.randn(UNITS))},
    "a count": lambda: {"num_batches_tracked": nn.Parameter(torch.randn(1))},
}


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("more", MORE.values(), ids=MORE)
def test_a_recurrent_module_with_more_than_its_tensors_is_refused(
    more: Callable[[], dict[str, Any]], cell: str, form: str
) -> None:
    """What is done with the rest no tensor says; and nothing of it is offered as a plain one."""
    data = WRITTEN[form](nn.ModuleDict({"cell": Own(cell, more()), "fc": nn.Linear(UNITS, 2)}))
    with pytest.raises(UnsupportedModel, match=r"'cell.*no plain nn\.LSTM, nn\.GRU or nn\.RNN"):
        read_state_dict(data)
    with pytest.raises(UnsupportedModel, match=r"'cell") as refused:
        read_state_dict(data, hints={"order": ["cell", "fc"]})
    assert not isinstance(refused.value, ModulesApart)


def test_a_plain_module_beside_one_of_ones_own_is_offered() -> None:
    parts = {"cell": Own("GRU", norms("ln")), "lstm": nn.LSTM(FEATURES, UNITS)}
    with pytest.raises(ModulesApart, match="'cell'") as refused:
        read_state_dict(save(nn.ModuleDict(parts).state_dict()))
    assert json.loads(refused.value.facts["order"]) == ["lstm"]


def test_a_module_that_is_an_lstm_and_has_more_is_refused() -> None:
    class Net(nn.LSTM):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(FEATURES, UNITS)
            self.fc = nn.Linear(UNITS, 2)

    with pytest.raises(UnsupportedModel, match="'fc' stands within it"):
        read_state_dict(pickled(Net()))


LIKE_A_LAYER_NORM: dict[str, Callable[[], nn.Module]] = {
    "GroupNorm": lambda: nn.GroupNorm(2, UNITS),
    "InstanceNorm1d": lambda: nn.InstanceNorm1d(UNITS, affine=True),
    "BatchNorm1d": lambda: nn.BatchNorm1d(UNITS, track_running_stats=False),
}
NAMES = ["norm", "norm1", "n1", "inorm", "ln", "bn1", "head.bn", "batch_norm", "gn", "instance1"]


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("other", LIKE_A_LAYER_NORM.values(), ids=LIKE_A_LAYER_NORM)
@pytest.mark.parametrize("name", NAMES)
def test_which_norm_it_is_is_asked_whatever_its_name(
    name: str, other: Callable[[], nn.Module], form: str
) -> None:
    whole = nn.ModuleDict({"lstm": nn.LSTM(FEATURES, UNITS), "fc": nn.Linear(UNITS, 2)})
    at: nn.Module = whole
    *way, last = name.split(".")
    for step in way:
        at.add_module(step, nn.ModuleDict())
        at = at.get_submodule(step)
    at.add_module(last, other())
    data = WRITTEN[form](whole)
    key, order = f"norm:{name}", ["lstm", name, "fc"]
    with pytest.raises(OtherNorm, match=f"'{name}'.*batches, groups or steps") as refused:
        read_state_dict(data, hints={key: "other", "order": order})
    said = json.loads(refused.value.facts["hints"])
    found = inspect_state_dict(data, hints=said | {"order": order})
    asked = {question.key: question for question in found.questions}[key]
    assert (asked.options, asked.answer) == (("LayerNorm", "other"), "LayerNorm")


@pytest.mark.parametrize("name", ["bn1", "batch_norm", "gn", "GroupNorm", "instance1"])
def test_a_layer_norm_called_otherwise_is_read_once_it_is_said(name: str) -> None:
    """Both ways out are in the facts: to say what it is, and to leave it out."""
    parts = {"lstm": nn.LSTM(FEATURES, UNITS, batch_first=True), name: nn.LayerNorm(UNITS)}
    made = drawn(parts | {"fc": nn.Linear(UNITS, 2)})
    data = pickled(made)
    with pytest.raises(OtherNorm, match=name) as refused:
        read_state_dict(data)
    assert json.loads(refused.value.facts["order"]) == ["lstm"]
    hints = json.loads(refused.value.facts["hints"]) | {"readout": "every"}
    model, x = read_state_dict(data, hints=hints), torch.randn(2, 5, FEATURES)
    expected = made["fc"](made[name](made["lstm"](x)[0])).detach().numpy()
    np.testing.assert_allclose(core.record(model, x.numpy()).outputs, expected, atol=1e-5)
    again = read_state_dict(write_safetensors(model))
    assert again.digest == model.digest


def test_an_instance_norm_with_sums_computes_what_a_batch_norm_does() -> None:
    norm = nn.InstanceNorm1d(UNITS, affine=True, track_running_stats=True)
    made = drawn({"lstm": nn.LSTM(FEATURES, UNITS, batch_first=True), "norm": norm})
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    model = read_state_dict(pickled(made), hints={"readout": "every"})
    x = torch.randn(2, 5, FEATURES)
    expected = norm(made["lstm"](x)[0].transpose(1, 2)).transpose(1, 2).detach().numpy()
    np.testing.assert_allclose(core.record(model, x.numpy()).outputs, expected, atol=1e-5)


def rnn(kind: str) -> nn.Module:
    return getattr(nn, kind)(UNITS, UNITS, batch_first=True)


ORDERS: dict[str, Sequence[tuple[str, Callable[[], nn.Module]]]] = {
    "two recurrent ones": [("lstm", lambda: rnn("LSTM")), ("gru", lambda: rnn("GRU"))],
    "a layer before": [("inp", lambda: nn.Linear(UNITS, UNITS)), ("lstm", lambda: rnn("LSTM"))],
    "a layer before, named as the one after": [
        ("linear_in", lambda: nn.Linear(UNITS, UNITS)),
        ("lstm", lambda: rnn("LSTM")),
        ("linear_out", lambda: nn.Linear(UNITS, UNITS)),
    ],
    "names in another order": [("rnn", lambda: rnn("RNN")), ("attention_rnn", lambda: rnn("RNN"))],
    "a norm before": [("norm", lambda: nn.LayerNorm(UNITS)), ("gru", lambda: rnn("GRU"))],
    "counted down": [
        ("lstm", lambda: rnn("LSTM")),
        ("fc9", lambda: nn.Linear(UNITS, UNITS)),
        ("fc1", lambda: nn.Linear(UNITS, UNITS)),
    ],
    "the table last": [
        ("lstm", lambda: rnn("LSTM")),
        ("gru", lambda: rnn("GRU")),
        ("words", lambda: nn.Embedding(7, UNITS)),
    ],
}


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("parts", ORDERS.values(), ids=ORDERS)
def test_of_orders_that_fit_a_pickle_suggests_the_one_it_keeps(
    parts: Sequence[tuple[str, Callable[[], nn.Module]]], legacy: bool
) -> None:
    made = drawn({name: make() for name, make in parts})
    file = io.BytesIO()
    torch.save(made.state_dict(), file, _use_new_zipfile_serialization=not legacy)
    order = sorted(made, key=lambda name: name != "words")
    x = torch.randint(0, 7, (2, 5)) if "words" in made else torch.randn(2, 5, UNITS)
    hints = {"readout": "every"} | {f"activation:{name}": "linear" for name in made}
    model = read_state_dict(file.getvalue(), hints=hints)
    assert model.card["answers"]["order"] == order
    outputs = core.record(model, x.numpy()).outputs
    for name in order:
        x = made[name](x)
        x = x[0] if isinstance(x, tuple) else x
    np.testing.assert_allclose(outputs, x.detach().numpy(), atol=1e-5)
