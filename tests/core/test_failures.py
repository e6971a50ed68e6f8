"""An error on its way from a child to a sentence, believed as little as the file that was read."""

from __future__ import annotations

import json
import sys

import pytest

from core import errors as core_errors
from core.errors import Failure
from core.importers import errors
from core.importers.keras import plain as keras_reader
from core.importers.sandbox import error_from


@pytest.mark.parametrize(
    "error",
    [
        errors.TooDeep(entry="a", limit=3),
        errors.TooManyNumbers(entry="a", shape="(3,)", found=2**70, limit=3),
        errors.PickleInFile(found="x", lines="one\ntwo"),
        core_errors.ShapeMismatch(what="x", found="(3,)", expected="(4,)"),
    ],
)
def test_errors_cross_as_they_are(error):
    crossed = error_from(json.dumps(Failure.of(error).to_json()).encode())
    assert type(crossed) is type(error)
    assert crossed.facts == error.facts
    assert str(crossed) == str(error)


def test_facts_that_json_does_not_know_cross_as_texts():
    failure = Failure.of(core_errors.ShapeMismatch(what="x", found=(3, 4), expected=None))
    assert failure.error().facts == {"what": "x", "found": "(3, 4)", "expected": "None"}


def test_names_from_the_file_are_shown_on_one_line():
    failure = Failure.of(core_errors.UnsupportedModel(what="a\nb\u202e" + "x" * 999, why="y"))
    crossed = error_from(json.dumps(failure.to_json()).encode())
    assert str(crossed.facts["what"]).startswith("a\\nb\\u202ex")
    assert len(str(crossed.facts["what"])) < 200


def test_sentences_cross_whole_and_what_is_too_long_ends_after_a_word():
    why = f"layers of this kind are not read; read are {keras_reader.ADMITTED}"
    failure = Failure.of(core_errors.UnsupportedModel(what="The layer 'x'", why=why))
    assert error_from(json.dumps(failure.to_json()).encode()).facts["why"] == why
    listed = ", ".join(f"layer_{at}" for at in range(500))
    for told in (
        Failure.of(core_errors.UnsupportedModel(what="x", why=listed)).to_json(),
        {"module": "core.importers.errors", "name": "BrokenFile",
         "facts": {"entry": "x", "why": listed}},
    ):  # fmt: skip
        why = str(error_from(json.dumps(told).encode()).facts["why"])
        assert len(why) <= 1_000
        assert why.endswith(", …")
        assert why.removesuffix(", …").split(", ") == listed.split(", ")[: why.count(",")]


@pytest.mark.parametrize(
    "told",
    [
        {"module": "os", "name": "error", "facts": {}},
        {"module": "core.errors", "name": "Any", "facts": {}},
        {"module": "core.errors", "name": "annotations", "facts": {}},
        {"module": "core.errors", "name": "EmptyText.__init__", "facts": {}},
        {"module": "core.nowhere", "name": "X", "facts": {}},
        {"module": "core.errors", "name": "EmptyText"},
        {"module": "core.errors", "name": "ShapeMismatch", "facts": {}},
        {"module": "core.errors", "name": "EmptyText", "facts": 3},
        {"module": 3, "name": 3, "facts": {}},
        [],
        None,
    ],
)
def test_what_is_no_error_of_ours_makes_no_sense(told):
    with pytest.raises(errors.ReaderStopped, match="no sense"):
        error_from(json.dumps(told).encode())


def test_no_other_module_is_imported():
    """To import a module is to run it."""
    assert "tabnanny" not in sys.modules
    with pytest.raises(errors.ReaderStopped):
        error_from(b'{"module": "tabnanny", "name": "NannyNag", "facts": {}}')
    assert "tabnanny" not in sys.modules
