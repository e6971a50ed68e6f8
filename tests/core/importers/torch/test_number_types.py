"""Files of PyTorch's whose numbers are of a type that is not read: named, with lines that work."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import core
from core.importers.torch.errors import ComplexNumbers, NumbersOfAnotherType
from core.importers.torch.state_dict import read_state_dict


def saved(dtype: torch.dtype, *, nested: bool, legacy: bool) -> tuple[bytes, nn.LSTM]:
    torch.manual_seed(2)
    lstm = nn.LSTM(3, 4, batch_first=True)
    own = {name: each.detach().to(dtype) for name, each in lstm.state_dict().items()}
    file = io.BytesIO()
    whole = {"epoch": 3, "model": own} if nested else own
    torch.save(whole, file, _use_new_zipfile_serialization=not legacy)
    if not dtype.is_complex:
        lstm.load_state_dict({name: each.float() for name, each in own.items()})
    return file.getvalue(), lstm


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz])
@pytest.mark.parametrize("nested", [False, True])
def test_narrow_numbers_are_named_and_the_lines_widen_them(
    dtype: torch.dtype, nested: bool, legacy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, lstm = saved(dtype, nested=nested, legacy=legacy)
    with pytest.raises(NumbersOfAnotherType) as refused:
        read_state_dict(data, path="mine.pt")
    assert refused.value.facts["found"] == str(dtype)
    if legacy:  # which PyTorch writes, and cannot load
        return
    (tmp_path / "mine.pt").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    exec(refused.value.lines, {})
    model = read_state_dict((tmp_path / "mine.safetensors").read_bytes())
    x = torch.randn(2, 5, 3)
    expected = lstm(x)[0].detach().numpy()
    np.testing.assert_allclose(core.record(model, x.numpy()).outputs, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])
def test_complex_numbers_are_named_and_no_lines_are_offered(
    dtype: torch.dtype, nested: bool, legacy: bool
) -> None:
    data, _ = saved(dtype, nested=nested, legacy=legacy)
    with pytest.raises(ComplexNumbers, match="Complex") as refused:
        read_state_dict(data)
    assert not hasattr(refused.value, "lines")
