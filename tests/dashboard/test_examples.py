"""Runs that ship: read on every page like any other, marked, and never written to."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.run_folder import EXAMPLES
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.conftest import go_to
from tests.dashboard.runs import write_run
from tests.dashboard.views.test_compare import picture
from tests.dashboard.views.test_gates import charts
from tests.dashboard.views.test_gradients import chart, numbers
from tests.dashboard.views.test_runs import at_tab
from tests.dashboard.views.test_train import cards, press, said

PAGES = ("train", "runs", "film", "gates", "gradients", "compare", "memory", "paths", "dynamics")
CHANGES = ("cancel-", "resume-", "delete-", "label-", "FormSubmitter")


def files() -> dict[str, tuple[int, int]]:
    """All that lies where the project keeps them, with time and size."""
    found = (path for path in EXAMPLES.rglob("*"))
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


@pytest.mark.parametrize("page", PAGES)
def test_reading_one_leaves_nothing_behind(open_app, runs, page):
    before = files()
    run = runs.examples()[0]
    query = {"train": {"run": run.id}, "runs": {"runs": run.id}}
    app = open_app(page, **query.get(page, {"task": state.RUN + run.id}))
    assert not app.exception
    assert not app.error
    app.run()
    assert files() == before
    assert not runs.folder.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_marked_and_offers_no_change(open_app, runs, monkeypatch, language):
    run = runs.examples()[0]
    for page, query in (("train", {"run": run.id}), ("runs", {"runs": run.id})):
        if page == "runs":
            at_tab(monkeypatch, "manage")
        app = open_app(page, language=language, **query)
        assert not app.exception
        with speak(language):
            assert t("run.example.why") in said(app)
        keys = [str(button.key) for button in app.button]
        assert not [key for key in keys if key.startswith(CHANGES)]
        assert f"open-film-{run.id}" in keys


@pytest.mark.parametrize("page", ["gates", "gradients", "film", "compare"])
def test_a_finished_run_leads_on_to_its_model(open_app, runs, monkeypatch, page):
    left: list[str] = []
    monkeypatch.setattr("dashboard.widgets.run_actions.open_page", left.append)
    mine = write_run(runs, name="mine")
    for run, place in ((mine, "train"), (runs.examples()[0], "runs")):
        app = open_app(place, **({"runs": run.id} if place == "runs" else {"run": run.id}))
        app = press(app, f"open-{page}-{run.id}")
        assert left.pop() == page
        assert app.session_state["field.task"] == state.RUN + run.id


def test_a_run_without_a_model_leads_nowhere_and_one_epoch_makes_no_film(open_app, runs):
    queued = write_run(runs, state="cancelled", epochs=0)
    for file in queued.file("epochs").iterdir():
        file.unlink()
    keys = {str(button.key) for button in open_app("train").button}
    assert not [key for key in keys if key.startswith("open-")]
    started = write_run(runs, "gru", state="cancelled", epochs=0)
    keys = {str(button.key) for button in open_app("train", run=started.id).button}
    assert f"open-gates-{started.id}" in keys
    assert f"open-film-{started.id}" not in keys


def test_compare_has_the_other_cell_of_the_experiment(open_app, runs):
    lstm = runs.examples()[0]
    app = open_app("compare", task=state.RUN + lstm.id, cells="lstm,simple_rnn")
    assert not app.exception
    assert not app.error
    assert [column["key"] for column in picture(app)["columns"]] == ["simple_rnn", "lstm"]


def test_without_a_run_one_sees_what_a_finished_one_looks_like(open_app, runs):
    app = open_app("train")
    lstm, other = runs.examples()
    first, second = (
        line for line in chart(app, "finished-example")["data"] if line["mode"] == "lines+markers"
    )
    for run, line in ((lstm, first), (other, second)):
        expected = run.epochs["validation_metric"]
        np.testing.assert_allclose(numbers(line["y"]), expected, rtol=1e-6)
        assert f"**{run.result['metric']:.0%}**" in said(app)
    app = press(app, "watch-example")
    assert f"{lstm.result['metric']:.3f}" in cards(app)
    app = open_app("train", run=other.id)
    assert f"{other.result['metric']:.3f}" in cards(app)
    write_run(runs, name="mine")
    assert "finished-example" not in charts(open_app("train", t_view="presets"))


def test_a_look_at_its_film_takes_nothing_from_the_reader(open_app, runs):
    example = runs.examples()[0]
    read = {"task": "brackets", "text": "(())", "step": "2", "unit": "3"}
    app = open_app("gates", **read)
    app = go_to(app, "film")
    assert app.selectbox(key="widget.task.film").value == state.RUN + example.id
    assert app.text_area[0].value == example.config.probes[0]
    app = go_to(app, "gates")
    assert app.selectbox(key="widget.task.").value == "brackets"
    assert app.text_area[0].value == "(())"
    assert (app.session_state["field.step"], app.session_state["field.unit"]) == (2, 3)


def test_what_is_chosen_at_its_film_goes_along(open_app, runs):
    lstm, other = runs.examples()
    app = go_to(open_app("gates", task="brackets", text="(())"), "film")
    app.text_area[0].set_value("ABBA").run()
    app = go_to(app, "gates")
    assert app.selectbox(key="widget.task.").value == "brackets"
    assert app.text_area[0].value == "ABBA"
    app = go_to(app, "film")
    app.selectbox(key="widget.task.film").set_value(state.RUN + other.id).run()
    app = go_to(app, "gates")
    assert app.selectbox(key="widget.task.").value == state.RUN + other.id
    assert lstm.id != other.id
