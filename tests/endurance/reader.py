"""What one reader does: types, opens pages, steps, brings a model, watches a run.

Each reader has words, a length and a model of its own, and after every action asks whether the page
speaks of those: what another's session leaves behind would be seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import core
from tests.endurance.session import Session, SessionFailed

WORDS = ("good", "bad", "funny", "boring", "wonderful", "film", "not", "but", "the", "was")


@dataclass
class Reader:
    """One session's plan; `seed` is also its name."""

    session: Session
    seed: int
    folder: Path
    run: str = ""
    """The id of a run to watch, if there is one."""
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.actions: dict[str, tuple[int, Callable[[], float]]] = {
            "text": (8, self.text),
            "gates": (3, self.gates),
            "step": (6, self.step),
            "compare": (2, self.compare),
            "gradients": (2, self.gradients),
            "model": (1, self.model),
            "run": (2, self.watch),
        }

    def act(self) -> tuple[str, float]:
        """Do something, by the weights above; its name and seconds."""
        names = list(self.actions)
        weights = [self.actions[name][0] for name in names]
        [name] = self.random.choices(names, weights)
        if name == "step" and self.session.page != "gates":
            name = "gates"  # there are steps on that page alone
        if name == "run" and not self.run:
            name = "text"
        return name, self.actions[name][1]()

    def text(self) -> float:
        """Edit the text on Home; the last of the sentences under it is about its last word."""
        session = self.session
        if session.page:
            session.open("", "lang=en")
        tokens = self._tokens()
        seconds = session.set("widget.text.line", string_value=" ".join(tokens))
        count = len(tokens)
        self._expect(f'["After ", false], ["{tokens[-1]}", true], [" ({count} of {count})')
        return seconds

    def gates(self) -> float:
        """Open Gates with a text of one's own."""
        return self._open("gates", text=" ".join(self._tokens()))

    def step(self) -> float:
        """Press the button that goes a step on, or back."""
        return self.session.set(self.random.choice(("step-on", "step-back")), trigger_value=True)

    def compare(self) -> float:
        """Open Compare with a text of one's own."""
        return self._open("compare", text=" ".join(self._tokens()))

    def gradients(self) -> float:
        """Open Gradients with a text of one's own."""
        return self._open("gradients", text=" ".join(self._tokens()))

    def model(self) -> float:
        """Bring a model that nobody else has; the card names its units."""
        units = 3 + self.seed
        path = self.folder / f"reader-{self.seed}.npz"
        if not path.exists():
            core.save_model(core.new_model("lstm", vocabulary=12, units=[units], seed=units), path)
        self.session.open("model", "lang=en")
        seconds = self.session.upload("model-file", path.name, path.read_bytes())
        self._expect(f"LSTM&#40;{units}&#41;")
        return seconds

    def watch(self) -> float:
        """Look at a run while it trains."""
        return self._open("train", run=self.run)

    def _tokens(self) -> list[str]:
        return [self.random.choice(WORDS) for _ in range(self.random.randint(2, 24))]

    def _open(self, page: str, **query: str) -> float:
        return self.session.open(page, urlencode({"lang": "en", **query}))

    def _expect(self, words: str) -> None:
        if words not in self.session.words:
            raise SessionFailed(
                f"reader {self.seed}: {words!r} is not on {self.session.page!r}, "
                f"which warns of {self.session.warnings}"
            )
