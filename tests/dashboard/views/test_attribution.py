"""Attribution: sentence and shares are those of this text; the checks say what they find."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import core
from core.analysis.attribution import attributions
from core.analysis.expressions import show_number
from core.analysis.faithfulness import verdicts
from dashboard.i18n import speak, t
from tests.dashboard.conftest import unfold

TEXTS = ("the movie was not good", "the music was wonderful and never dull")


def drawn(app) -> dict:
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-attribution")]
    [series] = json.loads(chart.proto.spec)["data"]
    return series


def numbers(sent) -> np.ndarray:
    if isinstance(sent, dict):
        found = np.frombuffer(base64.b64decode(sent["bdata"]), sent["dtype"])
        return found.reshape([int(size) for size in sent.get("shape", "-1").split(",")])
    return np.array(sent, dtype=float)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_sentence_and_the_shares_are_those_of_this_text(open_app, language):
    sentences = []
    for text in TEXTS:
        app = open_app("attribution", language=language, cell="lstm", text=text)
        assert not app.exception
        assert not app.error
        model = core.bundled_model("sentiment-lstm")
        found = attributions(model, core.record(model, text))
        shares = np.stack([each.shares for each in found])
        np.testing.assert_allclose(numbers(drawn(app)["customdata"]), shares, rtol=1e-5)
        reference = found[1]
        sign = np.sign(reference.answer - reference.baseline)
        token = model.encode(text).tokens[int(np.argmax(sign * reference.shares))]
        [said] = [each.value for each in app.markdown if "**" in each.value and "“" in each.value]
        assert f"“{token}”" in said
        assert show_number(float((sign * reference.shares).max()), 3) in said
        assert show_number(float(reference.shares.sum()), 5) in app.caption[-1].value
        sentences.append(said)
    assert sentences[0] != sentences[1]


def test_the_checks_name_the_method_that_finds_what_matters(open_app):
    app = unfold(open_app("attribution", cell="lstm", text=TEXTS[0]), "checks", "methods")
    assert not app.exception
    model = core.bundled_model("sentiment-lstm")
    trace = core.record(model, TEXTS[0])
    judged = verdicts(model, trace, attributions(model, trace))
    [table] = [each.value for each in app.dataframe if len(each.value.columns) == 6]
    np.testing.assert_allclose(table.iloc[:, 2], [each.deletion.mean for each in judged])
    np.testing.assert_allclose(table.iloc[:, 5], [each.control for each in judged])
    best = min(judged, key=lambda each: each.sign * each.deletion.mean)
    with speak("en"):
        from dashboard import figures

        name = figures.labels("en")[f"attribution.{best.found.method}"]
        assert any(
            each.value.startswith(t("attribution.best", method=name)) for each in app.markdown
        )


def test_one_of_several_answers_is_asked_about_and_a_cell_without_rules_leaves_its_method_out(
    open_app,
):
    app = open_app(
        "attribution", task="characters", cell="gru", text="the king", attributed="5", step="3"
    )
    assert not app.exception
    model = core.bundled_model("characters-gru")
    found = attributions(model, core.record(model, "the king"), output=5, step=3)
    assert [each.method for each in found][-1] == "relevance"
    np.testing.assert_allclose(
        numbers(drawn(app)["customdata"]), np.stack([each.shares for each in found]), rtol=1e-5
    )


def test_a_text_of_one_token_and_a_network_that_is_not_trained_are_read(open_app):
    for query in ({"text": "not"}, {"task": "untrained", "text": "a b"}):
        app = open_app("attribution", **query)
        assert not app.exception
        assert not app.error
