"""The cell's diagram at every width: its words stand in their boxes, and nothing spills out."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenVisitor

PATIENCE = 30_000
BELOW_THE_PAGE = r"answer 404: \S+/_stcore/|console: Failed to load resource.*/_stcore/"
CHART = ".st-key-chart-cell .js-plotly-plot"
# Words that lie on other words, or that leave the drawing, with a pixel's grace.
SPILLS = """plot => {
  const frame = plot.querySelector('.main-svg').getBoundingClientRect();
  const words = [...plot.querySelectorAll('.annotation-text')]
    .map(text => ({ said: text.textContent, box: text.getBoundingClientRect() }))
    .filter(({ said, box }) => said && box.width);
  const out = words.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1);
  const over = words.flatMap((one, at) => words.slice(at + 1).filter(other =>
    Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left) > 1 &&
    Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top) > 5)
    .map(other => [one.said, other.said]));
  const gates = words.filter(({ said }) => /gate|게이트/.test(said)).map(({ box }) => box.width);
  return { out: out.map(({ said }) => said), over, widest: Math.max(0, ...gates),
    scale: plot._fullLayout.xaxis._length / plot._fullLayout.xaxis.range[1] };
}"""


@pytest.mark.parametrize(("cell", "box"), [("lstm", 84), ("gru", 96)])
def test_words_stand_in_their_boxes_at_every_width(
    cell: str, box: int, open_visitor: OpenVisitor
) -> None:
    for width, locale in ((1280, "en-US"), (1024, "en-US"), (390, "ko-KR")):
        visitor = open_visitor(viewport={"width": width, "height": 800}, locale=locale)
        visitor.allow(BELOW_THE_PAGE)
        page = visitor.visit(
            "gates", task="untrained", cell=cell, units="4", split="character", text="abc"
        )
        chart = page.locator(CHART)
        chart.wait_for(timeout=PATIENCE)
        chart.scroll_into_view_if_needed(timeout=PATIENCE)
        found = chart.evaluate(SPILLS)
        assert found["out"] == [], width
        assert found["over"] == [], width
        assert 0 < found["widest"] <= box * found["scale"] - 4, (width, found)
