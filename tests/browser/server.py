"""A Streamlit server of our own, and what it printed.

The server is a real `streamlit run` in a process of its own, as a user starts it, because its log,
its child processes and its static files are part of what is tested. One server serves all tests
(a start costs a second or two); each test reads only the part of the log that it caused.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.training.store import FOLDER_VARIABLE

START_SECONDS = 60
STOP_SECONDS = 10

# What `streamlit run` prints when all is well. Any other line is a finding.
BANNER = re.compile(
    r"\s*$|\s*You can now view your Streamlit app|\s*(Local |Network |External )?URL: http"
    r"|.*Uvicorn server started on |\s*Stopping\.\.\."
)


class ServerFailed(RuntimeError):
    """The server did not start; the message holds what it printed."""


@dataclass
class Server:
    """A running server: where it listens, where its log grows, and where its runs are."""

    url: str
    log_file: Path
    process: subprocess.Popen[bytes]
    runs: Path
    read_from: int = 0
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def mark(self) -> None:
        """Begin a test: what was logged before is not its doing, what it allows is its own."""
        self.read_from = len(self.log_file.read_bytes())
        self.allowed = []

    def allow(self, pattern: str) -> None:
        """Expect log lines that match `pattern` in this test, because it provokes them."""
        self.allowed.append(re.compile(pattern))

    @property
    def log(self) -> str:
        """What the server printed since `mark`."""
        return self.log_file.read_bytes()[self.read_from :].decode(errors="replace")

    def complaints(self) -> list[str]:
        """The lines of this test's log that are neither banner nor allowed."""
        return [
            line
            for line in self.log.splitlines()
            if not BANNER.match(line) and not any(p.search(line) for p in self.allowed)
        ]


def free_port() -> int:
    """A port of localhost that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    script: Path,
    *,
    log_file: Path,
    folder: Path,
    options: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run `streamlit run script` from `folder` and wait until it is healthy.

    `options` are further ones of Streamlit, `environment` further variables. Raises ServerFailed,
    with the log, when it ends early or is not healthy within a minute.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    every = {
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.disconnectedSessionTTL": 5,  # seconds for which a session waits for its browser
        **(options or {}),
    }
    for name, value in every.items():
        command += [f"--{name}", str(value)]
    runs = log_file.with_name("runs")  # nobody's own runs are looked at or touched
    variables = {"PYTHONUNBUFFERED": "1", FOLDER_VARIABLE: str(runs), **(environment or {})}
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        base = str(every.get("server.baseUrlPath", ""))
        url = f"http://localhost:{port}" + (f"/{base}" if base else "")
        server = Server(url, log_file, process, runs)
        try:
            _wait_until_healthy(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise ServerFailed(f"streamlit ended with {server.process.returncode}:\n{server.log}")
        try:
            with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.1)
    raise ServerFailed(f"streamlit was not healthy after {START_SECONDS} s:\n{server.log}")
