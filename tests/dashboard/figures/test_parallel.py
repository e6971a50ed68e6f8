"""Trials as lines through their settings: the numbers in them, and the sentence."""

from __future__ import annotations

import numpy as np

from dashboard import figures
from dashboard.figures.parallel import Axis

RATES = [1e-3, 1e-1, 1e-2]
AXES = (
    Axis("rate", RATES, log=True),
    Axis("cell", ["lstm", "gru", "lstm"]),
    Axis("clip", [None, 1.0, 2.0]),
)
REACHED = Axis("loss", [0.7, 0.2, 0.4])


def dimensions(picture):
    return {each["label"]: each for each in picture.draw.data[0].dimensions}


def test_numbers_stand_where_they_are_and_names_at_their_places():
    found = dimensions(figures.parallel(AXES, REACHED, rising=False))
    np.testing.assert_allclose(found["rate"]["values"], [-3, -1, -2])
    np.testing.assert_allclose(found["rate"]["tickvals"][[0, -1]], [-3, -1])
    assert next(iter(found["rate"]["ticktext"])) == "0.001"
    assert list(found["cell"]["values"]) == [0, 1, 0]
    assert list(found["cell"]["ticktext"]) == ["lstm", "gru"]
    assert list(found["clip"]["ticktext"]) == ["None", "1.0", "2.0"]
    assert list(found["loss"]["values"]) == [0.7, 0.2, 0.4]


def test_the_sentence_tells_of_the_best_whichever_way_is_better():
    low = figures.parallel(AXES, REACHED, rising=False)
    high = figures.parallel(AXES, REACHED, rising=True)
    assert low.words.endswith("The best reached loss 0.2 with rate 0.1, cell gru, clip 1.")
    assert high.words.endswith("The best reached loss 0.7 with rate 0.001, cell lstm, clip None.")
    assert [low.draw.data[0].line.colorscale[0][1], high.draw.data[0].line.colorscale[0][1]] == [
        high.draw.data[0].line.colorscale[-1][1], low.draw.data[0].line.colorscale[-1][1],
    ]  # fmt: skip


def test_importance_is_told_from_the_largest():
    picture = figures.importance({"small": 0.25, "large": 0.75})
    assert list(picture.draw.data[0].x) == [0.75, 0.25]
    assert picture.words == "How much each setting mattered: large 75%, small 25%."
