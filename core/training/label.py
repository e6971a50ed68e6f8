"""What people call a run: its name, its note, and what tells it apart where it has no name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """What people call a run, and what they noted.

    One that nobody named is called after what it computes, in the language of whoever looks.

    Attributes:
        name: what it is called; its id where nobody named it.
        note: what was noted.
        named: whether somebody named it.
        experiment: what the experiment is called that it is a part of, if that has a name.
        kind: "quick" for the quick form of a preset.
    """

    name: str = ""
    note: str = ""
    named: bool = True
    experiment: str = ""
    kind: str = ""

    def to_json(self) -> dict[str, str]:
        """Plain data, as it lies in label.json."""
        written = {"name": self.name if self.named else "", "note": self.note}
        rest = {"experiment": self.experiment, "kind": self.kind}
        return written | {key: text for key, text in rest.items() if text}

    @classmethod
    def from_json(cls, written: object, *, otherwise: str) -> Label:
        """What `to_json` gave; called by its id, `otherwise`, where it has no name or is broken."""
        if not isinstance(written, dict):
            return cls(otherwise, named=False)
        found = {key: written.get(key, "") for key in ("name", "note", "experiment", "kind")}
        facts = {key: text if isinstance(text, str) else "" for key, text in found.items()}
        return cls(**(facts | {"name": facts["name"] or otherwise}), named=bool(facts["name"]))
