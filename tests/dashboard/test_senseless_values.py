"""Files of a run that are JSON and make no sense: each concerns its run, and no list of runs falls.

Values are drawn for every field of every file that a run has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from core.analysis.looks import Inside
from core.errors import CoreError
from core.training.experiment import curves as mean_curves
from core.training.experiment import differing, summary
from core.training.run_folder import Run
from core.training.store import RunStore
from dashboard import cache, figures, i18n
from dashboard.origins.run_name import run_name
from dashboard.views.runs.differences import _libraries
from dashboard.views.runs.table import _columns
from dashboard.views.train.live import levels_of
from dashboard.views.train.status import _pace, _scores, failure_said, share_done, state_said
from dashboard.widgets.run_overview import METRICS, overview, overviews
from tests.dashboard.runs import write_run

VALUES = (
    *('"x"', '""', r'"\ud800"', "null", "true", "NaN", "Infinity", "-Infinity", "1e300", "-1e12"),
    *("-1", "2.5", "1.0", "1" + "0" * 400, "9223372036854775807", "[" * 900 + "]" * 900),
    *("[]", "{}", '[1, null, "x"]', '[{"a": "x"}]', '{"a": "x"}'),
    '{"a": NaN, "name": 3, "facts": [1]}',
)
FILES = ("config.json", "label.json", "status.json", "result.json", "dataset.json", "mistakes.json",
         "answers.json", "epochs.jsonl", "looks.jsonl")  # fmt: skip
MOST = 25
"""Variants drawn of each file, to stay within seconds."""
MARK = "a value is drawn here"


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in plain data; of a list only the first."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(
        value, list) else ()  # fmt: skip
    for name, each in inside:
        yield from places(each, (*at, name))


def with_mark(value: Any, place: tuple[str | int, ...]) -> Any:
    if not place:
        return MARK
    changed = deepcopy(value)
    part = changed
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = MARK
    return changed


def variants(content: str, name: str) -> Iterator[tuple[str, str]]:
    """What the file holds with each value at each place, and what that is called."""
    lines = content.splitlines() if name.endswith("l") else [content]
    written = json.loads(lines[-1])
    for place in places(written):
        marked = json.dumps(with_mark(written, place))
        for value in VALUES:
            last = marked.replace(f'"{MARK}"', value)
            yield "\n".join([*lines[:-1], last, ""]), f"{name} {place} {value[:40]}"


def read_everything(run: Run, store: RunStore) -> None:
    """What the pages that list runs ask of each, and what they draw of one. Raises CoreError."""
    everything = overviews()
    assert run.id in {seen.run.id for seen in everything}
    columns = _columns(everything)
    convert_anything_to_arrow_bytes(columns)
    json.dumps([str(cell) for column in columns.values() for cell in column]).encode()
    seen = overview(Run(run.folder))
    run_name(run).encode()
    state_said(seen).encode()
    summary([each.run for each in everything])
    asks = (
        lambda: [mean_curves([each.run for each in everything], name)
                 for name in ("loss", "validation_metric")],
        lambda: differing([each.config for each in everything if each.config is not None]),
        lambda: [_libraries([(seen, None)])],
        lambda: [failure_said(note) for note in (seen.status.notes if seen.status else ())],
        lambda: seen.status and seen.state != "broken" and [
            _pace(seen.status), _scores(seen),
            seen.epochs and share_done(seen.status, epochs=seen.epochs)],
        lambda: levels_of(seen),
        lambda: [figures.curves({"a": seen.history}, measure=measure, metric=METRICS[0],
                                smoothing=0.5, log=False, levels=levels_of(seen)[measure],
                                labels=figures.labels(i18n.language()), mode="light").draw
                 for measure in ("loss", "metric")],
        lambda: [Inside.of(looks, layer=name) for looks in [cache.looks(run)]
                 for name in Inside.layers(looks)],
        lambda: [str(mistake["text"]) for mistake in cache.mistakes(run)],
        lambda: [name.encode() for name in cache.answer_names(run)],
        lambda: cache.renamed_answers(run),
        lambda: cache.run_model(run),
        lambda: run.film(0, 1),
    )  # fmt: skip
    for ask in asks:
        try:
            ask()
        except CoreError as error:
            str(error).encode()


# A number beyond float32 is drawn as infinite.
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("name", FILES)
def test_any_value_anywhere_concerns_its_run_alone(name, runs):
    write_run(runs, name="sound")
    hurt = write_run(runs, "gru", name="hurt")
    hurt.file("answers.json").write_text('["bad", "good"]')
    content = hurt.file(name).read_text()
    failed = {}
    drawn = list(variants(content, name))
    random = np.random.default_rng(FILES.index(name))
    for at in random.permutation(len(drawn))[:MOST]:
        changed, called = drawn[at]
        hurt.file(name).write_text(changed)
        try:
            read_everything(hurt, runs)
        except Exception as error:  # noqa: BLE001 — all of them are told
            failed[called] = f"{type(error).__name__}: {error}"[:160]
    assert not failed, failed
