"""Weights drawn from a seed, with the settings that the reader chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core import data
from core.model import Model
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins.bundled import first_samples


@dataclass(frozen=True)
class Untrained:
    """A model that has learned nothing."""

    picks_cell: bool = True

    @property
    def label(self) -> str:
        """That it has learned nothing."""
        return t("reading.task.untrained")

    @property
    def cells(self) -> tuple[str, ...]:
        """All that there are."""
        return state.CELLS

    def model(self, text: str, *, cell: str | None = None, **settings: Any) -> Model:
        """Return a model that knows the tokens of the text; `settings` overrule the chosen."""
        split: Any = state.get(state.SPLIT)
        cell = cell or state.get(state.CELL)
        return cache.untrained(cell, words=text, split=split, **chosen_settings() | settings)

    def samples(self) -> tuple[str, ...]:
        """Return those of the task that the pages begin with."""
        return first_samples()

    def is_sample(self, text: str) -> bool:
        """Whether it is one of those, in any language."""
        return text in data.TASKS[state.TASK.default].samples


def chosen_settings() -> dict[str, Any]:
    """Return the settings of an untrained model, as `core.new_model` takes them."""
    own = state.get(state.ACTIVATION)
    return {
        "seed": state.get(state.SEED),
        "units": (state.get(state.UNITS),) * state.get(state.LAYERS),
        "bidirectional": state.get(state.BOTH_WAYS),
        "initialiser": state.get(state.INITIALISER),
        "scale": state.get(state.SCALE),
        "spread": state.get(state.SPREAD),
        "forget_bias": state.get(state.FORGET_BIAS),
        "activation": "" if own == state.OWN else own,
        "reset_after": state.get(state.RESET_AFTER),
    }
