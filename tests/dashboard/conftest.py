"""Running the whole dashboard without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from core.training.store import FOLDER_VARIABLE, RunStore
from dashboard import state
from dashboard.components.heatmaps import mount

APP = Path(__file__).resolve().parents[2] / "dashboard" / "app.py"
SECONDS = 60  # for a run on a busy machine; a run takes 0.1 s

OpenApp = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    """No run yet, in a folder of the test's own: nobody's runs are looked at or touched."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "runs"))
    return RunStore()


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures need not go ahead where no browser draws them."""
    monkeypatch.setattr(mount, "AHEAD", 0.0)


@pytest.fixture(autouse=True, scope="session")
def nothing_is_cleared_or_sought_after_each_run() -> Iterator[None]:
    """Leave out what Streamlit does around every run of a script, and what only tests pay for.

    Where Keras is loaded it clears its session, nearly a second each time: four fifths of the time
    of all tests here, because others of the same process have loaded it. The dashboard never does.
    And each AppTest looks through all installed packages for components: once is enough.
    """
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def open_app() -> OpenApp:
    """Give what opens a page, in a language and a mode, by a link.

    open_app("gates", language="ko", step="3")
    """

    def opened(
        page: str = state.HOME, *, language: str = "en", mode: str = "light", **query: str
    ) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=SECONDS)
        app.context = {"locale": language, "theme": mode, "url": "http://localhost:8501/"}
        app.query_params.update(query)
        return go_to(app, page)

    return opened


def go_to(app: AppTest, page: str) -> AppTest:
    """Go to a page as its entry in the navigation does."""
    # AppTest.switch_page knows pages that are files; ours are functions, and Streamlit names those
    # by the hash of their path.
    app._page_hash = "" if page == state.HOME else calc_hash(page)
    return app.run()


def unfold(app: AppTest, *parts: str) -> AppTest:
    """Open parts of the page that are folded until they are wanted, as a press on each does."""
    for part in parts:
        app.session_state[f"folded-{part}"] = True
    return app.run()
