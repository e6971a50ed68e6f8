"""Particles after fields: the form that fits what the reader's data put there.

The forms expected here are those that a Korean reader says; the readings are of the National
Institute of the Korean Language (numbers, letters' names, loanword orthography).
"""

from __future__ import annotations

import pytest

from dashboard import figures
from dashboard.i18n import speak, t
from dashboard.i18n.particles import Ending, Sentence, ending


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("모델", "모델은 모델이 모델을 모델과 모델로 모델이라"),
        ("셀", "셀은 셀이 셀을 셀과 셀로 셀이라"),
        ("게이트", "게이트는 게이트가 게이트를 게이트와 게이트로 게이트라"),
        ("값", "값은 값이 값을 값과 값으로 값이라"),
        ("LSTM", "LSTM은 LSTM이 LSTM을 LSTM과 LSTM으로 LSTM이라"),
        ("GRU", "GRU는 GRU가 GRU를 GRU와 GRU로 GRU라"),
        (
            "SimpleRNN",
            "SimpleRNN은 SimpleRNN이 SimpleRNN을 SimpleRNN과 SimpleRNN으로 SimpleRNN이라",
        ),
        ("EUC-KR", "EUC-KR은 EUC-KR이 EUC-KR을 EUC-KR과 EUC-KR로 EUC-KR이라"),
    ],
)
def test_every_particle_follows_the_word(word, said):
    sentence = Sentence("{w}은(는) {w}이(가) {w}을(를) {w}와(과) {w}(으)로 {w}(이)라")
    assert sentence.format(w=word) == said


VOWEL = r"""Keras PyTorch TensorFlow NumPy ONNX CP949 2 4 5 9 0.25 12.5 1e-05 12% 5MB IMDB imdb.npz
    model.keras network server bit loop repeat a.txt C++ café ∞ h_t LSTMs 지도(CP949) **자리** “x” a
    https://example.org/imdb.npz 3,000,000,000,000 5m '.' '*' ㅏ desk word box this source α SGD
    <b>크기</b> &#39;model&#46;pt&#39; $\textcolor{#1f77b4}{x_t}$ GRU(RNN) a_"""
RIEUL = """1 7 8 21 1,007 0.8 UTF-8 ISO-8859-1 URL file model.onnx.sql cell table title 길 R
    h_{t-1} $h_{t-1}$ **길** ㄹ “module” KOI8-R [메일](x)"""
CONSONANT = """0 3 6 10 100 1,000 10,000 20000 100000000 0.3 1.0 UTF-16 10⁻³⁸ x² m LSTM 값
    name line film string map step group net robot input dropout format book block music type web
    Adam Chrome a.json h₃ https://example.com/ **“good”** ㄱ 5kg ε model.h6(데이터)"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [(VOWEL, Ending.VOWEL), (RIEUL, Ending.RIEUL), (CONSONANT, Ending.CONSONANT)],
    ids=["vowel", "ㄹ", "consonant"],
)
def test_words_end_as_they_are_read(words, expected):
    wrong = {word: ending(word) for word in words.split() if ending(word) is not expected}
    assert not wrong


def test_what_cannot_be_read_keeps_both_forms():
    for word in ("漢字", "привет", "🙂", ""):
        assert ending(word) is None
        assert Sentence("{w}은(는)").format(w=word) == f"{word}은(는)"


def test_only_the_sentence_s_own_particles_are_chosen():
    written = Sentence("‘{text}’을(를) {{x}} {n:,}을(를)").format(text="고양이은(는)", n=1200)
    assert written == "‘고양이은(는)’을 {x} 1,200을"


def test_a_particle_looks_no_further_back_than_its_word():
    # The name of the sign decides (쉼표), not the word before it (토큰).
    assert Sentence("토큰 '{t}'이(가)").format(t=",") == "토큰 ','가"
    assert Sentence("**{name}** ({share:.2f})이(가)").format(name="good", share=0.92) == (
        "**good** (0.92)이"
    )


def test_sentences_of_pages_errors_and_figures_are_resolved():
    with speak("ko"):
        assert t("reading.encoding.utf-8", encoding="UTF-8").startswith("UTF-8로 ")
        assert t("reading.encoding.utf-8", encoding="CP949").startswith("CP949로 ")
        assert t("errors.NoModelFile", entry="a.json").count("'a.json'이 ") == 1
        assert t("model.original.check", framework="PyTorch") == "PyTorch와 비교"
    cells = figures.labels("ko")["unrolled.alt"]
    assert "LSTM을 " in cells.format(units=4, cell="LSTM", steps=3, text="…")
    assert "GRU를 " in cells.format(units=4, cell="GRU", steps=3, text="…")
