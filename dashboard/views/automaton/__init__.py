"""The finite automaton that a network's states walk on, beside the true one of its task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.analysis.automaton import Automaton, Likeness, likeness
from core.data import OPTIONS
from core.data.machines import Machine, machine
from dashboard import cache, figures, state, widgets
from dashboard.figures.automaton import Graph
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import lend, origin
from dashboard.origins.bundled import OfTask
from dashboard.origins.run import OfRun
from dashboard.views import Page
from dashboard.widgets import Reading, plain
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import about
from dashboard.widgets.corpus import pick_corpus
from dashboard.widgets.opening import folded
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="automaton", section="why", icon=":material/account_tree:", order=80)
SHOWN = "dyck1"
"""What the page begins with, unless something was chosen: networks that are this automaton."""


def render() -> None:
    """Draw the pickers, the automaton with the chosen step in it, a sentence, and the true one."""
    if not state.chosen(state.TASK):
        # The text that the pages begin with is of a task that no automaton does.
        lend(SHOWN, text=True)
    with st.container():
        reading = widgets.reading()
    every = clock()
    widgets.fragment(_explore, run_every=every)(reading, ticking=every is not None)


def _explore(reading: Reading, *, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="automaton-controls"):
            step = stepper(reading.tokens)
            texts = pick_corpus()
        with widgets.guard():
            with st.spinner(t("automaton.busy")):
                found = cache.automaton(reading.model, texts)
            _answer(reading, found, step=step)


def _answer(reading: Reading, found: Automaton, *, step: int) -> None:
    walk = found.walk(reading.passage.encoded.ids)
    before = walk[step - 1] if step else 0
    graph = graph_of(found, classes_of(reading.model))
    picture = figures.automaton(graph, at=walk[step], before=before, **widgets.look())
    own = found.states_of(reading.trace)
    told = walked(graph, own=own, walk=walk, tokens=reading.tokens, step=step)
    said = f"{told} {fidelity(found)}"
    widgets.show(picture, name="automaton", about=about(reading, step=step), said=said)
    st.container(key="automaton-said").markdown(said)
    st.caption(
        t(
            "automaton.cost", tokens=f"{len(found.read.states):,}", texts=f"{len(found.read):,}",
            clusters=len(found.centres), held=f"{found.held_out:,}",
            unseen=f"{100 * found.unseen:.3g}",
        )
    )  # fmt: skip
    true = _true()
    if true is None:
        return
    with folded(t("automaton.true"), t("automaton.true.see"), key="automaton-true") as wanted:
        if wanted:
            said = beside(likeness(found, true), true)
            st.markdown(said)
            picture = figures.automaton(graph_of_true(true), **widgets.look())
            widgets.show(picture, name="true-automaton", about=about(reading), said=said)


def graph_of(found: Automaton, classes: Sequence[str]) -> Graph:
    """Return what is drawn of an automaton: its states by number, with what is answered there."""
    answers = tuple(
        "–" if at < 0 else (classes[at] if at < len(classes) else str(at)) for at in found.answers
    )
    names = tuple(
        f"{number}: {answer}" if answer != "–" else f"{number}"
        for number, answer in enumerate(answers)
    )
    return Graph(found.moves, found.read.names, names, answers, found.transitions.visits)


def graph_of_true(true: Machine) -> Graph:
    """Return what is drawn of the true automaton of a task."""
    return Graph(
        true.moves, true.tokens, true.names, true.answers, np.ones(len(true), dtype=np.intp)
    )


def walked(
    graph: Graph, *, own: Sequence[int], walk: Sequence[int], tokens: Sequence[str], step: int
) -> str:
    """Say where a token led, and whether the network's own states lie there as well."""
    same = sum(mine == its for mine, its in zip(own, walk, strict=True))
    facts = {
        "token": plain(tokens[step], most=24),
        "step": step + FIRST,
        "before": plain(graph.names[walk[step - 1] if step else 0], most=24),
        "after": plain(graph.names[walk[step]], most=24),
        "same": same,
        "steps": len(walk),
    }
    stays = walk[step] == (walk[step - 1] if step else 0)
    return t("automaton.stays" if stays else "automaton.leads", **facts)


def fidelity(found: Automaton) -> str:
    """Say how well the automaton follows the network on texts that were held out."""
    facts = {
        "states": len(found),
        "fidelity": f"{100 * found.fidelity:.3g}",
        "chance": f"{100 * found.chance:.3g}",
        "follows": f"{100 * found.follows:.3g}",
    }
    return t("automaton.silent" if np.isnan(found.fidelity) else "automaton.fidelity", **facts)


def beside(alike: Likeness, true: Machine) -> str:
    """Say how the automaton lies beside the true one."""
    told = t(
        "automaton.alike",
        share=f"{100 * alike.share:.3g}",
        states=len(true),
        found=len(true) - len(alike.missing),
    )
    return told if true.whole else f"{told} {t('automaton.part')}"


def _true() -> Machine | None:
    found = origin()
    if isinstance(found, OfTask):
        return machine(found.name, OPTIONS.get(found.name))
    if isinstance(found, OfRun):
        return machine(found.run.config.data.source, found.run.config.data.options)
    return None
