from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import i18n
from dashboard.components.heatmaps import WORDS, mount


def page(scene: str, *, step: int = 0) -> AppTest:
    def script(scene: str, step: int) -> None:
        import streamlit as st

        from dashboard.components.heatmaps import heatmaps
        from tests.dashboard.components.scenes import LIGHT, SCENES

        picked = heatmaps(SCENES[scene](), key="maps", step=step, unit=2, palette=LIGHT)
        st.write(f"picked {picked}")

    return AppTest.from_function(script, args=(scene, step), default_timeout=60).run()


def protos(app: AppTest) -> dict[str, Any]:
    """What was sent to each of the two components."""
    found = {}
    for element in app.get("bidi_component"):
        proto = element.proto
        found[proto.component_name] = proto
    return found


def test_the_cursor_travels_apart_from_the_data() -> None:
    first, second = protos(page("sentence", step=1)), protos(page("sentence", step=9))
    data = [each["unrolled_heatmaps"].bytes for each in (first, second)]
    assert data[0] == data[1] != b""
    cursors = [json.loads(each["unrolled_heatmaps_cursor"].json) for each in (first, second)]
    assert cursors == [{"key": "maps", "step": step, "unit": 2} for step in (1, 9)]


def test_nothing_is_picked_before_somebody_picks() -> None:
    app = page("compare")
    assert not app.exception
    assert [element.value for element in app.markdown] == ["picked None"]


def test_every_part_of_the_script_is_sent() -> None:
    folder = Path(mount.__file__).parent / "script"
    alone = {"cursor_link"}  # the script of the other component
    assert {path.stem for path in folder.glob("*.js")} == {*mount.PARTS} | alone
    sent = mount.script(*mount.PARTS)
    assert sent.count("export default") == 1


@pytest.mark.parametrize("word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"])
def test_the_script_makes_no_markup_from_text(word: str) -> None:
    assert word not in mount.script(*mount.PARTS, "cursor_link")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    with i18n.speak(language):
        assert set(i18n.labels("heatmaps")) == set(WORDS)
