"""What every test has: the project's root, the shared data sets, and settled random drawing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# The reference, in this process and in servers that tests start: else what a test sees would
# depend on how far a compiler is. Tests of compiled loops ask for them by name.
os.environ.setdefault("UNROLLED_ENGINE", "numpy")

# The build of PyTorch that PyPI has for Linux brings Triton, which it imports when it exports a
# model; imported after TensorFlow that ends the process (triton 3.7.1, tensorflow 2.21.0:
# segmentation fault). Nothing here runs on a GPU: PyTorch is told that it is not there.
sys.modules["triton"] = None  # type: ignore[assignment]

# No deadline: a first call compiles, loads or waits for a core, and says nothing about the code.
# In continuous integration the draws are always the same, so that a red run can be run again;
# by hand they differ every time, and find more.
settings.register_profile("project", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("project"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "project")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds core/, dashboard/ and tests/."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The data sets beside the project; a test that wants them is skipped where they are not."""
    folder = ROOT / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data sets are not here: ../shared/data from the project's root")
    return folder.resolve()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in tests/browser is marked `browser` and runs last.

    Last, because the quick tests should fail first, and because Playwright's event loop stays in
    the main thread once it has started: it meets no other test there. Where runners share the tests
    out, each takes whole files, so that what a file shares is made once.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
