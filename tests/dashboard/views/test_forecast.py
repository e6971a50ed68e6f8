"""Forecast: the sentence is made of the numbers, files are read and refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from core.forecast import arima, naive
from core.forecast.insides import states_by_season
from core.forecast.shipped import forecaster
from core.forecast.waves import waves
from core.training.network import untrained
from core.training.sources import prepare
from core.training.store import RunStore
from dashboard.i18n import speak, t
from dashboard.views.forecast.forecasting import TESTED
from tests.dashboard.conftest import unfold

DAYS = np.arange("2023-01-02", "2023-07-31", dtype="datetime64[D]")
WEEK = np.array([90.0, 91, 92, 90, 95, 40, 20])


def table(values, *, dates=DAYS) -> str:
    rows = [f"{date},{value:g}" for date, value in zip(dates, values, strict=False)]
    return "\n".join(["day,rides", *rows])


def rides(count: int = len(DAYS)) -> np.ndarray:
    noise = np.random.default_rng(3).normal(scale=3, size=count)
    return np.resize(WEEK, count) + noise.round(2)


def bring(app, text: str):
    app.session_state["kept.forecast file"] = ("rides.csv", text)
    return app.run()


def words(app) -> str:
    return " ".join(each.value for kind in (app.markdown, app.caption) for each in kind)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_says_what_the_fit_says(open_app, language):
    query = {"forecaster": "arima", "seasonal_integrated": "0", "seasonal_ma": "0", "ar": "2"}
    app = open_app("forecast", language=language, fit_last="120", ahead="6", back="9", **query)
    assert not app.exception
    assert not app.error
    series = waves()
    known = series.values[: len(series) - 9]
    mean = arima(known[-120:], order=(2, 0, 0)).predict(6).mean
    came = series.values[len(known) : len(known) + 6]
    error = float(np.abs(mean - came).mean())
    by_season = float(np.abs(naive(known, 6, period=12) - came).mean())
    kind = "better" if error < by_season else "worse"
    with speak(language):
        share = abs(1 - error / by_season) * 100
        facts = {"name": "ARIMA &#40;2,0,0&#41;", "steps": 6, "error": f"{error:.3g}"}
        expected = t(
            f"forecast.said.{kind}", **facts, naive=f"{by_season:.3g}", share=f"{share:.0f}"
        )
    said = words(app)
    assert expected.split("**")[-1] in said


def test_another_place_gives_another_sentence(open_app):
    said = [
        words(open_app("forecast", forecaster="naive", back=back)) for back in ("14", "20", "0")
    ]
    assert len(set(said)) == 3
    assert "not known yet" in said[2]


def test_a_file_is_read_reported_and_tested(open_app):
    values = rides()
    text = table(values).replace("2023-03-01,", "2023-03-02,")  # one day twice, one missing
    app = bring(open_app("forecast", series="file", forecaster="naive"), text)
    assert not app.exception
    assert not app.error
    said = words(app)
    assert "210 days from 210 rows" in said
    assert "Rows that repeat a date: 1; dates with different values: 1" in said
    assert "Gaps: 1," in said
    app = unfold(app, "repeats", "residuals", "standings")
    assert not app.exception
    assert not app.error
    assert "lowest at Sun" in words(app)
    [standings] = [each.value for each in app.dataframe if "MAE, +1" in each.value]
    filled = values.copy()
    filled[59] = values[58]  # the first of the day that stands twice is what was the first of March
    filled = np.concatenate(
        [values[:58], [(values[57] + values[58]) / 2], values[58:59], values[60:]]
    )
    errors = np.abs(filled[7:] - filled[:-7])[-TESTED:]
    assert standings["MAE, +1"][0] == pytest.approx(errors.mean(), rel=1e-3)
    assert len(standings) == 2
    assert str(standings["Who forecasts"][1]).startswith("ARIMA")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,rides\n2023-01-01,1\n2023-01-02,2\n", "The series has 2 values"),
        ("day,rides\n2023-01-01,\n2023-01-02,\n", "only gaps"),
        ("day,rides\nmonday,1\ntuesday,2\n", "is no date"),
        (table(np.full(60, 7.0)), "Every value of the series is 7"),
        ("day\n", "no rows"),
        ("", "empty"),
    ],
)
def test_what_is_no_series_gets_a_sentence_and_the_page_stays(open_app, text, said):
    app = bring(open_app("forecast", series="file", date_column="day"), text)
    assert not app.exception
    assert any(said in each.value for each in app.error), [each.value for each in app.error]
    assert app.title[0].value == "Forecast"


def test_an_order_too_long_for_the_series_is_said_before_any_fit(open_app):
    query = {"ar": "20", "ma": "20", "seasonal_ma": "1"}
    app = bring(open_app("forecast", series="file", **query), table(rides(40)))
    assert not app.exception
    assert any("smaller than the season" in each.value for each in app.error)
    query = {"ar": "6", "integrated": "3", "seasonal_ar": "3"}
    app = bring(open_app("forecast", series="file", **query), table(rides(40)))
    assert any("looks back too far for 26 values" in each.value for each in app.error)


def test_a_search_goes_on_a_little_at_a_time_and_can_be_stopped(open_app):
    app = open_app("forecast", forecaster="naive", fit_last="40")
    app = unfold(app, "search")
    [begin] = [button for button in app.button if button.label == "Search"]
    begin.click()
    app.run()
    work = app.session_state["kept.work search"]
    assert 0 < len(work.made) < len(work.pieces)
    [stop] = [button for button in app.button if button.label == "Stop"]
    stop.click()
    app.run()
    assert work.stopped
    assert not app.exception
    assert any("Forecast with" in button.label for button in app.button)


def test_a_network_forecasts_and_is_looked_into(open_app):
    app = open_app("forecast", forecaster="net:lstm-32", ahead="5", back="30")
    assert not app.exception
    assert not app.error
    series, known = waves(), forecaster("lstm-32")
    origin = len(series) - 30
    [mean] = known.forecast(series.values, np.array([origin]), horizon=5)
    error = float(np.abs(mean - series.values[origin : origin + 5]).mean())
    assert f"is off by {error:.3g} on average over these 5 steps" in words(app)
    app = unfold(app, "inside")
    assert not app.exception
    assert not app.error
    pull = known.influence(series.values, origin)[:, 0]
    back = len(pull) - int(np.abs(pull).argmax())
    said = words(app)
    assert f"moves most with the value {back} back from there: by {pull[-back]:+.2f}" in said
    origins = np.arange(origin - 239, origin + 1)
    found = states_by_season(known, series.values, origins, period=12)
    assert f"Unit {found.best} knows the season best" in said
    assert "layers of convolutions" not in said
    app = unfold(open_app("forecast", forecaster="net:wavenet"), "inside")
    assert not app.exception
    assert "8 layers of convolutions see 31 steps" in words(app)
    assert "the 25 steps of the window before those" in words(app)


def test_a_network_is_trained_on_the_readers_file(open_app, runs, monkeypatch):
    launched = []
    monkeypatch.setattr(RunStore, "launch", lambda self, run: launched.append(run.id))
    app = bring(open_app("forecast", series="file", network_kind="linear"), table(rides()))
    app = unfold(app, "train")
    [button] = [button for button in app.button if button.label == "Train"]
    button.click()
    app.run()
    assert not app.exception
    assert not app.error
    [run] = runs.runs()
    assert launched == [run.id]
    options = run.config.data.options
    assert (options["value_column"], options["date_column"]) == ("rides", "day")
    assert run.file("series.csv").read_text() == table(rides())
    # What the run would learn from is what the page forecasts.
    data = prepare("series", options, seed=1, validation=0.0, folder=run.folder)
    assert untrained(run.config, data).outputs == 14
    np.testing.assert_allclose(data.train.inputs[0, :, 0] * 1000, rides()[:42], rtol=1e-6)


def test_another_series_is_forecast_by_whom_it_can_be(open_app):
    app = bring(open_app("forecast", series="file", forecaster="net:gru-32"), table(rides()))
    assert not app.exception
    assert "ARIMA" in words(app)
