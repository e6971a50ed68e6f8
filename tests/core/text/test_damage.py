"""Files of which a few bytes do not fit: the rest is read, and the place is told."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import NotAWordList, decode, read_word_list
from core.text.errors import WrongEncoding
from core.training.sources import reading
from core.training.sources.source import Setting

CASES = Path(__file__).parents[4] / "shared/data/models"


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside the project")
def test_a_line_in_another_encoding_and_a_cut_file_are_read_with_a_note():
    data = (CASES / "22_utf8_one_bad_line.txt").read_bytes()
    decoded, lines = decode(data), data.split(b"\n")
    bad = next(at for at, line in enumerate(lines) if not _is_utf_8(line))
    right = [line.decode() for at, line in enumerate(lines) if at != bad]
    read = decoded.text.split("\n")
    assert read[:bad] + read[bad + 1 :] == right
    assert decoded.encoding == "utf-8"
    assert decoded.damage is not None
    assert (decoded.damage.line, decoded.damage.lines, decoded.damage.cut) == (bad + 1, 1, False)
    data = (CASES / "23_utf8_cut.txt").read_bytes()
    decoded = decode(data)
    assert decoded.text.encode() == data[: len(decoded.text.encode())]
    assert 0 < len(data) - len(decoded.text.encode()) < 4
    assert decoded.damage is not None
    assert decoded.damage.cut


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


PAGE = "오늘 본 영화는 정말 재미있었다.\n배우들의 연기도 좋았다.\n음악도 훌륭했다. Fine!\n" * 4
CODECS = ("utf-8", "cp949", "utf-16-le")


@given(st.sampled_from(CODECS), st.integers(1, 3))
def test_a_text_cut_inside_its_last_character_is_read_without_it(codec: str, drop: int):
    text = PAGE + "끝"
    data, mark = text.encode(codec), codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""
    size = len("끝".encode(codec))
    decoded = decode(mark + data[: len(data) - min(drop, size - 1)])
    assert (decoded.text, decoded.encoding[:5]) == (PAGE, codec[:5])
    assert decoded.damage is not None
    assert decoded.damage.cut
    assert decoded.damage.position == len(mark) + len(data) - size + 1
    assert decoded.damage.line == 13


@given(st.sampled_from(("utf-8", "cp949")), st.integers(0, 11), st.sampled_from((0xFF, 0x80)))
def test_a_byte_that_does_not_fit_is_told_with_its_place(codec: str, line: int, byte: int):
    lines = PAGE.splitlines()
    before = "".join(f"{each}\n" for each in lines[:line]).encode(codec)
    data = before + bytes([byte]) + b" " + "\n".join(lines[line:]).encode(codec)
    decoded = decode(data)
    damage = decoded.damage
    assert decoded.text.replace("\ufffd ", "") == PAGE.removesuffix("\n")
    assert damage is not None
    assert (damage.count, damage.lines, damage.line) == (1, 1, line + 1)
    assert (damage.position, damage.byte, damage.cut) == (len(before) + 1, f"{byte:02X}", False)


def test_a_vocabulary_with_damage_is_refused_with_the_place():
    lines = b"good\nbad\n" + "영화\n음악\n배우\n".encode()
    with pytest.raises(NotAWordList, match=r"byte 10 \(0xFF\), in line 3, is not UTF-8"):
        read_word_list(lines[:9] + b"\xff" + lines[9:], name="words.txt")


def test_a_run_learns_from_a_damaged_file_only_where_its_encoding_is_named(tmp_path, setting):
    data = PAGE.encode() + b"\xff"
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(WrongEncoding) as caught:
        reading.text_of("a.txt", "", setting)
    assert caught.value.facts["position"] == len(data)
    assert reading.text_of("a.txt", "utf-8", setting) == PAGE + "\ufffd"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(seed=0, validation=0.1, report=lambda *_: None, folder=tmp_path)
