"""C += A · W in tiles: every width, every number of rows, and nothing beside its place."""

from __future__ import annotations

import numpy as np
import pytest

from core.engines.fast.products import WIDE, add_product, packed


@pytest.mark.parametrize(("inner", "columns"), [(1, 1), (5, 16), (3, 64), (8, 70), (2, 33)])
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 7, 8, 14, 34])
def test_the_product_is_added_where_it_belongs(rows: int, inner: int, columns: int) -> None:
    generator = np.random.default_rng(rows)
    a = generator.normal(size=(rows + 1, inner + 2)).astype(np.float32)
    weights = generator.normal(size=(inner, columns)).astype(np.float32)
    c = generator.normal(size=(rows + 3, columns + 4)).astype(np.float32)
    wanted = c.astype(np.float64)
    wanted[2 : 2 + rows, 3 : 3 + columns] += a[1:, 2:].astype(np.float64) @ weights
    spare = np.empty((1, WIDE), np.float32)
    add_product(a, 1, 2, packed(weights, rows=rows), c, 2, 3, columns, rows, spare)
    np.testing.assert_allclose(c, wanted, rtol=1e-5, atol=1e-5)
    outside = np.ones(c.shape, bool)
    outside[2 : 2 + rows, 3 : 3 + columns] = False
    np.testing.assert_array_equal(c[outside], wanted[outside].astype(np.float32))
