"""The child of `check.py`: lets the framework of a file read it and answer once.

Started as `python -m core.importers.original.worker`, with a request as JSON on its standard
input.
It ends with `MISSING` where the framework is not installed, and with a traceback on anything else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.arrays import save_arrays
from core.importers.original.check import MISSING

Arrays = list[NDArray[Any]]


def keras_outputs(file: Path, inputs: NDArray[Any], request: Mapping[str, Any]) -> Arrays:
    """What Keras's own model gives. A TextVectorization is passed over: `inputs` are ids."""
    import keras

    if request["config"] is None:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    else:
        model = keras.models.model_from_json(request["config"])
        model.load_weights(file)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    words = keras.layers.TextVectorization
    if any(isinstance(layer, words) for layer in layers):
        model = keras.Sequential([layer for layer in layers if not isinstance(layer, words)])
    # Keras counts ids in 32 bits, and a model may have been saved for floating-point ones.
    given = inputs.astype(np.int32) if inputs.dtype.kind == "i" else inputs
    found = model(given, training=False)
    several = found if isinstance(found, list | tuple) else [found]
    return [np.asarray(keras.ops.convert_to_numpy(each)) for each in several]


def torch_outputs(file: Path, inputs: NDArray[Any], request: Mapping[str, Any]) -> Arrays:
    """What PyTorch's modules give, built anew by their names and chained as the questions say."""
    import torch

    from core.importers.original.torch import run

    torch.set_num_threads(1)
    return [run(file, inputs, hints=request["hints"])]


def onnx_outputs(file: Path, inputs: NDArray[Any], request: Mapping[str, Any]) -> Arrays:
    """What ONNX's reference gives, with batch and time in either order where both can be."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    del request
    proto = onnx.load(str(file), load_external_data=False)
    weights = {tensor.name for tensor in proto.graph.initializer}
    [entry] = [each for each in proto.graph.input if each.name not in weights]
    kind = onnx.helper.tensor_dtype_to_np_dtype(entry.type.tensor_type.elem_type)
    evaluator = ReferenceEvaluator(proto)
    found: Arrays = []
    turned = inputs.swapaxes(0, 1)
    fixed = [each.dim_value for each in entry.type.tensor_type.shape.dim[:2]]
    orders = [inputs] if all(fixed) else [inputs, turned]
    for given in orders:
        try:
            answers = evaluator.run(None, {entry.name: np.ascontiguousarray(given, kind)})
        except (ValueError, IndexError, RuntimeError):
            if given is orders[-1] and not found:
                raise
            continue
        found += [np.asarray(each) for each in answers]
    return found


FRAMEWORKS: Mapping[str, Callable[[Path, NDArray[Any], Mapping[str, Any]], Arrays]] = {
    "Keras": keras_outputs,
    "PyTorch": torch_outputs,
    "ONNX": onnx_outputs,
}


def main() -> None:
    """Answers the one request on standard input."""
    request = json.load(sys.stdin)
    inputs = np.load(request["inputs"], allow_pickle=False)
    try:
        found = FRAMEWORKS[request["framework"]](Path(request["file"]), inputs, request)
    except ImportError as error:
        sys.stderr.write(str(error))
        sys.exit(MISSING)
    arrays = {str(at): each for at, each in enumerate(found)}
    save_arrays(request["answer"], kind="outputs", description={}, arrays=arrays)


if __name__ == "__main__":
    main()
