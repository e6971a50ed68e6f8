"""Configurations that made Keras's `load_model` run code, read files or open addresses.

The number in a test's name is that of the weakness. Each payload is one that works: it would leave
a canary behind where it ran.
"""

from __future__ import annotations

import base64
import marshal
from pathlib import Path
from typing import Any

import pytest

from core.errors import UnsupportedBetween, UnsupportedModel
from core.importers import errors
from tests.core.importers.attacks import models
from tests.core.importers.attacks.models import Json, layer

DEPTHS = (70, 5000, 100_000)


def marshalled(canary: Path) -> str:
    """A function that leaves the canary, as Keras keeps functions."""
    source = f"lambda x: open({str(canary)!r}, 'w').close() or x"
    function = eval(source, {})  # noqa: S307 - only its code is wanted
    return base64.b64encode(marshal.dumps(function.__code__)).decode()


def lambda_of(code: str) -> Json:
    """How Keras 3 writes the function of a Lambda."""
    config = {"code": code, "defaults": None, "closure": None}
    return {"class_name": "__lambda__", "config": config}


def function(name: str, *, module: str) -> Json:
    """How Keras 3 writes a function by its name."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def before_lstm(one: Json) -> Json:
    """A model with one layer more, between embedding and LSTM."""
    return models.config([*models.layers()[:2], one, *models.layers()[2:]])


def with_setting(name: str, value: Any) -> Json:
    """A model whose LSTM has another setting."""
    layers = models.layers()
    layers[2]["config"][name] = value
    return models.config(layers)


@pytest.mark.parametrize("write", [models.keras, models.legacy_h5])
def test_CVE_2024_3660_marshalled_code_in_a_lambda(refused, canary, write):
    """Keras before 2.13 unmarshalled a Lambda's function without being asked to."""
    found = layer("Lambda", function=lambda_of(marshalled(canary)))
    said = refused(write(before_lstm(found)), errors.LambdaInFile, "lambda")
    assert "Lambda" in str(said.error.facts["found"])


def test_CVE_2024_3660_as_keras_2_wrote_it(refused, canary):
    """A list of code, defaults and closure."""
    code = [marshalled(canary) + "\n", None, None]
    found = layer("Lambda", function=code, function_type="lambda")
    described = before_lstm({name: found[name] for name in ("class_name", "config")})
    refused(models.legacy_h5(described), errors.LambdaInFile, "lambda")


@pytest.mark.parametrize(
    ("name", "module"),
    [("system", "os"), ("exec", "builtins"), ("Popen", "subprocess"), ("load", "pickle")],
)
@pytest.mark.parametrize("setting", ["activation", "recurrent_activation", "kernel_initializer"])
def test_CVE_2025_1550_any_function_of_any_module(refused, name, module, setting):
    """A configuration named a module and a function, and Keras imported the one for the other."""
    described = with_setting(setting, function(name, module=module))
    refused(models.keras(described), errors.CustomObjectInFile, f"lstm/{setting}")


@pytest.mark.parametrize(
    ("kind", "module"), [("Popen", "subprocess"), ("Model", "os"), ("Sequential", "evil.keras")]
)
def test_CVE_2025_1550_any_class_of_any_module(refused, kind, module):
    refused(models.keras(before_lstm(layer(kind, "x", module=module))), errors.CustomObjectInFile)
    whole = models.config() | {"module": module, "class_name": kind}
    refused(models.keras(whole), errors.CustomObjectInFile)


def test_CVE_2025_8747_a_file_fetched_by_keras_itself(refused, canary):
    """A Lambda of keras.utils.get_file: it fetches an archive, and unpacks it where it is told."""
    fetch = function("get_file", module="keras.utils")
    address = {"origin": f"file://{canary}.tar", "extract": True, "cache_dir": str(canary)}
    found = layer("Lambda", function=fetch, arguments=address)
    refused(models.keras(before_lstm(found)), errors.LambdaInFile, "lambda")


def test_CVE_2025_8747_as_an_activation(refused):
    described = with_setting("activation", function("get_file", module="keras.utils"))
    refused(models.keras(described), errors.CustomObjectInFile, "lstm/activation")


def test_CVE_2025_9905_a_lambda_in_an_h5_file(refused, canary):
    """Keras's safe mode knew nothing of `.h5`."""
    found = layer("Lambda", function=lambda_of(marshalled(canary)))
    refused(models.legacy_h5(before_lstm(found)), errors.LambdaInFile, "lambda")


def test_CVE_2025_9906_safe_mode_switched_off_first(refused, canary):
    """keras.config.enable_unsafe_deserialization, called by the file, then a Lambda."""
    off = function("enable_unsafe_deserialization", module="keras.config")
    first = layer("Lambda", "first", function=off)
    second = layer("Lambda", "second", function=lambda_of(marshalled(canary)))
    layers = models.layers()
    described = models.config([*layers[:2], first, second, *layers[2:]])
    refused(models.keras(described), errors.LambdaInFile, "first")
    described = with_setting("activation", off)
    refused(models.keras(described), errors.CustomObjectInFile, "lstm/activation")


@pytest.mark.parametrize("target", ["/etc/passwd", "http://169.254.169.254/latest", "gs://x/y"])
@pytest.mark.parametrize("kind", ["TextVectorization", "StringLookup", "IntegerLookup"])
def test_CVE_2025_12058_a_vocabulary_at_a_path(refused, kind, target):
    """A vocabulary that is a text is opened as a file, or fetched."""
    described = models.config([layer(kind, "words", vocabulary=target), *models.layers()[1:]])
    said = refused(models.keras(described), errors.PathInFile, "words")
    assert said.error.facts["target"] == target


def test_CVE_2026_1462_a_saved_model_beside_it(witness, canary):
    """TFSMLayer loads a SavedModel from a path, and a SavedModel is a program."""
    found = layer("TFSMLayer", filepath=str(canary), call_endpoint="serve")
    said = witness.read(models.keras(before_lstm(found)))
    assert isinstance(said.error, UnsupportedModel | errors.FileRefused)
    assert "tfsmlayer" in str(said.error)
    assert said.deeds == ()
    assert not canary.exists()


@pytest.mark.parametrize("outer", ["TimeDistributed", "Bidirectional"])
def test_CVE_2026_12481_a_lambda_where_safe_mode_was_unset(refused, canary, outer):
    """`Lambda.from_config` outside any scope, as layers that hold layers called it."""
    inside = layer("Lambda", function=lambda_of(marshalled(canary)))
    found = layer(outer, "outer", layer=inside)
    refused(models.keras(before_lstm(found)), errors.LambdaInFile, "outer")


@pytest.mark.parametrize("setting", ["activation", "dropout", "seed", "units", "unknown"])
def test_marshalled_code_in_any_setting(refused, canary, setting):
    described = with_setting(setting, lambda_of(marshalled(canary)))
    refused(models.keras(described), errors.LambdaInFile, f"lstm/{setting}")


def test_marshalled_code_inside_a_setting(refused, canary):
    nested = {"config": {"of": [1, lambda_of(marshalled(canary))]}}
    refused(models.keras(with_setting("seed", nested)), errors.LambdaInFile, "lstm/seed")


def test_a_lambda_in_a_model_in_a_model(refused, canary):
    found = layer("Lambda", function=lambda_of(marshalled(canary)))
    nested = models.config([layer("Dropout", rate=0.1), found])
    nested["config"]["name"] = "inner"
    refused(models.keras(before_lstm(nested)), errors.LambdaInFile, "inner")


def test_a_lambda_behind_the_recurrent_layers_may_be_left_out(witness, canary):
    """Named all the same; and what is left out is not run either."""
    found = layer("Lambda", function=lambda_of(marshalled(canary)))
    data = models.keras(models.config([*models.layers(), found]))
    said = witness.read(data)
    assert isinstance(said.error, UnsupportedModel | errors.LambdaInFile)
    assert "Lambda" in str(said.error)
    without = witness.read(data, options={"without_tail": True})
    assert without.stages == ("embedding", "lstm", "dense")
    assert said.deeds == without.deeds == ()
    assert not canary.exists()


@pytest.mark.parametrize("kind", ["Lambda", "evil>Attention"])
def test_code_between_recurrent_layers_is_cut_off_with_what_follows(witness, canary, kind):
    found = layer("Lambda", "odd", function=lambda_of(marshalled(canary)))
    found |= {"registered_name": kind} if ">" in kind else {}
    first = layer("LSTM", "below", units=3, return_sequences=True)
    layers = models.layers()
    described = models.config([*layers[:2], first, found, *layers[2:]])
    arrays = models.drawn()
    arrays |= {f"lstm_1/{name[5:]}": array for name, array in arrays.items() if name[:4] == "lstm"}
    data = models.keras(described, weights=models.hdf5(arrays=arrays))
    said = witness.read(data)
    assert isinstance(said.error, UnsupportedBetween)
    assert "odd" in str(said.error)
    without = witness.read(data, options={"without_tail": True})
    assert without.stages == ("embedding", "below")
    assert said.deeds == without.deeds == ()
    assert not canary.exists()


@pytest.mark.parametrize("registered", ["evil>Dense", "Custom>LSTM"])
def test_a_class_that_bears_a_name_of_keras(refused, registered):
    """What is registered decides which class is built, not what the class is called."""
    found = layer("LSTM", "mine", units=3) | {"registered_name": registered}
    said = refused(models.keras(before_lstm(found)), errors.CustomObjectInFile, "mine")
    assert registered in str(said.error.facts["found"])


# What is no code, but would bring a reader down.


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("write", [models.keras, models.legacy_h5])
def test_json_nested_without_end(refused, depth, write):
    text = '{"config": ' * depth + "1" + "}" * depth
    refused(write(text), errors.TooDeep, "config")


def test_models_within_models(refused):
    described = models.config()
    for _ in range(30):
        described = models.config([described])
    refused(models.keras(described), errors.TooDeep, "config.json")


def test_one_name_twice_in_json(refused):
    text = '{"class_name": "Sequential", "class_name": "Functional", "config": {}}'
    refused(models.keras(text), errors.RepeatedEntry, "class_name")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "1",
        "null",
        "[]",
        '"x"',
        "{}",
        "NaN",
        '{"class_name": 1}',
        "9" * 5000,
        "\x00",
        "\ufeff{}",
    ],
)
def test_json_that_describes_no_model(refused, text):
    refused(models.keras(text), errors.BrokenFile, "config.json")


@pytest.mark.parametrize("units", [-1, 0, 2**31, 2**70, 1e308, "3", None, True, [3], {"a": 1}])
def test_sizes_that_are_not_those_of_the_weights(witness, units):
    """Sizes come from the weights: what the configuration says of them is not believed."""
    said = witness.read(models.keras(with_setting("units", units)))
    assert said.crash is None
    assert said.memory < 2**24


@pytest.mark.parametrize("value", [2**70, 10**400, 1e308, -1e39])
def test_numbers_that_no_weight_could_be(witness, value):
    """JSON has numbers of any length; those of networks have 32 bits."""
    described = models.config([layer("Masking", mask_value=value), *models.layers()[2:]])
    said = witness.read(models.keras(described))
    assert said.crash is None
    assert type(said.error) is UnsupportedModel or value == 2**70
