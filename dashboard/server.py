"""The server around the pages: whom it answers, and what it has ready before anybody comes.

Streamlit serves the script as the one page of an ASGI application, to which we add three things.

A WebSocket from a page of another origin is refused here. Streamlit would refuse it too, but first
ask a public address for this machine's own, to compare the two: nothing may leave the machine.

A page's document is given the scripts of `dashboard.tabs` and `dashboard.typed` before all others,
and asks for the typeface and for what draws charts with them; it has our looks from the beginning.

Modules that pages need are imported as the server starts, in the background, so that the first
reader does not wait for them. A page asked for meanwhile waits for the rest of the imports alone.
Compiled loops are asked for a little later: nobody needs them yet, as NumPy answers meanwhile.
"""

from __future__ import annotations

import contextlib
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.engines import fast_engine
from dashboard import tabs, typed


class SameOrigin:
    """Refuses WebSockets that pages of other servers open; those listed in the settings may."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection. ASGI closes a WebSocket before it is accepted with a plain 403."""
        if scope["type"] == "websocket" and not allowed(Headers(scope=scope)):
            await receive()  # what asks for the connection
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)


def allowed(headers: Headers) -> bool:
    """Whether a connection comes from our own pages: no origin, its host, or one that is listed.

    Programs that are no browser send no origin. `server.corsAllowedOrigins` lists others; without
    `server.enableCORS` everybody may come, as Streamlit has it.
    """
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    if urlsplit(origin).netloc == headers.get("host"):
        return True
    return origin in st.get_option("server.corsAllowedOrigins")


HEAD, BODY = b"<head>", b"<body>"
_AS_BEFORE = (b"if-none-match", b"if-modified-since", b"accept-encoding")


# The typeface is asked for at once: charts measure their words in it.
FACE = "app/static/PretendardVariable.woff2"
_STATIC = Path(st.__file__).parent / "static" / "static"


def _faces() -> str:
    """Our typeface, and that of icons: before it has come an icon is its name, which is wider."""
    icons = [f"static/media/{file.name}" for file in (_STATIC / "media").glob("Material*.woff2")]
    return "".join(
        f'<link rel="preload" href="{face}" as="font" type="font/woff2" crossorigin>'
        for face in (FACE, *icons)
    )


# Streamlit draws its frame narrow, and wide once the script has said so: everything would jump by
# a fifth of the window. So it is wide from the beginning, with wide margins on wide screens alone.
_WIDE = """<style>
[data-testid="stMainBlockContainer"] {
  max-width: none !important; padding-inline: clamp(1rem, 3vw, 2.5rem) !important;
}
@media (min-width: 1201px) {
  [data-testid="stMainBlockContainer"] { padding-inline: 5rem !important; }
}
</style>"""


def _drawing() -> str:
    """The parts of Streamlit's own program that draw charts, asked for while the script runs.

    They would be asked for when the first chart has come: five megabytes, to be read and compiled.
    """
    return "".join(
        f'<link rel="modulepreload" href="static/js/{file.name}" fetchpriority="low">'
        for file in sorted((_STATIC / "js").glob("PlotlyChart.*.js"))
    )


SCRIPTS = f"{_faces()}{_drawing()}{_WIDE}<script>{tabs.SCRIPT}\n{typed.SCRIPT}</script>".encode()


# What the script said of looks came after the first things that were drawn, and moved them. In the
# body, for of two rules of one weight the later one holds, and Streamlit's own are in the head.
_HERE = Path(__file__).parent
_SHEETS = (
    *sorted((_HERE / "widgets").glob("*.css")),
    *sorted((_HERE / "views").glob("*/page.css")),
)
LOOKS = f"<style>{''.join(sheet.read_text(encoding='utf-8') for sheet in _SHEETS)}</style>".encode()


class Headed:
    """Puts our scripts into the head of each page's document, and our looks into its body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what asks for no document passes as it is."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self.app(scope, receive, send)
            return
        # A browser may hold the document without the scripts: it is to be sent anew, and plain.
        kept = [(name, value) for name, value in scope["headers"] if name not in _AS_BEFORE]
        await self.app({**scope, "headers": kept, "extensions": {}}, receive, _Document(send))


class _Document:
    """Sends an answer on; one that is a whole document with the scripts and the looks in it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] == 200 and kind.startswith("text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = self.body.replace(HEAD, HEAD + SCRIPTS, 1).replace(BODY, BODY + LOOKS, 1)
            headers = MutableHeaders(raw=self.start["headers"])
            headers["content-length"] = str(len(body))
            del headers["etag"], headers["last-modified"]
            await self.send(self.start)
            message = {"type": "http.response.body", "body": body}
        await self.send(message)


MIDDLEWARE = (Middleware(SameOrigin), Middleware(Headed))


def lifespan(warm: Callable[[], object]) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    """What happens as the server starts: `warm` runs once, in a thread, and a browser opens."""

    @contextlib.asynccontextmanager
    async def started(_: st.App) -> AsyncIterator[None]:
        threading.Thread(target=warm, name="warm", daemon=True).start()
        later = threading.Timer(COMPILES_AFTER, fast_engine.warm)
        later.daemon = True
        later.start()
        if not st.get_option("server.headless"):
            threading.Timer(OPENS_AFTER, webbrowser.open, [address()]).start()
        yield

    return started


# Seconds. The first reader's page is drawn by then, and Numba's own import holds up no other.
COMPILES_AFTER = 8.0

# Seconds. The lifespan ends before the server listens; it does so within milliseconds.
OPENS_AFTER = 0.5


def address() -> str:
    """The URL under which this server's pages are found, as the terminal prints it."""
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host = st.get_option("server.address") or "localhost"
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://{host}:{st.get_option('server.port')}/{base}"
