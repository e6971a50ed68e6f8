"""What `torch.onnx.export` writes, beside PyTorch itself."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import core
from core.importers.onnx.file import read_onnx

ROWS, FEATURES, UNITS = 9, 4, 3
TOLERANCE = 1e-5
HEADS = {
    "every step": lambda h, y, ways: y,
    "last state": lambda h, y, ways: torch.cat([h[at - ways] for at in range(ways)], dim=1),
    "state by shape": lambda h, y, ways: (
        h.view(-1, ways, y.shape[0], UNITS)[-1].transpose(0, 1).reshape(y.shape[0], -1)
    ),
    "mean": lambda h, y, ways: y.mean(1),
    "greatest": lambda h, y, ways: y.max(1)[0],
}


def network(cell: str, layers: int, bidirectional: bool, head: Any) -> Any:
    torch.manual_seed(layers)

    class Network(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
        def __init__(self) -> None:
            super().__init__()
            shape = {"num_layers": layers, "bidirectional": bidirectional, "batch_first": True}
            self.words = torch.nn.Embedding(ROWS, FEATURES)
            self.rnn = getattr(torch.nn, cell)(FEATURES, UNITS, dropout=(layers - 1) * 0.1, **shape)
            self.norm = torch.nn.LayerNorm(UNITS * (1 + bidirectional))
            self.answer = torch.nn.Linear(UNITS * (1 + bidirectional), 2)

        def forward(self, ids: Any) -> Any:
            y, h = self.rnn(self.words(ids))
            found = head(h[0] if cell == "LSTM" else h, y, 1 + bidirectional)
            return torch.softmax(self.answer(torch.relu(self.norm(found))), dim=-1)

    return Network().eval()


def exported(module: Any, ids: Any, **settings: Any) -> bytes:
    file = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        # The exporters warn of themselves, of each other, and of what they call.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(module, (ids,), file, input_names=["ids"], **settings)
    return program.model_proto.SerializeToString() if program else file.getvalue()


@pytest.mark.parametrize("fixed", [False, True], ids=["any length", "fixed shape"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["forward", "both"])
@pytest.mark.parametrize("cell", ["LSTM", "GRU", "RNN"])
def test_answers_stay(cell: str, bidirectional: bool, layers: int, fixed: bool) -> None:
    # One head for each, so that all of them are met with every cell.
    names = list(HEADS)
    name = names[(layers + 2 * bidirectional + 3 * fixed + len(cell)) % len(names)]
    module = network(cell, layers, bidirectional, HEADS[name])
    ids = torch.randint(0, ROWS, (2, 5))
    axes = {} if fixed else {"dynamic_axes": {"ids": {0: "batch", 1: "time"}}}
    model = read_onnx(exported(module, ids, dynamo=False, opset_version=17, **axes))
    given = ids if fixed else torch.randint(0, ROWS, (3, 7))
    with torch.no_grad():
        expected = np.asarray(module(given))
    found = core.record(model, np.asarray(given)).outputs
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_the_newer_exporter() -> None:
    module = network("GRU", 2, True, HEADS["last state"])
    ids = torch.randint(0, ROWS, (2, 5))
    model = read_onnx(exported(module, ids, dynamo=True, verbose=False))
    with torch.no_grad():
        expected = np.asarray(module(ids))
    found = core.record(model, np.asarray(ids)).outputs
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
