"""The page of the reader's own model, and files that it refuses with a way on."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from safetensors.numpy import save

from core.nodes import LayerNormalization, Recurrent
from dashboard.i18n import LANGUAGES, t
from tests.core.importers.attacks import models
from tests.core.importers.torch import reference
from tests.dashboard.brought import drop
from tests.dashboard.views.test_model import only, said, shown


def test_a_pickle_is_refused_with_the_way_out(open_app):
    app = drop(open_app("model"), "a.pt", pickle.dumps({"a": [1.0]}, protocol=2))
    assert len(said(app)) == 1
    assert any("save_file" in each.value and "'a.pt'" in each.value for each in app.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_modules_beside_the_chain_are_left_out(open_app, language):
    """The page offers what can be read, and reads what is chosen."""
    tensors = reference.state_dict("gru", features=2, units=3, name="gru")
    tensors |= reference.linear(3, 1, name="attn") | reference.linear(3, 1, name="fc")
    app = drop(open_app("model", language=language), "a.safetensors", save(tensors))
    assert len(said(app)) == 1
    assert shown(app) == []
    [modules] = app.multiselect
    assert (modules.options, modules.value) == (["attn", "fc", "gru"], ["gru"])
    modules.set_value(["gru", "fc"]).run()
    app.button(key="model-apart-read").click().run()
    assert not app.exception
    assert not app.error
    assert [node.name for node in only(app).parts] == ["gru", "fc"]


def test_a_norm_that_may_be_another_is_said_to_be_a_layer_norm(open_app):
    tensors = reference.state_dict("gru", features=2, units=3, name="gru")
    tensors |= {f"bn.{own}": np.array([0.5, 2, 3], np.float32) for own in ("weight", "bias")}
    app = drop(open_app("model"), "a.safetensors", save(tensors))
    assert len(said(app)) == 1
    assert shown(app) == []
    app.button(key="model-layer-norm").click().run()
    assert not app.exception
    assert not app.error
    assert [type(node) for node in only(app).parts] == [Recurrent, LayerNormalization]
    [asked] = [box for box in app.selectbox if box.label == t("model.question.norm", about="bn")]
    assert asked.options == ["LayerNorm", t("model.answer.other")]
    asked.set_value(1).run()
    assert not app.exception
    assert "GroupNorm" in said(app)[0]
    [asked] = [box for box in app.selectbox if box.label == t("model.question.norm", about="bn")]
    asked.set_value(0).run()
    assert not app.error


def test_weights_alone_can_be_read_by_their_shapes(open_app):
    app = drop(open_app("model"), "a.weights.h5", models.hdf5())
    app.button(key="model-shapes").click().run()
    assert not app.error
    assert not app.exception
    before = only(app)
    assert [layer.cell for layer in before.layers] == ["lstm"]
    asked = t("model.question.activation", about="dense")
    [after] = [box for box in app.selectbox if box.label == asked]
    after.set_value(after.options.index("sigmoid")).run()
    assert only(app).activation == "sigmoid"
    assert only(app).digest != before.digest
