from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

import core
import dashboard
from core.trace import Trace
from dashboard.figures import Picture
from dashboard.figures.theme import SURFACE
from dashboard.i18n import labels, speak
from dashboard.widgets.chart_menu import csv, npz
from dashboard.widgets.chart_menu import page as written

FRAME = pd.DataFrame(
    {"token": ["=1+1", "-3.5", "@x", "좋다", "a,b\n"], "value": [-1.0, 2.5, 0.0, 1e-9, 3.0]}
)


def page() -> None:
    import pandas as pd
    import plotly.graph_objects as go
    import streamlit as st

    from dashboard import widgets
    from dashboard.figures import Picture

    def numbers() -> pd.DataFrame:
        st.session_state["asked"] = st.session_state.get("asked", 0) + 1
        return pd.DataFrame({"unit": [0, 1], "value": [0.25, -0.5]})

    bars = Picture(
        lambda: go.Figure(go.Bar(y=[0.25, -0.5])), numbers, lambda: "Two bars, one up and one down."
    )
    widgets.show(bars, name="bars")
    widgets.show(bars, name="bars", key="again")
    with widgets.menu(bars, name="canvas", key="canvas", shown="canvas"):
        st.write("a canvas")
    with widgets.menu(bars, name="cell", key="lines", shown="text"):
        st.write("lines of text")


def run(**context: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = context
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_chart_has_our_theme_and_says_what_it_shows(mode):
    chart = run(theme=mode).get("plotly_chart")[0].proto
    layout = json.loads(chart.spec)["layout"]
    assert layout["template"]["layout"]["paper_bgcolor"] == SURFACE[mode].paper
    assert chart.theme == ""
    assert chart.alt == "Two bars, one up and one down."


@pytest.mark.parametrize(("locale", "word"), [("en", "Zoom in"), ("ko", "확대")])
def test_the_buttons_of_a_chart_speak_the_readers_language(locale, word):
    config = json.loads(run(locale=locale).get("plotly_chart")[0].proto.config)
    assert config["locales"][config["locale"]]["dictionary"]["Zoom in"] == word


def test_the_table_is_made_when_it_is_asked_for():
    app = run()
    assert "asked" not in app.session_state
    assert not app.dataframe
    app.toggle[0].set_value(True).run()
    assert app.session_state["asked"] == 1
    [table] = app.dataframe
    assert table.value.to_dict("list") == {"unit": [0, 1], "value": [0.25, -0.5]}


def test_files_are_offered_for_what_there_is():
    app = run()
    labels = [button.proto.label.partition(" ")[0] for button in app.get("download_button")]
    assert labels == ["HTML", "CSV", "HTML", "CSV", "HTML", "CSV", "CSV"]
    # Full screen for each; PNG and SVG for what is a picture, be it a chart or a canvas.
    assert len(app.get("bidi_component")) == 4 + 3


@pytest.mark.parametrize(
    ("locale", "names"),
    [
        ("en", ["Chart menu: bars", "Chart menu: canvas", "Chart menu: The cell in numbers"]),
        ("ko", ["차트 메뉴: bars", "차트 메뉴: canvas", "차트 메뉴: 수로 본 셀"]),
    ],
)
def test_a_menu_says_of_which_chart_it_is(locale, names):
    found = [block.proto.popover.label for block in run(locale=locale).get("popover")]
    assert list(dict.fromkeys(found)) == names


def test_what_the_menu_has_is_not_offered_by_plotly_too():
    style = (Path(dashboard.__file__).parent / "widgets" / "chart_menu.css").read_text(
        encoding="utf-8"
    )
    for language in ("en", "ko"):
        with speak(language):
            for name in ("Download plot as a PNG", "Fullscreen"):
                assert f'[data-title="{labels("plotly")[name]}"]' in style


def test_numbers_are_exported_with_formulas_made_harmless_and_hangul_readable():
    data = csv(FRAME)
    assert data.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(data), dtype={"token": str})
    assert list(back["token"]) == ["'=1+1", "-3.5", "'@x", "좋다", "a,b\n"]
    assert list(back["value"]) == list(FRAME["value"])


def test_the_page_works_without_a_network():
    figure = go.Figure(go.Scatter(y=[1.0, 3.0], name="<script>alert(1)</script>"))
    picture = Picture(lambda: figure, lambda: FRAME, lambda: "A line.")
    text = written(picture, "Gates · LSTM · <script>alert(2)</script>", "dark").decode("utf-8")
    assert SURFACE["dark"].paper in text
    assert "plotly.js v" in text
    assert "src=" not in text.partition("<body>")[2].partition("plotly.js v")[0]
    assert "<script>alert(1)" not in text
    # The line that says what it is stands below the chart, and in the tab.
    said = "Gates · LSTM · &lt;script&gt;alert(2)&lt;/script&gt;"
    assert f"<title>{said}</title>" in text.partition("<body>")[0]
    assert text.rstrip().endswith(f"<figcaption>{said}</figcaption></body>\n</html>")


def test_the_arrays_come_back_as_they_were():
    model = core.new_model("gru", features=2, units=[3], seed=5)
    trace = core.record(model, np.linspace(-1, 1, 8, dtype=np.float32).reshape(1, 4, 2))
    back = Trace.load(io.BytesIO(npz(trace)))
    np.testing.assert_array_equal(back.layers[0].states["hidden"], trace.layers[0].states["hidden"])
    assert back.model_digest == model.digest
