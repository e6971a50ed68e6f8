"""The first minutes with a model of one's own: what it is, what it reads, and where to go."""

from __future__ import annotations

import pytest

from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.brought import drop, file_of, network


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
