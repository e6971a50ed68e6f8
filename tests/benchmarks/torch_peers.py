"""PyTorch beside us: its fused layers, and a loop over its cells that keeps what we keep."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.timing import Contestant


def fused(cell: str, inputs: Any, *, units: int) -> Contestant:
    """nn.RNN, nn.LSTM or nn.GRU over the whole sequence; records nothing."""
    import torch

    kinds = {"simple_rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    layer = kinds[cell](inputs.shape[2], units, batch_first=True)
    x = torch.from_numpy(inputs)

    def run() -> object:
        with torch.no_grad():
            return layer(x)

    return run


def torch_cell(cell: str, *, features: int, units: int) -> Any:
    """PyTorch's cell of that kind, one step at a time."""
    import torch

    kinds = {"simple_rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}
    return kinds[cell](features, units)


def looped(cell: str, inputs: Any, *, units: int) -> Contestant:
    """A loop over a PyTorch cell that keeps the states of every step."""
    import torch

    layer, x = torch_cell(cell, features=inputs.shape[2], units=units), torch.from_numpy(inputs)

    def run() -> object:
        kept, state = [], None
        with torch.no_grad():
            for t in range(x.shape[1]):
                state = layer(x[:, t], state)
                kept.append(state)
        return kept

    return run


def looped_backward(cell: str, inputs: Any, *, units: int) -> Contestant:
    """The same loop with `retain_grad` on every state, and a backward pass."""
    import torch

    layer, x = torch_cell(cell, features=inputs.shape[2], units=units), torch.from_numpy(inputs)

    def run() -> object:
        kept, state = [], None
        for t in range(x.shape[1]):
            state = layer(x[:, t], state)
            for part in state if isinstance(state, tuple) else (state,):
                part.retain_grad()
            kept.append(state)
        hidden = state[0] if isinstance(state, tuple) else state
        hidden.square().mean().backward()
        layer.zero_grad()
        return kept

    return run
