"""Weeks of use in an hour: sessions come and go, and nothing may be left of them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.timing import table
from tests.browser.server import serving
from tests.endurance.load import LEAVES, MEGABYTE, ROOT
from tests.endurance.process import Held, held
from tests.endurance.reader import Reader
from tests.endurance.session import Session

STAYS = 25
"""Interactions of one session, before the next comes."""


def soak(*, interactions: int) -> str:
    """What the server held after each tenth of them; growth is counted after the second."""
    moments: list[tuple[int, Held, int]] = []
    with TemporaryDirectory() as folder:
        here = Path(folder)
        temporary = here / "temporary"  # the server's alone: others of this machine come and go
        temporary.mkdir()
        with serving(
            ROOT / "dashboard" / "app.py",
            log_file=here / "log",
            folder=ROOT,
            environment={"TMPDIR": str(temporary)},
        ) as server:

            def look(done: int) -> None:
                files = sum(1 for _ in temporary.rglob("*"))
                moments.append((done, held(server.process.pid), files))
                print(f"{done:,}: {moments[-1][1]}, {files} files", file=sys.stderr, flush=True)

            done, seed = 0, 0
            while done < interactions:
                with Session(server.url) as session:
                    session.open("", "lang=en")
                    reader = Reader(session, seed % 40, here)
                    for _ in range(min(STAYS, interactions - done)):
                        reader.act()
                        done += 1
                        if done % max(1, interactions // 10) == 0:
                            look(done)
                seed += 1
            time.sleep(LEAVES)
            look(done)
            complaints = server.complaints()
    warm = moments[1 if len(moments) > 2 else 0]
    rows = [
        [
            f"{count:,}" if at < len(moments) - 1 else "all left",
            f"{moment.own / MEGABYTE:.0f}",
            f"{moment.own / warm[1].own - 1:+.1%}",
            str(moment.descriptors),
            str(moment.children),
            str(files),
        ]
        for at, (count, moment, files) in enumerate(moments)
    ]
    head = ["interactions", "MB", "beside warm", "descriptors", "children", "temporary files"]
    return (
        table(rows, head=head)
        + f"\n\n{len(complaints)} lines in the log"
        + "".join(f"\n- {line}" for line in complaints[:20])
    )
