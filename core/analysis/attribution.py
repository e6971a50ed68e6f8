"""Which tokens did the answer come from? Five methods, and what each of them leaves unexplained.

An attribution gives each step read a share of f(x) − f(x₀), with f the answer asked about, before
its activation, x what is read (after the embedding) and x₀ a baseline that stands for nothing:

    gradient × input        (x_t − x₀) · ∂f/∂x_t at x                       one way back
    integrated gradients    (x_t − x₀) · ∫₀¹ ∂f/∂x_t at x₀ + α(x − x₀) dα   Sundararajan et al. 2017
    occlusion               f(x) − f(x with x_t replaced by x₀)             Zeiler & Fergus 2014
    relevance               f(x) taken apart, sum by sum, x₀ = nothing      Arras et al. 2017
    decomposition           what x_t alone would have said, gates and all   Murdoch et al. 2018

`residual` is f(x) − f(x₀) less the sum of the shares. For integrated gradients it is 0 but for the
error of the integral (completeness); the others promise nothing, and it says by how much they miss.
The last two (`relevance`, `decomposition`, where their rules stand) part f(x) itself: f(x₀) is 0.
The integral is Gauss and Legendre's over `points` (exact for polynomials up to twice as many).

Cost: one run and one way back of as many sequences as there are points (steps, for occlusion), side
by side. Not chosen: a Riemann sum, which needs ten times as many points for the same residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.activations import Array
from core.analysis.decomposition import decomposition
from core.analysis.relevance import relevance
from core.analysis.sequence import check_index
from core.bptt import backprop_from
from core.engines import record
from core.errors import ForeignTrace, OutOfRange, ShapeMismatch, UnsupportedModel
from core.losses import Loss
from core.model import Model
from core.nodes import MAIN, Input, Mask
from core.trace import Trace

Method = Literal[
    "gradient_input", "integrated_gradients", "occlusion", "relevance", "decomposition"
]
METHODS: tuple[Method, ...] = get_args(Method)
PARTING = ("relevance", "decomposition")
"""Methods that part the answer itself, and know no other baseline than nothing."""
Numbers = NDArray[np.float64]
POINTS = 64
"""Where the integral is evaluated, unless asked otherwise."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """The share of each step, (time,), in what the model answers to a text.

    `answer` and `baseline` are f(x) and f(x₀), the number asked about before its activation;
    `output` is which one it is, `step` the time index at which it is asked, None for an answer
    that is given once. `features` (time, features) are the shares of the single features, None for
    methods that take whole steps.
    """

    method: Method
    shares: Numbers
    answer: float
    baseline: float
    output: int
    step: int | None
    features: Numbers | None = None

    @property
    def residual(self) -> float:
        """What the shares leave unexplained of f(x) − f(x₀)."""
        return self.answer - self.baseline - float(self.shares.sum())

    @property
    def order(self) -> list[int]:
        """The steps by their share, the one that speaks most for the answer first."""
        return [int(at) for at in np.argsort(-self.shares, kind="stable")]


def attribution(
    model: Model,
    trace: Trace,
    method: Method = "integrated_gradients",
    *,
    output: int = 0,
    step: int = -1,
    baseline: ArrayLike | None = None,
    points: int = POINTS,
    batch: int = 0,
) -> Attribution:
    """The share of each step of one text in one number of the answer.

    `output` is which number, `step` when, for a model that answers at every step; negative steps
    count from the end. `baseline` (features,), or (time, features), stands for nothing read: zeros
    unless given. Raises ForeignTrace, OutOfRange, ShapeMismatch, and UnsupportedModel for a model
    that reads or gives several things, or has
    parts for which a method has no rules.
    """
    asked = Question.of(model, trace, output=output, step=step, baseline=baseline, batch=batch)
    features: Numbers | None = None
    if method == "occlusion":
        shares = asked.answer - asked.answers(_without_each(asked))
    elif method == "relevance":
        features = asked.relevance()
        shares = features.sum(axis=1)
    elif method == "decomposition":
        shares = asked.decomposition()
    else:
        nodes, weights = _nodes(method, points)
        way = asked.features - asked.baseline
        along = asked.baseline + nodes[:, None, None] * way
        gradient = np.einsum("p,ptf->tf", weights, asked.gradients(along), dtype=np.float64)
        features = np.asarray(way * gradient)
        shares = features.sum(axis=1)
    start = 0.0 if method in PARTING else asked.answer_to_nothing
    return Attribution(method, shares, asked.answer, start, output, asked.step, features)


def attributions(
    model: Model, trace: Trace, *, output: int = 0, step: int = -1
) -> tuple[Attribution, ...]:
    """Those of all methods that have rules for this model; raises as `attribution` does else."""
    Question.of(model, trace, output=output, step=step)  # what none of them could answer
    found: list[Attribution] = []
    for method in METHODS:
        try:
            found.append(attribution(model, trace, method, output=output, step=step))
        except UnsupportedModel:
            if method not in PARTING:
                raise
    return tuple(found)


def _nodes(method: Method, points: int) -> tuple[Numbers, Numbers]:
    """Where gradients are taken on the way from nothing to the text, and their weights."""
    if method == "gradient_input":
        return np.ones(1), np.ones(1)
    if not 1 <= points <= 1000:
        raise OutOfRange(what="points", found=points, expected="from 1 to 1000")
    places, weights = np.polynomial.legendre.leggauss(points)
    return (places + 1) / 2, weights / 2


def _without_each(asked: Question) -> Array:
    """The text as often as it has steps, each time with another one of them taken out."""
    time = len(asked.features)
    texts = np.repeat(asked.features[None], time, axis=0)
    each = np.arange(time)
    texts[each, each] = asked.baseline[each]
    return texts


@dataclass(frozen=True, eq=False)
class Question:
    """One number of a model's answer to one text, as a function of what is read.

    `reader` is the model without its embedding; `features` (time, features) is what it read,
    `baseline` of the same shape.
    """

    reader: Model
    features: Array
    baseline: Array
    mask: Mask | None
    states: Mapping[str, Mapping[str, Array]]
    output: int
    step: int | None

    @classmethod
    def of(
        cls,
        model: Model,
        trace: Trace,
        *,
        output: int = 0,
        step: int = -1,
        baseline: ArrayLike | None = None,
        batch: int = 0,
    ) -> Question:
        """Raises as `attribution` does."""
        if trace.model_digest != model.digest:
            raise ForeignTrace
        if len(trace.inputs_by_name) > 1 or len(trace.outputs_by_port) > 1:
            why = f"{model.name} reads or gives several things"
            raise UnsupportedModel(what="An attribution", why=why)
        check_index("batch", batch, length=trace.batch)
        check_index("output", output, length=trace.outputs.shape[-1])
        place: int | None = None
        if trace.outputs.ndim == 3:
            time = trace.outputs.shape[1]
            if not -time <= step < time:
                raise OutOfRange(what="step", found=step, expected=f"from {-time} to {time - 1}")
            place = step % time
        embedding = model.embedding
        read = trace.inputs if embedding is None else trace.nodes[embedding.name].outputs
        features = read[batch]
        mask = trace.mask if embedding is None else trace.nodes[embedding.name].gave[MAIN].mask
        states = {
            run.name: {name: state[batch] for name, state in run.initial_states.items()}
            for run in trace.layers
            if len(model.wiring.reads[run.name]) == 1
        }
        start = np.zeros_like(features)
        if baseline is not None:
            given = np.asarray(baseline, features.dtype)
            if given.shape not in (features.shape, features.shape[1:]):
                raise ShapeMismatch(what="baseline", found=given.shape, expected=features.shape[1:])
            start = start + given
        kept = None if mask is None else mask[batch]
        return cls(_reader(model), features, start, kept, states, output, place)

    @property
    def answer(self) -> float:
        """f(x)."""
        return float(self.answers(self.features[None])[0])

    @property
    def answer_to_nothing(self) -> float:
        """f(x₀)."""
        return float(self.answers(self.baseline[None])[0])

    def answers(self, texts: Array) -> Numbers:
        """The number for each of some texts (texts, time, features)."""
        raw = _before_activation(self.reader, self._run(texts))
        return np.asarray(raw[self._at(len(texts))], np.float64)

    def gradients(self, texts: Array) -> Array:
        """Its gradient in everything that is read, (texts, time, features)."""
        run = self._run(texts)
        (given,) = run.outputs_by_port
        loss = Loss("answer", 0.0, self._asked(run))
        return backprop_from(self.reader, run, {given: loss}).inputs

    def relevance(self) -> Numbers:
        """The relevance of everything that is read, (time, features)."""
        run = self._run(self.features[None])
        return np.asarray(relevance(self.reader, run, self._asked(run))[0], np.float64)

    def decomposition(self) -> Numbers:
        """What each step says by itself, (time,)."""
        run = self._run(self.features[None])
        ((given, _),) = run.outputs_by_port.items()
        own = decomposition(self.reader, run)[given].own
        return np.asarray(own[self._at(len(own))], np.float64)

    def _asked(self, run: Trace) -> Array:
        """1 at the number that is asked about, before its activation, and 0 elsewhere."""
        asked = np.zeros_like(_before_activation(self.reader, run))
        asked[self._at(len(asked))] = 1
        return asked

    def _run(self, texts: Array) -> Trace:
        count = len(texts)
        mask = None if self.mask is None else np.broadcast_to(self.mask, (count, len(self.mask)))
        states = {
            layer: {
                name: np.broadcast_to(state, (count, *state.shape)) for name, state in of.items()
            }
            for layer, of in self.states.items()
        }
        return record(
            self.reader, texts.astype(self.reader.dtype), mask=mask, initial_states=states
        )

    def _at(self, count: int) -> tuple[NDArray[np.intp] | int, ...]:
        rows = np.arange(count)
        return (rows, self.output) if self.step is None else (rows, self.step, self.output)


def _before_activation(model: Model, run: Trace) -> Array:
    """What the answer's activation is applied to; the answer itself where there is none."""
    ((given, flow),) = run.outputs_by_port.items()
    raw = run.nodes[model.wiring.owners[given]].before_activation
    return flow.values if raw is None else raw


def _reader(model: Model) -> Model:
    """The model that reads what the embedding of this one hands on."""
    if model.embedding is None:
        return model

    entrance = model.wiring.reads[model.embedding.name]
    nodes = tuple(
        Input(node.name, width=node.outputs) if node is model.embedding else node
        for node in model.nodes
        if not (isinstance(node, Input) and node.name in entrance)
    )
    return replace(model, nodes=nodes, vocabulary=None)
