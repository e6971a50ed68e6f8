"""The command line: every setting by its path, refused in words before anything is begun."""

from __future__ import annotations

import pytest

from core.training import __main__ as command
from core.training.settings import declared
from core.training.sources import SOURCES
from core.training.store import RunStore


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setattr(command.worker, "main", lambda _: 0)  # trained elsewhere
    return RunStore()


def test_settings_are_given_by_their_paths(store):
    given = "imdb-lstm-32 --network.units 64,32 --optimizer.clip none --fit.jit false --seed 5"
    assert command.main(["start", *given.split(), "--data.options.length", "40"]) == 0
    [run] = store.runs()
    assert run.config.preset == "imdb-lstm-32"
    assert run.config.network.units == (64, 32)
    assert (run.config.optimizer.clip, run.config.fit.jit, run.config.seed) == (None, False, 5)
    assert run.config.data.options["length"] == 40


def test_what_no_preset_says_is_trained_too_over_cells_and_seeds(store):
    given = "--data.source latch --data.options.symbols 3 --cells lstm gru --seeds 1 2"
    assert command.main(["start", *given.split()]) == 0
    found = {(run.config.network.cell, run.config.seed) for run in store.runs()}
    assert found == {(cell, seed) for cell in ("lstm", "gru") for seed in (1, 2)}
    assert all(run.config.data.options == {"symbols": 3} for run in store.runs())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("imdb-lstm-32 --network.units 0", "'network.units' is 0"),
        ("imdb-lstm-32 --fit.epochs ten", "'fit.epochs' is 'ten'; it has to be a whole number"),
        ("--data.source latch --data.options.gap 4", "no setting 'data.options.gap'"),
        ("--data.source latch --data.options.symbols 1", "from 2 to 26"),
        ("--data.source nowhere", "no source called 'nowhere'"),
        ("--network.cell transformer", "'network.cell' is 'transformer'"),
        ("nothing-known", "no preset called 'nothing-known'"),
    ],
)
def test_what_cannot_be_trained_is_a_sentence_and_no_run(store, capsys, given, words):
    assert command.main(["start", *given.split()]) == 1
    assert words in capsys.readouterr().err
    assert store.runs() == []


def test_help_lists_every_setting_of_every_source(capsys):
    with pytest.raises(SystemExit):
        command.main(["start", "--help"])
    told = capsys.readouterr().out
    for source in SOURCES.values():
        for path in declared(source.options):
            assert f"--{path} " in told
    assert "--network.units int" in told
