"""The strings: the same in both languages, none missing, none left over.

The code is read, not run: `t("a.b")` needs that very key, `t(f"a.{x}")` at least one key of that
form, and a key that no call can reach is left over.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import core
from core.errors import CoreError
from dashboard import i18n
from dashboard.i18n import MissingString, from_locale, labels, speak, t

FOLDER = Path(i18n.__file__).parent
SECTIONS = sorted(path.stem for path in (FOLDER / "en").glob("*.json"))
CODE = FOLDER.parent
# Asked for by the names that core gives to the stages of a model.
NAMED_BY_CORE = {
    "figures.embedding",
    "figures.dense",
    "figures.layer_normalization",
    "figures.batch_normalization",
}


def written(language: str, section: str) -> dict[str, str]:
    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"twice in {language}/{section}.json"
        return dict(pairs)

    text = (FOLDER / language / f"{section}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text, object_pairs_hook=once)
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def every_key() -> set[str]:
    return {f"{section}.{name}" for section in SECTIONS for name in written("en", section)}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else None
                called = node.func.id if isinstance(node.func, ast.Name) else called
                if called in names and node.args:
                    yield f"{path.relative_to(CODE)}:{node.lineno}", node


def pattern(part: ast.expr) -> str | None:
    """What keys an argument can be: a literal, an f-string with any gaps, or unknown (None)."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return re.escape(part.value)
    if isinstance(part, ast.JoinedStr):
        return "".join(
            re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else ".+"
            for piece in part.values
        )
    if isinstance(part, ast.IfExp):
        one, other = pattern(part.body), pattern(part.orelse)
        return None if one is None or other is None else f"(?:{one}|{other})"
    return None


def reached() -> dict[str, str]:
    """Place in the code → pattern of the keys that it asks for."""
    found = {}
    for place, call in calls("t"):
        asked = pattern(call.args[0])
        assert asked is not None, f"{place}: the key has to be readable where it is used"
        found[f"{place}:{call.col_offset}"] = asked
    for place, call in calls("labels"):
        if ast.unparse(call.func) == "figures.labels":
            continue  # all words of figures at once; which they use is read below
        section = pattern(call.args[0])
        prefix = pattern(call.args[1]) + r"\." if len(call.args) > 1 else ""
        assert section is not None, place
        found[f"{place}:{call.col_offset}"] = section + r"\." + prefix + ".+"
    return found | dict(words_of_figures())


def words_of_figures() -> Iterator[tuple[str, str]]:
    """Figures take their words from a mapping, by many ways: any string there may be a key."""
    for path in sorted((CODE / "figures").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            asked = pattern(node) if isinstance(node, ast.Constant | ast.JoinedStr) else None
            if asked is not None and re.search(r"[a-z]{3}", asked):
                place = f"{path.relative_to(CODE)}:{node.lineno}: {asked}"
                yield place, rf"(?:figures|quantity)\.{asked}"


@pytest.mark.parametrize("section", SECTIONS)
def test_both_languages_say_the_same_things(section):
    english, korean = written("en", section), written("ko", section)
    assert list(english) == list(korean)
    for name, text in english.items():
        assert fields(korean[name]) == fields(text), name
        assert text.strip(), name
        assert korean[name].strip(), name


def test_both_languages_have_the_same_files():
    assert sorted(path.stem for path in (FOLDER / "ko").glob("*.json")) == SECTIONS


def test_every_key_that_the_code_asks_for_is_there():
    known = every_key()
    missing = {
        place: asked
        for place, asked in reached().items()
        if not place.startswith("figures/")
        if not any(re.fullmatch(asked, key) for key in known)
    }
    assert not missing


def test_no_string_is_left_over():
    asked = re.compile("|".join(f"(?:{found})" for found in set(reached().values())))
    left = {key for key in every_key() if not asked.fullmatch(key)}
    assert left <= NAMED_BY_CORE


def test_calls_give_the_facts_that_the_string_has_room_for():
    wrong = []
    for place, call in calls("t"):
        if not isinstance(call.args[0], ast.Constant) or any(k.arg is None for k in call.keywords):
            continue
        section, _, name = str(call.args[0].value).partition(".")
        needs = fields(written("en", section)[name]) if call.keywords else set()
        given = {keyword.arg for keyword in call.keywords}
        if needs != given:
            wrong.append((place, needs, given))
    assert not wrong


def errors() -> dict[str, type[CoreError]]:
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: dict[str, type[CoreError]] = {}
    waiting: list[type[CoreError]] = [CoreError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("core."):
            found[kind.__name__] = kind
    return found


def test_every_error_of_core_has_its_sentence_with_the_same_facts():
    english = written("en", "errors")
    kinds = errors()
    assert set(english) == set(kinds)
    for name, kind in kinds.items():
        assert fields(english[name]) == fields(kind.message), name


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
