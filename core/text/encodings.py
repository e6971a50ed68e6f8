"""The encodings that texts are read in, by the names that Python knows."""

from __future__ import annotations

import codecs

from core.text.errors import UnknownEncoding

ENCODINGS: tuple[str, ...] = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"),
    *("cp949", "euc-kr", "johab", "iso2022-kr"),
    *("cp1252", "iso8859-1", "iso8859-15", "cp1250", "iso8859-2", "mac-roman", "cp437", "cp850"),
    *("cp932", "shift-jis", "euc-jp", "iso2022-jp", "gb18030", "big5", "big5hkscs"),
    *("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp1253", "iso8859-7", "cp1254", "cp1255"),
    *("cp1256", "cp1257", "cp1258", "cp874"),
    *("cp866", "cp1125", "mac-cyrillic", "cp852", "mac-latin2", "cp737", "mac-greek"),
    *("cp857", "cp862", "iso8859-6", "hz"),
)
"""What can be chosen, the likeliest first."""

_NAMES = {codecs.lookup(name).name: name for name in ENCODINGS}
# chardet answers with the widest relative of an encoding; these are the ones people know.
_RELATIVES = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "tis-620": "cp874",
    "euc_jis_2004": "euc-jp",
    "shift_jis_2004": "cp932",
    "iso2022_jp_2004": "iso2022-jp",
    "iso2022_jp_2": "iso2022-jp",
    "iso2022_jp_ext": "iso2022-jp",
}


def known_encoding(name: str) -> str:
    """Return the name in ENCODINGS for any alias of it, such as "ms949" for "cp949".

    Raises:
        UnknownEncoding: when it is not offered.
    """
    try:
        return _NAMES[codecs.lookup(_RELATIVES.get(name, name)).name]
    except (LookupError, ValueError):
        raise UnknownEncoding(found=name, known=", ".join(ENCODINGS)) from None
