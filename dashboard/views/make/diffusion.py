"""Diffusion: both ways under one slider, the schedule, and how many steps a sequence needs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.engines import record
from core.make import diffusion
from core.make.judging import real
from core.make.linear import error
from core.make.shipped import Shipped
from dashboard import figures, state, widgets
from dashboard.cache.making import COUNTS, SHOWN, diffused, way_back
from dashboard.figures.by_step import Along
from dashboard.figures.sequences import Row
from dashboard.i18n import labels, t
from dashboard.views.make import settings
from dashboard.views.make.adversarial import captions, coverage_sentence
from dashboard.views.make.film import film
from dashboard.views.make.insides import insides
from dashboard.views.make.rows import show_rows
from dashboard.widgets.opening import folded

_COLOURS = {"cosine": 0, "linear": 1}


def draw(of: str) -> None:
    """Draw both ways at the step of the slider, and the rest folded."""
    found = settings.network("diffusion", of)
    with st.container(horizontal=True, vertical_alignment="bottom", key="make-diffusion"):
        st.segmented_control(
            t("make.schedule"), settings.SCHEDULE.known(),
            format_func=labels("make", "schedule").__getitem__, required=True,
            **state.bind(settings.SCHEDULE),
        )  # fmt: skip
        st.number_input(
            t("make.steps"), settings.STEPS.low, settings.STEPS.high, width=130,
            help=t("make.steps.help"), **state.bind(settings.STEPS),
        )  # fmt: skip
        settings.another(t("make.other.noise"), key="make-noise")
        steps = state.get(settings.STEPS)
        at = state.fit(settings.TIME, high=steps)
        st.slider(
            t("make.time"), 0, steps, width=320, help=t("make.time.help"),
            **state.bind(settings.TIME),
        )  # fmt: skip
    _ways(found, at=at)
    _schedule(found, at=at)
    _counts(found)
    film(found, measure="effective kinds")


def _ways(found: Shipped, *, at: int) -> None:
    """The way there of real sequences, and the way back to made ones, at one step."""
    of, seed = found.of.name, state.get(settings.SEED)
    name, steps = state.get(settings.SCHEDULE), state.get(settings.STEPS)
    along = diffusion.schedule(name, steps=steps)
    back = way_back(of, schedule=name, steps=steps, seed=seed)
    moment = next(each for each in back if each.step == at)
    clean = real(of)[0][seed % 100 : seed % 100 + SHOWN]
    noise = np.random.default_rng(seed).standard_normal(clean.shape)
    kept = float(along.kept[at])
    there = diffusion.noised(clean, kept=np.full(len(clean), kept), noise=noise)
    end = back[-1].noisy
    st.markdown(
        t("make.ways.end", share=f"{np.sqrt(kept):.0%}") if at == 0 else
        t("make.ways.seen", step=at, steps=steps, alpha=f"{np.sqrt(kept):.0%}",
          sigma=f"{np.sqrt(1 - kept):.2f}", now=f"{error(end, moment.noisy):.3g}",
          guess=f"{error(end, moment.clean):.3g}")
    )  # fmt: skip
    rows = [
        Row(t("make.row.there", step=at), there, None),
        Row(t("make.row.back", step=at), moment.noisy, 0),
        Row(t("make.row.guess"), moment.clean, 1),
    ]
    show_rows(rows, of=found.of, key="ways")
    told = diffusion.level(np.array([kept]))
    x = np.asarray(moment.noisy[:1], np.float32)
    trace = record(found.model, {diffusion.NOISY: x, diffusion.LEVEL: told})
    insides(trace, what=t("make.diffusion.inside", step=at))


def _schedule(found: Shipped, *, at: int) -> None:
    steps = state.get(settings.STEPS)
    both = {name: diffusion.schedule(name, steps=steps) for name in settings.SCHEDULE.known()}
    half = {name: int(np.argmax(each.kept < 0.5)) for name, each in both.items()}
    named = labels("make", "schedule")
    seen = t("make.schedule.seen", steps=steps, **half)
    with folded(t("make.schedule.title"), seen, key="make-schedule") as wanted:
        if not wanted:
            return
        lines = [
            Along(t(f"make.schedule.{part}", name=named[name]), getattr(each, part),
                  _COLOURS[name], dash)
            for name, each in both.items()
            for part, dash in (("alpha", "solid"), ("sigma", "dash"))
        ]  # fmt: skip
        picture = figures.by_step(
            lines, places=np.arange(steps + 1), axis=t("figures.step"),
            title=t("make.schedule.axis"), chosen=at, **widgets.look(),
        )  # fmt: skip
        widgets.show(picture, name="schedule")


def _counts(found: Shipped) -> None:
    """What is made in one step, in two, in four …; computed on request."""
    with folded(t("make.counts"), t("make.counts.seen"), key="make-counts") as wanted:
        if not wanted:
            return
        name, seed = state.get(settings.SCHEDULE), state.get(settings.SEED)
        made = {
            count: diffused(found.of.name, schedule=name, count=count, seed=seed)
            for count in COUNTS
        }
        shares = {count: each.found.share for count, each in made.items()}
        best = max(shares, key=lambda count: shares[count])
        few = next(count for count in COUNTS if shares[count] >= 0.9 * shares[best])
        st.markdown(
            t("make.counts.sentence", best=best, share=f"{shares[best]:.0%}", few=few,
              one=f"{shares[1]:.0%}")
        )  # fmt: skip
        st.markdown(coverage_sentence(made[best].found, of=found.of))
        rows = [
            Row(t("make.row.count", count=count, share=f"{shares[count]:.0%}"),
                each.made[:SHOWN], 0, captions(each.found, of=found.of)[:SHOWN])
            for count, each in made.items()
        ]  # fmt: skip
        show_rows(rows, of=found.of, key="counts")
