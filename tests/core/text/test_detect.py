"""Encodings found out, measured on texts of 19 languages in the encodings that people have used."""

from __future__ import annotations

import pytest

from core.text import decode
from core.text.detect import UNSURE, telling_lines
from core.text.errors import NulInText
from core.text.writing import coherence

TEXTS = {
    "French": (
        "Les élèves préfèrent étudier près de la fenêtre où la lumière est douce.",
        "Ça n'empêche pas qu'ils rêvent déjà à Noël, même s'il fait très froid.",
        "Le garçon a reçu une lettre de sa grand-mère; il l'a gardée à côté du lit.",
    ),
    "German": (
        "Die Straße führt über die Brücke zu den schönen Plätzen der Stadt.",
        "Für müde Füße gibt es Bänke; die Größe des Gartens überrascht.",
        "Später hörten wir, daß die Züge wegen Nässe früher fahren müssen.",
    ),
    "German and French": (
        "Größe und Höhe: très élevé, déjà vu.",
        "Das Café heißt »À la crème brûlée«, und die Küche ist großartig.",
        "Übermäßig süß, schön salé: außer Häppchen gab es pâté, crêpes und Würste.",
    ),
    "Spanish": (
        "El niño soñó con el año pasado. ¿Dónde está la montaña?",
        "Después habló del corazón, y mañana volverá a la estación.",
    ),
    "Portuguese": (
        "A ação não é ilusão; você está à procura de soluções.",
        "São João é amanhã, e as crianças já estão no coração da cidade.",
    ),
    "Swedish": (
        "Flickan går över ån och åker på en båt till den stora ön.",
        "Där är älgen; på våren äter den löv, säger gubben på gården.",
    ),
    "Italian": (
        "Perché la città è più bella di così? Però è già tardi.",
        "Lunedì andrò all'università, ma non so perché né se potrò restare.",
    ),
    "Russian": (
        "Мальчик читает книгу у окна и не слышит, как мать зовёт его к столу.",
        "Сегодня хорошая погода, и мы пойдём гулять в парк.",
    ),
    "Ukrainian": (
        "Хлопчик читає книжку біля вікна і не чує, як мати кличе його їсти.",
        "Сьогодні гарна погода, і ми підемо гуляти в парк.",
    ),
    "Polish": (
        "Chłopiec czyta książkę przy oknie i nie słyszy, że matka go woła.",
        "Żółw śpi pod krzakiem, a źrebię biegnie ścieżką ku łące.",
    ),
    "Czech": (
        "Chlapec čte knihu u okna a neslyší, že ho matka volá k večeři.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    ),
    "Hungarian": (
        "A fiú az ablaknál könyvet olvas, és nem hallja, hogy az anyja hívja.",
        "Őszintén szólva a hűvös őszi erdőben nőtt gombák a legjobbak.",
    ),
    "Korean": (
        "아이가 창가에서 책을 읽고 있어서 어머니가 부르는 소리를 듣지 못한다.",
        "오늘 본 영화는 정말 재미있었고 음악도 훌륭했다.",
        "배우들의 연기가 좋았다.",
    ),
    "Japanese": (
        "子供は窓のそばで本を読んでいて、母が呼ぶ声が聞こえない。",
        "今日は天気がいいので、公園へ散歩に行きましょう。",
    ),
    "Chinese": (
        "孩子在窗边看书，没有听见母亲叫他吃饭的声音。",
        "今天天气很好，我们去公园散步吧。",
    ),
    "Chinese of Taiwan": (
        "孩子在窗邊看書，沒有聽見母親叫他吃飯的聲音。",
        "今天天氣很好，我們去公園散步吧。",
    ),
    "Greek": (
        "Το παιδί διαβάζει ένα βιβλίο κοντά στο παράθυρο.",
        "Σήμερα ο καιρός είναι καλός και θα πάμε βόλτα στο πάρκο.",
    ),
    "Hebrew": ("הילד קורא ספר ליד החלון ואינו שומע את אמו קוראת לו.",),
    "Arabic": ("الولد يقرأ كتابا بجانب النافذة ولا يسمع أمه تناديه إلى العشاء.",),
    "Turkish": (
        "Çocuk pencerenin yanında kitap okuyor ve annesinin çağırdığını duymuyor.",
        "Bugün hava çok güzel, ışıklı bir gün; parkta yürüyüşe çıkacağız.",
    ),
    "Thai": ("เด็กอ่านหนังสืออยู่ข้างหน้าต่างและไม่ได้ยินแม่เรียก",),
}
WESTERN = ("cp1252", "mac-roman", "cp850", "cp437", "iso8859-15")
ENCODED = {
    **dict.fromkeys(("French", "German", "Spanish", "Swedish", "Italian"), WESTERN),
    "German and French": ("cp1252", "mac-roman", "cp850"),
    "Portuguese": ("cp1252", "mac-roman", "cp850"),
    "Russian": ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic"),
    "Ukrainian": ("cp1251", "koi8-u", "cp1125", "mac-cyrillic"),
    **dict.fromkeys(
        ("Polish", "Czech", "Hungarian"), ("cp1250", "iso8859-2", "cp852", "mac-latin2")
    ),
    "Korean": ("cp949", "johab", "utf-16-le", "iso2022-kr"),
    "Japanese": ("cp932", "euc-jp", "iso2022-jp"),
    "Chinese": ("gb18030", "hz"),
    "Chinese of Taiwan": ("big5",),
    "Greek": ("cp1253", "iso8859-7", "cp737", "mac-greek"),
    "Hebrew": ("cp1255", "cp862"),
    "Arabic": ("cp1256", "iso8859-6"),
    "Turkish": ("cp1254", "cp857"),
    "Thai": ("cp874",),
}
SAMPLES = [
    (language, encoding, text)
    for language, encodings in ENCODED.items()
    for encoding in encodings
    for text in (*TEXTS[language], "\n".join(TEXTS[language]))
    if text.encode(encoding, "replace").decode(encoding) == text
]


@pytest.mark.parametrize("reader", ["", "en", "ko"])
def test_the_right_text_is_nearly_always_first_and_always_among_three(reader: str):
    pairs = {(language, encoding) for language, encoding, _ in SAMPLES}
    assert len(pairs) >= 40
    first, three = [], []
    for language, encoding, text in SAMPLES:
        data = text.encode(encoding)
        decoded = decode(data, language=reader)
        if decoded.text != text:
            first.append((language, encoding, decoded.encoding, text))
        if text not in [decode(data, each.encoding).text for each in decoded.candidates]:
            three.append((language, encoding, decoded.candidates, text))
    assert len(first) <= 0.05 * len(SAMPLES), first
    assert len(three) <= 0.01 * len(SAMPLES), three


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("בבוקר הלכנו לשוק.", "cp1255"), ("Київ", "cp1251"), ("İstanbul", "cp1254"),
     ("ağaç", "cp857"), ("Привет", "cp866"), ("Αθήνα", "mac-greek"), ("Łódź", "cp852"),
     ("مرحبا", "iso8859-6"), ("שלום", "cp862")],
)  # fmt: skip
def test_short_texts_of_other_scripts_are_read_or_offered(text: str, encoding: str):
    data = text.encode(encoding)
    for reader in ("en", "ko"):
        candidates = decode(data, language=reader).candidates
        assert text in [decode(data, each.encoding).text for each in candidates]


def test_what_is_unsure_never_stands_alone():
    for _, encoding, text in SAMPLES:
        decoded = decode((text + "\n").encode(encoding) * 20)
        assert decoded.how == "bom" or len(decoded.candidates) > 1 or decoded.confidence >= UNSURE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("東京 and Kyoto", "iso2022-jp"), ("서울 and Busan", "iso2022-kr"), ("北京 and Xi'an", "hz")],
)
def test_seven_bits_are_told_by_their_shifts_and_may_be_refused(text: str, encoding: str):
    data = text.encode(encoding)
    decoded = decode(data)
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert [each.encoding for each in decoded.candidates] == [encoding, "utf-8"]
    for plain in (b"\x1b[31mred\x1b[0m", b"x~{abc} ~{}~}", b"\x1b$B odd", b"~~"):
        assert decode(plain).encoding == "utf-8"


@pytest.mark.parametrize("data", [b"good film\0,pos\n", "좋다\0,1".encode(), b"a,b\n" + b"\0" * 50])
def test_a_nul_is_named(data: bytes):
    with pytest.raises(NulInText) as caught:
        decode(data)
    assert caught.value.facts == {"count": data.count(0), "position": data.index(0) + 1}


def test_candidates_begin_with_the_one_that_is_read_and_differ():
    decoded = decode("Größe und Höhe: très élevé, déjà vu.".encode("cp1252"))
    names = [each.encoding for each in decoded.candidates]
    assert names[0] == decoded.encoding == "cp1252"
    assert 1 < len(names) <= 3
    assert len({each.line for each in decoded.candidates}) == len(names)
    assert decode("déjà".encode()).candidates == ()


def test_the_line_that_is_shown_of_each_tells_them_apart():
    texts = ["same\nGröße\nalé", "same\nGröße\nalп\nx", "same\nGr÷e\nalз"]
    assert telling_lines(texts) == ("alé", "alп", "alз")
    assert telling_lines(["a\nö", "a\nõ", "a\nõ"]) == ("ö", "õ", "õ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", 1.0),
        ("fenêtre, “naïf” – déjà", 1.0),
        ("영화 GrÜN", 1 - 1 / 3),  # a capital inside a word
        ("GrцЯe", 0.0),  # two scripts in a word
        ("f¸r", 0.0),  # a sign inside a word
        ("漢字かなカナ混じり", 1.0),
    ],
)
def test_what_stands_where_nobody_writes_it(text: str, expected: float):
    assert coherence(text) == pytest.approx(expected)


def test_short_hangul_goes_first_for_a_korean_reader():
    for text in ("굿", "헐", "정왕", "역삼", "ㅋㅋㅋㅋㅋ재밌당"):
        decoded = decode(text.encode("cp949"), language="ko")
        assert decoded.text == text
        assert text in [each.line for each in decode(text.encode("cp949")).candidates]
