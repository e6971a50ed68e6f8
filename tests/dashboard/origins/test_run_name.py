"""What a run is called: in the language of whoever looks, unless somebody named it."""

from __future__ import annotations

import json

import pytest

from core.training.label import Label
from core.training.store import RunStore
from dashboard.i18n import speak
from dashboard.origins.run_name import run_name
from dashboard.views.train.plan import called
from tests.dashboard.runs import config


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path)


def names(run):
    found = []
    for language in ("en", "ko"):
        with speak(language):
            found.append(run_name(run))
    return found


def test_a_run_that_nobody_named_is_called_in_the_readers_language(store):
    run = store.create(config(seed=3, data__source="sentiment"))
    assert names(run) == ["Sentiment, small, LSTM(5), seed 3", "감성 분류(소형), LSTM(5), 시드 3"]
    quick = store.create(config(data__source="latch"), kind="quick")
    assert names(quick) == [
        "Remember the first (quick), LSTM(5), seed 0",
        "첫 글자 기억 (간단히), LSTM(5), 시드 0",
    ]


def test_a_name_that_somebody_gave_is_the_same_in_every_language(store):
    run = store.create(config())
    run.relabel(note="first")
    assert names(run)[0] != names(run)[1]
    assert run.label.note == "first"
    run.relabel(name="나의 실행")
    assert names(run) == ["나의 실행", "나의 실행"]


def test_runs_of_a_named_experiment_are_told_apart_in_the_readers_language(store, monkeypatch):
    monkeypatch.setattr(store, "launch", lambda run: None)
    configs = [config(seed=seed) for seed in (1, 2)]
    one, two = store.start(configs, label=called("mine", alone=False), files={})
    assert names(one) == ["mine, LSTM(5), seed 1", "mine, LSTM(5), 시드 1"]
    assert names(two)[1] == "mine, LSTM(5), 시드 2"
    assert called("mine", alone=True) == Label("mine")


def test_a_run_that_nobody_can_read_is_called_by_its_id(store):
    run = store.create(config())
    run.file("config.json").write_text("{", encoding="utf-8")
    assert names(run) == [run.id, run.id]


def test_runs_of_earlier_versions_keep_the_name_that_they_were_given(store):
    run = store.create(config())
    run.file("label.json").write_text(json.dumps({"name": "IMDB, LSTM(32), seed 0"}), "utf-8")
    assert names(run) == ["IMDB, LSTM(32), seed 0"] * 2
