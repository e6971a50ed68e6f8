"""The phrases of core's errors in Korean: those that core's code holds, and few besides.

The code is read, not run. A phrase is what is given as `why`, `what`, `expected` or `kind`, or what
is assigned to a name like that, with a number for each gap.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import core
from core.errors import UnsupportedTail
from core.importers.errors import BrokenFile
from core.training.errors import BrokenRun
from dashboard.i18n import labels, reasons, speak, t

CODE = Path(core.__file__).parent
PAGES = CODE.parent / "dashboard"
PHRASES = reasons.PHRASES | {"found"}
# Put together from parts that are no whole, or said to programmers alone.
APART = ("The operation '", "byte {0} (0x{1})")
# What the system says, through `OSError.strerror`.
SYSTEM = re.compile(r"[A-Z][a-z-]+(?: [a-z]+)+")


def templates(node: ast.expr) -> Iterator[str]:
    """What an expression may come to, with a number for each gap."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value.replace("{", "{{").replace("}", "}}")
    elif isinstance(node, ast.JoinedStr):
        gaps = iter(range(100))
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{next(gaps)}}}"
            for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from templates(node.body)
        yield from templates(node.orelse)


def in_code() -> dict[str, str]:
    """Phrase → where it stands."""
    found = {}
    for path in sorted((*CODE.rglob("*.py"), *PAGES.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [(each.arg, each.value) for each in node.keywords]
                if "refus" in ast.unparse(node.func):
                    given += [("why", each) for each in node.args]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                given = [(node.targets[0].id, node.value)]
            else:
                continue
            for name, value in given:
                for phrase in templates(value) if name in PHRASES else ():
                    if re.search(r"[a-z]{2,} [a-z]{2,}", re.sub(r"\{\d\}", "", phrase)):
                        found[phrase] = f"{path.relative_to(CODE.parent)}:{node.lineno}"
    return found


def test_phrases_of_core_have_their_korean():
    # One that has none is shown in English: a new refusal need not wait for its Korean, but not
    # many may.
    with speak("ko"):
        known = labels("reasons")
    phrases = in_code()
    missing = {
        phrase: place
        for phrase, place in phrases.items()
        if phrase not in known and not phrase.startswith(APART)
    }
    assert len(missing) * 30 <= len(phrases), missing


def test_phrases_that_core_no_longer_says_are_taken_out():
    code = "\n".join(
        path.read_text(encoding="utf-8") for root in (CODE, PAGES) for path in root.rglob("*.py")
    )
    words = re.sub(r'"\s*\n\s*f?"', "", code)  # strings that go on in the next line
    left = []
    for phrase in labels("reasons"):
        own = max(re.split(r"\{\d\}|\{\{|\}\}", phrase), key=len).strip()
        if own not in words and not SYSTEM.fullmatch(phrase):
            left.append(phrase)
    assert len(left) * 30 <= len(labels("reasons")), left


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BrokenRun(file="config.json", why="it is missing or holds no configuration"),
         "이 실행의 config.json 파일을 읽을 수 없습니다: 파일이 없거나 설정이 들어 있지 않습니다"),
        (BrokenFile(entry="layers", why="'dense' has no output 3"),
         "파일의 'layers' 부분이 손상되었습니다: 'dense'에는 출력 3이 없습니다."),
        (UnsupportedTail(what="The layer 'top' (Attention)", why="it reads numbers"),
         "층 'top'(Attention)은 지원하지 않습니다: 수를 읽습니다. "),
    ],
)  # fmt: skip
def test_errors_are_said_in_korean_throughout(error, expected):
    with speak("ko"):
        said = t(f"errors.{type(error).__name__}", **reasons.told(error.facts))
    assert said.startswith(expected)
    with speak("en"):
        assert reasons.told(error.facts) == error.facts


def test_a_readers_own_words_stay():
    facts = {"found": "model", "entry": "it is missing", "why": "Grüße aus dem Norden", "count": 3}
    with speak("ko"):
        assert reasons.told(facts) == facts
