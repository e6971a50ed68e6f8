"""What lies behind the norms: units, single steps, forget gates, and the parameters' gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.analysis.clipping import Clipping, clip
from core.analysis.forgetting import cell_gradient
from core.analysis.series import spread
from core.cells import get
from dashboard import cache, figures, state
from dashboard.i18n import labels, t
from dashboard.views.gradients.chain import Chain, about_chains
from dashboard.views.gradients.lives import power
from dashboard.widgets.chart import look, show
from dashboard.widgets.chart_menu import Savable

MOST_JACOBIANS = 200
"""Steps whose Jacobian is computed: 2,000 of an LSTM would take three seconds."""


def units(found: Mapping[str, Chain], arrays: Savable) -> None:
    """Draw |∂loss/∂state_t| of one cell, units × steps."""
    st.caption(t("gradients.units.help"))
    each = _one_of(found, key="gradients-units-of")
    if _overflowed({each.cell: each}):
        return
    show(
        figures.gradient_heatmap(each.trace, each.gradients, tokens=each.tokens, **look()),
        name="gradient-units",
        key=f"gradient-units-{each.cell}",
        about=about_chains({each.cell: each}),
        arrays=arrays,
    )


def _one_of(found: Mapping[str, Chain], *, key: str) -> Chain:
    """Draw which of some cells is looked at, where there are several, and return it."""
    cells = list(found)
    usual = state.CELL.default if state.CELL.default in cells else cells[0]
    if len(cells) == 1:
        return found[usual]
    chosen = st.segmented_control(
        t("gradients.cells"),
        cells,
        default=usual,
        format_func=labels("quantity").__getitem__,
        required=True,
        label_visibility="collapsed",
        key=f"{key}-{'-'.join(cells)}",
    )
    return found[chosen or usual]


def jacobians(found: Mapping[str, Chain], arrays: Savable) -> None:
    """Draw the norm of each step's Jacobian."""
    st.caption(t("gradients.jacobian.help"))
    if _overflowed(found):
        return
    time = next(iter(found.values())).trace.time
    steps = spread(time, most=MOST_JACOBIANS)
    with st.spinner(t("gradients.jacobian.busy")):
        norms = {
            t(f"quantity.{cell}"): cache.jacobian_norms(each.model, each.trace, steps=steps)
            for cell, each in found.items()
        }
    first = next(iter(found.values()))
    show(
        figures.jacobian(
            norms,
            cells=list(found),
            time=time,
            tokens=first.tokens,
            **look(),
        ),
        name="jacobian",
        about=about_chains(found),
        arrays=arrays,
    )
    if len(steps) < time:
        st.caption(t("gradients.jacobian.some", shown=len(steps), total=time))


def forget_gates(found: Mapping[str, Chain], arrays: Savable) -> None:
    """Draw the product of what keeps a memory beside the true gradient of it."""
    kept = {cell: each for cell, each in found.items() if get(cell).memory is not None}
    if not kept:
        st.info(t("gradients.forgetting.none"), icon=":material/info:")
        return
    st.caption(t("gradients.forgetting.help"))
    each = _one_of(kept, key="gradients-forgetting-of")
    if _overflowed({each.cell: each}):
        return
    way = cell_gradient(each.layer, each.gradients.layer(each.layer.name))
    first = 0 if each.layer.direction == "forward" else -1
    true, along = float(way.true[first]), float(way.along_cell[first])
    said = ""
    if np.isfinite([true, along]).all() and true - along > 1:
        facts = {"true": power(10.0**true), "along": power(10.0**along)}
        said = t("gradients.forgetting.why", **facts)
        st.markdown(said)
    show(
        figures.forgetting(each.trace, each.gradients, tokens=each.tokens, **look()),
        name="forgetting",
        about=about_chains({each.cell: each}),
        arrays=arrays,
        said=said,
    )


def clipping(found: Mapping[str, Chain], arrays: Savable) -> None:
    """Say and draw what clipping does to the gradient of the parameters."""
    limit = state.get(state.CLIP)
    st.caption(t("gradients.clipping.help"))
    # Without a limit the lengths are still worth seeing.
    clips = {cell: clip(each.gradients, limit=limit or np.inf) for cell, each in found.items()}
    said = "  \n".join(_said(cell, each, limit) for cell, each in clips.items())
    st.markdown(said)
    titled = {t(f"quantity.{cell}"): each for cell, each in clips.items()}
    show(
        figures.clipping(titled, cells=list(clips), **look()),
        name="clipping",
        about=about_chains(found),
        arrays=arrays,
        said=said,
    )


def _overflowed(found: Mapping[str, Chain]) -> bool:
    """Say whose numbers have no picture, if there are such."""
    names = [t(f"quantity.{cell}") for cell, each in found.items() if each.overflowed]
    if names:
        st.info(t("gradients.overflow", cells=", ".join(names)), icon=":material/info:")
    return bool(names)


def _said(cell: str, found: Clipping, limit: float) -> str:
    name, before = t(f"quantity.{cell}"), power(found.norm)
    if not np.isfinite(found.norm):
        return t("gradients.clipping.broken", cell=name)
    if not limit:
        return t("gradients.clipping.off", cell=name, before=before)
    if not found.clipped:
        return t("gradients.clipping.kept", cell=name, before=before)
    after, factor = power(limit), power(found.factor)
    return t("gradients.clipping.done", cell=name, before=before, after=after, factor=factor)
