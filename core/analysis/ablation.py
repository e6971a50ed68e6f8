"""Which units does an answer need? Each is put out in turn, and the answer asked for again.

A unit that is put out is a gate or a state of it held at zero, or at its own mean over the text
(which takes away what it said of this text and leaves what it always says), at all steps or at some
of them: an `Intervention` on one unit, once for each unit. What the answer does then is the unit's
effect, before the activation of the readout and after it. Effects need not add up: two units that
say the same cover for one another. Of a hidden state that a dense readout reads once, put out at
the last step alone, they do: the sum of the effects is the bias less the answer.

Cost: one run of the layer and of what comes after it for all units side by side, as many sequences
as there are units, by the cell's equations line by line, in blocks of bounded memory; what comes
before the layer is taken from the record. Not chosen: a run for each unit, which pays for every
step's call as often as there are units (ten times slower at 32 units); gradients, which say what a
small change does and not what is left without the unit (`analysis/attribution.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.sequence import check_index, layer_of
from core.cells.replacing import Replacement, ReplacingLoop
from core.engines import record
from core.errors import ForeignTrace, OutOfRange, UnknownName, UnsupportedModel
from core.interventions import Intervention
from core.model import Model
from core.nodes import MAIN, Flow, Layer, LayerTrace, NodeTrace, Port, port
from core.nodes.layer_trace import in_reading_order
from core.threads import one_thread
from core.trace import Trace

Put = Literal["zero", "mean"]
PUTS: tuple[Put, ...] = get_args(Put)
ALL = "all"
"""In place of a gate or state: each of them, one after the other, in one ranking."""
Numbers = NDArray[np.float64]

_BLOCK = 32_000_000
"""Numbers that a block of units may record: 128 MB in float32."""


@dataclass(frozen=True, eq=False)
class Ablations:
    """One text's answer with each unit put out, and as it was.

    Attributes:
        who: (rows,), the gate or state of `layer` and the unit of it that was held: in a ranking of
            one quantity, a row is a unit.
        put: at "zero", or at its own "mean".
        steps: the time indices at which it was; None for all.
        step: the one at which the answer is asked; None for an answer that is given once.
        answers: (rows, outputs), what the model answers without each of them.
        raw: the same before the activation of the readout.
        answer: (outputs,), what it answers with all of them.
        raw_answer: the same before the activation.
    """

    who: tuple[tuple[str, int], ...]
    layer: str
    put: Put
    steps: tuple[int, ...] | None
    step: int | None
    answers: Numbers
    raw: Numbers
    answer: Numbers
    raw_answer: Numbers

    @property
    def quantity(self) -> str:
        """The gate or state that was held, ALL where there are several."""
        different = {quantity for quantity, _ in self.who}
        return different.pop() if len(different) == 1 else ALL

    def effects(self, output: int) -> Numbers:
        """How far each unit's loss moves one number of the answer, (rows,)."""
        return self.answers[:, output] - self.answer[output]

    def raw_effects(self, output: int) -> Numbers:
        """The same before the activation, where nothing saturates."""
        return self.raw[:, output] - self.raw_answer[output]

    def order(self, output: int) -> list[int]:
        """Rows, the one whose loss moves the answer furthest first."""
        return np.argsort(-np.abs(self.raw_effects(output)), kind="stable").tolist()

    def intervention(self, row: int) -> Intervention:
        """What was done to one unit, as `core.record` takes it."""
        value: float | Literal["mean"] = 0.0 if self.put == "zero" else "mean"
        quantity, unit = self.who[row]
        return Intervention(
            quantity=quantity, layer=self.layer, units=(unit,), steps=self.steps, value=value
        )


def ablations(
    model: Model,
    trace: Trace,
    *,
    layer: int | str = 0,
    quantity: str = "hidden",
    put: Put = "zero",
    steps: Sequence[int] | None = None,
    step: int = -1,
    batch: int = 0,
) -> Ablations:
    """The answer to sequence `batch` with each unit of one gate or state, or of ALL, put out.

    `steps` are the time indices at which it is, all unless given; `step` says when a model that
    answers at every step is asked, negative from the end. Raises ForeignTrace, UnknownName,
    OutOfRange, and UnsupportedModel for a model that does not answer or a run that was changed.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    if model.readout is None:
        raise UnsupportedModel(what="An ablation", why=f"{model.name} has no readout")
    if trace.interventions:
        raise UnsupportedModel(what="An ablation", why="the run was changed already")
    if put not in PUTS:
        raise UnknownName(kind="way to put a unit out", found=put, known=", ".join(PUTS))
    check_index("batch", batch, length=trace.batch)
    run = layer_of(trace, layer)
    known = (*run.gates, *run.states)
    if quantity not in (ALL, *known):
        what = f"gate or state of {run.name}"
        raise UnknownName(kind=what, found=quantity, known=", ".join(known))
    held = known if quantity == ALL else (quantity,)
    time = run.inputs.shape[1]
    places = None if steps is None else [check_index("step", at, length=time) for at in steps]
    asked = _asked(trace, step)
    raw, given = _answers(
        model, trace.nodes, gave=trace.outputs_by_port[model.output_ports[0]].values
    )
    rest = _Rest(model, trace, batch)
    found = [
        rest.answers(run, quantity=name, put=put, steps=places, units=units)
        for name in held
        for units in _blocks(trace, run)
    ]
    at = ... if asked is None else np.s_[:, asked]
    return Ablations(
        who=tuple((name, unit) for name in held for unit in range(run.units)),
        layer=run.name,
        put=put,
        steps=None if places is None else tuple(places),
        step=asked,
        answers=np.concatenate([answers[at] for _, answers in found]).astype(np.float64),
        raw=np.concatenate([before[at] for before, _ in found]).astype(np.float64),
        answer=given[at][batch].astype(np.float64),
        raw_answer=raw[at][batch].astype(np.float64),
    )


def against_recorder(
    model: Model, trace: Trace, found: Ablations, row: int, *, batch: int = 0
) -> float:
    """How far the answer without a unit is from that of `core.record` asked about it alone.

    The check: the same to float32 rounding, the largest of all outputs before the activation.
    """
    run = trace.layer(found.layer)
    alone = record(
        model,
        {name: array[batch : batch + 1] for name, array in trace.inputs_by_name.items()},
        mask=_given_mask(model, trace, batch=batch),
        initial_states={
            each.name: {
                name: state[batch : batch + 1] for name, state in each.initial_states.items()
            }
            for each in trace.layers
            if len(model.wiring.reads[each.name]) == 1
        },
        interventions=[replace(found.intervention(row), layer=run.name)],
    )
    raw, _ = _answers(model, alone.nodes, gave=alone.outputs_by_port[model.output_ports[0]].values)
    again = raw[0] if found.step is None else raw[0, found.step]
    return float(np.abs(again - found.raw[row]).max())


@dataclass(frozen=True, eq=False)
class _Rest:
    """A layer and all that comes after it, run again many times over on what was recorded."""

    model: Model
    trace: Trace
    batch: int

    def answers(
        self,
        run: LayerTrace,
        *,
        quantity: str,
        put: Put,
        steps: Sequence[int] | None,
        units: NDArray[np.intp],
    ) -> tuple[Array, Array]:
        """What is answered without each of `units`, before the activation and after it."""
        copies, time = len(units), run.inputs.shape[1]
        where = np.zeros((copies, time, run.units), bool)
        where[np.arange(copies), :, units] = True
        if steps is not None:
            where[:, np.setdiff1d(np.arange(time), steps)] = False
        values = np.zeros(run.units)
        if put == "mean":
            array = (run.states if quantity in run.states else run.gates)[quantity][self.batch]
            counted = slice(None) if run.mask is None else run.mask[self.batch]
            values = array[counted].mean(axis=0, dtype=np.float64)
        held = Replacement(
            in_reading_order(where, run.direction),
            in_reading_order(np.broadcast_to(values, where.shape), run.direction),
        )
        loop = ReplacingLoop({quantity: (held,)})
        flows: dict[Port, Flow] = {}
        nodes: dict[str, NodeTrace] = {}
        with one_thread(), np.errstate(over="ignore", invalid="ignore"):
            for node in self.model.nodes:
                reads = self.model.wiring.reads[node.name]
                if node.name != run.name and not any(name in flows for name in reads):
                    continue
                before = self.trace.nodes[node.name].read
                read = [
                    flows[reads[at]]
                    if at < len(reads) and reads[at] in flows
                    else self._repeated(flow, copies)
                    for at, flow in enumerate(before)
                ]
                if isinstance(node, Layer) and node.name == run.name:
                    nodes[node.name] = node.run(*read, loop=loop)
                else:
                    nodes[node.name] = node.run(*read)
                gave = nodes[node.name].gave
                flows |= {port(node.name, of): flow for of, flow in gave.items()}
        given = self.model.output_ports[0]
        if given in flows:
            return _answers(self.model, nodes, gave=flows[given].values)
        before_all, answers = _answers(
            self.model, self.trace.nodes, gave=self.trace.outputs_by_port[given].values
        )  # no way leads from the layer to the answer
        return _rows(before_all, self.batch, copies), _rows(answers, self.batch, copies)

    def _repeated(self, flow: Flow, copies: int) -> Flow:
        """One sequence of a flow, for each of some copies, without a copy in memory."""
        return replace(
            flow,
            values=_rows(flow.values, self.batch, copies),
            mask=None if flow.mask is None else _rows(flow.mask, self.batch, copies),
            imposed=None if flow.imposed is None else _rows(flow.imposed, self.batch, copies),
        )


def _rows(array: NDArray[Any], batch: int, copies: int) -> NDArray[Any]:
    repeated: NDArray[Any] = np.broadcast_to(array[batch], (copies, *array.shape[1:]))
    return repeated


def _answers(model: Model, nodes: Mapping[str, NodeTrace], *, gave: Array) -> tuple[Array, Array]:
    """The main output before its activation and after it; the same where it has none."""
    raw = nodes[model.output_node.name].before_activation
    return (gave if raw is None else raw), gave


def _asked(trace: Trace, step: int) -> int | None:
    if trace.outputs.ndim < 3:
        return None
    time = trace.outputs.shape[1]
    if not -time <= step < time:
        raise OutOfRange(what="step", found=step, expected=f"from {-time} to {time - 1}")
    return step % time


def _given_mask(model: Model, trace: Trace, *, batch: int) -> NDArray[np.bool_] | None:
    """The mask with which a sequence was read, (1, time), where there was one."""
    embedding = model.embedding
    mask = trace.mask if embedding is None else trace.nodes[embedding.name].gave[MAIN].mask
    if mask is None or mask.shape != trace.inputs.shape[:2]:
        return None
    return mask[batch : batch + 1]


def _blocks(trace: Trace, run: LayerTrace) -> list[NDArray[np.intp]]:
    """Units, as many together as the memory allows."""
    time = run.inputs.shape[1]
    numbers = sum(8 * each.units + each.inputs.shape[-1] for each in trace.layers) * 3
    numbers += trace.outputs.shape[-1]
    most = max(1, _BLOCK // int(time * numbers))
    every = np.arange(run.units)
    return [every[start : start + most] for start in range(0, run.units, most)]
