"""What stands under a picture that is taken away: which page and chart, model, text and step.

A picture in a slide or a paper has lost the page around it. So PNG, SVG and HTML bear one line,
and all files, also those that have no room for a line (CSV, NPZ), say the shortest of it in their
names: `gates-sentiment-lstm-step-5.csv`. Not chosen: lines before the numbers of a CSV file, which
half of the programs that read it would take for its columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import regex

from core import data
from core.training.run_folder import Run
from dashboard import state
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels, t
from dashboard.origins import origin
from dashboard.origins.run import OfRun, epoch_of
from dashboard.origins.run_name import run_name
from dashboard.widgets.reading import Reading

MOST_TEXT = 80
"""Characters of the text in the line, as a reader counts them."""
MOST_NAME = 60
"""Characters that a model's name may take in the name of a file."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What a picture is about; what it has none of is empty.

    Attributes:
        model: what it is called in the reader's language, its cell behind it.
        text: what was read, as it was written.
        step: the index of the step that is looked at.
        token: what stands there.
        file: the model in the names of files.
        digests: of the models: equal ones have equal weights, whatever they are called.
    """

    model: str = ""
    text: str = ""
    step: int | None = None
    token: str = ""
    file: str = ""
    digests: tuple[str, ...] = ()

    def line(self, chart: str) -> str:
        """Return the line under the picture with this name."""
        page = state.recall("page")
        title = labels("chart", "of").get(chart.partition(":")[0], "")
        parts = [t(f"{page}.title") if page else "", title, self.model, shortened(self.text)]
        if self.step is not None:
            token = shortened(self.token)
            parts.append(t("chart.about.step", step=self.step + FIRST, token=token))
        return " · ".join(dict.fromkeys(filter(None, parts)))

    def stem(self, chart: str) -> str:
        """Return the name of its files without ending, such as gates-sentiment-lstm-step-5."""
        step = "" if self.step is None else f"step-{self.step + FIRST}"
        return "-".join(filter(None, (file_part(chart), self.file, step)))


NOTHING = About()


def about(reading: Reading, *, step: int | None = None) -> About:
    """Return what a picture of one reading is about."""
    token = "" if step is None else reading.tokens[step]
    named = about_cells([reading.trace.layers[0].cell])
    text = reading.passage.text
    return replace(named, text=text, step=step, token=token, digests=(reading.model.digest,))


def about_cells(
    cells: Iterable[str],
    *,
    task: str | None = None,
    text: str = "",
    tokens: tuple[str, ...] = (),
    step: int | None = None,
    of_epoch: bool = True,
) -> About:
    """Return what a picture of one origin's models of some cells is about.

    `task` is a value of `state.TASK`, the chosen one unless given. `of_epoch` says which epoch of a
    run is looked at.
    """
    task = state.get(state.TASK) if task is None else task
    cells = tuple(cells)
    # In a list it is called "Nothing: untrained", an answer to what it was trained on.
    drawn = task == state.UNTRAINED
    label = t("chart.about.untrained") if drawn else origin(task).label
    short = task if task in (*data.TASKS, state.UNTRAINED) else label
    model = t("chart.about.model", name=label, cell=", ".join(t(f"quantity.{c}") for c in cells))
    file = "-".join((short[:MOST_NAME], *cells))
    if of_epoch and (epoch := _epoch(task)) is not None:
        model += ", " + (t("film.after", epoch=epoch) if epoch else t("film.before"))
        file += f"-epoch-{epoch}"
    return About(
        model=model,
        file=file_part(file),
        text=text,
        step=step,
        token="" if step is None or not tokens else tokens[step],
    )


def _epoch(task: str) -> int | None:
    """The epoch whose model of a run is looked at, None where it is the run's own."""
    found = origin(task)
    if not isinstance(found, OfRun):
        return None
    epoch = epoch_of(found.run)
    return None if epoch == found.run.final_epoch else epoch


def titled(
    titles: Sequence[str], text: str, *, tokens: Sequence[str] = (), step: int | None = None
) -> About:
    """Return what a picture of models with these titles is about, as they read a text."""
    token = "" if step is None or not tokens else tokens[step]
    return replace(named(titles), text=text, step=step, token=token)


def about_runs(runs: Iterable[Run]) -> About:
    """Return what a picture of some runs is about."""
    return named(run_name(run) for run in runs)


def named(names: Iterable[str]) -> About:
    """Return what a picture is about whose models are called so."""
    names = tuple(names)
    return About(model=shortened(", ".join(names)), file=file_part("-".join(names)[:MOST_NAME]))


def shortened(text: str, *, most: int = MOST_TEXT) -> str:
    """Return a text in one line, its end cut off where it is long, and a … there."""
    line = " ".join(text.split())
    seen = regex.findall(r"\X", line)
    return line if len(seen) <= most else "".join(seen[: most - 1]).rstrip() + "…"


def file_part(text: str) -> str:
    """Return letters and digits of a text, joined by hyphens: a name that every system takes."""
    plain = unicodedata.normalize("NFC", text).lower()
    return re.sub(r"[\W_]+", "-", plain).strip("-")
