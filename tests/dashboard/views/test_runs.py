"""Runs: a row for each, what differs, what they say together, what they got wrong, files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.training.experiment import Interval
from core.training.run_folder import Run
from core.training.store import RunStore
from dashboard import state
from dashboard.i18n import LANGUAGES, labels, speak, t
from tests.dashboard.conftest import go_to
from tests.dashboard.runs import BATCHES, at_work, config, write_run
from tests.dashboard.views.test_gradients import chart, numbers
from tests.dashboard.views.test_train import press, said

TABS = ("differences", "experiments", "mistakes", "export", "manage")


def table(app):
    return app.dataframe[0].value


def at_tab(monkeypatch, name: str) -> None:
    """AppTest cannot press tabs: let the page's first one be this."""
    import dashboard.views.runs as view

    drawn = view.st.tabs

    def tabs(names, **settings):
        with speak(state.language()):
            wanted = t(f"runs.tab.{name}")
        return drawn(names, default=wanted, **settings)

    monkeypatch.setattr(view.st, "tabs", tabs)


def three(runs: RunStore) -> list[Run]:
    """An experiment: two seeds of one cell, one of another."""
    settings = [("lstm", 0), ("lstm", 1), ("gru", 0)]
    return [
        write_run(
            runs, cell, epochs=2, name=f"{cell} {seed}",
            configured=replace(config(cell, epochs=2, seed=seed), experiment="e1"),
        )
        for cell, seed in settings
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_those_that_ship_are_drawn_beside_each_other(open_app, runs, language):
    app = open_app("runs", language=language, smooth="0")
    assert not app.exception
    with speak(language):
        assert t("runs.none") in said(app)
        name = t("run.example.name", cell="LSTM")
        assert table(app)[t("runs.column.name")].tolist()[0] == name
    example = runs.examples()[0]
    drawn = {line["name"]: line for line in chart(app, "metric")["data"]}
    shown = numbers(drawn[name]["y"])
    np.testing.assert_allclose(shown, example.epochs["validation_metric"], rtol=1e-6)
    assert len(drawn) == 4


def test_who_has_runs_sees_those_that_ship_when_asked_for(open_app, runs):
    write_run(runs, name="mine")
    app = open_app("runs")
    assert table(app)["Name"].tolist() == ["mine"]
    app.toggle(key="widget.r_examples.").set_value(True).run()
    assert len(table(app)) == 3
    assert table(app)["Name"].tolist()[0] == "mine"
    for query in ({"runs": runs.examples()[1].id}, {"r_examples": "1", "r_cells": "simple_rnn"}):
        names = table(open_app("runs", **query))["Name"].tolist()
        assert "Example: SimpleRNN" in names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_run_has_its_row_with_its_numbers(open_app, runs, language):
    run = write_run(runs, epochs=2, name="mine <b>")
    write_run(runs, "gru", state="failed", epochs=1, error={"name": "DiskFull", "facts": {}})
    broken = write_run(runs)
    broken.file("config.json").write_bytes(b"\xff")
    app = open_app("runs", language=language)
    assert not app.exception
    frame = table(app)
    with speak(language):
        column = labels("runs", "column")
        row = frame[frame[column["name"]] == "mine <b>"].iloc[0]
        assert row[column["state"]] == t("run.word.finished")
        assert row[column["metric"]] == run.result["metric"]
        best = run.epochs.set_index("epoch")["validation_metric"][run.status.best_epoch]
        assert row[column["validation"]] == best
        assert set(frame[column["state"]]) == {
            t(f"run.word.{word}") for word in ("finished", "failed", "broken")
        }
        assert t("runs.damaged", count=1) in [each.label for each in app.expander]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"r_words": "one"}, ["one"]),
        ({"r_words": "IMDB two"}, ["two"]),
        ({"r_state": "finished"}, ["one"]),
        ({"r_state": "ended"}, ["two"]),
        ({"r_cells": "gru"}, ["two"]),
        ({"r_words": "nothing like it"}, []),
    ],
)
def test_the_table_is_narrowed_down(open_app, runs, query, left):
    write_run(runs, name="one")
    write_run(runs, "gru", state="cancelled", epochs=1, name="two")
    app = open_app("runs", **query)
    assert not app.exception
    assert table(app)["Name"].tolist() == left


def test_chosen_runs_are_overlaid(open_app, runs):
    chosen = three(runs)[:2]
    app = open_app("runs", runs=",".join(run.id for run in chosen), smooth="0")
    drawn = {line["name"]: line for line in chart(app, "loss")["data"]}
    for run in chosen:
        name = run.label.name
        assert len(numbers(drawn[f"{name}, training"]["y"])) == 2 * BATCHES
        np.testing.assert_allclose(
            numbers(drawn[name]["y"]), run.epochs["validation_loss"], rtol=1e-6
        )
    assert len(drawn) == 4


def test_what_differs_is_listed_and_nothing_else(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "differences")
    one = write_run(runs, name="one")
    other = write_run(runs, "gru", name="other", configured=config("gru", fit__batch=16))
    app = open_app("runs", runs=f"{one.id},{other.id}")
    assert not app.exception
    rows = {
        row["Setting"]: (row["one"], row["other"]) for _, row in app.dataframe[1].value.iterrows()
    }
    assert rows == {
        "network.cell": ('"lstm"', '"gru"'),
        "fit.epochs": ("3", "4"),
        "fit.batch": ("32", "16"),
    }


def test_an_experiment_is_summed_up_over_its_seeds(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "experiments")
    found = three(runs)
    write_run(runs, name="another")
    app = open_app("runs")
    assert not app.exception
    drawn = chart(app, "experiment")["data"]
    results = [run.result["metric"] for run in found]
    means = {line["y"][0].strip(): line for line in drawn if "error_x" in line}
    interval = Interval.of(results[:2])
    assert means["LSTM(5)"]["x"][0] == pytest.approx(interval.mean)
    assert means["LSTM(5)"]["error_x"]["array"][0] == pytest.approx(interval.high - interval.mean)
    assert means["GRU(5)"]["x"][0] == pytest.approx(results[2])
    bands = {line.get("name"): line for line in chart(app, "bands")["data"]}
    both = np.mean([run.epochs["validation_metric"] for run in found[:2]], axis=0)
    np.testing.assert_allclose(numbers(bands["LSTM(5)"]["y"]), both, rtol=1e-6)


def test_mistakes_are_counted_listed_and_open_in_gates(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "mistakes")
    run = write_run(runs)
    app = open_app("runs")
    assert not app.exception
    [matrix] = chart(app, "confusion")["data"]
    answers = run.answers
    wrong = int(((answers["outputs"] > 0.5) != (answers["targets"] > 0.5)).sum())
    counts = numbers(matrix["customdata"]).reshape(2, 2)
    assert counts[0, 1] + counts[1, 0] == wrong
    shown = [button for button in app.button if str(button.key).startswith("mistake-open-")]
    assert len(shown) == 10
    left: list[str] = []
    monkeypatch.setattr("dashboard.widgets.run_actions.open_page", left.append)
    app = shown[0].click().run()
    assert not app.exception
    assert left == ["gates"]
    assert app.session_state["field.task"] == f"run:{run.id}"
    assert app.session_state["field.text"].startswith("the film was not good")


def test_the_choice_of_an_epoch_belongs_to_its_run(open_app, runs, monkeypatch):
    """One run is looked at after epoch 1; another, opened from here, is read as it ended."""
    at_tab(monkeypatch, "manage")
    monkeypatch.setattr("dashboard.widgets.run_actions.open_page", lambda page: None)
    one, other = (write_run(runs, name=name) for name in ("one", "other"))
    app = open_app("gates", task=f"run:{one.id}", epoch="1")
    assert app.select_slider(key="widget.epoch.").value == 1
    go_to(app, "runs").button(key=f"open-gates-{other.id}").click().run()
    go_to(app, "gates")
    assert app.selectbox(key="widget.task.").value == f"run:{other.id}"
    assert app.select_slider(key="widget.epoch.").value == other.final_epoch != 1


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tab_opens_for_every_kind_of_run(open_app, runs, monkeypatch, tab, language):
    at_tab(monkeypatch, tab)
    three(runs)
    write_run(runs, state="cancelled", epochs=0)
    broken = write_run(runs, name="broken")
    for file in ("mistakes.json", "test.npz", "dataset.json", "result.json"):
        broken.file(file).write_bytes(b"[")
    every = ",".join(run.id for run in runs.runs())
    for query in ({}, {"runs": every}):
        app = open_app("runs", language=language, **query)
        assert not app.exception


def test_the_files_of_a_run_are_offered(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "export")
    run = write_run(runs)
    app = open_app("runs")
    offered = {element.proto.id.rpartition("-file-")[2] for element in app.get("download_button")}
    assert {f"{name}-{run.id}" for name in ("epochs.csv", "batches.csv", "config.json")} <= offered
    pressed = {button.key for button in app.button}
    assert {f"make-tensorboard.zip-{run.id}", f"make-model.keras-{run.id}"} <= pressed


def test_deleted_runs_are_listed_and_come_back(open_app, runs, monkeypatch):
    run = write_run(runs, name="gone")
    runs.delete(run)
    app = open_app("runs")
    app = press(app, f"undelete-{run.id}")
    assert [each.id for each in runs.runs()] == [run.id]
    assert table(app)["Name"].tolist() == ["gone"]


def test_how_many_train_at_once_is_kept(open_app, runs):
    app = open_app("runs")
    [count] = [box for box in app.number_input if str(box.key).startswith("at-once")]
    count.set_value(5).run()
    assert RunStore().at_once == 5


def test_a_run_at_work_is_listed_as_such(open_app, runs):
    run = write_run(runs, state="training", epochs=1)
    with at_work(run):
        app = open_app("runs")
        assert not app.exception
        assert table(app)["State"].tolist() == ["training"]
        app = open_app("runs", r_state="finished")
        assert len(table(app)) == 0


def test_two_hundred_runs_are_listed_within_a_second_or_two(open_app, runs, tmp_path):
    import shutil
    import time

    run = write_run(runs)
    for at in range(200):
        shutil.copytree(run.folder, runs.folder / f"20260101-000000-copy-{at:03d}")
    open_app("runs")
    begun = time.perf_counter()
    app = open_app("runs")
    assert isinstance(app, AppTest)
    assert len(table(app)) == 201
    assert time.perf_counter() - begun < 5
