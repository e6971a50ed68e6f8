"""The plan of a training: how large the networks are, before anything is started."""

from __future__ import annotations

from core.training.counts import count_of
from dashboard.i18n import speak, t
from tests.dashboard.views.test_train import OWN, launched, press, said

__all__ = ["launched"]


def test_the_count_is_that_of_what_is_then_started(open_app, runs, launched):
    query = {"data": "latch", "t_cells": "gru,lstm", "t_units": "6,5", "t_both": "1"}
    app = open_app("train", **OWN, **query)
    told = said(app)
    press(app, "train-start")
    sizes = sorted(count_of(run.config).total for run in runs.runs())
    assert len(set(sizes)) == 2
    assert t("train.plan.parameters.range", low=sizes[0], high=sizes[1]) in told
    app = open_app("train", language="ko", **OWN, **query | {"t_cells": "gru"})
    with speak("ko"):
        assert t("train.plan.parameters", count=sizes[0]) in said(app)


def test_where_the_words_decide_the_recurrent_layers_are_counted(open_app):
    app = open_app("train", **OWN, data="sentiment", t_units="7")
    assert t("train.plan.recurrent", count=4 * (32 + 7 + 1) * 7) in said(app)
    for query in ({"t_cells": "lstm,gru"}, {"t_vary": "network.units", "t_values": "7, 9"}):
        assert "recurrent layers" in said(open_app("train", **OWN, data="sentiment", **query))
