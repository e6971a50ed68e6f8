"""Where is a Chromium, and how is it started?

`python -m tests.browser.chromium` finds one or installs one and says in one line which. The tests
only ever look: `find`. A browser that is already on the machine comes first, because it costs
nothing; Debian's package comes next, because as root it is one command and brings its libraries
along; Playwright's own build is for everybody else. Firefox and WebKit are not tried: the canvas
components are measured against one engine, the one in the design's notes.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from core.terminal import print_anywhere

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPLICATIONS = ("Google Chrome.app/Contents/MacOS/Google Chrome",)
VARIABLE = "UNROLLED_CHROMIUM"

# Headless and without a graphics card; the rest keeps the browser from calling home, so that
# every request that a test sees was made by the page.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromium(RuntimeError):
    """No browser could be found or installed; the message says what would help."""


def find() -> Path | None:
    """The browser to use: the one named in UNROLLED_CHROMIUM, on PATH, or Playwright's own."""
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise NoChromium(f"{VARIABLE} names {named}, and there is no such file.")
        return Path(named)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    for application in MAC_APPLICATIONS:
        path = Path("/Applications") / application
        if path.is_file():
            return path
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def install() -> str:
    """Install a browser and return what was done; raises NoChromium with the installer's words."""
    if os.name == "posix" and os.geteuid() == 0 and _is_debian():
        # The index first: on a fresh image it is empty or names versions that are gone.
        _run("apt-get", "update")
        _run("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
        return "installed Debian's chromium package"
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if platform.system() == "Linux" and os.geteuid() == 0:
        command.insert(-1, "--with-deps")
    _run(*command)
    return "installed Playwright's own Chromium"


def _is_debian() -> bool:
    # Ubuntu's chromium package only fetches a snap, which containers cannot run.
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False


def _run(*command: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoChromium(
            f"`{' '.join(command)}` failed. Install Chromium or Chrome, name one in {VARIABLE}, "
            f"or run make test BROWSER=no. It said:\n{done.stdout[-2000:]}"
        )


def version(path: Path) -> str:
    """What the browser calls itself; raises NoChromium when it does not start."""
    done = subprocess.run(
        [path, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise NoChromium(f"{path} does not start: {done.stderr.strip()[-1000:]}")
    return done.stdout.strip()


def main() -> int:
    """Find or install, and say which in one line."""
    try:
        path, how = find(), "already there"
        if path is None:
            how = install()
            path = find()
        if path is None:
            raise NoChromium(f"The installer {how}, and still none is found on PATH.")
        print(f"Browser: {version(path)} at {path}, {how}.")
    except NoChromium as problem:
        print(f"Browser: none. {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
