"""Every setting of PyTorch's modules that are read, and what becomes of it: nothing in silence.

A state_dict holds tensors, and of the settings of a module only those that its tensors show. This
table says of each what is done; a setting that is not in it fails the first test. Networks are then
drawn, with every setting that can be drawn, saved by PyTorch, read, and run by both.
"""

from __future__ import annotations

import inspect
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import core
from core.errors import UnsupportedModel
from core.importers.original.torch import run as original
from core.importers.torch.state_dict import inspect_state_dict, read_state_dict

HONOURED = "honoured: the tensors show it"
ASKED = "asked: no tensor shows it"
REFUSED = "refused by name"
TRAINING = "cannot matter: it changes training alone"
PLACE = "cannot matter: where numbers are kept, not what they are"
LAYOUT = "cannot matter: the axes of the input, which here are (batch, time, …)"
SAID = "said beside the question, in the words of the page"

RECURRENT = {
    "mode": HONOURED,
    "input_size": HONOURED,
    "hidden_size": HONOURED,
    "num_layers": HONOURED,
    "bias": HONOURED,
    "batch_first": LAYOUT,
    "dropout": TRAINING,
    "bidirectional": HONOURED,
    "proj_size": REFUSED,
    "device": PLACE,
    "dtype": HONOURED,
}
SETTINGS: dict[str, dict[str, str]] = {
    "RNNBase": RECURRENT,
    "Linear": {
        **dict.fromkeys(("in_features", "out_features", "bias", "dtype"), HONOURED),
        "device": PLACE,
    },
    "Embedding": {
        **dict.fromkeys(("num_embeddings", "embedding_dim", "dtype"), HONOURED),
        # A row of zeros, which is looked up like any other; whether it is padding is asked.
        "padding_idx": ASKED,
        # Rows that are too long are shortened where they are looked up; the last step of training
        # may have made them longer since.
        "max_norm": ASKED,
        # Asked with it, by the length that is Euclid's; another is said not to be read.
        "norm_type": SAID,
        **dict.fromkeys(("scale_grad_by_freq", "sparse", "_weight", "_freeze"), TRAINING),
        "device": PLACE,
    },
    "LayerNorm": {
        "normalized_shape": HONOURED,
        "eps": ASKED,
        # Without it the module leaves no tensor at all, as an activation does.
        "elementwise_affine": ASKED,
        "bias": REFUSED,
        "device": PLACE,
        "dtype": HONOURED,
    },
    "BatchNorm1d": {
        **dict.fromkeys(("num_features", "affine", "bias", "dtype"), HONOURED),
        "eps": ASKED,
        "momentum": TRAINING,
        # Without sums it has the tensors of a layer norm: asked, and told by the usual names.
        "track_running_stats": ASKED,
        "device": PLACE,
    },
}
ROWS = 7
ACTIVATIONS = {"linear": lambda x: x, "relu": torch.relu, "tanh": torch.tanh}
ACTIVATIONS |= {"sigmoid": torch.sigmoid, "gelu": torch.nn.functional.gelu}
ACTIVATIONS["layer_norm"] = lambda x: torch.nn.functional.layer_norm(x, x.shape[-1:])
READOUTS = {
    "every": lambda y, h, both: y,
    "last": lambda y, h, both: torch.cat(list(h[-1 - both :]), dim=-1),
    "max": lambda y, h, both: y.amax(dim=1),
    "mean": lambda y, h, both: y.mean(dim=1),
    "step": lambda y, h, both: y[:, -1],
    "crossed": lambda y, h, both: torch.cat([h[-1], h[-2]], dim=-1),
}


@pytest.mark.parametrize("name", [*SETTINGS, "RNN", "LSTM", "GRU"])
def test_every_setting_has_been_looked_at(name: str) -> None:
    kind = getattr(torch.nn, name)
    known = {"RNN": {"nonlinearity"}}.get(name, set())
    if name in SETTINGS:
        found = set(inspect.signature(kind.__init__).parameters) - {"self"}
        assert found == set(SETTINGS[name])
    else:  # these hand all that they are given on to their base
        made = {"input_size": 1, "hidden_size": 1}
        shown = set(vars(kind(**made))) - set(vars(torch.nn.Module())) - {"mode"}
        private = {each for each in shown if each.startswith("_")}
        assert shown - private - set(RECURRENT) == known


class Drawn(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
    """A network whose every setting is drawn, and the answers to what its file leaves open."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        rng = np.random.default_rng(seed)
        self.rng, self.hints = rng, {}
        width, units = (int(each) for each in rng.integers(2, 6, 2))
        self.order: list[str] = []
        self.reads_ids = bool(rng.integers(2))
        if self.reads_ids:
            padding = [None, 0, 3][int(rng.integers(3))]
            longest = [None, 1.0, 0.7][int(rng.integers(3))]
            words = torch.nn.Embedding(ROWS, width, padding_idx=padding, max_norm=longest)
            self.put("words", words)
            self.hints["max_norm"] = "none" if longest is None else longest
            self.hints["embedding"] = "words"
        self.features = width
        self.maybe_norm("first", width)
        cell = ("RNN", "LSTM", "GRU")[int(rng.integers(3))]
        self.both = bool(rng.integers(2))
        settings: dict[str, Any] = {
            "num_layers": int(rng.integers(1, 4)),
            "bias": bool(rng.integers(2)),
            "batch_first": True,
            "dropout": float(rng.choice([0, 0.5])),
            "bidirectional": self.both,
        }
        if cell == "RNN":
            settings["nonlinearity"] = ("tanh", "relu")[int(rng.integers(2))]
            self.hints["nonlinearity:rnn"] = settings["nonlinearity"]
        if settings["num_layers"] == 1:
            settings["dropout"] = 0.0
        self.put("rnn", getattr(torch.nn, cell)(width, units, **settings))
        known = list(READOUTS)[: 6 if self.both else 4]
        self.readout = self.hints["readout"] = known[int(rng.integers(len(known)))]
        wide = units * (1 + self.both)
        self.maybe_norm("second", wide)
        self.put("hidden", torch.nn.Linear(wide, 3, bias=bool(rng.integers(2))))
        self.put("answer", torch.nn.Linear(3, 2))
        self.hints["order"] = self.order
        self.hints.setdefault("embedding", "")
        for parameter in self.parameters():
            torch.nn.init.normal_(parameter, std=0.6)

    def put(self, name: str, module: Any) -> None:
        self.add_module(name, module)
        self.order.append(name)
        known = list(ACTIVATIONS)
        self.hints[f"activation:{name}"] = known[int(self.rng.integers(len(known)))]

    def maybe_norm(self, name: str, width: int) -> None:
        eps = float(self.rng.choice([1e-5, 1e-3, 0.25]))
        match int(self.rng.integers(3)):
            case 0:
                self.put(name, torch.nn.LayerNorm(width, eps=eps))
            case 1:
                affine, bias = (bool(each) for each in self.rng.integers(2, size=2))
                norm = torch.nn.BatchNorm1d(width, eps=eps, affine=affine, bias=bias)
                norm.running_mean.normal_()
                norm.running_var.uniform_(0.5, 2)
                self.put(name, norm)
            case _:
                return
        self.hints[f"epsilon:{name}"] = eps

    def forward(self, x: Any) -> Any:
        for name in self.order:
            module = getattr(self, name)
            if name == "rnn":
                y, h = module(x)
                x = READOUTS[self.readout](y, h[0] if isinstance(h, tuple) else h, self.both)
            elif isinstance(module, torch.nn.BatchNorm1d):
                x = module(x.reshape(-1, x.shape[-1])).reshape(x.shape)
            else:
                x = module(x)
            x = ACTIVATIONS[self.hints[f"activation:{name}"]](x)
        return x


@pytest.mark.parametrize("seed", range(40))
def test_networks_with_all_settings_drawn(seed: int, tmp_path: Path) -> None:
    torch.manual_seed(seed)
    dtype = torch.float64 if seed % 4 == 0 else torch.float32
    module = Drawn(seed).to(dtype).eval()
    x = torch.randn(2, 5, module.features, dtype=dtype)
    x = torch.randint(0, ROWS, (2, 5)) if module.reads_ids else x
    file = io.BytesIO()
    torch.save({"epoch": 1, "model": module.state_dict()}, file)
    with torch.no_grad():  # after it is saved: an embedding with a max_norm writes to its rows
        expected = np.asarray(module(x))
    asked = {question.key for question in inspect_state_dict(file.getvalue()).questions}
    assert {key for key in module.hints if key not in ("order", "embedding")} <= asked
    model = read_state_dict(file.getvalue(), hints=module.hints)
    outputs = core.record(model, np.asarray(x)).outputs
    outputs = outputs[:, -1] if model.card.get("answer_at") == "end" else outputs
    np.testing.assert_allclose(outputs, expected, atol=1e-5, rtol=1e-5)
    (tmp_path / "net.pt").write_bytes(file.getvalue())
    found = original(tmp_path / "net.pt", np.asarray(x), hints=module.hints)
    np.testing.assert_allclose(found, expected, atol=1e-5, rtol=1e-5)


def refused() -> dict[str, Any]:
    lstm = torch.nn.LSTM(2, 4)
    return {
        "proj_size": {"lstm": torch.nn.LSTM(2, 4, proj_size=2)},
        "a layer norm without a bias": {"lstm": lstm, "norm": torch.nn.LayerNorm(4, bias=False)},
        "a batch norm without sums": {
            "lstm": lstm,
            "bn": torch.nn.BatchNorm1d(4, track_running_stats=False),
        },
        "weight_norm": {"lstm": lstm, "fc": torch.nn.utils.parametrizations.weight_norm(
            torch.nn.Linear(4, 2)
        )},
        "spectral_norm": {"lstm": lstm, "fc": torch.nn.utils.parametrizations.spectral_norm(
            torch.nn.Linear(4, 2)
        )},
        "a PReLU": {"lstm": lstm, "act": torch.nn.PReLU(4)},
        "a convolution": {"conv": torch.nn.Conv1d(2, 2, 3), "lstm": lstm},
        "attention": {"lstm": lstm, "attention": torch.nn.MultiheadAttention(4, 2)},
    }  # fmt: skip


@pytest.mark.parametrize("what", refused())
def test_what_is_refused_is_named(what: str) -> None:
    file = io.BytesIO()
    parts = refused()[what]
    torch.save(torch.nn.ModuleDict(parts).state_dict(), file)
    with pytest.raises(UnsupportedModel) as error:
        read_state_dict(file.getvalue())
    odd = next(name for name in parts if what == "proj_size" or name != "lstm")
    assert f"'{odd}" in str(error.value)
