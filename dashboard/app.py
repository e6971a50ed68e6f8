"""The frame: finds the pages, sets the language, navigates. `streamlit run dashboard/app.py`.

This file is run in two ways: imported once as the server starts, which finds `app` in it, and as
the script that draws a page for a reader, each time that one is to be drawn.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import partial
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # Streamlit puts only the script's own folder there

ICON = str(ROOT / "dashboard" / "icon.svg")

# Before anything is drawn: Plotly asks whether pandas is loaded, and would meet half of it while
# another reader's page, in another thread, is the first to need it.
import pandas  # noqa: E402, F401
import streamlit as st  # noqa: E402
from streamlit.navigation.page import StreamlitPage  # noqa: E402

from dashboard import origins, reader, server, state, views, widgets  # noqa: E402
from dashboard.i18n import t  # noqa: E402


def pages() -> list[ModuleType]:
    """Return the modules of `dashboard.views` that have a PAGE, in the order of navigation."""
    names = [module.name for module in pkgutil.iter_modules(views.__path__)]
    modules = [importlib.import_module(f"{views.__name__}.{name}") for name in names]
    place = views.SECTIONS.index
    return sorted(
        (module for module in modules if hasattr(module, "PAGE")),
        key=lambda module: (place(module.PAGE.section), module.PAGE.order),
    )


def show(module: ModuleType) -> None:
    """Draw one page within the frame."""
    state.enter(module.PAGE.key)
    origins.give_back()
    shared = widgets.frame(module.PAGE.key)
    with widgets.guard():
        module.render()
    widgets.foot(module.PAGE.key, shared)


def main() -> None:
    """Draw the page that the URL asks for."""
    modules = pages()  # first: pages declare fields, which a link may hold
    if (stranger := reader.problem()) is not None:
        widgets.problem(stranger)
        return
    state.begin()
    state.restore()
    # A file, because the browser would fetch a ":material/…:" icon from another server.
    st.set_page_config(page_title=t("frame.name"), page_icon=ICON, layout="wide")
    offered = {
        module.PAGE.key: st.Page(
            partial(show, module),
            title=t(f"{module.PAGE.key}.title"),
            icon=module.PAGE.icon,
            url_path=module.PAGE.key,
            default=module.PAGE.key == state.HOME,
        )
        for module in modules
    }
    state.remember("pages", offered)
    sections: dict[str, list[StreamlitPage]] = {}
    for module in modules:
        section = module.PAGE.section and t(f"frame.section.{module.PAGE.section}")
        sections.setdefault(section, []).append(offered[module.PAGE.key])
    st.navigation(sections, position="top").run()


if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, lifespan=server.lifespan(pages), middleware=server.MIDDLEWARE)
