"""Two players: what the generator makes, what it covers, and what the critic looks at."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.coverage import Coverage
from core.data.sequences import Sequences
from core.engines import record
from core.make import adversarial
from core.make.judging import held_against_real, real
from core.make.shipped import Shipped
from dashboard import figures, state, widgets
from dashboard.cache.making import SHOWN, Sampled, played
from dashboard.figures.by_step import Along
from dashboard.figures.sequences import Row
from dashboard.i18n import t
from dashboard.views.make import settings
from dashboard.views.make.film import film
from dashboard.views.make.insides import insides
from dashboard.views.make.rows import show_rows
from dashboard.widgets.opening import folded

_NOTHING = "–"
"""Under what looks like nothing real."""


def draw(of: str) -> None:
    """Draw what was made, how much of the real it covers, and the rest folded."""
    found = settings.network("adversarial", of)
    drawn = played(of, seed=state.get(settings.SEED))
    place = state.fit(settings.PLACE, high=2 * SHOWN - 1)
    st.markdown(coverage_sentence(drawn.found, of=found.of))
    rows = [
        Row(t("make.row.generated" if at == 0 else "make.row.more"),
            drawn.made[at * SHOWN : (at + 1) * SHOWN], 0,
            captions(drawn.found, of=found.of)[at * SHOWN : (at + 1) * SHOWN],
            place - at * SHOWN if 0 <= place - at * SHOWN < SHOWN else None)
        for at in range(2)
    ]  # fmt: skip
    show_rows(rows, of=found.of, key="generated")
    with st.container(horizontal=True, vertical_alignment="bottom", key="make-generated"):
        settings.another(t("make.other.noise"), key="make-noise")
        st.number_input(
            t("make.place"), 1, 2 * SHOWN, help=t("make.place.help"), width=170,
            **state.bind(settings.PLACE, showing=place + 1, put=_chosen),
        )  # fmt: skip
    _coverage(drawn, of=found.of)
    _look(found, drawn, place=place)
    _between(found, drawn, place=place)
    film(found, measure="effective kinds")
    generator, _ = adversarial.players(found.model)
    trace = record(generator, drawn.noise[place : place + 1])
    insides(trace, what=t("make.adversarial.inside", place=place + 1))


def _chosen(shown: int) -> None:
    state.put(settings.PLACE, int(shown) - 1)


def coverage_sentence(found: Coverage, *, of: Sequences) -> str:
    """Say how much of what was made looks real, and whether its modes have collapsed."""
    names, kinds = settings.kind_names(of), len(of.kinds)
    facts = {
        "made": len(found.convincing),
        "share": f"{found.share:.0%}",
        "reached": found.reached,
        "kinds": kinds,
        "effective": f"{found.effective:.1f}",
        "most": names[int(found.counts.argmax())],
        "often": f"{found.counts.max() / max(1, found.counts.sum()):.0%}",
    }
    if found.reached == 0:
        return t("make.coverage.none", **facts)
    missing = [name for name, count in zip(names, found.counts, strict=True) if count == 0]
    if missing:
        return t("make.coverage.missing", missing=", ".join(missing), **facts)
    collapsed = found.effective < kinds / 2
    return t("make.coverage.collapsed" if collapsed else "make.coverage.all", **facts)


def captions(found: Coverage, *, of: Sequences) -> list[str]:
    """Return the sign of the kind that each is convincing as."""
    return [_NOTHING if kind < 0 else of.signs[kind] for kind in found.kinds]


def _coverage(drawn: Sampled, *, of: Sequences) -> None:
    covered = t("make.covered", share=f"{drawn.found.covered:.0%}")
    with folded(t("make.kinds"), covered, key="make-kinds") as wanted:
        if not wanted:
            return
        st.caption(t("make.kinds.help"))
        picture = figures.kinds(drawn.found, names=settings.kind_names(of), **widgets.look())
        widgets.show(picture, name="kinds")


def _look(found: Shipped, drawn: Sampled, *, place: int) -> None:
    """What the critic says of one that was made, and of the real one most like it."""
    _, critic = adversarial.players(found.model)
    examples, _ = real(found.of.name)
    twin = examples[drawn.found.nearest[place]]
    both = np.stack([drawn.made[place], twin])
    seen = adversarial.look(critic, both)
    most = int(seen.strength[0].argmax())
    feature = int(np.abs(seen.slopes[0, most]).argmax())
    said = t(
        f"make.look.{'doubts' if seen.verdicts[0] < seen.verdicts[1] else 'believes'}",
        made=f"{seen.verdicts[0]:.2f}", real=f"{seen.verdicts[1]:.2f}", step=most + 1,
        feature=settings.feature_names(found.of)[feature],
        way=t(f"make.look.{'up' if seen.slopes[0, most, feature] > 0 else 'down'}"),
    )  # fmt: skip
    with folded(t("make.look"), said, key="make-look") as wanted:
        if not wanted:
            return
        names = t("make.row.this", place=place + 1), t("make.row.twin")
        show_rows([Row(names[0], both[:1], 0), Row(names[1], both[1:], None)],
                  of=found.of, key="looked")  # fmt: skip
        steps = np.arange(1, found.of.steps + 1)
        for key, values in (("scores", seen.scores), ("strength", seen.strength)):
            lines = [Along(names[0], values[0], 0),
                     Along(names[1], values[1], None, "dash")]  # fmt: skip
            picture = figures.by_step(
                lines, places=steps, axis=t("figures.step"), title=t(f"make.{key}"),
                chosen=most + 1, **widgets.look(),
            )  # fmt: skip
            st.caption(t(f"make.{key}.help"))
            widgets.show(picture, name=f"critic_{key}")


def _between(found: Shipped, drawn: Sampled, *, place: int) -> None:
    """The way from one noise to the next, and where it leaves one kind for another."""
    generator, _ = adversarial.players(found.model)
    ends = drawn.noise[[place, place + 1]]
    made = record(generator, adversarial.between(ends, count=SHOWN)).outputs
    along = held_against_real(made, of=found.of)
    shown = captions(along, of=found.of)
    kinds = len({kind for kind in along.kinds if kind >= 0})
    seen = t("make.between.seen", kinds=kinds, lost=int((along.kinds < 0).sum()), count=SHOWN)
    with folded(t("make.between"), seen, key="make-between") as wanted:
        if not wanted:
            return
        name = t("make.row.between", one=place + 1, other=place + 2)
        show_rows([Row(name, made, 0, shown)], of=found.of, key="between")
