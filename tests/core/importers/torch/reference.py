"""PyTorch's recurrent modules in NumPy, written from the equations of its documentation.

    nn.RNN    h = tanh(W_ih x + b_ih + W_hh h + b_hh)
    nn.LSTM   i, f, g, o = σ, σ, tanh, σ (W_i* x + b_i* + W_h* h + b_h*)
              c = f⊙c + i⊙g;  h = o⊙tanh(c)
    nn.GRU    r, z = σ(W_i* x + b_i* + W_h* h + b_h*);  n = tanh(W_in x + b_in + r⊙(W_hn h + b_hn))
              h = (1 − z)⊙n + z⊙h

Rows of the weights in that order (LSTM i f g o, GRU r z n). Knows nothing of the project, and
works in float64. A state_dict is drawn here too: no two weights are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

MAPS = {"simple_rnn": 1, "gru": 3, "lstm": 4}
States = dict[str, np.ndarray]


def state_dict(
    cell: str,
    *,
    features: int,
    units: int,
    layers: int = 1,
    bidirectional: bool = False,
    bias: bool = True,
    name: str = "rnn",
    seed: int = 0,
    dtype: Any = np.float32,
) -> dict[str, np.ndarray]:
    """The tensors of nn.RNN, nn.GRU or nn.LSTM."""
    generator = np.random.default_rng(seed)
    wide = MAPS[cell] * units
    tensors = {}
    for level in range(layers):
        inputs = features if level == 0 else units * (1 + bidirectional)
        for suffix in ("", "_reverse")[: 1 + bidirectional]:
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (wide, inputs)}
            shapes["weight_hh"] = (wide, units)
            if bias:
                shapes |= {"bias_ih": (wide,), "bias_hh": (wide,)}
            for own, shape in shapes.items():
                drawn = generator.normal(0, 0.6, shape).astype(dtype)
                tensors[f"{name}.{own}_l{level}{suffix}"] = drawn
    return tensors


def linear(features: int, outputs: int, *, name: str, seed: int = 0) -> dict[str, np.ndarray]:
    """The tensors of nn.Linear."""
    generator = np.random.default_rng(seed)
    return {
        f"{name}.weight": generator.normal(0, 0.6, (outputs, features)).astype(np.float32),
        f"{name}.bias": generator.normal(0, 0.6, outputs).astype(np.float32),
    }


def table(rows: int, features: int, *, name: str, seed: int = 0) -> dict[str, np.ndarray]:
    """The tensors of nn.Embedding."""
    generator = np.random.default_rng(seed)
    return {f"{name}.weight": generator.normal(0, 1, (rows, features)).astype(np.float32)}


def run(
    cell: str,
    tensors: Mapping[str, np.ndarray],
    x: np.ndarray,
    *,
    nonlinearity: str = "tanh",
    initial: list[States] | None = None,
) -> list[States]:
    """Every state of every layer and direction, (batch, time, units), in the order of the text.

    `x` (batch, time, features); `initial` for each layer in one direction its states.
    """
    tensors = {name.rpartition(".")[2]: each.astype(np.float64) for name, each in tensors.items()}
    found: list[States] = []
    x = x.astype(np.float64)
    level = 0
    while f"weight_ih_l{level}" in tensors:
        outputs = []
        for suffix in ("", "_reverse"):
            at = f"l{level}{suffix}"
            if f"weight_ih_{at}" in tensors:
                states = None if initial is None else initial[len(found)]
                read = x[:, ::-1] if suffix else x
                each = _layer(cell, tensors, at, read, nonlinearity, states)
                if suffix:
                    each = {name: state[:, ::-1] for name, state in each.items()}
                found.append(each)
                outputs.append(each["hidden"])
        x = np.concatenate(outputs, axis=-1)
        level += 1
    return found


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _layer(
    cell: str,
    tensors: Mapping[str, np.ndarray],
    at: str,
    x: np.ndarray,
    nonlinearity: str,
    initial: States | None,
) -> States:
    w_ih, w_hh = tensors[f"weight_ih_{at}"], tensors[f"weight_hh_{at}"]
    zero = np.zeros(len(w_ih))
    b_ih, b_hh = (tensors.get(f"{name}_{at}", zero) for name in ("bias_ih", "bias_hh"))
    batch, time, _ = x.shape
    units = w_hh.shape[1]
    start = {name: np.zeros((batch, units)) for name in ("hidden", "cell")} | (initial or {})
    h, c = start["hidden"], start["cell"]
    hidden, cells = [], []
    for t in range(time):
        from_x, from_h = x[:, t] @ w_ih.T + b_ih, h @ w_hh.T + b_hh
        if cell == "simple_rnn":
            a = from_x + from_h
            h = np.tanh(a) if nonlinearity == "tanh" else np.maximum(a, 0)
        elif cell == "lstm":
            i, f, g, o = np.split(from_x + from_h, 4, axis=1)
            c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
            h = _sigmoid(o) * np.tanh(c)
        else:
            xr, xz, xn = np.split(from_x, 3, axis=1)
            hr, hz, hn = np.split(from_h, 3, axis=1)
            r, z = _sigmoid(xr + hr), _sigmoid(xz + hz)
            n = np.tanh(xn + r * hn)
            h = (1 - z) * n + z * h
        hidden.append(h)
        cells.append(c)
    states = {"hidden": np.stack(hidden, axis=1)}
    return states | ({"cell": np.stack(cells, axis=1)} if cell == "lstm" else {})
