"""The language of the reader: who says it, and what `t` and `labels` answer in it."""

from __future__ import annotations

import threading

import pytest

from dashboard import i18n
from dashboard.i18n import MissingString, from_locale, labels, speak, t


def test_a_missing_key_is_an_error():
    for key in ("quantity.forgetting", "nowhere.title", "title"):
        with pytest.raises(MissingString):
            t(key)
    with pytest.raises(MissingString):
        labels("reading", "no such prefix")


def test_the_language_is_the_one_spoken():
    assert t("quantity.forget") == "Forget gate"
    with speak("ko"):
        assert t("quantity.forget") == "망각 게이트"
        with speak("en"):
            assert t("quantity.forget") == "Forget gate"
        assert i18n.language() == "ko"
    assert i18n.language() == "en"
    with pytest.raises(ValueError, match="no language"), speak("de"):
        pass


def test_threads_speak_for_themselves():
    heard = []
    with speak("ko"):
        other = threading.Thread(target=lambda: heard.append(t("quantity.forget")))
        other.start()
        other.join()
    assert heard == ["Forget gate"]


def test_labels_come_without_their_prefix():
    assert labels("quantity")["cell"] == "Cell state"
    assert labels("reading", "split")["jamo"] == "Hangul letters"
    assert set(labels("reading", "split")) == {"character", "word", "jamo"}


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("KO_kr", "ko"),
        ("en-GB", "en"),
        ("de-DE", "en"),
        ("kok-IN", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browsers_locale_chooses_the_language(locale, expected):
    assert from_locale(locale) == expected
