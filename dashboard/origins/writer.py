"""A language model that ships and belongs to no task as an origin."""

from __future__ import annotations

from dataclasses import dataclass

from core.bundled.writers import writer
from core.model import Model
from dashboard.i18n import labels


@dataclass(frozen=True)
class OfWriter:
    """What was trained on a text that does not ship."""

    name: str
    picks_cell: bool = False

    @property
    def label(self) -> str:
        """Whose text it learned."""
        return labels("reading", "writer")[self.name]

    @property
    def cells(self) -> tuple[str, ...]:
        """Its own."""
        return (str(writer(self.name).card["cell"]),)

    def model(self, text: str, *, cell: str | None = None) -> Model:
        """Return it; it knows its own tokens, whatever the text is."""
        del text, cell
        return writer(self.name)

    def samples(self) -> tuple[str, ...]:
        """Return beginnings in its own language."""
        return tuple(writer(self.name).card["samples"])

    def is_sample(self, text: str) -> bool:
        """Whether it is one of them."""
        return text in self.samples()
