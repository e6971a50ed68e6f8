"""Alignment of representations: against the formulas of the papers, written out."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group

from core.analysis import cka as module
from core.analysis.cka import cka, settled
from core.errors import OutOfRange, ShapeMismatch


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, *shape]).normal(size=shape) + 3.0


def centring(count: int) -> np.ndarray:
    return np.eye(count) - 1 / count


def in_features(x: np.ndarray, y: np.ndarray) -> float:
    """‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), Kornblith et al. 2019, section 3."""
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def unbiased(x: np.ndarray, y: np.ndarray) -> float:
    """HSIC as the mean over all quadruples of different examples: the definition itself."""
    k, m = x @ x.T, y @ y.T
    found = [
        k[i, j] * (m[i, j] + m[q, r] - 2 * m[i, q]) for i, j, q, r in permutations(range(len(x)), 4)
    ]
    return float(np.mean(found))


@given(st.integers(5, 40), st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_it_is_the_formula_of_the_paper(count, units, others, seed):
    x, y = drawn(count, units, seed=seed), drawn(count, others, seed=seed + 1)
    assert cka([x, y])[0, 1] == pytest.approx(in_features(x, y), rel=1e-9)


def test_it_is_hsic_of_centred_grams():
    x, y = drawn(17, 5), drawn(17, 9, seed=1)
    k, m, h = x @ x.T, y @ y.T, centring(17)
    both, one, other = (np.trace(a @ h @ b @ h) for a, b in ((k, m), (k, k), (m, m)))
    assert cka([x, y])[0, 1] == pytest.approx(both / np.sqrt(one * other))


def test_debiased_is_the_mean_over_quadruples():
    x, y = drawn(7, 3), drawn(7, 4, seed=1)
    expected = unbiased(x, y) / np.sqrt(unbiased(x, x) * unbiased(y, y))
    assert cka([x, y], estimate="debiased")[0, 1] == pytest.approx(expected, rel=1e-9)
    assert cka([x, y])[0, 1] != pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("estimate", ["plain", "debiased"])
def test_rotation_shift_and_scale_change_nothing_but_a_stretch_does(estimate):
    x, y = drawn(30, 6), drawn(30, 6, seed=2)
    turned = 1e-6 * (x @ ortho_group.rvs(6, random_state=0)) + 100
    found = cka([x, turned, y], estimate=estimate)
    assert found[0, 1] == pytest.approx(1)
    assert found[1, 2] == pytest.approx(found[0, 2])
    stretched = x * np.array([9, 1, 1, 1, 1, 1])
    assert cka([x, stretched], estimate=estimate)[0, 1] < 0.9


def test_noise_of_many_units_looks_alike_unless_debiased():
    x, y = drawn(40, 400), drawn(40, 400, seed=1)
    assert cka([x, y])[0, 1] > 0.8
    assert abs(cka([x, y], estimate="debiased")[0, 1]) < 0.1


@pytest.mark.parametrize("estimate", ["plain", "debiased"])
def test_a_matrix_is_its_pairs_however_it_is_cut(estimate, monkeypatch):
    several = [drawn(23, units, seed=units) for units in (4, 4, 9)]
    whole = cka(several, estimate=estimate)
    np.testing.assert_allclose(whole, whole.T)
    np.testing.assert_allclose(np.diagonal(whole), 1)
    pair = cka([several[1], several[2]], estimate=estimate)[0, 1]
    assert whole[1, 2] == pytest.approx(pair)
    monkeypatch.setattr(module, "_NUMBERS_AT_ONCE", 150)  # two rows at a time, and one is left
    np.testing.assert_allclose(cka(several, estimate=estimate), whole)


def test_what_does_not_vary_is_like_nothing():
    found = cka([drawn(9, 3), np.full((9, 2), 0.1), np.zeros((9, 4))])
    assert np.isfinite(found).tolist() == [[True, False, False]] + [[False] * 3] * 2


def test_large_and_small_numbers_stay_numbers():
    x = drawn(12, 3)
    assert cka([x * 1e150, x * 1e-150])[0, 1] == pytest.approx(1)


def test_settled_is_the_first_from_which_all_stay_alike():
    last = np.array([0.2, 0.97, 0.8, 0.96, 0.99, 1.0])
    matrix = np.tile(last, (6, 1))
    assert settled(matrix) == 3
    assert settled(matrix, least=0.1) == 0
    assert settled(matrix, least=0.98) == 4
    assert settled(matrix, least=0.995) is None
    assert settled(np.full((3, 3), np.nan)) is None


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ShapeMismatch, match="9 examples"):
        cka([drawn(9, 3), drawn(8, 3)])
    with pytest.raises(ShapeMismatch, match="units"):
        cka([drawn(9, 3, 2)])
    with pytest.raises(OutOfRange, match="at least 4"):
        cka([drawn(3, 3)] * 2, estimate="debiased")
    with pytest.raises(OutOfRange, match="at least 2"):
        cka([drawn(1, 3)] * 2)
