"""Film: a run's epochs one after another, in both languages, with runs and without."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.text import Vocabulary
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.store import RunStore
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.widgets import epochs
from tests.dashboard.conftest import unfold
from tests.dashboard.runs import WORDS, config, write_run
from tests.dashboard.views.test_gates import Picture, charts

PROBES = ("the film was not good", "boring and bad and not good at all")
PAGES = ("gates", "gradients", "compare")


@pytest.fixture
def run(runs: RunStore) -> Run:
    return write_run(runs, name="Reviews", epochs=3, configured=config(probes=PROBES))


def epoch_shown(app) -> int:
    return app.select_slider(key="widget.epoch.").value


def numbers(chart: dict, series: int, axis: str) -> np.ndarray:
    import base64

    drawn = chart["data"][series][axis]
    if isinstance(drawn, dict):
        return np.frombuffer(base64.b64decode(drawn["bdata"]), drawn["dtype"])
    return np.array(drawn, dtype=float)


@pytest.mark.parametrize(
    ("language", "cell"), [("ko" if at % 2 else "en", cell) for at, cell in enumerate(state.CELLS)]
)
def test_it_opens_with_everything(open_app, runs, language, cell):
    write_run(runs, cell, configured=config(cell, probes=PROBES))
    app = open_app("film", language=language)
    assert not app.exception
    assert not app.error
    assert set(charts(app)) == {"epoch-losses", "trajectories", "film-gradient"}
    with speak(language):
        assert any(t("film.cka") in each.label for each in app.expander)
        unfold(app, "cka")
        assert not app.exception
        assert set(charts(app)) == {"epoch-losses", "trajectories", "film-gradient", "cka"}
        assert app.select_slider(key="widget.epoch.").options[0] == t("film.before")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_of_ones_own_it_opens_with_the_one_that_ships(open_app, runs, language):
    write_run(runs, epochs=0, state="training")
    app = open_app("film", language=language)
    assert not app.exception
    assert not app.error
    assert set(charts(app)) == {"epoch-losses", "trajectories", "film-gradient"}
    example = runs.examples()[0]
    assert app.selectbox(key="widget.task.film").value == state.RUN + example.id
    assert len(app.select_slider(key="widget.epoch.").options) == 13
    assert app.text_area[0].value == example.config.probes[0]
    with speak(language):
        assert t("run.example.why") in [each.value for each in app.caption]


def test_whoever_comes_with_another_model_sees_the_newest_run(open_app, run):
    app = open_app("film", task="latch", text="mine")
    shown = app.selectbox(key="widget.task.film")
    assert shown.value == state.RUN + run.id
    assert shown.options[0] == t("reading.task.run", name="Reviews")
    assert shown.options[1:] == ["Example: LSTM", "Example: SimpleRNN"]
    assert app.text_area[0].value == "mine"


def test_it_begins_with_the_runs_own_model_and_a_link_says_another(open_app, run):
    assert epoch_shown(open_app("film", task=state.RUN + run.id)) == run.final_epoch
    for epoch in (0, 2):
        app = open_app("film", task=state.RUN + run.id, epoch=str(epoch))
        assert epoch_shown(app) == epoch
    assert epoch_shown(open_app("film", task=state.RUN + run.id, epoch="77")) == run.final_epoch


def test_gates_are_those_of_the_epoch_on_scales_of_all(open_app, run):
    pictures = {}
    for epoch in (0, 3):
        app = open_app("film", task=state.RUN + run.id, epoch=str(epoch))
        pictures[epoch] = Picture(app)
        cell = pictures[epoch].panel("cell")
        expected = core.record(run.model(epoch), PROBES[0]).layers[0].states["cell"][0]
        shown = pictures[epoch].numbers(cell["values"], expected.size).reshape(expected.T.shape)
        np.testing.assert_allclose(shown, expected.T, atol=1e-3)
    highest = max(
        np.abs(core.record(run.model(at), PROBES[0]).layers[0].states["cell"]).max()
        for at in run.model_epochs
    )
    for picture in pictures.values():
        assert picture.panel("cell")["high"] == pytest.approx(highest, rel=1e-3)
        assert picture.panel("forget")["high"] == 1


def test_the_gradient_asks_every_epoch_the_same(open_app, run):
    answer = float(core.record(run.model(), PROBES[1]).outputs[0, 0] >= 0.5)
    app = open_app("film", task=state.RUN + run.id, text=PROBES[1])
    drawn = numbers(charts(app)["film-gradient"], 0, "customdata")
    expected = []
    for epoch in run.model_epochs:
        model = run.model(epoch)
        trace = core.record(model, PROBES[1])
        d = core.backprop(model, trace, [[answer]]).layers[0].states["hidden"][0]
        expected.append(np.linalg.norm(d.astype(float), axis=-1))
    np.testing.assert_allclose(drawn.reshape(-1, len(expected)), np.transpose(expected), rtol=1e-5)


def test_the_sentence_is_the_answer_of_the_epoch(open_app, run):
    said = []
    for epoch in (0, 3):
        share = float(core.record(run.model(epoch), PROBES[0]).outputs[0, 0])
        app = open_app("film", task=state.RUN + run.id, epoch=str(epoch))
        [found] = [each.value for each in app.markdown if "the network answers" in each.value]
        assert f"({max(share, 1 - share):.2f})" in found
        said.append(found)
    assert said[0] != said[1]


def test_the_headline_is_the_epoch_at_which_the_answer_turned(open_app, runs):
    """Against the answers of every epoch, read off the models one by one."""
    seen = set()
    for seed in range(6):
        run = write_run(runs, name="Reviews", configured=config(probes=PROBES, seed=seed))
        said = [
            int(core.record(run.model(epoch), PROBES[0]).outputs[0, 0] >= 0.5)
            for epoch in run.model_epochs
        ]
        names = ["negative", "positive"]
        turn = max((at for at in range(len(said)) if said[at] != said[-1]), default=-1)
        app = open_app("film", task=state.RUN + run.id)
        with speak("en"):
            facts = {"name": names[said[-1]], "other": names[1 - said[-1]], "epoch": turn + 1}
            kind = {-1: ".never", 0: ".trained"}.get(turn, "")
            expected = t(f"film.turned{kind}", **facts)
        assert expected in [each.value for each in app.markdown], (seed, said)
        seen.add(kind)
    assert len(seen) > 1


def test_probes_are_one_press_away(open_app, run):
    app = open_app("film", task=state.RUN + run.id)
    app.button(key="probe-1").click().run()
    assert app.text_area[0].value == PROBES[1]
    assert len(Picture(app).column["tokens"]) == len(PROBES[1].split())


def test_play_goes_from_the_first_to_the_last_epoch_and_stops(open_app, run, monkeypatch):
    app = open_app("film", task=state.RUN + run.id, epoch="3")
    monkeypatch.setattr(epochs, "PAUSE", 0.0)
    seen = []
    app.button(key="epoch-play").click().run()
    for _ in range(6):
        seen.append(epoch_shown(app))
        app.run()
    assert not app.exception
    assert sorted(set(seen)) == seen[: len(set(seen))] == [1, 2, 3]  # a run of its own per step
    assert not app.select_slider(key="widget.epoch.").disabled


def test_a_hand_on_the_slider_stops_the_play(open_app, run):
    app = open_app("film", task=state.RUN + run.id, epoch="1")
    app.button(key="epoch-play").click().run()
    assert app.select_slider(key="widget.epoch.").disabled
    app.button(key="epoch-on").click().run()
    assert epoch_shown(app) == 2
    assert not app.select_slider(key="widget.epoch.").disabled
    app.button(key="epoch-back").click().run()
    assert epoch_shown(app) == 1


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_one_model_have_the_strip_for_runs_alone(open_app, run, page):
    app = open_app(page, task=state.RUN + run.id, epoch="1")
    assert not app.exception
    assert epoch_shown(app) == 1
    assert "epoch-losses" in charts(app)
    assert [each.key for each in app.button if "probe" in str(each.key)] == ["probe-0", "probe-1"]
    other = open_app(page, task="latch")
    assert not [each for each in other.select_slider if "epoch" in str(each.key)]


def test_gates_shows_the_epoch_that_is_chosen(open_app, run):
    app = open_app("gates", task=state.RUN + run.id, epoch="1")
    for epoch in (1, 2):
        hidden = core.record(run.model(epoch), PROBES[0]).layers[0].states["hidden"][0]
        shown = Picture(app).numbers(Picture(app).panel("hidden")["values"], hidden.size)
        np.testing.assert_allclose(shown.reshape(hidden.T.shape), hidden.T, atol=1e-3)
        app.button(key="epoch-on").click().run()


def test_a_text_that_cannot_be_read_leaves_the_last_film(open_app, run):
    app = open_app("film", task=state.RUN + run.id, text=PROBES[1])
    tokens = Picture(app).column["tokens"]
    app.text_area[0].set_value("  ").run()
    assert len(app.error) == 1
    assert Picture(app).column["tokens"] == tokens


def test_one_token_has_a_film_without_likeness(open_app, runs):
    run = write_run(runs)
    app = open_app("film", task=state.RUN + run.id, text="good", cka="debiased")
    unfold(app, "cka")
    assert not app.exception
    assert set(charts(app)) == {"epoch-losses", "trajectories", "film-gradient"}
    assert [each.value for each in app.info] == [t("film.cka.short", count=1)]


def test_a_broken_epoch_is_said(open_app, run):
    run.file("epochs/0002.npz").write_bytes(b"no model")
    app = open_app("film", task=state.RUN + run.id)
    assert not app.exception
    assert len(app.error) == 1
    assert "0002" in app.error[0].value


def test_a_run_under_way_grows_by_an_epoch(open_app, runs):
    run = write_run(runs, epochs=2, state="training", configured=config(epochs=9))
    app = open_app("film", task=state.RUN + run.id)
    assert len(app.select_slider(key="widget.epoch.").options) == 3
    run.file("epochs/0003.npz").write_bytes(run.file("epochs/0001.npz").read_bytes())
    app.run()
    assert not app.exception
    assert len(app.select_slider(key="widget.epoch.").options) == 4


KINDS = {
    "next token": {"outputs": len(WORDS) + 2, "readout": "every", "units": [6]},
    "classes": {"outputs": 3, "units": [6]},
    "every step": {"outputs": 1, "readout": "every", "units": [6]},
    "both ways, two layers": {"units": [5, 4], "bidirectional": True},
    "no answer": {"outputs": None, "units": [6]},
    "numbers": {"outputs": 2, "output_activation": "linear", "units": [6]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_network_has_a_film(open_app, runs, kind):
    run = write_run(runs, configured=config(probes=PROBES))
    for epoch in run.model_epochs:
        model = core.new_model(
            "lstm", vocabulary=Vocabulary(WORDS, "word"), embedding=3, seed=epoch, **KINDS[kind]
        )
        RunWriter(run).model(model, epoch=epoch)
    layer = len(model.layers) - 1
    app = unfold(open_app("film", task=state.RUN + run.id, layer=str(layer)), "cka")
    assert not app.exception
    assert not app.error
    answers = kind != "no answer"
    expected = {"epoch-losses", "trajectories", "cka"} | ({"film-gradient"} if answers else set())
    assert set(charts(app)) == expected
    hidden = core.record(run.model(), PROBES[0]).layers[layer].states["hidden"][0]
    shown = Picture(app).numbers(Picture(app).panel("hidden")["values"], hidden.size)
    np.testing.assert_allclose(shown.reshape(hidden.T.shape), hidden.T, atol=1e-3)


def test_a_long_run_says_of_how_many_epochs_it_is_drawn(open_app, run, monkeypatch):
    monkeypatch.setattr("dashboard.cache.film.MOST_EPOCHS", 3)
    monkeypatch.setattr("dashboard.views.film.parts.MOST_STEPS", 4)
    app = open_app("film", task=state.RUN + run.id)
    assert not app.exception
    captions = [each.value for each in app.caption]
    assert t("film.thinned", shown=3, kept=4) in captions
    assert t("film.gradient.thinned", shown=4, steps=5) in captions
    assert len(app.select_slider(key="widget.epoch.").options) == 4


def test_a_likeness_says_how_many_tokens_it_compares(open_app, run, monkeypatch):
    compared = t("film.cka.of", texts=2, tokens=13)
    app = unfold(open_app("film", task=state.RUN + run.id), "cka")
    assert compared in [each.value for each in app.caption]
    monkeypatch.setattr("core.training.filming.MOST_EXAMPLES", 6)
    again = unfold(open_app("film", task=state.RUN + run.id), "cka")
    captions = [each.value for each in again.caption]
    assert t("film.cka.of", texts=2, tokens=6) in captions
    assert t("film.cka.thinned", tokens=13) in captions
