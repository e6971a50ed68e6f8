"""The first minutes with a model of one's own: what it is, what it reads, and where to go."""

from __future__ import annotations

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.analysis.rolling import rolling
from core.text import Affine
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.widgets.problem import plain
from tests.dashboard.brought import drop, file_of, network, numeric


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_says_what_was_dropped(open_app, language):
    data = file_of(network(units=7, words=False))
    app = drop(open_app("model", language=language), "a.npz", data)
    with speak(language):
        opening = f"**{t('synopsis.what.tokens.classifier')}**"
        [told] = [each.value for each in app.markdown if each.value.startswith(opening)]
        assert t("synopsis.piece.embedding.ids", rows=12) in told
        assert t("synopsis.piece.recurrent.forward", title="LSTM", size=7) in told
        assert t("synopsis.answers.classes", count=2) in told


def test_the_next_pages_are_one_press_away(open_app):
    app = drop(open_app("model"), "a.npz", file_of(network()))
    for page in ("gates", "gradients", "memory"):
        assert app.button(key=f"model-open-{page}").label == t(f"{page}.title")


DAYS = 40
TABLE = np.random.default_rng(5).normal([900, -3, 50], [40, 2, 9], (DAYS, 3)).round(3)
CSV = "\n".join(
    ["day,bus,rail,rides"]
    + [f"d{at},{','.join(map(str, row.tolist()))}" for at, row in enumerate(TABLE)]
).encode()


def with_series(open_app, *, language: str = "en", page: str = "model") -> AppTest:
    app = drop(open_app(page, language=language), "a.npz", file_of(model()))
    return drop(app, "series.csv", CSV, at=1)


def model() -> core.Model:
    return numeric(output_activation="linear")


def specs(app: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def lines_of(app: AppTest, name: str) -> dict:
    return next(line for spec in specs(app) for line in spec["data"] if line.get("name") == name)


def numbers(values) -> np.ndarray:
    if isinstance(values, dict):  # as Plotly packs them
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.array(values, float)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_series_is_read_as_soon_as_it_is_dropped(open_app, language):
    app = with_series(open_app, language=language)
    assert not app.exception
    assert not app.error
    np.testing.assert_allclose(numbers(lines_of(app, "bus")["y"]), TABLE[:, 0], rtol=1e-6)
    found = rolling(model(), TABLE[:, :2], truth=TABLE[:, 2], length=30)
    with speak(language):
        drawn = lines_of(app, t("figures.rolling.predicted"))
        np.testing.assert_allclose(numbers(drawn["y"]), found.predicted, rtol=1e-4)
        # What is far too large for a network is said, not read in silence.
        assert [w.value for w in app.warning if w.value == t("series.large", most=TABLE.max())]
        told = t("series.error.worse", error=found.error, naive=found.naive_error, target="rides")
    assert told in [caption.value for caption in app.caption]


def test_columns_are_scaled_by_hand_and_answers_scaled_back(open_app):
    app = with_series(open_app)
    [how] = [box for box in app.selectbox if box.label == t("series.scaling.how")]
    how.set_value("standard").run()
    assert not app.exception
    assert not [w for w in app.warning if "Scaling" in w.value]
    mean, deviation = TABLE.mean(axis=0), TABLE.std(axis=0)
    scaled = (TABLE - mean) / deviation
    np.testing.assert_allclose(numbers(lines_of(app, "rail")["y"]), scaled[:, 1], rtol=1e-5)
    found = rolling(
        model(), scaled[:, :2], truth=TABLE[:, 2], length=30,
        scaling=Affine(float(mean[2]), float(deviation[2])),
    )  # fmt: skip
    predicted = numbers(lines_of(app, "Prediction")["y"])
    np.testing.assert_allclose(predicted, found.predicted, rtol=1e-4)


def test_every_page_reads_it_and_a_link_of_nonsense_is_refused(open_app):
    from core.training.shelf import Shelf

    kept = Shelf().keep(model(), name="Mine")
    text = "bus, rail, -> rides\n1, 2, 3\n2, 3, 4\n3, 4, 5"
    for page in ("gates", "gradients", "memory", "compare"):
        scaling = '{"bus": [1.0, 2.0]}' if page == "gates" else ""
        app = open_app(page, task=state.MODEL + kept.id, text=text, scaling=scaling)
        assert not app.exception
        assert not app.error
        if page == "gates":
            assert numbers(lines_of(app, "bus")["y"]).tolist() == [0, 0.5, 1]
    app = open_app("gates", task=state.MODEL + kept.id, text=text, scaling='{"bus": [1, 0]}')
    assert any(plain("scaling") in warning.value for warning in app.warning)


def test_a_longer_series_is_read_through_windows_that_move(open_app):
    from dataclasses import replace

    from core.training.shelf import Shelf

    kept = Shelf().keep(replace(model(), card={"window": 5}), name="Mine")
    text = "\n".join(f"{at}, {-at}" for at in range(12))
    app = open_app("gates", task=state.MODEL + kept.id, text=text)
    assert not app.exception
    assert numbers(lines_of(app, "1")["y"]).tolist() == [0, 1, 2, 3, 4]
    app.slider(key="widget.start.").set_value(8).run()
    assert numbers(lines_of(app, "2")["y"]).tolist() == [-7, -8, -9, -10, -11]


def how(app: AppTest, name: str) -> AppTest:
    [box] = [box for box in app.selectbox if box.label == t("series.scaling.how")]
    return box.set_value(name).run()


def test_a_scaler_is_read_from_its_file_and_a_pickle_is_not(open_app):
    app = how(with_series(open_app), "file")
    app = drop(app, "scaler.pkl", b"\x80\x04 pickled", at=2)
    assert not app.exception
    assert [each.value for each in app.error] == [t("errors.PickledScaler")]
    assert any("json.dump" in each.value for each in app.code)
    low, high = TABLE[:, :2].min(axis=0) - 1, TABLE[:, :2].max(axis=0) + 3
    said = {"data_min_": low.tolist(), "data_max_": high.tolist(), "feature_range": [-1, 1]}
    app = drop(app, "scaler.json", json.dumps(said).encode(), at=2)
    assert not app.exception
    assert not app.error
    expected = (TABLE[:, 0] - low[0]) / (high[0] - low[0]) * 2 - 1
    np.testing.assert_allclose(numbers(lines_of(app, "bus")["y"]), expected, rtol=1e-5)


def test_means_of_one_series_are_not_those_of_the_next(open_app):
    app = how(with_series(open_app), "standard")
    other = CSV.replace(b",9", b",8")
    app = drop(app, "next.csv", other, at=1)
    assert not app.exception
    drawn = numbers(lines_of(app, "bus")["y"])
    assert abs(drawn.mean()) < 1e-6
    assert drawn.std() == pytest.approx(1)
    app = how(app, "hand")  # begins with what there is
    np.testing.assert_allclose(numbers(lines_of(app, "bus")["y"]), drawn)


def test_a_long_series_is_named_by_its_columns(open_app):
    from core.training.shelf import Shelf

    kept = Shelf().keep(model(), name="Mine")
    text = "bus, rail\n" + "\n".join(["1.2345, 2.3456"] * 1500)
    app = open_app("gates", task=state.MODEL + kept.id)
    app.text_area[0].set_value(text).run()
    assert not app.exception
    assert t("series.long", count=1500, columns="bus, rail") in [m.value for m in app.markdown]
