"""onnxruntime beside us: the same layer as a file, run by its own kernels; records nothing."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

from tests.benchmarks.timing import Contestant


def running(cell: str, inputs: Any, *, units: int, threads: int) -> Contestant:
    """An RNN, LSTM or GRU of onnxruntime over the whole sequence, on so many threads."""
    import onnxruntime
    import torch

    kinds = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    layer = kinds[cell](inputs.shape[2], units, batch_first=True).eval()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, of an axis that is fixed
        file = Path(folder) / "layer.onnx"
        torch.onnx.export(layer, (torch.from_numpy(inputs),), file, input_names=["x"], dynamo=False)
        session = onnxruntime.InferenceSession(file.read_bytes(), options)
    return lambda: session.run(None, {"x": inputs})
