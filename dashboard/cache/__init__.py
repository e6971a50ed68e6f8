"""What costs time, kept; the only package that uses Streamlit's caches.

Everything is keyed on names, settings and digests, never on hashed arrays: from 500,000 numbers on
Streamlit hashes a sample and gives wrong results. Everything is shared between sessions and frozen
(models, traces and gradients are read-only arrays), so it is kept as a resource, which costs 0.3 ms
a look where a copy would cost 50 ms per 100 MB. Everything is bounded: the oldest goes.
Not chosen: caches inside `core`, because who keeps what for how long is the page's business.
"""

from dashboard.cache.attributions import attributions, verdicts
from dashboard.cache.batch_statistics import batch_statistics
from dashboard.cache.context import sense_corpus, senses_named
from dashboard.cache.corpora import chance, first_corpus, over_represented, places, recording_plan
from dashboard.cache.digest import digest
from dashboard.cache.examples import examples
from dashboard.cache.exports import event_files, keras_file, keras_file_soon
from dashboard.cache.film import alignment, epochs_filmed, filmed, frames, paths
from dashboard.cache.forecast import (
    arima_fit,
    brought_table,
    noisy_sines,
    read_column,
    series_columns,
    statistics,
)
from dashboard.cache.forecast_networks import forecasts, states_by_season
from dashboard.cache.interventions import ablations, changed
from dashboard.cache.models import (
    MOST_READ,
    ROWS,
    bundled,
    decoded,
    encoded,
    precise,
    table,
    untrained,
)
from dashboard.cache.pairs import pairs, pairs_left_out
from dashboard.cache.parity import original, parity
from dashboard.cache.records import (
    answers,
    findings,
    gradients,
    jacobian_norms,
    picture,
    rolling,
    trace,
)
from dashboard.cache.runs import (
    answer_names,
    answered,
    batches,
    brought,
    config,
    described,
    epochs,
    kept_model,
    looks,
    mistakes,
    renamed_answers,
    run_model,
    stamp,
    validation_metric,
)
from dashboard.cache.shapes import masked_batch, written
from dashboard.cache.translations import translated, translators
from dashboard.cache.units import Studied, automaton, essays, studied, task_texts
from dashboard.cache.why import fixed_points, flow, spectra, triangle
from dashboard.reader import store

__all__ = [
    "MOST_READ",
    "ROWS",
    "Studied",
    "ablations",
    "alignment",
    "answer_names",
    "answered",
    "answers",
    "arima_fit",
    "attributions",
    "automaton",
    "batch_statistics",
    "batches",
    "brought",
    "brought_table",
    "bundled",
    "chance",
    "changed",
    "config",
    "decoded",
    "described",
    "digest",
    "encoded",
    "epochs",
    "epochs_filmed",
    "essays",
    "event_files",
    "examples",
    "filmed",
    "findings",
    "first_corpus",
    "fixed_points",
    "flow",
    "forecasts",
    "frames",
    "gradients",
    "jacobian_norms",
    "kept_model",
    "keras_file",
    "keras_file_soon",
    "looks",
    "masked_batch",
    "mistakes",
    "noisy_sines",
    "original",
    "over_represented",
    "pairs",
    "pairs_left_out",
    "parity",
    "paths",
    "picture",
    "places",
    "precise",
    "read_column",
    "recording_plan",
    "renamed_answers",
    "rolling",
    "run_model",
    "sense_corpus",
    "senses_named",
    "series_columns",
    "spectra",
    "stamp",
    "states_by_season",
    "statistics",
    "store",
    "studied",
    "table",
    "task_texts",
    "trace",
    "translated",
    "translators",
    "triangle",
    "untrained",
    "validation_metric",
    "verdicts",
    "written",
]
