"""Train: the page shows of a run what its files say, and trains what the form asks for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.training.presets import PRESETS
from core.training.run_folder import Run
from core.training.sources import SOURCES
from core.training.store import RunStore
from dashboard.i18n import LANGUAGES, speak, strings, t
from dashboard.views.train import fields as train_fields
from tests.dashboard.runs import at_work, config, write_run
from tests.dashboard.views.test_gradients import chart, numbers

OWN = {"t_view": "own"}


@pytest.fixture
def launched(monkeypatch) -> list[str]:
    """Ids of the runs that were launched, of which none is: a worker takes seconds."""
    found: list[str] = []
    monkeypatch.setattr(RunStore, "launch", lambda self, run: found.append(run.id))
    return found


def press(app, key: str):
    [button] = [button for button in app.button if button.key == key]
    app = button.click().run()
    assert not app.exception
    return app


def said(app) -> str:
    parts = (app.markdown, app.caption, app.error, app.info, app.success)
    return "\n".join(each.value for part in parts for each in part)


def cards(app) -> str:
    return " ".join(str(e.proto.body) for e in app.get("html") if "unrolled-card" in e.proto.body)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_the_known_experiments_are_offered(open_app, language):
    app = open_app("train", language=language)
    assert not app.exception
    pressed = {button.key for button in app.button}
    for name in PRESETS:
        assert {f"preset-quick-{name}", f"preset-whole-{name}"} <= pressed
    assert "0.881" in said(app)


def test_a_quick_form_is_one_press_and_is_watched_at_once(open_app, runs, launched):
    app = press(open_app("train"), "preset-quick-imdb-gru-8-8")
    [run] = runs.runs()
    assert launched == [run.id]
    assert run.config == PRESETS["imdb-gru-8-8"].quick
    with speak("en"):
        assert t("run.state.queued") in said(app)


def test_the_curves_hold_what_the_run_wrote(open_app, runs):
    run = write_run(runs, epochs=3, name="mine")
    app = open_app("train", smooth="0", lines="training,validation")
    assert not app.exception
    for name in ("loss", "metric"):
        drawn = {line["name"]: line for line in chart(app, name)["data"]}
        np.testing.assert_allclose(numbers(drawn["training"]["y"]), run.batches[name], rtol=1e-6)
        np.testing.assert_allclose(
            numbers(drawn["validation"]["y"]), run.epochs[f"validation_{name}"], rtol=1e-6
        )
    assert f"{run.result['metric']:.3f}" in cards(app)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["queued", "finished", "cancelled", "failed", "died"])
def test_every_state_is_said_in_words(open_app, runs, state, language):
    facts = {"found": "NaN", "epoch": "2", "batch": "7", "rate": "0.1"}
    error = {"name": "LossNotFinite", "facts": facts} if state == "failed" else None
    run = write_run(runs, state="training" if state == "died" else state, epochs=2, error=error)
    app = open_app("train", language=language)
    assert not app.exception
    with speak(language):
        if state == "finished":
            told = t(
                "run.state.finished", epoch=2, time=t("run.duration.minutes", minutes=1, seconds=2)
            )
        elif state == "queued":
            told = t("run.state.died", epoch=2, epochs=2)  # its worker took it, and is gone
        else:
            told = t(f"run.state.{state}", epoch=2, epochs=2)
        assert told in said(app)
        if state == "failed":
            assert t("errors.LossNotFinite", **facts) in [each.value for each in app.error]
        if state in ("failed", "died"):
            assert "an end that says why" in app.code[0].value
    del run


def test_a_run_at_work_shows_pace_and_may_be_cancelled_but_not_deleted(open_app, runs):
    run = write_run(runs, state="training", epochs=2, configured=config(epochs=8))
    with at_work(run):
        app = open_app("train")
        with speak("en"):
            told = t("run.state.training", epoch=3, epochs=8, batch=6, batches=12)
            assert told in said(app)
            assert t("run.pace.number", count=812) in cards(app)
            assert t("run.duration.minutes", minutes=1, seconds=15) in cards(app)
        keys = {button.key for button in app.button}
        assert f"delete-{run.id}" not in keys
        press(app, f"cancel-{run.id}")
        assert run.file("cancel").exists()


def test_a_run_that_was_cut_short_goes_on_when_asked(open_app, runs, launched):
    run = write_run(runs, state="cancelled", epochs=1)
    press(open_app("train"), f"resume-{run.id}")
    assert launched == [run.id]


def test_a_deleted_run_comes_back(open_app, runs):
    run = write_run(runs, name="precious")
    app = press(open_app("train"), f"delete-{run.id}")
    assert runs.runs() == []
    assert "precious" in said(app)
    press(app, "run-undo")
    assert [each.id for each in runs.runs()] == [run.id]


def test_a_run_is_renamed_and_keeps_its_note(open_app, runs):
    run = write_run(runs, name="old")
    app = open_app("train")
    [name] = [box for box in app.text_input if box.value == "old"]
    name.set_value("new <b>")
    [note] = app.text_area
    note.set_value("learned fast")
    [save] = [button for button in app.button if button.label == "Save"]
    app = save.click().run()
    assert not app.exception
    assert (Run(run.folder).label.name, Run(run.folder).label.note) == ("new <b>", "learned fast")


@pytest.mark.parametrize(
    "name",
    ["config.json", "status.json", "label.json", "result.json", "dataset.json", "batches.csv",
     "epochs.jsonl", "looks.jsonl", "epochs"],
)  # fmt: skip
def test_a_damaged_run_is_shown_as_far_as_it_can_be_read(open_app, runs, name):
    run = write_run(runs)
    files = [*run.file(name).iterdir()] if name == "epochs" else [run.file(name)]
    for language, garbage in (
        ("en", b"\xff\x00"),
        ("ko", b"[]\n"),
        ("en", b'{"a": 1}\n[2]\nx,y\n'),
    ):
        for file in files:
            file.write_bytes(garbage)
        app = open_app("train", language=language)
        assert not app.exception
        if name in ("config.json", "status.json"):
            assert app.error


def test_the_form_trains_what_it_says(open_app, runs, launched):
    query = {"data": "adding", "o_adding_length": "30", "t_cells": "gru,lstm", "t_units": "6,5",
             "t_epochs": "3", "t_rate": "0.01", "t_clip": "0", "t_patience": "2", "t_both": "1",
             "t_seed": "7", "t_repeats": "2", "t_probes": "one\n\ntwo", "t_dropout": "0.2",
             "t_vary": "fit.batch", "t_values": "16, 32", "t_name": "mine"}  # fmt: skip
    app = open_app("train", **OWN, **query)
    assert "**8** runs" in said(app)
    press(app, "train-start")
    found = [run.config for run in runs.runs()]
    assert len(launched) == len(found) == 8
    assert {(each.network.cell, each.seed, each.fit.batch) for each in found} == {
        (cell, seed, batch) for cell in ("gru", "lstm") for seed in (7, 8) for batch in (16, 32)
    }
    assert len({each.experiment for each in found}) == 1
    for each in found:
        assert each.data.source == "adding"
        assert each.data.options["length"] == 30
        assert each.network.units == (6, 5)
        assert each.network.bidirectional
        assert each.network.dropout == 0.2
        assert (each.fit.epochs, each.fit.patience) == (3, 2)
        assert (each.optimizer.learning_rate, each.optimizer.clip) == (0.01, None)
        assert each.probes == ("one", "two")
    assert all("mine" in run.label.name for run in runs.runs())


def test_what_makes_no_sense_is_said_and_nothing_is_started(open_app, runs):
    app = open_app("train", **OWN, t_vary="network.dropout", t_values="0.1, a lot")
    assert not app.exception
    assert len(app.error) == 1
    assert "train-start" not in {button.key for button in app.button}
    app = open_app("train", **OWN, t_probes="\n".join("abcdefghij"))
    assert len(app.error) == 1
    assert runs.runs() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_its_words_and_its_form(open_app, source, language):
    app = open_app("train", language=language, **OWN, data=source)
    assert not app.exception
    assert not app.error
    with speak(language):
        assert t(f"source.{source}.why") in said(app)
    known = strings(language, "source")
    for name, field in train_fields.option_fields(source).items():
        assert f"option.{source}.{name}" in known or f"option.{name}" in known
        for value in getattr(field, "known", tuple)():
            assert f"value.{value}" in known


@pytest.mark.parametrize("source", SOURCES)
def test_the_defaults_of_the_form_are_those_of_the_source(source):
    read = SOURCES[source].options
    given = {
        name: train_fields.OWN_DATA and "x" for name in ("file",) if source in train_fields.OWN_DATA
    }
    for name, field in train_fields.option_fields(source).items():
        default = getattr(read(**given), name)
        assert field.default == (0 if default is None else default)


def test_an_uploaded_table_shows_its_balance_and_goes_into_the_run(open_app, runs, launched):
    rows = [("good film", "yes"), ("a bad film", "no"), ("so good", "yes"), ("what a film", "no"),
            ("not bad", "yes")]  # fmt: skip
    table = "review,mood\n" + "".join(f"{text},{label}\n" for text, label in rows)
    app = open_app("train", **OWN, data="table")
    app.file_uploader[0].upload("mine.csv", table.encode(), "text/csv").run()
    assert not app.exception
    assert [box.value for box in app.selectbox][-2:] == ["review", "mood"]
    counts = app.dataframe[0].value
    assert dict(zip(counts["Labels"], counts["Rows"], strict=True)) == {"yes": 3, "no": 2}
    press(app, "train-start")
    [run] = runs.runs()
    assert run.file("texts.csv").read_bytes() == table.encode()
    options = run.config.data.options
    assert (options["file"], options["text_column"], options["label_column"]) == (
        "texts.csv", "review", "mood",
    )  # fmt: skip


def test_a_row_without_a_label_is_named(open_app):
    app = open_app("train", **OWN, data="table")
    table = b"text,label\ngood,yes\nbad,\nfine,yes\n"
    app.file_uploader[0].upload("mine.csv", table, "text/csv").run()
    assert not app.exception
    [error] = [each.value for each in app.error]
    assert "Row 3" in error
    assert "train-start" not in {button.key for button in app.button}


def test_a_text_of_ones_own_is_kept_with_the_run(open_app, runs, launched):
    app = open_app("train", **OWN, data="text", t_stateful="1")
    [typed] = [box for box in app.text_area if box.key == "train-typed"]
    app = typed.set_value("나는 글을 읽는다. " * 40).run()
    press(app, "train-start")
    [run] = runs.runs()
    assert run.file("text.txt").read_text(encoding="utf-8").startswith("나는 글을")
    assert run.config.fit.stateful


def test_a_failed_sentence_of_another_version_is_no_mistake_of_ours(open_app, runs):
    for error in (
        {"name": "Unheard", "facts": {}},
        {"name": "LossNotFinite", "facts": {}},
        {},
        None,
    ):
        write_run(runs, state="failed", epochs=1, error=error)
        app = open_app("train")
        assert not app.exception
        with speak("en"):
            assert t("run.failed.unknown") in [each.value for each in app.error]


def test_numbers_in_a_failure_are_written_as_numbers(open_app, runs):
    error = {"name": "EmptyCell", "facts": {"row": "12345", "column": "*label*"}}
    write_run(runs, state="failed", epochs=0, error=error)
    [told] = [each.value for each in open_app("train").error]
    assert "Row 12,345" in told
    assert "*label*" not in told  # as text, never as markup


def test_a_link_shows_the_run_that_it_names(open_app, runs):
    first = write_run(runs, name="first")
    write_run(runs, "gru", name="second", configured=config("gru", seed=5))
    app = open_app("train", run=first.id)
    [watched] = [box for box in app.selectbox if box.key == "widget.run."]
    assert watched.value == first.id
    assert json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
