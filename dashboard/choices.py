"""Every lasting choice that more than one file asks for, declared once.

A declaration says what may be chosen and what holds until somebody does; the values are held by
`dashboard.state`, where callers find these names too: `state.get(state.STEP)`. A page that has
choices of its own declares them at its top, `ORDER = state.declare(Choice(...))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from core import cells, data
from core.bundled.writers import writers
from core.initialise import INITIALISERS
from core.interventions import load_interventions
from core.text import MOST_CHARACTERS, MOST_TOKENS, PADDINGS, Scaling
from dashboard import i18n, reader
from dashboard.fields import Choice, Field, Flag, Names, Number, Text, Whole

AnyField = TypeVar("AnyField", bound=Field[Any])

FIELDS: dict[str, Field[Any]] = {}
"""Every field by its name, in the order of their declaration."""

CELLS = tuple(cells.CELLS)
OWN = "own"  # the cell's own activation
UNTRAINED = "untrained"
HOME = "home"  # the page without a path of its own
RUN = "run:"  # before the id of a run whose model is read
MODEL = "model:"  # before the id of a model that somebody brought
WRITER = "writer:"  # before the id of a language model that ships and belongs to no task
ALONE = (RUN, MODEL, WRITER)  # what has no sibling in every cell
FINAL = -1  # in place of an epoch: the run's own model, of its best epoch or its last
MOST_STEPS = 5_000  # the longest window; past it a picture has more columns than a screen


def declare(field: AnyField) -> AnyField:
    """Add a field to the table and return it. ValueError when its name or key is taken."""
    for other in FIELDS.values():
        same = other.name == field.name
        if (same and other.pages != field.pages) or (
            not same and field.key is not None and other.key == field.key
        ):
            raise ValueError(f"The field {field.name!r} clashes with {other.name!r}.")
    FIELDS[field.name] = field
    return field


def origins() -> tuple[str, ...]:
    """Return what a model may come from: a task, a writer that ships, nothing, a run that has
    finished an epoch (those that ship are the last), a model that was kept, or one that this
    session brought.

    What each means is said in `dashboard.origins`; another kind begins with a word of its
    own and a colon.
    """
    runs = (RUN + run.id for run in reader.store().runs_and_examples() if run.model_epochs)
    models = (*_of_session(), *(kept.id for kept in reader.shelf().models()))
    shipped = (*data.TASKS, *(WRITER + writer for writer in writers()))
    return (*shipped, UNTRAINED, *(MODEL + model for model in models), *runs)


_of_session: Callable[[], Iterable[str]] = tuple


def ask_session(source: Callable[[], Iterable[str]]) -> None:
    """Ask this function for the ids of the models that a session brought: no other sees them.

    `dashboard.state` gives the function once; here nothing knows of sessions.
    """
    global _of_session  # noqa: PLW0603 — the one wire between these choices and the session
    _of_session = source


# Everywhere
LANGUAGE = declare(Choice(name="lang", default="auto", options=("auto", *i18n.LANGUAGES)))

# What is read, and by which model
READING = (
    HOME,
    "gates",
    "memory",
    "paths",
    "dynamics",
    "intervene",
    "units",
    "automaton",
    "compare",
    "film",
)
TASK = declare(Choice(name="task", default="sentiment", options=origins))
# Which epoch's model of a run is read: 0 is the one before training.
EPOCH = declare(
    Whole(name="epoch", default=FINAL, low=FINAL, high=10_000, pages=(*READING, "gradients"))
)
CELL = declare(Choice(name="cell", default="lstm", options=CELLS))
# None stands for the task's sample. The limit is far past what is read: a text that is too long
# should reach the reading, which says so, and not be dropped on the way.
TEXT = declare(Text(name="text", default=None, limit=10 * MOST_CHARACTERS))
SPLIT = declare(Choice(name="split", default="word", options=("character", "word", "jamo")))
# Where a model of texts of one length has its padding; the first is what most have learned.
PADDING = declare(Choice(name="padding", default=PADDINGS[0], options=PADDINGS))
# What is done to the columns of a series before a model reads it, as `Scaling.to_text` says it.
SCALING = declare(Text(name="scaling", default=None, limit=100_000, check=Scaling.from_text))
LIMIT = declare(Whole(name="limit", default=MOST_TOKENS, low=10, high=MOST_STEPS))
START = declare(Whole(name="start", default=1, low=1, high=MOST_CHARACTERS))  # counts from 1

# An untrained model
SEED = declare(Whole(name="seed", default=0, low=0, high=999_999))
UNITS = declare(Whole(name="units", default=32, low=1, high=256))
LAYERS = declare(Whole(name="layers", default=1, low=1, high=3))
BOTH_WAYS = declare(Flag(name="both", default=False))
INITIALISER = declare(
    Choice(name="init", default="orthogonal", options=lambda: tuple(INITIALISERS))
)
FORGET_BIAS = declare(Number(name="fbias", default=1.0, low=-5.0, high=10.0))
SPREAD = declare(Number(name="spread", default=0.5, low=0.05, high=3.0))
SCALE = declare(Number(name="scale", default=1.0, low=0.05, high=4.0))
ACTIVATION = declare(
    Choice(
        name="act",
        default=OWN,
        options=(OWN, "tanh", "relu", "sigmoid", "softsign", "linear"),
    )
)
RESET_AFTER = declare(Flag(name="reset_after", default=True))

# Where one looks
LAYER = declare(Whole(name="layer", default=0, low=0, high=15, pages=READING))
STEP = declare(Whole(name="step", default=0, low=0, high=MOST_STEPS, pages=READING, always=True))
UNIT = declare(Whole(name="unit", default=0, low=0, high=1023, pages=READING, always=True))
# What is put in place of what a network would have computed, as `save_interventions` writes it
CHANGES = declare(
    Text(name="changes", default=None, limit=20_000, check=load_interventions, pages=("intervene",))
)

# Compare
COMPARED = declare(
    Names(name="cells", default=CELLS[:3], options=CELLS, most=3, pages=("compare", "gradients"))
)
MATCH = declare(
    Choice(name="match", default="units", options=("units", "parameters"), pages=("compare",))
)

# Gradients: a chain of steps with knobs, for up to three cells at once
LENGTH = declare(Whole(name="length", default=100, low=2, high=2000, pages=("gradients",)))
LOSS_AT = declare(
    Choice(name="loss_at", default="last", options=("last", "every"), pages=("gradients",))
)
TRUNCATE = declare(Whole(name="truncate", default=0, low=0, high=2000, pages=("gradients",)))
CLIP = declare(Number(name="clip", default=0.0, low=0.0, high=100.0, pages=("gradients",)))
