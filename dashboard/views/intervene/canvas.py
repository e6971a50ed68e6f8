"""The canvas: the run as it was, the changed one, and their difference; one paints on any of them.

What is drawn out with the pointer is put in place at once, with what the brush holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.analysis.changes import Difference
from core.interventions import Intervention
from dashboard import cache, figures, i18n, state
from dashboard.components.heatmaps import Column, Painted, Panel, Picked, heatmaps, pack, themed
from dashboard.figures.recorded import Recorded, recorded, shared, symmetric
from dashboard.figures.theme import Mode
from dashboard.i18n import t
from dashboard.views.intervene.brush import brush
from dashboard.views.intervene.changes import Changed, add
from dashboard.widgets import Together
from dashboard.widgets.caption import about
from dashboard.widgets.chart import look
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.panels import panel
from dashboard.widgets.stepper import pause

KEY = "intervene-picture"
PANEL = 64  # pixels: three columns of six panels then still fit a screen


def picture(
    changed: Changed, found: Difference, *, layer: int, step: int, unit: int, said: str
) -> None:
    """Draw the canvas with its menu, the cursor at a step and a unit."""
    reading, mode = changed.reading, state.mode()
    whole = about(reading)

    def make() -> bytes:
        words = i18n.labels("heatmaps") | {"hint": t("intervene.hint")}
        return pack(
            _columns(changed, found, layer=layer, mode=mode),
            key=KEY,
            palette=themed(mode),
            words=words,
            file_name=whole.stem("intervene"),
            caption=whole.line("intervene"),
            panel_height=PANEL if changed.done else None,
            paints=True,
        )

    named = (
        *("intervene", reading.model.digest, cache.digest(reading.trace.inputs), reading.tokens),
        *(repr(changed.done), layer, mode, i18n.language(), whole),
    )
    twin = figures.changed(
        reading.trace,
        changed.trace,
        layer=layer,
        tokens=reading.tokens,
        names=(*found.replaced, *found.states),
        **look(),
    )
    arrays = Together({"original": reading.trace, "changed": changed.trace})
    seen = about(reading, step=step)
    with menu(
        twin, name="intervene", key=KEY, about=seen, arrays=arrays, shown="canvas", said=said
    ):
        heatmaps(
            cache.picture(*named, make=make),
            key=KEY,
            step=step,
            unit=unit,
            on_pick=_take,
            on_paint=lambda painted: _paint(painted, changed, layer=layer),
        )


def _take(picked: Picked) -> None:
    pause()
    state.put(state.STEP, picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)


def _paint(painted: Painted, changed: Changed, *, layer: int) -> None:
    """Put what the brush holds where it went; a rectangle over all is said as all."""
    held = brush()
    if held is None:
        return
    units = changed.reading.trace.layers[layer].units
    steps = changed.reading.trace.time
    add(
        Intervention(
            quantity=painted.panel,
            layer=layer,
            units=None if len(painted.units) == units else painted.units,
            steps=None if len(painted.steps) == steps else painted.steps,
            **held,
        )
    )


def _columns(changed: Changed, found: Difference, *, layer: int, mode: Mode) -> list[Column]:
    """The original alone while nothing is changed; then the changed one and the difference."""
    reading = changed.reading
    old = recorded(reading.trace.layers[layer])
    if not changed.done:
        panels = [panel(each, mode=mode, mean=False) for each in old]
        return [_column("original", "", reading.tokens, changed, panels, layer)]
    new = recorded(changed.trace.layers[layer])
    pairs = [shared(pair) for pair in zip(old, new, strict=True)]

    def painted(each: Recorded) -> Panel:
        return panel(each, mode=mode, mean=False, marked=found.replaced.get(each.name))

    less = [painted(_less(each, found)) for each in old]
    after = [painted(pair[1]) for pair in pairs]
    before = [panel(pair[0], mode=mode, mean=False) for pair in pairs]
    titles = i18n.labels("intervene", "column")
    return [
        _column("original", titles["original"], reading.tokens, changed, before, layer),
        _column("changed", titles["changed"], changed.tokens, changed, after, layer),
        _column("less", titles["less"], changed.tokens, changed, less, layer),
    ]


def _less(each: Recorded, found: Difference) -> Recorded:
    """The difference, about zero; one of nothing on the scale of what gates can be."""
    values = found.quantities[each.name]
    low, high = symmetric(values) if values.any() else (-1.0, 1.0)
    return Recorded(each.name, values, None, low, high)


def _column(
    key: str,
    title: str,
    tokens: Sequence[str],
    changed: Changed,
    panels: Sequence[Panel],
    layer: int,
) -> Column:
    run = changed.reading.trace.layers[layer]
    return Column(
        key=key,
        title=title,
        tokens=tokens,
        panels=panels,
        unknown=~changed.reading.passage.encoded.known,
        masked=() if run.mask is None else ~run.mask[0],
    )
