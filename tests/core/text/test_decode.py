from __future__ import annotations

import codecs
import hashlib
import io
import random
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.decode import decode
from core.text.encodings import ENCODINGS, known_encoding
from core.text.errors import (
    EmptyFile,
    FileTooLarge,
    NotText,
    OtherKindOfFile,
    UnknownEncoding,
    WrongEncoding,
)

KOREAN = "오늘 본 영화는 정말 재미있었다. 배우들의 연기도 좋았고 음악도 훌륭했다.\n"


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and text[0] != "\ufeff"))
def test_utf_8_comes_back(text: str):
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair is no character
        return
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.how) == (text, "utf-8", "utf-8")
    assert decoded.confidence is None


@pytest.mark.parametrize(
    ("mark", "codec", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(mark, codec, encoding):
    data = mark + KOREAN.encode(codec)
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.how) == (KOREAN, encoding, "bom")
    # What was shown can be chosen, and gives the same; so can the name with the order of bytes.
    for name in (encoding, codec):
        assert decode(data, name).text == KOREAN


@pytest.mark.parametrize(
    ("file", "encoding", "how", "codec"),
    [
        ("ko_cp949_ricanet.xml", "cp949", "detected", "cp949"),
        ("ko_euckr_subwaytime.csv", "cp949", "detected", "euc-kr"),
        ("ko_utf16le_bom_Localizable.strings", "utf-16", "bom", "utf-16"),
        ("derived_nsmc2000_cp949.txt", "cp949", "detected", "cp949"),
    ],
)
def test_real_korean_files(shared_data: Path, file: str, encoding: str, how: str, codec: str):
    data = (shared_data / "encodings" / file).read_bytes()
    decoded = decode(data)
    assert (decoded.encoding, decoded.how) == (encoding, how)
    mark = codecs.BOM_UTF16_LE
    assert decoded.text.encode(codec).removeprefix(mark) == data.removeprefix(mark)


# A line of each, and the checksum of what iconv (glibc) makes of the whole in UTF-8.
CONTENTS = {
    "ko_cp949_ricanet.xml": (
        "<title>구라치다 걸리면</title>",
        "5f4bc2963675e4e4cacf70fb8338f5981f81067278692a8a315e21c1631c844d",
    ),
    "ko_euckr_subwaytime.csv": (
        "Jan-19,우이신설선,4713,신설동,17,1,574,725",
        "f14a13893bbc5cd6002a7b276c399f379ae0a65d0912f93a1b7139f6dd4b331f",
    ),
    "ko_utf16le_bom_Localizable.strings": (
        '"Refresh All Subscriptions" = "모든 구독 갱신";',
        "67651f9b046997f700c28e64f876df4336c795634c1b37d7b424f5f259f2abe0",
    ),
    "derived_nsmc2000_cp949.txt": (
        "뭐야 이 평점들은.... 나쁘진 않지만 10점 짜리는 더더욱 아니잖아",
        "e01736c0a741096ce4ed0b16374b5d8bb955e36b039f5796f3af288d7cf0f22f",
    ),
}


@pytest.mark.parametrize("file", CONTENTS)
def test_real_korean_files_say_what_they_say(shared_data: Path, file: str):
    text = decode((shared_data / "encodings" / file).read_bytes()).text
    line, checksum = CONTENTS[file]
    assert line in text
    assert hashlib.sha256(text.encode()).hexdigest() == checksum


@pytest.mark.parametrize(
    "text",
    [
        "안녕하세요",
        "사랑",
        "네",
        "굳 ㅋ",
        "좋아요!",
        "값,점수",
        "이름,나이\n철수,3\n영희,4\n",
        "The movie 영화 was good",
        "영화 그리고 “따옴표”",
        "똠방각하",  # syllables that only CP949 has
        KOREAN,
        "a line of plain letters\n" * 20_000 + KOREAN,  # 480,000 bytes before the first that tells
    ],
)
def test_short_korean_without_a_mark(text: str):
    decoded = decode(text.encode("cp949"))
    assert (decoded.text, decoded.encoding, decoded.how) == (text, "cp949", "detected")
    assert decoded.confidence is not None
    assert 0 < decoded.confidence <= 1


def test_single_comments_and_station_names_in_cp949(shared_data: Path):
    folder = shared_data / "encodings"
    comments = (folder / "derived_nsmc2000_cp949.txt").read_text("cp949").splitlines()[1:]
    stations = (folder / "ko_euckr_subwaytime.csv").read_text("euc-kr").splitlines()[2:]
    for texts, least in (
        ([line.split("\t")[1] for line in comments], 0.97),
        (sorted({line.split(",")[3] for line in stations}), 0.94),
    ):
        korean = [text for text in texts if not text.isascii()]
        right = sum(decode(text.encode("cp949")).text == text for text in korean)
        assert right >= least * len(korean)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("今天天气很好，我们去公园。", "gb18030"),
        ("你好世界", "gb18030"),
        ("打印文档", "gb18030"),  # nearly as likely Korean, but not in everyday syllables
        ("今日は天気がいいですね。", "cp932"),
        ("日本語のテキストです。", "euc-jp"),
        ("今天天氣很好，我們去公園。", "big5"),
        ("Ärger im Büro – schöne Grüße aus Köln", "cp1252"),
        ("¿Dónde está la señora? Mañana vendrá.", "cp1252"),
        ("Сегодня хорошая погода, пойдём в парк.", "cp1251"),
        ("Hello world, a plain line", "utf-16-le"),
        ("오늘 날씨가 정말 좋다", "utf-16-be"),
    ],
)
def test_other_texts_are_not_taken_for_korean(text: str, codec: str):
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.how) == (text, "detected")


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text inside")
    return buffer.getvalue()


def a_png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return len(body).to_bytes(4, "big") + kind + body + checksum.to_bytes(4, "big")

    pixels = b"".join(b"\0" + random.Random(row).randbytes(3 * 16) for row in range(16))
    header = (16).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


def an_npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(9.0))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (a_zip(), "application/zip"),
        (an_npz(), "application/zip"),
        (a_png(), "image/png"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00", "application/pdf"),
    ],
)
def test_other_kinds_of_file_are_named(data: bytes, kind: str):
    with pytest.raises(OtherKindOfFile) as caught:
        decode(data)
    assert caught.value.facts == {"kind": kind}


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 100,
        b"Hello\0world",
        b"PK\x03\x04\x14\0\0\0\x08\0",  # statistics take these two for UTF-16
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0",
        random.Random(1).randbytes(5_000),
        zlib.compress(random.Random(2).randbytes(500)),
        np.linspace(0, 1, 100).tobytes(),
        b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape': (3,), }",
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes):
    with pytest.raises(NotText):
        decode(data)


def test_control_characters_in_utf_8_are_text():
    assert decode(b"a\x01\x1b[0mb").text == "a\x01\x1b[0mb"


@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_give_a_text_or_a_sentence(data: bytes):
    try:
        decoded = decode(data)
    except (NotText, WrongEncoding):
        return
    again = decode(data, decoded.encoding)
    assert again.text == decoded.text


@pytest.mark.parametrize(
    ("data", "encoding", "position", "byte"),
    [
        (b"abc\xb0\xa1", "utf-8", 4, "B0"),
        ("안녕".encode(), "cp949", 1, "EC"),
        ("안".encode("cp949")[:-1], "cp949", 1, "BE"),
        ("똠방".encode("cp949"), "euc-kr", 1, "8C"),
        (b"b", "utf-16-le", 1, "62"),
    ],
)
def test_a_chosen_encoding_is_strict(data: bytes, encoding: str, position: int, byte: str):
    with pytest.raises(WrongEncoding) as caught:
        decode(data, encoding)
    assert caught.value.facts == {"encoding": encoding, "position": position, "byte": byte}


def test_a_chosen_encoding_is_obeyed():
    data = "안녕".encode("cp949")
    for name, text in (("euc-kr", "안녕"), ("cp1252", "¾È³ç"), ("MS949", "안녕")):
        decoded = decode(data, name)
        assert (decoded.text, decoded.how) == (text, "chosen")
        assert decoded.encoding == known_encoding(name)


def test_a_file_that_belies_its_mark_is_refused():
    with pytest.raises(WrongEncoding) as caught:
        decode(codecs.BOM_UTF16_LE + b"a\0\0\xdcb\0\0\xdc")
    assert caught.value.facts == {"encoding": "utf-16", "position": 5, "byte": "00"}


@pytest.mark.parametrize("name", ["rot13", "unicode_escape", "nonsense", "a\0b", "", "utf-7"])
def test_encodings_that_are_not_offered_are_refused(name: str):
    with pytest.raises(UnknownEncoding, match="Known: utf-8, utf-16"):
        decode(b"a", name)


def test_each_encoding_that_is_offered_reads_what_it_wrote():
    for name in ENCODINGS:
        assert known_encoding(name) == name
        text = next(
            t
            for t in (KOREAN, "日本", "Grün", "плод", "σε", "שלום", "سلام", "ไทย", "ää")
            if t.encode(name, "replace").decode(name) == t
        )
        assert decode(text.encode(name), name).text == text


def test_no_bytes_and_too_many():
    with pytest.raises(EmptyFile):
        decode(b"")
    assert decode(b"1234", limit=4).text == "1234"
    with pytest.raises(FileTooLarge) as caught:
        decode(b"12345", limit=4)
    assert caught.value.facts == {"found": 5, "limit": 4}
    with pytest.raises(FileTooLarge, match="20,000,001 bytes; at most 20,000,000"):
        decode(b"a" * 20_000_001)
