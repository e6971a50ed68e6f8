"""A server for a class, as README has it: a real nginx before it, two readers, and a stranger."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.training.readers import folder_of
from core.training.store import RunStore
from tests.browser.server import Server, free_port, serving
from tests.browser.visitor import Visitor
from tests.core.training import runs

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx: apt-get install nginx-light")

# What `htpasswd` writes for the password "dashboard" in its plain form, which nginx reads too.
USERS = "kim:{PLAIN}dashboard\nlee:{PLAIN}dashboard\n"


def said(readme: str, language: str) -> str:
    """The block of README's section that is written in a language."""
    section = readme.split("## For a class\n")[1].split("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def proxied(server: Server, *, site: str, folder: Path) -> Iterator[str]:
    """README's site before a server; only its port, its paths and the server's port are ours."""
    port = free_port()
    users = folder / "users"
    users.write_text(USERS)
    behind = server.url.removeprefix("http://localhost:").split("/")[0]
    replaced = {
        "listen 8080": f"listen 127.0.0.1:{port}",
        "127.0.0.1:8501": f"localhost:{behind}",
        "/etc/nginx/unrolled.users": str(users),
    }
    for written, ours in replaced.items():
        assert written in site
        site = site.replace(written, ours)
    # As whoever runs the tests, with all that it writes in our folder.
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ours = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    ours += f"access_log {folder}/access_log;\n"
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off;\npid {folder}/pid;\nerror_log {folder}/error_log;\n"
        f"events {{}}\nhttp {{\n{ours}{site}\n}}\n"
    )
    assert NGINX is not None
    command = [
        NGINX,
        "-c",
        str(folder / "nginx.conf"),
        "-p",
        str(folder),
        "-e",
        str(folder / "error_log"),
    ]
    process = subprocess.Popen(command)
    try:
        yield f"http://localhost:{port}/unrolled"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.browser
def test_readers_of_one_server_see_what_is_theirs(
    browser: Browser, root: Path, tmp_path: Path
) -> None:
    readme = (root / "README.md").read_text("utf-8")
    started = said(readme, "sh")
    header = re.search(r"UNROLLED_USER_HEADER=(\S+)", started)
    options = dict(re.findall(r"--(server\.\S+) (\w+)", started))
    assert header is not None
    assert options.keys() == {"server.headless", "server.baseUrlPath", "server.allowedHosts"}
    with (
        serving(
            root / "dashboard" / "app.py",
            log_file=tmp_path / "log",
            folder=root,
            options=options,
            environment={"UNROLLED_USER_HEADER": header[1]},
        ) as server,
        proxied(server, site=said(readme, "nginx"), folder=tmp_path) as url,
    ):
        run = RunStore(folder_of("kim", among=server.runs)).create(runs.config(), name="Kim's")

        def visitor(url: str, reader: str = "", **claimed: str) -> Visitor:
            known = {"username": reader, "password": "dashboard"} if reader else None
            context = browser.new_context(
                http_credentials=known,  # type: ignore[arg-type]
                locale="en-US",
                extra_http_headers=claimed,
            )
            return Visitor(context.new_page(), url)

        kim = visitor(url, "kim").visit("runs", runs=run.id)
        kim.get_by_role("tab", name="Manage").click()
        expect(kim.get_by_role("tabpanel").get_by_text("Kim's").first).to_be_visible()
        # The browser may claim what it likes: the proxy says who it is.
        lee = visitor(url, "lee", **{header[1]: "kim"}).visit("runs", runs=run.id)
        lee.get_by_role("tab", name="Manage").click()
        expect(lee.get_by_role("tabpanel").get_by_text("Example").first).to_be_visible()
        expect(lee.get_by_text("Kim's")).to_have_count(0)
        stranger = visitor(server.url).visit("runs")
        expect(stranger.get_by_text(header[1])).to_be_visible()
        expect(stranger.get_by_test_id("stAlert")).to_have_count(1)
        expect(stranger.get_by_text("Latch")).to_have_count(0)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{url}/", timeout=10)
        assert "Traceback" not in server.log
