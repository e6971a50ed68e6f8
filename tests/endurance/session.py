"""One reader of a running dashboard, over the protocol that a browser speaks.

Twenty browsers on two cores would measure themselves. A session here holds what the browser would:
the page's elements by where they stand, and what its widgets were last set to; an interaction sends
all of it, and ends when the server says that the script has.
"""

from __future__ import annotations

import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

SECONDS = 120.0
WRITTEN = ("markdown", "heading", "text", "alert", "bidi_component")


class SessionFailed(Exception):
    """The server did not answer an interaction, or answered it with a traceback."""


@dataclass
class Session:
    """A connection, what is on its page, and the widgets that were touched."""

    url: str
    page: str = ""
    query: str = ""
    elements: dict[tuple[int, ...], Element] = field(default_factory=dict)
    settings: dict[str, WidgetState] = field(default_factory=dict)
    messages: dict[str, ForwardMsg] = field(default_factory=dict)
    received: int = 0
    """Bytes, so far."""
    identity: str = ""
    """What the server calls this session."""
    script: str = ""
    """What the server calls the page that is shown."""

    def __enter__(self) -> Self:
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=SECONDS) as answer:
            cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        self.secret = {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]}
        self.connection = connect(
            address,
            origin=self.url,
            subprotocols=["streamlit"],
            max_size=None,
            open_timeout=SECONDS,
        )
        self.socket = self.connection.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.__exit__(kind, error, trace)

    def open(self, page: str = "", query: str = "") -> float:
        """Go to a page, and return how long it took until its script had ended, in seconds."""
        self.page, self.query = page, query
        self.elements.clear()
        return self._rerun(page_name=page)

    def set(self, key: str, **value: Any) -> float:
        """Set the widget that was given this key, as a field of WidgetState; seconds as `open`."""
        state = WidgetState(id=self.widget(key))
        for name, content in value.items():
            if isinstance(content, list):
                getattr(state, name).data.extend(content)
            else:
                setattr(state, name, content)
        self.settings[state.id] = state
        seconds = self._rerun()
        if "trigger_value" in value:
            self.settings.pop(state.id, None)
        return seconds

    def widget(self, key: str) -> str:
        """The id of the widget with that key. Raises SessionFailed where none is on the page."""
        known = list(self._ids())
        for identity in known:
            if identity.endswith(f"-{key}"):
                return identity
        raise SessionFailed(f"no widget {key!r} on {self.page!r}: {sorted(known)}")

    def upload(self, key: str, name: str, data: bytes) -> float:
        """Drop a file into an uploader, as the browser does: ask for a place, put it, set it."""
        asked = BackMsg()
        asked.file_urls_request.request_id = name
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.identity
        started = time.perf_counter()
        self.socket.send(asked.SerializeToString())
        while not self._take(answer := self._answer()):
            if answer.WhichOneof("type") == "file_urls_response":
                break
        [place] = answer.file_urls_response.file_urls
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            self.url + place.upload_url,
            data=head.encode() + data + f"\r\n--{edge}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={edge}"} | self.secret,
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=SECONDS):
            pass
        state = WidgetState(id=self.widget(key))
        info = state.file_uploader_state_value.uploaded_file_info.add(
            name=name, size=len(data), file_id=place.file_id
        )
        info.file_urls.CopyFrom(place)
        self.settings[state.id] = state
        self._rerun()
        return time.perf_counter() - started

    @property
    def words(self) -> str:
        """All that is written on the page, one element a line; of our own components, as JSON."""
        return "\n".join(
            element.bidi_component.json if kind == "bidi_component" else getattr(element, kind).body
            for element in self.elements.values()
            if (kind := element.WhichOneof("type")) in WRITTEN
        )

    @property
    def warnings(self) -> list[str]:
        """What the page says in boxes."""
        return [
            element.alert.body
            for element in self.elements.values()
            if element.WhichOneof("type") == "alert"
        ]

    def _ids(self) -> Iterator[str]:
        for element in self.elements.values():
            kind = element.WhichOneof("type")
            identity = getattr(getattr(element, kind), "id", "") if kind else ""
            if identity:
                yield identity

    def _rerun(self, page_name: str | None = None) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        if page_name is not None:
            state.page_name = page_name
        else:
            state.page_script_hash = self.script
        state.cached_message_hashes.extend(self.messages)
        state.widget_states.widgets.extend(self.settings.values())
        started = time.perf_counter()
        self.socket.send(message.SerializeToString())
        while not self._take(self._answer()):
            pass
        seconds = time.perf_counter() - started
        shown = set(self._ids())  # of widgets that are gone nothing is sent any more
        self.settings = {name: state for name, state in self.settings.items() if name in shown}
        return seconds

    def _answer(self) -> ForwardMsg:
        try:
            data = self.socket.recv(timeout=SECONDS)
        except TimeoutError:
            raise SessionFailed(f"{self.page!r}: no answer in {SECONDS:.0f} s") from None
        self.received += len(data)
        return ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())

    def _take(self, message: ForwardMsg) -> bool:
        """Take in one message. Whether it was the one that ends a script's run."""
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            path = message.metadata
            message = ForwardMsg.FromString(self.messages[message.ref_hash].SerializeToString())
            message.metadata.CopyFrom(path)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self.messages[message.hash] = message
        if kind == "delta":
            self._place(tuple(message.metadata.delta_path), message.delta)
        elif kind == "new_session":
            self.identity = message.new_session.initialize.session_id
        elif kind == "navigation":
            self.script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        return kind == "script_finished"

    def _place(self, path: tuple[int, ...], delta: Delta) -> None:
        for old in [old for old in self.elements if old[: len(path)] == path]:
            del self.elements[old]
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        if element.WhichOneof("type") == "exception":
            raise SessionFailed(f"{self.page!r}: {element.exception.type}: "
                                f"{element.exception.message}")  # fmt: skip
        self.elements[path] = element
