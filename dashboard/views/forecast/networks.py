"""Networks that can forecast the chosen series: those that ship, and runs trained on it."""

from __future__ import annotations


def networks() -> tuple[str, ...]:
    """Return their names."""
    return ()


def network_labels() -> dict[str, str]:
    """Return what they are called."""
    return {}
