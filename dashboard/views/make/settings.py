"""What is made, by which network, and from what: the choices of the page."""

from __future__ import annotations

import streamlit as st

from core.data.sequences import SETS, Sequences
from core.make.diffusion import SCHEDULES
from core.make.shipped import Shipped, cards, shipped
from dashboard import state
from dashboard.fields import Choice, Number, Text, Whole
from dashboard.i18n import labels, t

PAGES = ("make",)
MAKERS = ("autoencoder", "adversarial", "diffusion")
MOST_STEPS = 64

SET = state.declare(Choice(name="makes", default="strokes", options=tuple(SETS), pages=PAGES))
MAKER = state.declare(Choice(name="maker", default="autoencoder", options=MAKERS, pages=PAGES))
SEED = state.declare(Whole(name="make_seed", default=0, low=0, high=999_999, pages=PAGES))
WORD = state.declare(Text(name="penned", default="neuron", limit=200, pages=PAGES))
FIRST = state.declare(
    Number(name="code1", default=0.0, low=-1e4, high=1e4, always=True, pages=PAGES)
)
SECOND = state.declare(
    Number(name="code2", default=0.0, low=-1e4, high=1e4, always=True, pages=PAGES)
)
NOISE = state.declare(Number(name="noise", default=0.3, low=0.0, high=2.0, pages=PAGES))
PLACE = state.declare(Whole(name="made", default=0, low=0, high=999, pages=PAGES))
SCHEDULE = state.declare(
    Choice(name="schedule", default="cosine", options=tuple(SCHEDULES), pages=PAGES)
)
STEPS = state.declare(Whole(name="noise_steps", default=32, low=2, high=MOST_STEPS, pages=PAGES))
TIME = state.declare(Whole(name="noise_step", default=8, low=0, high=MOST_STEPS, pages=PAGES))
MOMENT = state.declare(Whole(name="make_epoch", default=10_000, low=0, high=10_000, pages=PAGES))


def pick() -> tuple[str, str]:
    """Draw how and what is made, in one line; return both."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="make-controls"):
        makers = tuple(maker for maker in MAKERS if sets_of(maker))
        maker = _offered(MAKER, makers)
        st.segmented_control(
            t("make.maker"), makers, format_func=labels("make", "maker").__getitem__,
            required=True, label_visibility="collapsed", **state.bind(MAKER, showing=maker),
        )  # fmt: skip
        sets = sets_of(maker)
        of = _offered(SET, sets)
        st.segmented_control(
            t("make.set"), sets, format_func=labels("make", "set").__getitem__,
            required=True, label_visibility="collapsed", **state.bind(SET, showing=of),
        )  # fmt: skip
    return maker, of


def sets_of(maker: str) -> tuple[str, ...]:
    """Return the sets that a network ships for that makes them so."""
    made = {card["makes"] for card in cards() if card["maker"] == maker}
    return tuple(name for name in SETS if name in made)


def _offered(field: Choice, offered: tuple[str, ...]) -> str:
    """The choice, or the first there is where nothing ships for it."""
    return state.get(field) if state.get(field) in offered else offered[0]


def another(label: str, *, key: str) -> None:
    """Draw a button that takes the next seed."""

    def following() -> None:
        state.put(SEED, (state.get(SEED) + 1) % (SEED.high + 1))

    st.button(label, icon=":material/casino:", on_click=following, key=key)


def kind_names(of: Sequences) -> tuple[str, ...]:
    """Return what the kinds of a set are called in the reader's language."""
    if of.name == "strokes":
        return of.kinds
    named = labels("make", f"kind.{of.name}")
    return tuple(named[kind.replace(" ", "_")] for kind in of.kinds)


def feature_names(of: Sequences) -> tuple[str, ...]:
    """Return what the numbers of a step are called in the reader's language."""
    named = labels("make", "feature")
    return tuple(named[feature] for feature in of.features)


def network(maker: str, of: str) -> Shipped:
    """Return the network that ships for it."""
    return shipped(f"{maker}-{of}")
