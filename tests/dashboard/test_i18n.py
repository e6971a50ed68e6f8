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
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import core
from core.errors import CoreError
from dashboard import i18n
from dashboard.i18n import particles

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

GLOSSARY = (CODE.parent / "docs" / "glossary.md").read_text(encoding="utf-8")
# What is right to differ from the glossary → the terms concerned.
DIFFERS: dict[str, tuple[str, ...]] = {
    "errors.KerasStopped": ("word",),  # last words: output
    "errors.OriginalFailed": ("word",),
    "figures.anatomy.input": ("text",),  # it may be numbers
    "heatmaps.hint": ("page",),  # keys of the keyboard
    "intervene.hint": ("page",),  # Page Up is a key
    "home.example.three.why": ("word",),  # 문장: they read one sentence
    "model.words.file.help": ("word",),  # a name in Keras
    "reasons.its starts, ends, axes and steps are not as many": ("step",),  # names in ONNX
    "reasons.unit": ("unit",),  # of a text: characters, words
    "run.examples": ("example",),  # a list of numbers, its label says of what
    "run.failed.unknown": ("word",),  # “no words for”
    "run.pace.number": ("example",),  # a number on a small card
    "runs.words": ("word",),  # 검색어: what is searched for
    "figures.feature.digit": ("number",),  # digits are 숫자
    "figures.cka.blank": ("blank",),  # an empty square of the figure
    "figures.gradient_heatmap.zeros": ("blank",),
    "figures.reach.zeros": ("blank",),
}
# What a particle, or the ending of “to be”, looks like when only one of its forms is written.
SINGLE = re.compile(
    r"(?:은|는|이|가|을|를|와|과|으로|로|이?라|이?나|이?란|이고|이며|이므로|이었|였|이?든|이?어야|여야|아|야)"
    r"(?=[^가-힣(]|$|서|써|부터|는|고|면|도|의|만|습니다)"
)
FIELD = "漢"  # stands for what a field is filled with: read aloud, but nobody knows how


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


def sentences(language: str) -> dict[str, str]:
    """Every string but those that stand for a reader's text, and those that stand in for others."""
    return {
        f"{section}.{name}": text
        for section in SECTIONS
        for name, text in written(language, section).items()
        if section != "plotly" and not re.fullmatch(r"example\..*\.(text|at)", name)
    }


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


def glossary() -> list[tuple[str, str, str]]:
    """The rows of docs/glossary.md: English terms, their Korean words, the words not to use."""
    rows = re.findall(r"^\| (.*?) \| (.*?) \| *(.*?) *\|.*\|$", GLOSSARY, flags=re.MULTILINE)
    return [row for row in rows if row[0] not in {"English", "---"}]


def in_prose(text: str) -> str:
    """A sentence without its fields, its code, and names of files and formulas."""
    text = re.sub(r"\{[^{}]*\}|`[^`]*`|'[a-z]+'", " ", text)
    return re.sub(r"\S*[._(∂][a-z]\S*", " ", text)


def any_of(words: str) -> str:
    return "|".join(re.escape(word) for word in words.split(", "))


def test_korean_sentences_use_the_words_of_the_glossary():
    english, korean = sentences("en"), sentences("ko")
    wrong = set()
    for term, words, avoided in glossary():
        asked = re.compile(rf"\b(?:{any_of(term)})s?\b", re.IGNORECASE)
        for key, said in korean.items():
            if term in DIFFERS.get(key, ()):
                continue
            if asked.search(in_prose(english[key])) and not re.search(any_of(words), said):
                wrong.add((key, f"“{term}” is {words}"))
            for word in filter(None, avoided.split(", ")):
                # Within a right word it is right: 텍스트 in 텍스트 파일, 쪽 in 오른쪽.
                right = [each for each in words.split(", ") if word in each]
                rest = re.sub(any_of(", ".join(right)), "", said) if right else said
                if re.search(rf"(?<![가-힣]){word}" if len(word) == 1 else word, rest):
                    wrong.add((key, f"{word}: “{term}” is {words}"))
    assert not wrong


def test_the_glossary_lists_no_difference_that_is_none():
    assert set(DIFFERS) <= every_key()
    assert {term for terms in DIFFERS.values() for term in terms} <= {row[0] for row in glossary()}


def test_no_field_is_followed_by_a_particle_of_one_form():
    fixed = {}
    for key, text in sentences("ko").items():
        marked = re.sub(r"\{[^{}]*\}", FIELD, particles.PARTICLE.sub(" ", text))
        for found in SINGLE.finditer(marked):
            before, _ = particles._read(marked[: found.start()])
            if before.endswith(FIELD):
                fixed[key] = text
    assert not fixed


def test_every_double_particle_is_one_that_is_known():
    # 는(은), 가(이), 로(으로): written another way round they would never be chosen.
    doubtful = re.compile(
        r"[은는이가을를와과로라나야]\((?:은|는|이|가|을|를|와|과|으로|로|아|야)\)"
    )
    for key, text in sentences("ko").items():
        assert not doubtful.search(particles.PARTICLE.sub("", text)), key


def test_what_scripts_fill_needs_no_particle():
    # In the browser nobody chooses: translate.js and the components put facts in by themselves.
    filled = re.compile(r"(?:streamlit|heatmaps|write\.text)\..*")
    for key, text in sentences("ko").items():
        assert not (filled.fullmatch(key) and particles.PARTICLE.search(text)), key


def test_bold_words_of_the_reader_end_before_a_sign():
    # Markdown closes no bold between a sign, such as a full stop in the word, and a letter.
    numbers = {"step", "count", "number", "numbers", "epoch", "at_once"}
    bold = re.compile(r"\{(\w+)[^{}]*\}[^*\s]*\*\*[가-힣]")
    ends = {key: set(bold.findall(text)) - numbers for key, text in sentences("ko").items()}
    assert not {key: names for key, names in ends.items() if names}
