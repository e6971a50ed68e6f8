"""What a run is called: as somebody named it, else after what it computes.

Nothing is written down for a run that nobody named: a reader of Korean sees it in Korean, whoever
started it in whatever language.
"""

from __future__ import annotations

from core.errors import CoreError
from core.training.config import RunConfig
from core.training.run_folder import Run
from core.training.sources import SOURCES
from dashboard import cache
from dashboard.i18n import t


def run_name(run: Run) -> str:
    """Return what a run is called; its id where nobody named it and nobody can read it."""
    if run.is_example:
        cell = t(f"quantity.{cache.config(run).network.cell}")
        return t("run.example.name", cell=cell)
    label = run.label
    if label.named:
        return label.name
    try:
        config = cache.config(run)
    except CoreError:
        return label.name
    source = label.experiment or source_said(config)
    if label.kind == "quick":
        source = f"{source} {t('train.preset.kind.quick')}"
    return t("train.run_name", source=source, network=layers_said(config), seed=config.seed)


def layers_said(config: RunConfig) -> str:
    """Return the network as it is usually written: Embedding(32) → LSTM(32) → LSTM(16)."""
    network = config.network
    cell = t(f"quantity.{network.cell}")
    layers = [f"{cell}({units})" for units in network.units]
    if network.bidirectional or network.architecture == "two_way":
        layers = [f"{layer}×2" for layer in layers]
    return " → ".join(layers)


def source_said(config: RunConfig) -> str:
    """Return what a run learns from, by its name on the page; another version's by its own."""
    source = config.data.source
    return t(f"source.{source}") if source in SOURCES else source
