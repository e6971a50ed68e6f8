"""The table in which token ids are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.activations import Array
from core.errors import ShapeMismatch


@dataclass(frozen=True, eq=False)
class Embedding:
    """Token ids to features: row `id` of `weights` (vocabulary, features).

    With `mask_zero`, id 0 is padding: every later layer skips those steps.
    """

    name: str
    weights: Array
    mask_zero: bool = False

    def __post_init__(self) -> None:
        if self.weights.ndim != 2:
            expected = "(vocabulary, features)"
            raise ShapeMismatch(what=self.name, found=self.weights.shape, expected=expected)

    @property
    def outputs(self) -> int:
        """The number of features."""
        return self.weights.shape[1]

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name."""
        return {f"{self.name}/weights": self.weights}

    def with_parameters(self, values: Mapping[str, Array]) -> Embedding:
        """The same stage with other weights; names not in `values` stay."""
        return replace(self, weights=values.get(f"{self.name}/weights", self.weights))
