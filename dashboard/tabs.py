"""What a browser's tab comes back to when it is loaded again.

Streamlit forgets a session with its page: a reload begins another, which knows what the URL says
and no more. So what the reader chose, typed and brought is held here too, under a name that is
drawn at random for each session and that only its tab knows. The tab keeps it in sessionStorage,
which no other tab and no link has, and tells it with each connection that it opens, in a cookie of
a few seconds: so the first drawing after a reload is already the right one. Each session is given
a name of its own and a copy of what was held under the one before, so that a tab and its duplicate
go their own ways.

Bounded in number, memory and time: the tab seen longest ago goes. Nothing is written to disk.
Not chosen: the name in the URL, which people copy; Streamlit's reconnection to a session, which
ends after two minutes and remembers widgets that the new page does not have.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

COOKIE = "unrolled-tab"
SECONDS = 10
"""How long the cookie lives: connections are opened within milliseconds."""

MOST_TABS = 200
MOST_BYTES = 512 << 20
MOST_SECONDS = 6 * 3_600.0

# In the page before Streamlit's own scripts. A tab without a name clears the cookie, lest it be
# taken for the one that wrote it. Storage may be forbidden: then a reload begins anew, as before.
SCRIPT = f"""(() => {{
  const loaded = performance.getEntriesByType("navigation")[0]?.type ?? "navigate";
  let how = loaded;
  window.WebSocket = class extends WebSocket {{
    constructor(...address) {{
      try {{
        const tab = sessionStorage.getItem("{COOKIE}");
        document.cookie = `{COOKIE}=${{how}}.${{tab ?? ""}}; path=/; SameSite=Strict; max-age=`
          + (tab ? {SECONDS} : 0);
        how = "reconnect";
      }} catch (error) {{ console.warn(error); }}
      super(...address);
    }}
  }};
}})();"""


def remembering(tab: str) -> str:
    """Return the script by which a tab keeps its name."""
    return f'try {{ sessionStorage.setItem("{COOKIE}", "{tab}"); }} catch {{}}'


@dataclass(eq=False)
class Tab:
    """What one session holds for its tab. Values are replaced, never changed in place.

    `seen` is when it was in use last, `nbytes` what it weighed then.
    """

    id: str
    values: dict[str, Any] = field(default_factory=dict)
    seen: float = 0.0
    nbytes: int = 0

    def weigh(self) -> None:
        """Take down roughly the memory of texts, and of what says its own, as models do."""
        self.nbytes = sum(map(_bytes_of, list(self.values.values())))


def _bytes_of(value: object) -> int:
    if isinstance(value, str):
        return 4 * len(value)
    if isinstance(value, Mapping):
        return sum(map(_bytes_of, value.values()))
    return int(getattr(value, "nbytes", 0))


class Tabs:
    """The tabs that are held, the one seen last at the end. For all threads of a server."""

    def __init__(
        self,
        *,
        most: int = MOST_TABS,
        nbytes: int = MOST_BYTES,
        seconds: float = MOST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._nbytes, self._seconds, self._clock = most, nbytes, seconds, clock
        self._held: OrderedDict[str, Tab] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, before: str = "") -> Tab:
        """Return a tab for a new session, with what is held under the name of the one before."""
        with self._lock:
            self._forget()
            held = self._held.get(before)
            tab = Tab(secrets.token_urlsafe(24), dict(held.values) if held else {})
        self.touch(tab)
        return tab

    def touch(self, tab: Tab) -> None:
        """Say that a tab is in use. What has become too much goes, but never this one."""
        tab.weigh()
        with self._lock:
            tab.seen = self._clock()
            self._held[tab.id] = tab
            self._held.move_to_end(tab.id)
            self._forget()

    def _forget(self) -> None:
        now = self._clock()
        for tab in [each for each in self._held.values() if now - each.seen > self._seconds]:
            del self._held[tab.id]
        total = sum(each.nbytes for each in self._held.values())
        while len(self._held) > 1 and (len(self._held) > self._most or total > self._nbytes):
            _, gone = self._held.popitem(last=False)
            total -= gone.nbytes


HELD = Tabs()


def told(cookie: str) -> tuple[str, str]:
    """Return how a page was loaded and the name that its tab told, each "" if it told none.

    How is "reload", "back_forward", "navigate" or "reconnect".
    """
    how, _, name = cookie.partition(".")
    return (how, name) if name else ("", "")
