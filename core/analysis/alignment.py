"""Which steps of the source did a decoder look at, and what did it get from there?

    context_q = Σ_k weights_qk · value_k                     weights_q add up to 1 over the source

Read off the attention that a run recorded, if the graph has one between two texts (Bahdanau et al.
2015; Luong et al. 2015). A decoder without attention has what the encoder handed over at the end,
and nothing to be shown here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.analysis.sequence import check_index
from core.nodes import LayerTrace
from core.trace import Trace


@dataclass(frozen=True, eq=False)
class Alignment:
    """The attention of one sequence: `weights` (target, source), `values` (source, features) that
    it mixes, and `context` (target, features), the mixtures. `name` is the node's.
    """

    name: str
    weights: NDArray[np.floating]
    values: NDArray[np.floating]
    context: NDArray[np.floating]

    def most(self, step: int) -> tuple[int, float]:
        """The source step that a target step looked at most, and how much."""
        at = int(self.weights[step].argmax())
        return at, float(self.weights[step, at])

    @property
    def difference(self) -> float:
        """How far the recorded contexts are from the mixtures computed again."""
        again = self.weights.astype(np.float64) @ self.values
        return float(np.abs(again - self.context).max())


def alignment(trace: Trace, *, batch: int = 0) -> Alignment | None:
    """The attention from one text to another, the first where there are several; None without.

    Raises OutOfRange for a sequence that is not there.
    """
    check_index("batch", batch, length=trace.batch)
    for run in trace.nodes.values():
        known = run.axes.get("weights", ()) if not isinstance(run, LayerTrace) else ()
        if known[1:] == ("query", "key") and run.read[0].clock != run.read[1].clock:
            return Alignment(
                run.name,
                run.arrays["weights"][batch],
                run.read[1].values[batch],
                run.outputs[batch],
            )
    return None


def sides(trace: Trace) -> tuple[tuple[LayerTrace, ...], tuple[LayerTrace, ...]]:
    """The recurrent layers that read the first input's steps, and those that read others'."""
    source = next(iter(trace.inputs_by_name))
    encoders = tuple(layer for layer in trace.layers if layer.read[0].clock == source)
    return encoders, tuple(layer for layer in trace.layers if layer not in encoders)


@dataclass(frozen=True)
class Passage:
    """Target steps in a row that looked at one word of the source: `written` and `read` are
    (first, past the last), `share` of the attention.
    """

    written: tuple[int, int]
    read: tuple[int, int]
    share: float


def word_spans(tokens: Sequence[str], *, unit: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a source stand, (first, past the last): each token of a word tokenizer;
    else runs of letters and runs of digits, each with the blanks and signs behind it, at which a
    recurrent network still holds the word.
    """
    if unit == "word":
        return tuple((at, at + 1) for at in range(len(tokens)))
    kinds = [_kind(token) for token in tokens]
    starts = [0]
    for at in range(1, len(tokens)):
        within = next((kind for kind in kinds[starts[-1] : at] if kind), "")
        if kinds[at] and (not kinds[at - 1] or kinds[at] != within):
            starts.append(at)
    return tuple(zip(starts, [*starts[1:], len(tokens)], strict=True))


def passages(found: Alignment, words: Sequence[tuple[int, int]]) -> tuple[Passage, ...]:
    """The target, cut where another word of the source is looked at most."""
    shares = np.stack([found.weights[:, a:b].sum(axis=1) for a, b in words], axis=1)
    most = shares.argmax(axis=1)
    cuts = [0, *(np.flatnonzero(np.diff(most)) + 1).tolist(), len(most)]
    return tuple(
        Passage((a, b), words[int(most[a])], float(shares[a:b, most[a]].mean()))
        for a, b in pairwise(cuts)
        if b > a
    )


def _kind(token: str) -> str:
    """Of what a word is made: letters, or digits; "" for blanks and signs."""
    return "letter" if token.isalpha() else "digit" if token.isdigit() else ""
