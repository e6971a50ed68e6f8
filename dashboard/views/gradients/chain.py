"""One text of any length, read by up to three cells, and the gradients of one question about it.

Everything runs in float64, whatever the model was trained in: a gradient of 10⁻⁴⁰ then is a number
and not zero, and the page can say where float32 would have lost it. Each part is kept by
`dashboard.cache`, so that a knob costs what it changes: another clipping norm costs nothing,
another truncation one way back, another weight scale everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.analysis import questions
from core.analysis.vanishing import HalfLife, Norms
from core.gradients import Gradients
from core.losses import default_loss
from core.model import Model
from core.nodes import LayerTrace
from core.text import visible
from core.trace import Trace
from dashboard import cache, state
from dashboard.origins import Untrained, origin
from dashboard.views.gradients import knobs
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import About, about_cells
from dashboard.widgets.text import current_text


@dataclass(frozen=True, eq=False)
class Chain:
    """One cell's way along the text and back.

    `tokens` are those read, made visible; None where they were drawn at random. `answer` is the
    class that the loss asked for, None where it asked for the next tokens, or for other numbers.
    `digest` is that of the model as it is known, before its precision was raised.
    """

    cell: str
    model: Model
    trace: Trace
    gradients: Gradients
    tokens: tuple[str, ...] | None
    answer: int | None
    digest: str

    @property
    def layer(self) -> LayerTrace:
        """What the first recurrent layer did."""
        return self.trace.layers[0]

    @cached_property
    def norms(self) -> Norms:
        """‖∂loss/∂state_t‖ at each step."""
        return Norms.of(self.trace, self.gradients, layer=0)

    @cached_property
    def half_life(self) -> HalfLife:
        """The number that a person can quote."""
        return self.norms.half_life

    @property
    def overflowed(self) -> bool:
        """Whether the states, or the gradient on its way back, grew past the largest number."""
        back = self.gradients.layers[0].states["hidden"]
        return not (np.isfinite(self.layer.outputs).all() and np.isfinite(back).all())


def asked_for(cell: str, text: str) -> Model:
    """The model of one cell that the knobs ask for, as it is known everywhere."""
    source = origin(state.get(knobs.WEIGHTS))
    if isinstance(source, Untrained):
        own = {"units": (state.get(state.UNITS),), "bidirectional": False}
        return source.model(text, cell=cell, **own)
    return source.model(text, cell=cell)


def weights(cell: str, text: str) -> Model:
    """The same in float64, its readout where the loss is."""
    model = asked_for(cell, text)
    # What gathers all steps into one answer can be asked at the end alone.
    readout = "last" if model.pooled else state.get(state.LOSS_AT)
    return cache.precise(model, readout=readout)


def class_names(model: Model) -> tuple[str, ...]:
    """The names of the classes that can be asked for; () for a model that has none."""
    if questions.predicts_tokens(model) or questions.answers_numbers(model):
        return ()
    return classes_of(model) or tuple(map(str, range(questions.classes(model))))


def about_chains(chains: Mapping[str, Chain]) -> About:
    """Return what a picture of some cells' chains is about."""
    text = current_text() if state.get(knobs.SOURCE) == "text" else ""
    seen = about_cells(chains, task=state.get(knobs.WEIGHTS), text=text)
    return replace(seen, digests=tuple(each.digest for each in chains.values()))


def chain(cell: str, text: str) -> Chain:
    """Read the text, ask the question, and go back. Raises CoreError for a text of no tokens."""
    # Numbers that grow past all bounds are one of the answers here, and the page says so.
    with np.errstate(over="ignore", invalid="ignore"):
        return _chain(cell, text)


def _chain(cell: str, text: str) -> Chain:
    model, length = weights(cell, text), state.get(state.LENGTH)
    tokens: tuple[str, ...] | None = None
    if state.get(knobs.SOURCE) == "random":
        # One more than is read, for language models: the last one's successor is asked for too.
        ids = questions.random_tokens(model, length=length + 1, seed=state.get(state.SEED))
    else:
        encoded = cache.encoded(text, model)
        ids = questions.repeated(encoded.inputs[0], length=length + 1)
        seen = [visible(token) for token in encoded.tokens[:length]]
        tokens = tuple(seen[at % len(seen)] for at in range(length))
    run = cache.trace(model, ids[None, :-1])
    answer: int | None = None
    if class_names(model):
        chosen = knobs.answer_of(questions.classes(model))
        answer = questions.own_answer(run) if chosen == knobs.OWN else int(chosen)
    following = int(ids[-1]) if questions.predicts_tokens(model) else None
    found = cache.gradients(
        model,
        run,
        questions.targets(model, run, answer=following if answer is None else answer),
        loss=default_loss(model.activation),
        truncate=state.get(state.TRUNCATE) or None,
    )
    digest = asked_for(cell, text).digest
    return Chain(cell, model, run, found, tokens, answer, digest)
