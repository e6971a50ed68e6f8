"""What tests of several parts of the core ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.scale import Scale, workers


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a real cluster with two workers."""
    from tests.core.scale.test_cluster import started

    with started(2) as (found, _):
        yield found


@pytest.fixture(params=["one process", "two processes", "dask"])
def by(request: pytest.FixtureRequest, address: str) -> Iterator[Scale]:
    """Each of those who may share a work out."""
    if request.param == "dask":
        with workers(address) as scale:
            yield scale
    else:
        with workers("", 1 if request.param == "one process" else 2) as scale:
            yield scale
