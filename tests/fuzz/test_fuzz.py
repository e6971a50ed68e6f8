"""A short fuzz run in every test run; `make fuzz` is the long one. And what the run itself sees."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from core.importers.limits import Limits
from core.importers.load import read_model
from tests.fuzz import mutations, run
from tests.fuzz.child import file_of
from tests.fuzz.seeds import seeds

FILES = 500
SOUND = {seed.name: seed for seed in seeds()}


@pytest.fixture(scope="module")
def outcome() -> run.Outcome:
    return run.fuzz(FILES, seed=1, children=1)


def test_nothing_is_found(outcome):
    """No crash, no hang, no other file, no memory beyond the bound: a specific error or a model."""
    assert outcome.findings == []
    assert outcome.files == FILES


def test_mutations_get_past_the_door(outcome):
    """Were all of them refused for one reason, nothing behind it would have been tried."""
    assert set(outcome.by_name) == set(SOUND)
    assert outcome.loaded > FILES / 50
    assert len(outcome.refused) >= 10


@pytest.mark.parametrize("seed", SOUND.values(), ids=SOUND)
def test_what_mutations_start_from_is_sound(seed):
    model = read_model(seed.data, name=seed.name, limits=Limits(), **seed.options)
    assert len(model.layers) >= 1


@pytest.mark.parametrize(
    "seed", [seed for seed in SOUND.values() if seed.write], ids=lambda s: s.name
)
def test_json_is_written_back_where_it_was(seed):
    text = mutations.json.dumps(seed.described)
    again = read_model(seed.write(text), name=seed.name, limits=Limits())
    assert again.digest == read_model(seed.data, name=seed.name, limits=Limits()).digest


@pytest.mark.parametrize("mutation", mutations.BYTES)
def test_a_mutation_changes_the_file_and_can_be_had_again(mutation):
    data = SOUND["small.keras"].data
    changed = [mutation(data, np.random.default_rng(at)) for at in range(20)]
    assert changed == [mutation(data, np.random.default_rng(at)) for at in range(20)]
    assert sum(each != data for each in changed) > 10


def test_a_number_is_always_the_same_file():
    sound = tuple(SOUND.values())
    for number in (0, 5, 77):
        assert file_of(number, 3, sound) == file_of(number, 3, sound)
    assert file_of(0, 3, sound) != file_of(0, 4, sound)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"crash": "KeyError: 'x'"}, "crashed"),
        ({"error": {"name": "ReaderStopped"}}, "arrive"),
        ({"seconds": 2.5}, "2.5 s"),
        ({"memory": 2**30}, "1074 MB"),
        ({"deeds": ["open ('x',)"]}, "open"),
    ],
)
def test_a_finding_is_one(told, word):
    sound = {"number": 7, "name": "x", "way": "bytes", "seconds": 0.1, "memory": 9, "deeds": []}
    found = run.Outcome()
    found.add(sound | {"stages": ["lstm"]})
    assert found.findings == []
    found.add(sound | told)
    assert word in found.findings[0]
    assert "findings" in found.table()


def test_a_child_that_dies_costs_one_file(monkeypatch):
    """A child that ends at number 3, as a fault in libhdf5 would end it."""
    program = """
import json, os, sys
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    if number == 3:
        os.abort()
    told = {"number": number, "name": "x", "way": "bytes", "seconds": 0, "memory": 0, "deeds": []}
    print(json.dumps(told | {"stages": []}), flush=True)
"""

    def command(module, *arguments):
        return [sys.executable, "-c", program, *arguments]

    monkeypatch.setattr(run.children, "command", command)
    found = run.fuzz(6, seed=0, children=1)
    assert found.files == 6
    assert found.loaded == 5
    assert found.findings == ["3 killed its reader (exit code -6)"]
