"""A run of 100,000 logged batches opens as fast as a short one."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from tests.dashboard.runs import write_run
from tests.dashboard.views.test_gradients import chart, numbers

EPOCHS, BATCHES = 10, 10_000


@pytest.mark.parametrize("page", ["train", "runs"])
def test_a_hundred_thousand_batches_open_at_once_in_small_pictures(open_app, runs, page):
    run = write_run(runs, epochs=EPOCHS, batches=10)
    few = run.batches
    table = pd.DataFrame({name: np.resize(few[name], EPOCHS * BATCHES) for name in few})
    table["epoch"] = np.repeat(np.arange(1, EPOCHS + 1), BATCHES)
    table["batch"] = np.tile(np.arange(1, BATCHES + 1), EPOCHS)
    table.loc[54_321, "loss"] = 77.0
    table.to_csv(run.file("batches.csv"), index=False)
    open_app(page, r_words="nothing")  # what a first page costs by itself
    begun = time.perf_counter()
    app = open_app(page, smooth="0")
    took = time.perf_counter() - begun
    assert not app.exception
    assert took < 6, "about half a second on a quiet machine; two are allowed there"
    for drawn in app.get("plotly_chart"):
        assert len(drawn.proto.spec) < 250_000
    training = {line["name"]: line for line in chart(app, "loss")["data"]}["training"]
    values = numbers(training["y"])
    assert values.max() == 77
    place = numbers(training["x"])[int(values.argmax())]
    assert place == pytest.approx(5 + 4_322 / BATCHES, rel=1e-6)
