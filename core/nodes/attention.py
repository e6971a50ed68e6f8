"""Attention: for each step of one text, a mixture of the steps of another.

    A = softmax(S) over the keys,  y_q = Σ_k A_qk v_k

S_qk says how well key k answers query q: q · k, scaled or not (Luong et al. 2015); w Σ tanh(c (q +
k)), Keras's "concat"; or Σ s ⊙ tanh(q + k) (Bahdanau et al. 2015), `AdditiveAttention`. It reads
query, value, and key where that is not the value, in Keras's order. A step of the value that is
masked is left out, one of the query gives zeros; with `causal`, no query sees a later key. Scores
and weights are recorded, (batch, query, key). Cost: the additive forms make numbers for every
pair of steps and every feature.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import numpy as np

from core import activations
from core.activations import Array
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes.base import Back, Contribution, Node, NodeTrace
from core.nodes.checks import check_name, check_shape
from core.nodes.flow import MAIN, Flow, Mask, Spec

_AXES = {"scores": ("batch", "query", "key"), "weights": ("batch", "query", "key")}
_FAR = 1e9
"""What Keras takes from the score of a key that is left out."""
Pairs = tuple[Array, Array, Mapping[str, Array]]
"""∂loss/∂query, ∂loss/∂key, and for each weight what each query adds to its gradient."""


@dataclass(frozen=True, eq=False)
class _Attention(Node):
    causal: bool

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The value's features at the query's steps."""
        if len(read) not in (2, 3):
            what = f"{self.name} of {len(read)} things"
            raise UnsupportedModel(what=what, why="it reads query, value, and perhaps key")
        for spec in read:
            self.check_steps(spec)
        query, value, key = read[0], read[1], read[-1]
        if query.features != key.features:
            found, expected = (key.features,), (query.features,)
            raise ShapeMismatch(what=f"key of {self.name}", found=found, expected=expected)
        self.check_features(query)
        return {MAIN: replace(query, features=value.features)}

    @abstractmethod
    def scores(self, query: Array, key: Array) -> Array:
        """S, (batch, query, key)."""

    @abstractmethod
    def scores_back(self, d: Array, query: Array, key: Array) -> Pairs:
        """From ∂loss/∂S."""

    def run(self, *read: Flow) -> NodeTrace:
        """Y (batch, query, features)."""
        query, value, key = read[0], read[1], read[-1]
        scores = self.scores(query.values, key.values)
        left = self._left(scores.shape, value.mask)
        if left is not None:
            scores = np.where(left, scores, scores - scores.dtype.type(_FAR))
        weights = activations.get("softmax")(scores)
        y = weights @ value.values
        if query.mask is not None:
            y = np.where(query.mask[..., None], y, 0).astype(y.dtype)
        recorded = {"scores": scores, "weights": weights}
        return self.trace(read, query.giving(y), recorded=recorded, axes=_AXES)

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To query, value and key."""
        query, value, key = run.read[0], run.read[1], run.read[-1]
        d, weights = self.arrived(gradients, run), run.recorded["weights"]
        if query.mask is not None:
            d = np.where(query.mask[..., None], d, 0).astype(d.dtype)
        d_value = weights.swapaxes(1, 2) @ d  # y = A v
        d_weights = d @ value.values.swapaxes(1, 2)  # y = A v
        d_scores = activations.get("softmax").backward(  # A = softmax(S)
            d_weights, outputs=weights, inputs=run.recorded["scores"]
        )
        d_query, d_key, parts = self.scores_back(d_scores, query.values, key.values)
        inputs = (d_query, d_value + d_key) if len(run.read) == 2 else (d_query, d_value, d_key)
        gives = {
            name: Contribution(
                np.asarray(each.sum(axis=(0, 1))), partial(np.sum, each, axis=0), once=False
            )
            for name, each in parts.items()
        }
        return Back(inputs, self.contributions(**gives), {"scores": d_scores, "weights": d_weights})

    def _left(self, shape: tuple[int, ...], mask: Mask | None) -> Mask | None:
        """Which pairs count, as (batch or 1, query or 1, key); None where all do."""
        left = None if mask is None else mask[:, None]
        if not self.causal:
            return left
        earlier = np.tri(shape[1], shape[2], dtype=bool)[None]
        return earlier if left is None else left & earlier


@dataclass(frozen=True, eq=False)
class Attention(_Attention):
    """S = `scale` · q kᵀ ("dot"), or w Σ tanh(`scale` · (q + k)) ("concat").

    `scale` () is None where nothing scales; `concat_score_weight` w () is there for "concat".
    """

    scale: Array | None = None
    concat_score_weight: Array | None = None
    score_mode: str = "dot"

    kind: ClassVar[str] = "attention"
    title: ClassVar[str] = "Attention"
    optional: ClassVar[tuple[str, ...]] = ("scale", "concat_score_weight")
    settings: ClassVar[tuple[str, ...]] = ("causal", "score_mode")

    def __post_init__(self) -> None:
        check_name("score mode", self.score_mode, ("dot", "concat"))
        for name, array in self.parameters().items():
            check_shape(name, array, ())
        if (self.concat_score_weight is None) == (self.score_mode == "concat"):
            why = "the concat score, and it alone, has a weight"
            raise UnsupportedModel(what=f"{self.name}/concat_score_weight", why=why)

    def scores(self, query: Array, key: Array) -> Array:
        """S, (batch, query, key)."""
        if self.concat_score_weight is None:
            products = query @ key.swapaxes(1, 2)
            return products if self.scale is None else products * self.scale
        return self.concat_score_weight * self._squashed(query, key).sum(axis=-1)

    def scores_back(self, d: Array, query: Array, key: Array) -> Pairs:
        """From ∂loss/∂S."""
        scale = 1 if self.scale is None else self.scale
        if self.concat_score_weight is None:
            along = (d * (query @ key.swapaxes(1, 2))).sum(axis=-1)
            d = d * scale  # S = scale · q kᵀ
            parts = {} if self.scale is None else {"scale": along}
            return d @ key, d.swapaxes(1, 2) @ query, parts
        squashed = self._squashed(query, key)
        parts = {"concat_score_weight": (d * squashed.sum(axis=-1)).sum(axis=-1)}
        into = d[..., None] * self.concat_score_weight * (1 - squashed**2)  # S = w Σ tanh(u)
        if self.scale is not None:  # u = scale · (q + k)
            together = query[:, :, None] + key[:, None]
            parts["scale"] = (into * together).sum(axis=(-1, -2))
        into = into * scale
        return into.sum(axis=2), into.sum(axis=1), parts

    def _squashed(self, query: Array, key: Array) -> Array:
        together = query[:, :, None] + key[:, None]
        return np.tanh(together if self.scale is None else self.scale * together)


@dataclass(frozen=True, eq=False)
class AdditiveAttention(_Attention):
    """S = Σ `scale` ⊙ tanh(q + k): `scale` (features,), None where all features count alike."""

    scale: Array | None = None

    kind: ClassVar[str] = "additive_attention"
    title: ClassVar[str] = "AdditiveAttention"
    optional: ClassVar[tuple[str, ...]] = ("scale",)
    settings: ClassVar[tuple[str, ...]] = ("causal",)

    def __post_init__(self) -> None:
        if self.scale is not None and self.scale.ndim != 1:
            what = f"{self.name}/scale"
            raise ShapeMismatch(what=what, found=self.scale.shape, expected="(features,)")

    @property
    def features(self) -> int | None:
        """The number of features of query and key."""
        return None if self.scale is None else self.scale.shape[0]

    def scores(self, query: Array, key: Array) -> Array:
        """S, (batch, query, key)."""
        squashed = np.tanh(query[:, :, None] + key[:, None])
        return (squashed if self.scale is None else self.scale * squashed).sum(axis=-1)

    def scores_back(self, d: Array, query: Array, key: Array) -> Pairs:
        """From ∂loss/∂S."""
        squashed = np.tanh(query[:, :, None] + key[:, None])
        spread = d[..., None]
        parts = {} if self.scale is None else {"scale": (spread * squashed).sum(axis=2)}
        scale = 1 if self.scale is None else self.scale
        into = spread * scale * (1 - squashed**2)  # S = Σ scale ⊙ tanh(q + k)
        return into.sum(axis=2), into.sum(axis=1), parts
