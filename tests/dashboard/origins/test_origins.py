"""Where a model comes from: a run on every page, its siblings, its texts, and what is gone."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core.data import TASKS
from core.text import Vocabulary
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.sources import prepare
from core.training.store import RunStore
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.origins import OfTask, Untrained, origin, origin_labels
from dashboard.origins.run import OfRun, model_of, probes_of
from dashboard.widgets.problem import plain
from tests.dashboard.conftest import unfold
from tests.dashboard.runs import ANSWERS, WORDS, config, write_run

PAGES = ("home", "gates", "compare", "gradients")
PROBES = ("the film was good", "not boring and not bad")


def said(app) -> str:
    return " ".join(each.value for kind in (app.error, app.warning, app.info) for each in kind)


def test_each_value_has_its_kind(runs):
    run = write_run(runs, name="Reviews")
    assert isinstance(origin("latch"), OfTask)
    assert isinstance(origin(state.UNTRAINED), Untrained)
    found = origin(state.RUN + run.id)
    assert isinstance(found, OfRun)
    assert (found.run, found.picks_cell, found.cells) == (run, False, ("lstm",))


def test_runs_are_offered_once_they_have_a_model(runs):
    run, other = write_run(runs), runs.create(config())
    assert state.RUN + run.id in state.TASK.known()
    assert state.RUN + other.id not in state.TASK.known()


def test_runs_of_one_name_are_told_apart(runs):
    one, other = (write_run(runs, name="Reviews", epochs=1) for _ in range(2))
    named = origin_labels((state.RUN + one.id, state.RUN + other.id, "latch"))
    assert len(set(named.values())) == 3
    assert named[state.RUN + one.id].endswith(one.id[-6:])
    assert named["latch"] == t("reading.task.latch")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_a_run_is_a_model_on_every_page(open_app, runs, page, language):
    run = write_run(runs, cell="gru", name="Reviews", configured=config("gru", probes=PROBES))
    app = open_app(page, language=language, task=state.RUN + run.id)
    assert not app.exception
    assert said(app) == ""
    shown = [box.value for box in app.selectbox if box.key in ("widget.task.", "widget.weights.")]
    assert shown == [state.RUN + run.id]
    with speak(language):
        assert t("reading.task.run", name="Reviews") in app.selectbox[0].options
    if page in ("gates", "compare"):
        assert app.text_area[0].value == PROBES[0]
    assert not [each for each in app.button_group if each.key == "widget.cell."]


def test_what_is_read_is_what_core_records(runs):
    run = write_run(runs)
    model = OfRun(run).model("")
    assert model.digest == run.model().digest
    assert tuple(model.card["answers"]) == ANSWERS
    text = " ".join(WORDS)
    np.testing.assert_array_equal(
        core.record(model, text).outputs, core.record(run.model(), text).outputs
    )


def test_answers_that_do_not_fit_name_nothing(runs):
    run = write_run(runs)
    described = {"metric": "accuracy", "layers": [], "answers": ["a", "b", "c"]}
    run.file("dataset.json").write_text(json.dumps(described), encoding="utf-8")
    assert "answers" not in model_of(run).card


def test_probes_that_nobody_can_read_are_passed_over(open_app, runs):
    run = write_run(runs, configured=config(probes=("  ", *PROBES)))
    assert probes_of(run) == {1: PROBES[0], 2: PROBES[1]}
    assert OfRun(run).samples() == PROBES
    app = open_app("film", task=state.RUN + run.id)
    assert not app.exception
    assert not app.error


def test_an_experiment_stands_side_by_side(open_app, runs):
    made = {
        cell: write_run(runs, cell, configured=config(cell, seed=3, experiment="one"))
        for cell in ("simple_rnn", "gru")
    }
    other = write_run(runs, "gru", configured=config("gru", seed=4, experiment="one"))
    write_run(runs, "lstm", configured=config("lstm", seed=3, experiment="another"))
    found = OfRun(made["simple_rnn"])
    assert found.cells == ("simple_rnn", "gru")
    assert found.model("", cell="gru").digest == made["gru"].model().digest
    assert OfRun(other).model("", cell="gru").digest == other.model().digest
    app = unfold(open_app("compare", task=state.RUN + made["gru"].id), "counts")
    assert not app.exception
    assert app.button_group(key="widget.cells.").options == ["SimpleRNN", "GRU"]
    assert t("compare.count.run") in [each.value for each in app.markdown]


def test_a_run_without_siblings_says_what_to_choose(open_app, runs):
    run = write_run(runs)
    app = open_app("compare", task=state.RUN + run.id)
    assert t("compare.notice.alone") in [each.value for each in app.markdown]


def test_texts_to_begin_with(runs):
    assert OfRun(write_run(runs, configured=config(probes=PROBES))).samples() == PROBES
    texts = OfRun(write_run(runs)).samples()  # its worst mistakes
    assert texts[0].startswith("the film was not good")
    latch = of_letters(runs, "ABCDEFGH", source="latch")
    assert OfRun(latch).samples() == TASKS["latch"].samples_by_language["en"]
    parity = of_letters(runs, "01", source="parity")
    assert all(set(text) <= {"0", "1"} for text in OfRun(parity).samples())
    assert len(OfRun(parity).samples()) > 1
    bare = write_run(runs, epochs=1, state="training")
    assert OfRun(bare).samples() == (" ".join(WORDS),)


@pytest.mark.parametrize("page", ["gates", "film"])
def test_a_run_of_fewer_letters_begins_with_a_text_of_those(open_app, runs, page):
    run = of_letters(runs, "ABCD", source="latch", symbols=4, test_shortest=60)
    app = open_app(page, task=state.RUN + run.id)
    assert not app.exception
    text = app.text_area[0].value
    assert set(text) <= set("ABCD")
    assert 61 <= len(text) <= 101  # as its tests are
    tested = prepare("latch", dict(run.config.data.options), seed=5, validation=0).test
    assert text in map(tested.texts, range(len(tested.inputs)))


@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_is_not_here_gives_a_sentence_and_the_default(open_app, runs, page):
    run = write_run(runs, name="Reviews")
    runs.delete(run)
    app = open_app(page, task=state.RUN + run.id)
    assert not app.exception
    [warning] = app.warning
    assert warning.value == t("frame.gone", runs=plain(run.id))
    [shown] = [b for b in app.selectbox if b.key in ("widget.task.", "widget.weights.")]
    assert shown.value in (state.TASK.default, state.UNTRAINED)


def test_a_run_that_is_deleted_meanwhile_gives_a_sentence(open_app, runs):
    run = write_run(runs)
    app = open_app("gates", task=state.RUN + run.id)
    assert not app.warning
    runs.delete(run)
    app.run()
    assert not app.exception
    assert app.warning[0].value == t("frame.gone", runs=plain(run.id))
    assert app.selectbox(key="widget.task.").value == state.TASK.default


def test_a_broken_model_is_said_and_another_can_be_chosen(open_app, runs):
    run = write_run(runs)
    for file in run.file("epochs").iterdir():
        file.write_bytes(b"no model")
    app = open_app("gates", task=state.RUN + run.id)
    assert not app.exception
    assert len(app.error) == 1
    app.selectbox(key="widget.task.").set_value("latch").run()
    assert not app.error


def test_the_sample_of_a_run_goes_with_it(open_app, runs):
    run = write_run(runs, configured=config(probes=PROBES))
    app = open_app("gates", task=state.RUN + run.id, text=PROBES[1], epoch="1")
    app.selectbox(key="widget.task.").set_value("latch").run()
    assert app.text_area[0].value == TASKS["latch"].samples_by_language["en"][0]
    app.text_area[0].set_value("mine").run()
    app.selectbox(key="widget.task.").set_value(state.RUN + run.id).run()
    assert app.text_area[0].value == "mine"


def of_letters(runs: RunStore, letters: str, *, source: str, **options: object) -> Run:
    """A run of a task of letters that knows these."""
    settings = config(data__source=source, data__options=options)
    run = write_run(runs, epochs=1, state="training", configured=settings)
    known = Vocabulary(tuple(letters), "character")
    for epoch in run.model_epochs:
        model = core.new_model("lstm", vocabulary=known, units=[4], outputs=4, seed=epoch)
        RunWriter(run).model(model, epoch=epoch)
    return run


def of_numbers(runs: RunStore) -> Run:
    """A run of the adding problem."""
    options = {"length": 12}
    settings = config(data__source="adding", data__options=options)
    run = write_run(runs, "lstm", name="Sums", configured=settings)
    for epoch in run.model_epochs:
        model = core.new_model(
            "lstm",
            features=2,
            units=[4],
            outputs=1,
            readout="last",
            activation="linear",
            seed=epoch,
        )
        RunWriter(run).model(model, epoch=epoch)
    return run


@pytest.mark.parametrize("page", [*PAGES, "film"])
def test_a_run_of_numbers_reads_its_own_examples(open_app, runs, page):
    run = of_numbers(runs)
    app = open_app(page, task=state.RUN + run.id)
    assert not app.exception
    assert said(app) == ""
    examples = OfRun(run).samples()
    assert len(examples) == 5
    assert app.text_area[0].value == examples[0]
    numbers = np.array([line.split(", ") for line in examples[0].splitlines()], dtype=float)
    assert numbers.shape == (12, 2)
    assert (numbers[:, 1] == 1).sum() == 2  # the two that are to be added
