from __future__ import annotations

import pytest

from core.text import decode
from core.text.lines import lines_of


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_lines_end_where_editors_end_them(end, inside):
    written = [f"one{inside}more", "", f"{inside}two"]
    assert lines_of(end.join(written)) == written
    assert lines_of(end.join(written) + end) == written


@pytest.mark.parametrize("inside", ["\x0c", "\x85", "\u2028"])
def test_damage_is_placed_in_the_line_that_an_editor_shows(inside):
    text = f"über{inside}alles Öl über Übel äöü\n".encode()
    damage = decode(text + b"\xff\n" + "gr\u00fc\u00dfe dich\n".encode() * 3).damage
    assert (damage.line, damage.lines) == (2, 1)
