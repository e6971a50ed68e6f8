"""Who may open a page's connection, and that nothing leaves the machine whoever asks."""

from __future__ import annotations

import base64
import http.client
import os
import re
from urllib.parse import urlsplit

import pytest
from starlette.datastructures import Headers

from dashboard import server
from tests.browser.server import serving
from tests.dashboard.conftest import APP

# What Python does before it reaches out: it looks up names, it connects to addresses.
WATCH = """
import os, sys
ADDRESSED = {"socket.bind", "socket.connect", "socket.sendto"}
def watch(event, arguments):
    if event == "socket.getaddrinfo":
        asked = arguments[0]
    elif event in ADDRESSED and isinstance(arguments[1], tuple):
        asked = arguments[1][0]
    else:
        return
    with open(os.environ["WATCHED"], "a") as file:
        print(event, asked, file=file)
sys.addaudithook(watch)
"""
HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "None"}  # the fourth: whoever listens to all


def asked_for(url: str, **headers: str) -> int:
    """The status with which the server answers somebody who wants a WebSocket."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request(
            "GET",
            "/_stcore/stream",
            headers={
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
                "Sec-WebSocket-Protocol": "streamlit",
                **headers,
            },
        )
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("options", [{}, {"server.address": "0.0.0.0"}], ids=["here", "network"])
def test_a_page_of_another_server_is_refused_and_nobody_outside_is_asked(
    tmp_path, monkeypatch, options
):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    watched = tmp_path / "watched"
    watched.write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("WATCHED", str(watched))
    with serving(APP, log_file=tmp_path / "log", folder=tmp_path, options=options) as running:
        for origin in ("http://example.org", "https://localhost.example.org", "null", "file://"):
            assert asked_for(running.url, Origin=origin) == 403, origin
        assert asked_for(running.url, Origin=running.url) == 101
        assert asked_for(running.url) == 101
        lines = watched.read_text().splitlines()
    assert any(line.startswith("socket.bind") for line in lines)  # the watch was on
    assert {line.split(" ", 1)[1] for line in lines} <= HERE
    assert running.complaints() == []


@pytest.mark.parametrize(
    ("options", "origin", "expected"),
    [
        ({"server.enableCORS": True}, "http://pages.example", False),
        ({"server.enableCORS": False}, "http://elsewhere.example", True),
        ({"server.corsAllowedOrigins": ["http://pages.example"]}, "http://pages.example", True),
        ({"server.corsAllowedOrigins": ["http://pages.example"]}, "https://pages.example", False),
    ],
)
def test_origins_that_the_settings_name_may_come(monkeypatch, options, origin, expected):
    settings = {"server.enableCORS": True, "server.corsAllowedOrigins": []} | options
    monkeypatch.setattr(server.st, "get_option", settings.__getitem__)
    assert server.allowed(Headers({"origin": origin, "host": "localhost:8501"})) is expected


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("GET", parts.path or "/", headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_what_draws_charts_is_asked_for_with_the_document(tmp_path):
    """By names that Streamlit gives its files: another release may give others."""
    asked = re.findall(rb'preload" href="([^"]+)"', server.SCRIPTS)
    with serving(APP, log_file=tmp_path / "log", folder=tmp_path) as running:
        answers = [get(f"{running.url}/{each.decode()}") for each in asked]
    assert [status for status, _, _ in answers] == [200, 200, 200]
    typeface, icons, charts = (body for _, _, body in answers)
    assert typeface[:4] == icons[:4] == b"wOF2"
    assert b"plotly" in charts


def test_our_scripts_and_looks_are_in_every_page_and_nowhere_else(tmp_path):
    with serving(APP, log_file=tmp_path / "log", folder=tmp_path) as running:
        _, plain, without = get(running.url)
        for path in ("", "/gates", "/nowhere"):
            for more in ({}, {"If-None-Match": plain["etag"]}, {"Accept-Encoding": "gzip"}):
                status, headers, body = get(running.url + path, Accept="text/html,*/*", **more)
                assert status == 200
                ours = without.replace(b"<head>", b"<head>" + server.SCRIPTS)
                assert body == ours.replace(b"<body>", b"<body>" + server.LOOKS)
                assert int(headers["content-length"]) == len(body)
                assert headers["cache-control"] == "no-cache"
                assert "etag" not in headers
        status, _, body = get(running.url + "/favicon.png", Accept="text/html,*/*")
        assert (status, body[1:4]) == (200, b"PNG")
