"""`.pt` files of PyTorch's own: the numbers are those that `torch.load` gives; nothing is run."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import core
from core.errors import UnknownName, UnsupportedModel
from core.importers.errors import PickleInFile
from core.importers.limits import Limits
from core.importers.torch.errors import MoreThanTensors, ScriptedModule, WholeModule
from core.importers.torch.pt_file import read_checkpoint
from core.importers.torch.state_dict import inspect_state_dict, read_state_dict
from tests.core.importers.attacks.torch_files import checkpoint, drawn, entries, tensors
from tests.core.importers.torch.test_itself import answers, ids, network

OLD = {"_use_new_zipfile_serialization": False}
FORMS = {
    **{f"protocol {at}": {"pickle_protocol": at} for at in (2, 3, 4, 5)},
    **{f"old, protocol {at}": {"pickle_protocol": at, **OLD} for at in (2, 3, 4)},
}
DTYPES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8")


def saved(value: Any, folder: Path, **settings: Any) -> bytes:
    torch.save(value, folder / "net.pt", **settings)
    return (folder / "net.pt").read_bytes()


def read(data: bytes, **settings: Any) -> Mapping[str, np.ndarray]:
    return read_checkpoint(data, path="net.pt", limits=Limits(), **settings)[0].tensors


@pytest.mark.parametrize("settings", FORMS.values(), ids=FORMS)
def test_what_torch_save_writes(tmp_path: Path, settings: dict[str, Any]) -> None:
    module, x = network("lstm", layers=2, bidirectional=True), ids()
    data = saved(module.state_dict(), tmp_path, **settings)
    model = core.load_model(data, trusted=settings != FORMS["protocol 2"])
    np.testing.assert_allclose(core.record(model, x).outputs, answers(module, x), atol=1e-5)
    for name, array in read(data).items():
        np.testing.assert_array_equal(array, module.state_dict()[name])


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_of_number(tmp_path: Path, dtype: str, old: bool) -> None:
    torch.manual_seed(1)
    own = {"lstm.weight_ih_l0": (9 * torch.randn(3, 4)).to(getattr(torch, dtype))}
    [found] = read(saved(own, tmp_path, **(OLD if old else {}))).values()
    np.testing.assert_array_equal(found, own["lstm.weight_ih_l0"].double().numpy())
    widened = {"float16": "float32", "bfloat16": "float32"}
    assert found.dtype == widened.get(dtype, dtype)


def windows() -> dict[str, Any]:
    """Tensors that are windows on storages that are larger, shared, turned or repeated."""
    torch.manual_seed(2)
    whole = torch.randn(5, 4, 6)
    return {
        "turned": whole[0].t(),
        "a part": whole[1:3, :, 2:5],
        "every second": whole[::2, 1::2],
        "turned about": whole.permute(2, 0, 1),
        "one number": whole[1, 2, 3],
        "none": whole[:0],
        "repeated": whole[0, :1].expand(7, 6),
        "the same": whole,
        "the same again": whole,
        "a parameter": torch.nn.Parameter(whole[4, 1:]),
        "a flag": torch.tensor([True, False]),
        "weight_hh_l0": torch.eye(3),
    }


@pytest.mark.parametrize("old", [False, True])
def test_windows_on_storages(tmp_path: Path, old: bool) -> None:
    own = windows()
    found = read(saved(own, tmp_path, **(OLD if old else {})))
    assert list(found) == list(own)
    for name, tensor in own.items():
        assert found[name].shape == tuple(tensor.shape)
        np.testing.assert_array_equal(found[name], tensor.detach())


def test_a_parameter_with_attributes(tmp_path: Path) -> None:
    weight = torch.nn.Parameter(torch.randn(3, 3))
    weight.kind = "special"
    found = read(saved({"weight_hh_l0": weight}, tmp_path))
    np.testing.assert_array_equal(found["weight_hh_l0"], weight.detach())


def test_the_byte_order_is_that_of_the_file() -> None:
    own = {f"net/data/{at}": each.byteswap().tobytes() for at, each in enumerate(drawn().values())}
    turned = read(checkpoint(**own, **{"net/byteorder": b"big"}))
    for name, array in read(checkpoint()).items():
        np.testing.assert_array_equal(turned[name], array)
        np.testing.assert_array_equal(array, drawn()[name])
    assert "net/byteorder" in entries()


def lstm() -> Any:
    torch.manual_seed(3)
    return torch.nn.ModuleDict({"lstm": torch.nn.LSTM(2, 3), "fc": torch.nn.Linear(3, 1)})


STATE = {
    "alone": (lambda own: own, ""),
    "a checkpoint": (lambda own: {"epoch": 3, "loss": 0.5, "model_state_dict": own}, None),
    "in a list": (lambda own: ["words", [1, 2], own], "2"),
    "deep": (lambda own: {"a": {"net": {"state_dict": own}}, "b": None}, "a.net.state_dict"),
    "beside an optimizer": (
        lambda own: {
            # As Adam has it; to import torch.optim takes seconds.
            "optimizer": {
                "state": {0: {"step": torch.tensor(1.0), "exp_avg": torch.zeros(12, 2)}},
                "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0, 1]}],
            },
            "state_dict": own,
        },
        "state_dict",
    ),
    "a number of NumPy's": (
        lambda own: {"best": np.float64(0.5), "epoch": np.int64(3), "model": own},
        "model",
    ),
    "a type, a size, a device": (
        lambda own: {"t": torch.float32, "s": torch.Size([2]), "d": torch.device("cpu"), "n": own},
        "n",
    ),
}


@pytest.mark.parametrize(("around", "part"), STATE.values(), ids=STATE)
def test_the_state_dict_is_where_it_is(tmp_path: Path, around: Any, part: str | None) -> None:
    module = lstm()
    data = saved(around(module.state_dict()), tmp_path)
    found, parts = read_checkpoint(data, path="net.pt", limits=Limits())
    assert parts == ((part,) if part is not None else ("model_state_dict",))
    assert set(found.tensors) == set(module.state_dict())


@pytest.mark.parametrize(
    "before", ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."]
)
def test_names_are_freed_of_their_wrappers(tmp_path: Path, before: str) -> None:
    """`DataParallel` and `torch.compile` put these before every name."""
    wrapped = {before + name: each for name, each in lstm().state_dict().items()}
    assert set(read(saved(wrapped, tmp_path))) == set(lstm().state_dict())
    assert set(torch.nn.DataParallel(lstm()).state_dict()) == {
        f"module.{name}" for name in lstm().state_dict()
    }


def test_of_several_one_is_asked_for(tmp_path: Path) -> None:
    one, other = lstm().state_dict(), torch.nn.GRU(2, 4).state_dict()
    data = saved({"ema": other, "model": one, "note": "x"}, tmp_path)
    question = inspect_state_dict(data).questions[0]
    assert (question.key, question.options, question.answer) == ("part", ("model", "ema"), "model")
    assert read_state_dict(data).layers[0].cell == "lstm"
    chosen = read_state_dict(data, hints={"part": "ema"})
    assert chosen.layers[0].cell == "gru"
    answers = chosen.card["answers"]
    assert answers["part"] == "ema"
    assert read_state_dict(data, hints=answers).digest == chosen.digest
    for part in ("nobody", 3, ["model"]):
        with pytest.raises(UnknownName, match="model, ema"):
            read_state_dict(data, hints={"part": part})


@pytest.mark.parametrize("value", [torch.zeros(3), {"a": 1}, [torch.zeros(2)], "text", None])
def test_a_file_without_a_state_dict_says_so(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UnsupportedModel, match="no dict of tensors by their names"):
        core.load_model(saved(value, tmp_path), trusted=True)


class Net(torch.nn.Module):  # type: ignore[misc]  # the tests run without torch's types
    """What somebody pickles as a whole."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(2, 3, batch_first=True)
        self.fc = torch.nn.Linear(3, 1)

    def forward(self, x: Any) -> Any:
        return self.fc(self.lstm(x)[0])


CODE = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(2, 3, batch_first=True)
        self.fc = torch.nn.Linear(3, 1)
    def forward(self, x):
        return self.fc(self.lstm(x)[0])
class Settings:
    pass
"""
REFUSED: dict[str, tuple[str, type[PickleInFile]]] = {
    "a module": ("torch.save(net, name)", WholeModule),
    "a module, protocol 4": ("torch.save(net, name, pickle_protocol=4)", WholeModule),
    "an old module": (
        "torch.save(net, name, _use_new_zipfile_serialization=False)",
        WholeModule,
    ),
    "a module in a checkpoint": ("torch.save({'epoch': 1, 'model': net}, name)", WholeModule),
    "settings beside it": (
        "torch.save({'settings': Settings(), 'state_dict': net.state_dict()}, name)",
        MoreThanTensors,
    ),
    "an array of NumPy's": (
        "torch.save({'a': numpy.ones(2), 'b': {'c': net.state_dict()}}, name)",
        MoreThanTensors,
    ),
    "a program": ("torch.jit.script(net).save(name)", ScriptedModule),
    "a traced program": ("torch.jit.trace(net, torch.zeros(1, 2, 2)).save(name)", ScriptedModule),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that is refused, saved by one program, and converted by the lines of refusals.

    As a user would: the lines are run as they stand, in a folder with the file and the code of its
    classes. One program for all of them, because to import PyTorch takes seconds.
    """
    folder = tmp_path_factory.mktemp("refused")
    (folder / "their_code.py").write_text(CODE, encoding="utf-8")
    program = "import numpy, torch\nfrom their_code import Net, Settings\ntorch.manual_seed(4)\n"
    program += "net, x = Net().eval(), torch.ones(1, 4, 2)\n"
    program += "numpy.save('x', x); numpy.save('y', net(x).detach())\n"
    for what, (made, _) in REFUSED.items():
        program += f"name = {file_of(what)!r}; {made}\n"
    run(program, folder)
    lines = []
    for what, (_, kind) in REFUSED.items():
        with pytest.raises(kind) as refused:
            core.load_model(folder / file_of(what), trusted=True)
        lines.append(refused.value.lines)
    run("\n".join(lines), folder)
    return folder


def run(program: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=folder, check=True)


def file_of(what: str) -> str:
    return f"my '{what}' \"2\".pth"


@pytest.mark.parametrize("what", REFUSED)
def test_the_lines_of_a_refusal_turn_it_into_a_file_that_is_read(folder: Path, what: str) -> None:
    made = folder / file_of(what).replace(".pth", ".safetensors")
    model = core.load_model(made, hints={"readout": "every"}, trusted=True)
    y = core.record(model, np.load(folder / "x.npy")).outputs
    np.testing.assert_allclose(y, np.load(folder / "y.npy"), atol=1e-5)


def test_bytes_have_a_name_of_their_own(tmp_path: Path) -> None:
    """Else the lines would load a file that the user does not have."""
    data = saved(Net(), tmp_path)
    with pytest.raises(WholeModule) as refused:
        core.load_model(data, file="mine.pt")
    assert "torch.load('mine.pt'" in refused.value.lines
    assert "mine.safetensors" in refused.value.lines


def test_a_quantised_module_is_named(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is deprecated
        small = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    value = {"lstm.weight_hh_l0": torch.zeros(3, 3), "fc.weight": small}
    with pytest.raises(MoreThanTensors, match="_rebuild_qtensor"):
        core.load_model(saved(value, tmp_path), trusted=True)


def test_a_file_by_hand_is_what_torch_reads(tmp_path: Path) -> None:
    """The files that attacks are made from are sound: `torch.load` takes them."""
    (tmp_path / "net.pt").write_bytes(checkpoint())
    found = torch.load(tmp_path / "net.pt", weights_only=True)["model_state_dict"]
    assert list(found) == list(tensors())
    for name, array in drawn().items():
        np.testing.assert_array_equal(found[name], array)
