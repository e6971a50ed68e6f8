"""A corpus: what a model did with thousands of texts, on disk, and search over it.

from core import corpus

recorded = corpus.record(model, corpus.folder("reviews"), "recorded/reviews")
recorded.array("lstm/gates/forget")             # (steps, units), a memory map
"""

from __future__ import annotations

from core.corpus.described import source_from
from core.corpus.manifest import Manifest, Quantity
from core.corpus.planning import Plan, plan
from core.corpus.recorded import Corpus
from core.corpus.recorder import Progress
from core.corpus.recording import progressing, quantities_of, record
from core.corpus.sources import (
    Source,
    Text,
    column,
    data_set,
    drawn,
    folder,
    listed,
    of_run,
)

__all__ = [
    "Corpus",
    "Manifest",
    "Plan",
    "Progress",
    "Quantity",
    "Source",
    "Text",
    "column",
    "data_set",
    "drawn",
    "folder",
    "listed",
    "of_run",
    "plan",
    "progressing",
    "quantities_of",
    "record",
    "source_from",
]
