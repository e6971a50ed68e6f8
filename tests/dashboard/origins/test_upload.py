"""What is typed for a model that reads no words, and the columns of a table for one of numbers."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.training.shelf import Shelf
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins.upload import Brought, OfModel
from tests.dashboard.brought import drop, network, numeric

TABLE = b"day,price,volume,note\nmon,0.5,1,a\ntue,0.25,-2,b\nwed,1e-1,3,c\n"


def of(model: core.Model) -> OfModel:
    return OfModel(Brought("1", "mine", "mine.npz", b"", model))


@pytest.mark.parametrize("model", [network(), network(words=False), numeric(3), numeric(1)])
def test_there_is_always_something_to_begin_with(model):
    for text in of(model).samples():
        found = cache.encoded(text, model)
        assert np.isfinite(core.record(model, found.inputs).outputs).all()
    assert of(model).cells == (model.layers[0].cell,)


def test_columns_of_a_table_are_what_is_read(open_app):
    kept = Shelf().keep(numeric(), name="Numbers")
    app = open_app("gates", task=state.MODEL + kept.id)
    assert app.text_area[0].label == t("reading.numbers")
    app = drop(app, "table.csv", TABLE)
    assert not app.exception
    assert app.text_area[0].value == (
        "@ day, price, volume\nmon, 0.5, 1\ntue, 0.25, -2\nwed, 1e-1, 3"
    )
    app.multiselect[0].set_value(["volume", "price"]).run()
    assert app.text_area[0].value == (
        "@ day, volume, price\nmon, 1, 0.5\ntue, -2, 0.25\nwed, 3, 1e-1"
    )
    app.multiselect[0].set_value(["volume"]).run()
    assert t("reading.columns.pick", features=2) in [each.value for each in app.info]


def test_a_table_without_names_loses_no_row(open_app):
    kept = Shelf().keep(numeric(), name="Numbers")
    app = drop(open_app("gates", task=state.MODEL + kept.id), "t.csv", b"1,2\n3,4\n5,6\n")
    assert app.text_area[0].value == "#1, #2\n1, 2\n3, 4\n5, 6"


def test_a_text_of_another_kind_gives_a_sentence_and_a_picture(open_app):
    kept = Shelf().keep(network(words=False), name="Ids")
    app = open_app("gates", task="latch", text="my own words")
    app.selectbox(key="widget.task.").set_value(state.MODEL + kept.id).run()
    assert not app.exception
    assert [each.value for each in app.error] == [t("errors.NotAnId", found="my", place=1)]


def test_random_numbers_are_read_on_gradients(open_app):
    kept = Shelf().keep(numeric(), name="Numbers")
    app = open_app("gradients", weights=state.MODEL + kept.id, source="random", length="30")
    assert not app.exception
    assert not app.error
