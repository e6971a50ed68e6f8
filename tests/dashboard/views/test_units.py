"""Units: names that are earned, or not, as the numbers have it; and texts that cannot be read."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis.activity import activity
from core.analysis.selectivity import selectivity
from core.analysis.token_features import token_features
from core.analysis.units import units
from core.scale import workers
from dashboard.cache import Studied
from dashboard.i18n import speak, t
from dashboard.views.units import sentence, summary
from tests.core.analysis.planted import DEPTH, QUOTE, planted, texts


@pytest.fixture(scope="module")
def found():
    model = planted()
    read = activity(model, texts(60, seed=4))
    features = token_features(read)
    return Studied(read, features, selectivity(model, read, features), (), units(read))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_sentence_follows_the_numbers(found, language):
    with speak(language):
        depth, quote = sentence(found, unit=DEPTH), sentence(found, unit=QUOTE)
        assert (
            t("units.earned", unit=DEPTH, feature="x", r="y", chance="z", adjusted="w")[:6]
            == (depth[:6])
        )
        assert depth != quote
        named = found.selectivity.names(DEPTH)[0]
        lost = replace(found.selectivity, adjusted=np.ones_like(found.selectivity.adjusted))
        unearned = sentence(replace(found, selectivity=lost), unit=DEPTH)
        assert unearned != depth
        assert f"{found.selectivity.by_chance[named]:.3g}"[:4] in unearned
        assert summary(found) == t("units.summary", earned=2, units=8, rate="5")
        assert summary(replace(found, selectivity=lost)) == t(
            "units.summary", earned=0, units=8, rate="5"
        )


def test_the_page_reads_the_test_set_of_its_task(open_app):
    app = open_app("units", task="brackets", cell="lstm", unit="12")
    assert not app.exception
    assert not app.error
    said = " ".join(each.value for each in app.markdown)
    assert "open brackets" in said
    drawn = [chart.proto.id for chart in app.get("plotly_chart")]
    assert sum("chart-selectivity" in name or "chart-contexts" in name for name in drawn) == 2


def test_the_page_in_korean_on_a_gate_of_the_essays(open_app):
    app = open_app(
        "units", language="ko", task="characters", cell="gru", read_from="essays",
        followed="gates/update",
    )  # fmt: skip
    assert not app.exception
    assert not app.error
    assert any("유닛 64개 가운데" in each.value for each in app.markdown)
    assert core.bundled_model("characters-gru").layers[0].units == 64


def test_who_read_elsewhere_is_told(open_app, monkeypatch):
    @contextmanager
    def processes():
        with workers("", 2) as by:
            yield by

    monkeypatch.setattr("dashboard.cache.units.elsewhere", processes)
    app = open_app("units", task="brackets", cell="gru", unit="3")
    assert not app.error
    with speak("en"):
        told = [box.label for box in app.expander if t("workers.title") in box.label]
    assert len(told) == 1
    assert "2 at work; " in told[0]
