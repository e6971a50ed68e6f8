"""Scaling: what scikit-learn's own scalers give, from the names that their attributes have."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError
from core.text import NotAScaler, OtherScaler, PickledScaler, Scaling, read_scaler

GOLDEN = json.loads((Path(__file__).parent / "scalers.json").read_text(encoding="utf-8"))
"""Made by scikit-learn: the attributes of fitted scalers, and what each makes of `x`."""

columns = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_scaler_gives_what_scikit_learn_gives(name):
    case = GOLDEN[name]
    x, expected = np.array(case["x"]), np.array(case["y"])
    names = [f"c{at}" for at in range(x.shape[1])]
    scaling = read_scaler(json.dumps(case["attributes"]).encode(), columns=names)
    made = np.stack([scaling.of(n).apply(c) for n, c in zip(names, x.T, strict=True)], axis=-1)
    np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-12)
    back = np.stack([scaling.of(n).undo(c) for n, c in zip(names, made.T, strict=True)], axis=-1)
    np.testing.assert_allclose(back, x, rtol=1e-9, atol=1e-9)


def test_columns_are_found_by_the_names_that_the_scaler_knows():
    said = {"mean_": [1, 2, 3], "scale_": [4, 5, 6], "feature_names_in_": ["a", "b", "c"]}
    scaling = read_scaler(json.dumps(said).encode(), columns=["c", "a", "other"])
    assert scaling.to_text() == '{"c": [3.0, 6.0], "a": [1.0, 4.0]}'
    assert scaling.of("other").apply(np.array([7.0])).tolist() == [7.0]
    assert Scaling.from_text(scaling.to_text()) == scaling


@given(columns)
def test_by_hand_a_column_comes_to_mean_0_and_to_0_and_1(values):
    column = np.array(values)
    scaled = Scaling.standard({"a": column}).of("a").apply(column)
    assert abs(scaled.mean()) < 1e-3
    if np.ptp(column) > 1e-3:
        assert scaled.std() == pytest.approx(1)
        scaled = Scaling.least_and_greatest({"a": column}).of("a").apply(column)
        assert (scaled.min(), scaled.max()) == (0, 1)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x80\x04\x95 a pickle", PickledScaler),
        (b"\x78\x9c joblib", PickledScaler),
        (b"no json", NotAScaler),
        (b"[1]", NotAScaler),
        (b"{}", NotAScaler),
        (b'{"mean_": [1], "scale_": [0]}', NotAScaler),
        (b'{"mean_": [1, 2, 3], "scale_": [1, 1, 1]}', NotAScaler),
        (b'{"mean_": [NaN, 1], "scale_": [1, 1]}', NotAScaler),
        (b'{"min_": [1, 1], "scale_": [0, 1]}', NotAScaler),
        (b'{"data_min_": [0, 0], "data_max_": [1, 1], "clip": true}', OtherScaler),
        (b'{"data_min_": [0, 0], "data_max_": [1]}', NotAScaler),
        (b'{"mean_": [1], "scale_": [1], "feature_names_in_": ["else"]}', NotAScaler),
    ],
)
def test_what_is_no_scaler_is_said(data, error):
    with pytest.raises(error):
        read_scaler(data, columns=["a", "b"])


@given(st.text(max_size=40) | st.recursive(
    st.none() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["mean_", "scale_", "min_", "data_min_", "data_max_", "feature_range"]),
        inner, max_size=4),
    max_leaves=8,
).map(json.dumps))  # fmt: skip
def test_anything_is_read_or_said(text):
    for read in (
        lambda: read_scaler(text.encode("utf-8", "replace"), columns=["a"]),
        lambda: Scaling.from_text(text),
    ):
        try:
            scaling = read()
        except CoreError:
            continue
        assert np.isfinite(scaling.of("a").apply(np.array([0.5]))).all()
