"""What is done with every input and attribute of every operation that is read, as a table.

An attribute is honoured; or it cannot matter, and why; or it is refused by its name unless it has
the one value that changes nothing. One that is not in the table refuses the file, and so does an
input too many: what no reader has looked at is never passed over. The tests hold the table to
ONNX's own schemas, in all their versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.importers.errors import shown
from core.importers.onnx.functions import FUNCTIONS
from core.importers.onnx.proto import Node

_MEMORY = {"consumed_inputs": "it says what memory may be used again"}
_RECURRENT = "activations activation_alpha activation_beta direction hidden_size layout"
_NO_Y = {"output_sequence": "without it there is no Y, and nothing can read that"}
# Without the attribute nothing is clipped; 0 is a bound like any other.
_CLIPPED = {"clip": (None, "it clips what goes into its activations (clip)")}
_TRAINED = {"is_test": (1, "it is in training")}


OTHERWISE = (
    "Export the layer as an LSTM, GRU or RNN of ONNX: in PyTorch torch.onnx.export with "
    "dynamo=False, in Keras tf2onnx with opset 15 and the layer's own activations"
)


@dataclass(frozen=True)
class Operator:
    """`inputs` and `attributes` are honoured; `idle` attributes cannot matter, and why.

    `refused` attributes have a value that changes nothing (None: no value does), and a reason.
    With `variadic`, the last input may be there any number of times.
    """

    inputs: tuple[str, ...]
    attributes: tuple[str, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    variadic: bool = False


def _of(
    inputs: str,
    attributes: str = "",
    *,
    idle: Mapping[str, str] | None = None,
    refused: Mapping[str, tuple[Any, str]] | None = None,
    variadic: bool = False,
) -> Operator:
    names = tuple(inputs.split()), tuple(attributes.split())
    return Operator(*names, idle or {}, refused or {}, variadic)


_PAIR = _of(
    "A B",
    idle=_MEMORY | {"broadcast": "the smaller shape is always aligned to the right"},
    refused={"axis": (None, "it aligns its inputs at an axis, as versions before 7 did")},
)
_REDUCED = _of(
    "data axes",
    "keepdims axes",
    idle={"noop_with_empty_axes": "without axes it is refused"},
)
_WINDOW = "auto_pad pads strides kernel_shape"

OPERATORS: dict[str, Operator] = {
    "LSTM": _of(
        "X W R B sequence_lens initial_h initial_c P", f"{_RECURRENT} input_forget",
        idle=_NO_Y, refused=_CLIPPED,
    ),
    "GRU": _of(
        "X W R B sequence_lens initial_h", f"{_RECURRENT} linear_before_reset",
        idle=_NO_Y, refused=_CLIPPED,
    ),
    "RNN": _of(
        "X W R B sequence_lens initial_h", _RECURRENT, idle=_NO_Y, refused=_CLIPPED
    ),
    "Gemm": _of(
        "A B C", "alpha beta transA transB", idle={"broadcast": "C is broadcast where it has to be"}
    ),
    "MatMul": _of("A B"),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Equal"), _PAIR),
    "Neg": _of("X", idle=_MEMORY),
    **dict.fromkeys(("Sum", "Mean"), _of("data_0", idle=_MEMORY, variadic=True)),
    "Clip": _of("input min max", "min max", idle=_MEMORY),
    "LayerNormalization": _of(
        "X Scale B", "axis epsilon",
        refused={"stash_type": (1, "it rounds on the way (stash_type)")},
    ),
    "BatchNormalization": _of(
        "X scale B mean var",
        "epsilon training_mode",
        idle=_MEMORY | {"momentum": "only training uses it"},
        refused=_TRAINED | {"spatial": (1, "it normalises each place by itself (spatial)")},
    ),
    **dict.fromkeys(("ReduceMax", "ReduceMean"), _REDUCED),
    "ReduceProd": _of(
        "data axes", "keepdims axes", refused={"noop_with_empty_axes": (0, "it may do nothing")}
    ),
    **dict.fromkeys(("GlobalMaxPool", "GlobalAveragePool"), _of("X")),
    "Conv": _of(
        "X W B", f"{_WINDOW} dilations",
        refused={"group": (1, "its channels are in groups (group)")},
    ),
    "MaxPool": _of(
        "X",
        _WINDOW,
        idle={"storage_order": "it orders indices, which nothing reads"},
        refused={
            "ceil_mode": (0, "a window may stand half outside (ceil_mode)"),
            "dilations": ([1], "its windows have holes (dilations)"),
        },
    ),
    "AveragePool": _of(
        "X",
        _WINDOW,
        refused={
            "count_include_pad": (0, "it counts padding (count_include_pad)"),
            "ceil_mode": (0, "a window may stand half outside (ceil_mode)"),
            "dilations": ([1], "its windows have holes (dilations)"),
        },
    ),
    **{
        name: _of("X", "alpha beta gamma axis approximate", idle=_MEMORY) for name in FUNCTIONS
    },
    "Transpose": _of("data", "perm"),
    "Reshape": _of(
        "data shape", "allowzero", idle=_MEMORY,
        refused={"shape": (None, "its shape is an attribute, as in versions before 5")},
    ),
    "Flatten": _of("input", "axis"),
    "Squeeze": _of("data axes", "axes"),
    "Unsqueeze": _of("data axes", "axes"),
    "Slice": _of("data starts ends axes steps", "starts ends axes"),
    "Gather": _of("data indices", "axis"),
    "Split": _of(
        "input split", "axis split", idle={"num_outputs": "there are as many outputs as it says"}
    ),
    "Concat": _of("inputs", "axis", variadic=True),
    "Identity": _of("input"),
    "Dropout": _of(
        "data ratio training_mode",
        idle=_MEMORY
        | {"ratio": "nothing is dropped once it is trained", "seed": "nothing is drawn"},
        refused=_TRAINED,
    ),
    "Cast": _of(
        "input",
        "to",
        idle={
            "saturate": "it is for numbers of eight bits, which are refused",
            "round_mode": "it is for numbers of eight bits, which are refused",
        },
    ),
    "Shape": _of("data", "start end"),
    "Constant": _of(
        "",
        "value value_float value_floats value_int value_ints",
        refused={
            "sparse_value": (None, "its value is sparse"),
            "value_string": (None, "its value is not made of numbers"),
            "value_strings": (None, "its value is not made of numbers"),
        },
    ),
    "ConstantOfShape": _of("input", "value"),
    "Expand": _of("input shape"),
    "Tile": _of("input tiles"),
    "Where": _of("condition X Y"),
    "If": _of("cond", "then_branch else_branch"),
    "Scan": _of(
        "sequence_lens initial_state_and_scan_inputs",
        "body num_scan_inputs scan_input_axes scan_input_directions scan_output_axes "
        "scan_output_directions",
        refused={"directions": (None, "it goes as loops of version 8 do (directions)")},
        variadic=True,
    ),
    "DequantizeLinear": _of(
        "x x_scale x_zero_point",
        "axis",
        refused={
            "block_size": (0, "its scales are for blocks of an axis (block_size)"),
            "output_dtype": (0, "it asks for another type of numbers (output_dtype)"),
        },
    ),
}  # fmt: skip
"""Operation → what is done with what it says."""

_UNROLLED = (
    f"it is a loop that runs a graph of its own, again and again, and that graph is not read. "
    f"{OTHERWISE}"
)
_ROUNDED = (
    "it rounds what flows to a few bits, which no layer here does. Export the model before it is "
    "quantised, or with its weights alone quantised"
)
_OTHERS = {
    "Loop": _UNROLLED,
    "QuantizeLinear": _ROUNDED,
    "DynamicQuantizeLinear": _ROUNDED,
}


def check_operator(node: Node) -> None:
    """Refuses an operation that is not read, and one that says something no reader looks at."""
    operator = OPERATORS.get(node.op)
    if operator is None:
        usual = "it is none of the operations that a recurrent network is of"
        raise node.refuse(_OTHERS.get(node.op, usual))
    given = [at for at, name in enumerate(node.inputs, start=1) if name]
    if given and given[-1] > len(operator.inputs) and not operator.variadic:
        raise node.refuse(f"it has {given[-1]} inputs and takes {len(operator.inputs)}")
    for name, value in node.attributes.items():
        if name in operator.refused:
            harmless, why = operator.refused[name]
            if harmless is None or value != harmless:
                raise node.refuse(why)
        elif name not in operator.attributes and name not in operator.idle:
            raise node.refuse(f"nobody here knows its attribute {shown(name)}")
