"""Runs that were not trained here: no page falls over one, or offers what it cannot do."""

from __future__ import annotations

from html import unescape

import pytest

from core.training.logs.importing import import_files
from dashboard import state
from tests.dashboard.test_unreadable import PAGES
from tests.dashboard.views.test_gradients import chart, numbers
from tests.dashboard.watched import PROBES, watch_script

CSV = b"epoch,loss,accuracy,val_loss,val_accuracy\n" + b"\n".join(
    b"%d,0.5,0.25,0.75,%s" % (epoch, share)
    for epoch, share in enumerate([b"0.75", b"0.5", b"0.625"])
)


def words(app):
    parts = (app.markdown, app.caption, app.warning, app.error, app.info)
    return unescape("\n".join(each.value for part in parts for each in part))


def keys(app):
    return {button.key for button in app.button}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_with_runs_of_scripts(open_app, runs, page, language):
    _, pictured = watch_script(runs)
    held, bare = watch_script(runs, name="curves alone", pictured=False, metric="auc", over=False)
    [log] = import_files({"old.csv": CSV}, store=runs)
    for run in (pictured, bare, log):
        query = {"task": state.RUN + run.id, "run": run.id, "runs": run.id}
        app = open_app(page, language=language, **query)
        assert not app.exception, (run.label.name, app.exception[0].message)
        assert not app.error, app.error[0].value
    assert held.run_id == bare.id


def test_train_says_that_a_script_trains_and_offers_to_stop_it_alone(open_app, runs):
    held, run = watch_script(runs, pictured=False, metric="auc", over=False)
    app = open_app("train", run=run.id)
    said = words(app)
    assert "**The script is training**, epoch 4 of 5, batch 0" in said
    assert "Only its curves are known" in said
    assert "its gates are not pictured: The layer 'mine'" in said
    assert f"cancel-{run.id}" in keys(app)
    assert not {f"resume-{run.id}", f"delete-{run.id}"} & keys(app)
    assert "auc" in [each.value for each in app.subheader]
    assert chart(app, "metric")["layout"]["yaxis"]["title"]["text"] == "auc"
    app.button(key=f"cancel-{run.id}").click().run()
    assert held.asked_to_stop


def test_a_script_that_died_is_not_offered_to_be_resumed(open_app, runs):
    held, run = watch_script(runs, over=False)
    held.close()
    app = open_app("train", run=run.id)
    assert "The script that trained it is gone" in words(app)
    assert "Resume" not in words(app)
    assert f"resume-{run.id}" not in keys(app)
    assert f"delete-{run.id}" in keys(app)


def test_the_film_of_a_script_plays_its_probes(open_app, runs):
    _, run = watch_script(runs)
    app = open_app("film", task=state.RUN + run.id)
    assert not app.exception
    labels = [button.label for button in app.button]
    assert all(any(probe in label for label in labels) for probe in PROBES)
    first = open_app("film", task=state.RUN + run.id, epoch="0")
    assert not first.exception


def test_the_table_tells_scripts_from_runs_and_knows_their_network(open_app, runs):
    _, run = watch_script(runs)
    table = open_app("runs").dataframe[0].value
    assert list(table["Name"]) == ["my script"]
    assert list(table["Data"]) == ["A script's run"]
    assert list(table["Network"]) == [run.brought.network]
    assert list(table["Rate"]) == [0.001]
    assert table["Seed"].isna().all()


def test_what_is_uploaded_is_a_run_of_curves_and_says_what_it_cannot_do(open_app, runs):
    app = open_app("runs")
    app.file_uploader(key="runs-log-files").set_value([("old.csv", CSV, "text/csv")]).run()
    assert not app.exception
    [run] = runs.runs()
    assert "Added: old" in [each.value for each in app.success]
    assert list(app.dataframe[0].value["State"]) == ["log"]
    app = open_app("train", run=run.id)
    said = words(app)
    assert "**Read from a log** of 3 epochs" in said
    assert "It holds no model" in said
    assert not [key for key in keys(app) if key and key.startswith(("cancel", "resume", "open-"))]
    drawn = {line["name"]: line for line in chart(app, "metric")["data"]}
    assert list(numbers(drawn["validation"]["y"])) == [0.75, 0.5, 0.625]


def test_what_is_no_log_is_refused_in_words(open_app, runs):
    app = open_app("runs", language="ko")
    app.file_uploader(key="runs-log-files").set_value([("a.csv", b"a,b\n1,2\n", "text/csv")]).run()
    assert not app.exception
    assert any("파일을 읽지 않았습니다: 첫 줄에" in unescape(each.value) for each in app.error)
    assert runs.runs() == []
