"""Model files as people drop them, made in milliseconds and without their frameworks."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

import core
from core.importers.save import model_bytes
from core.text import Vocabulary
from tests.core.importers.onnx.cases import torch_last
from tests.core.importers.onnx.graphs import Graph
from tests.core.networks import randomised

WORDS = ("the", "film", "was", "not", "good", "bad", "movie", "music")


def network(
    cell: str = "lstm", *, units: int = 5, words: bool = True, **settings: Any
) -> core.Model:
    """A small model of random weights; without `words`, one that reads ids below 12."""
    known: Any = Vocabulary(WORDS, "word") if words else 12
    made = {"vocabulary": known, "embedding": 3, "outputs": 2, "units": [units]} | settings
    return randomised(core.new_model(cell, **made), seed=4)


def numeric(features: int = 2, **settings: Any) -> core.Model:
    """A small model that reads numbers."""
    made = {"features": features, "units": [4], "outputs": 1} | settings
    return randomised(core.new_model("gru", **made), seed=5)


def file_of(model: core.Model, ending: str = ".npz") -> bytes:
    """A model as a file."""
    return model_bytes(model, ending)


def onnx_file() -> bytes:
    """A graph of an embedding, an LSTM and a sigmoid, as PyTorch exports them."""
    graph = Graph()
    return graph.data(torch_last(graph))


def drop(app: AppTest, name: str, data: bytes, *, at: int = 0) -> AppTest:
    """Drop a file on one of the page's uploaders, and let the page run."""
    app.file_uploader[at].set_value((name, data, "application/octet-stream"))
    return app.run()
