"""The film of a run: what the models of its epochs do with texts, a few or thousands.

Traces of probe texts are read from the run's folder, where training left them; other texts are
recorded with the model of each epoch. Kept are not the traces but the little that is drawn of them
over epochs. An epoch and some texts are one task of `core.scale`: `by` shares a film of many texts
among processes or machines that see the run's folder, with the numbers of a film made here.

    python -m core.training.filming RUN TEXTS.txt     the texts, one a line, over all epochs

Cost: a forward run of each text for each epoch, and one backward where a question is asked. Not
chosen: whole traces of all epochs, a few megabytes for each text.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import scale
from core.analysis.cka import Estimate, cka
from core.analysis.questions import answers_numbers, own_answer, targets
from core.analysis.series import spread
from core.analysis.typed import encode
from core.analysis.vanishing import norms
from core.bptt import backprop
from core.engines import record
from core.errors import CoreError
from core.losses import default_loss
from core.model import Model
from core.scale import Scale
from core.scale.errors import GivenUp
from core.terminal import print_anywhere
from core.text.lines import lines_of
from core.trace import Trace
from core.training.run_folder import Run
from core.training.store import RunStore

MOST_EXAMPLES = 512
"""Tokens whose states are compared between epochs: of more, so many evenly spread."""
TOGETHER = 64
"""Texts of one task."""
Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Script:
    """What is filmed: a text, and the question whose gradient is shown.

    Attributes:
        inputs: token ids (time,), or features (time, features).
        probe: its number among the run's probes, None where it is none.
        answer: the class that is asked for, or the token that comes after the last one, the same
            in every epoch (`core.analysis.questions.targets`); None for no question.
    """

    inputs: NDArray[np.generic]
    probe: int | None = None
    answer: int | None = None


@dataclass(frozen=True, eq=False)
class Frame:
    """One epoch: `hidden` (time, units) of a layer; `gradient` (time,), ‖∂loss/∂h_t‖, or None.

    `reach` is the largest absolute value of each state, by name; `answer` the class, or the token,
    that the model answers to the whole text, None where it answers numbers or nothing.
    """

    hidden: Numbers
    gradient: Numbers | None
    reach: Mapping[str, float]
    answer: int | None = None


def film(
    run: Run,
    scripts: Sequence[Script],
    *,
    layer: int,
    epochs: Sequence[int],
    by: Scale | None = None,
) -> Iterator[list[Frame]]:
    """Of each epoch in turn, the frames of all scripts.

    Raises BrokenRun, what the model raises, and of `by` what `Scale.map` raises and GivenUp.
    """
    if by is None:
        for epoch in epochs:
            model = run.model(epoch)
            yield [frame(run, each, model=model, epoch=epoch, layer=layer) for each in scripts]
        return
    parts = [scripts[at : at + TOGETHER] for at in range(0, len(scripts), TOGETHER)]
    told = [[vars(script) for script in part] for part in parts]
    asked = {"folder": str(run.folder.resolve()), "layer": layer}
    items = ({**asked, "epoch": epoch, "scripts": part} for epoch in epochs for part in told)
    total = len(epochs) * len(parts)
    frames: list[Frame] = []
    done = 0
    for result in by.map(frames_of, items, total=total):
        frames += [Frame(**each) for each in result.value]
        done += 1
        if done % len(parts) == 0:
            yield frames
            frames = []
    if done < total:
        raise GivenUp(done=done, total=total)


def frames_of(
    *, folder: str, epoch: int, layer: int, scripts: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The task: the frames of some scripts, of one epoch of the run in a folder."""
    run = Run(Path(folder))
    model = run.model(epoch)
    return [
        asdict(frame(run, Script(**each), model=model, epoch=epoch, layer=layer))
        for each in scripts
    ]


def frame(run: Run, script: Script, *, model: Model, epoch: int, layer: int) -> Frame:
    """What is drawn of a script in an epoch, whose model is `model`. Raises what it raises."""
    trace = filmed(run, script, model=model, epoch=epoch)
    own = trace.layers[layer]
    reach = {name: float(np.abs(values).max()) for name, values in own.states.items()}
    gradient = None
    if script.answer is not None and model.readout is not None:
        loss = default_loss(model.activation)
        asked = targets(model, trace, answer=script.answer)
        gradient = norms(backprop(model, trace, asked, loss=loss).layers[layer], batch=0)
    said = own_answer(trace) if model.readout and not answers_numbers(model) else None
    return Frame(np.array(own.states["hidden"][0]), gradient, reach, said)


def filmed(run: Run, script: Script, *, model: Model, epoch: int) -> Trace:
    """The film that training left, where it is of this text and this model; else a new record."""
    if script.probe is not None:
        try:
            kept = run.film(script.probe, epoch)
        except CoreError:  # no film is no fault: the text can be read again
            return _recorded(model, script)
        same = kept.model_digest == model.digest
        if same and np.array_equal(kept.inputs, script.inputs[None]):
            return kept
    return _recorded(model, script)


def _recorded(model: Model, script: Script) -> Trace:
    with np.errstate(over="ignore", invalid="ignore"):
        return record(model, script.inputs[None])


def likeness(frames: Iterable[Sequence[Frame]], *, estimate: Estimate) -> NDArray[np.float64]:
    """How alike the hidden states of every two epochs are, over the tokens of all texts.

    `frames` are those of each epoch. Raises as `core.analysis.cka.cka`.
    """
    seen = []
    for own in frames:
        states = np.concatenate([each.hidden for each in own])
        seen.append(states[spread(len(states), most=MOST_EXAMPLES)])
    return cka(seen, estimate=estimate)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when all went well."""
    parser = argparse.ArgumentParser(
        prog="python -m core.training.filming",
        description="What the models of a run's epochs answer to many texts, and when it settled.",
    )
    parser.add_argument("run", help="its id, as `python -m core.training list` gives it")
    parser.add_argument("texts", type=Path, help="a file of texts, one a line")
    parser.add_argument("--layer", type=int, default=0, help="whose states are compared (0)")
    parser.add_argument("--out", type=Path, help="a CSV file for the answers: text, epoch, answer")
    parser.add_argument("--scheduler", help=f"of Dask; else what {scale.SCHEDULER} says")
    parser.add_argument("--at-once", type=int, help="tasks done at the same time")
    given = parser.parse_args(arguments)
    try:
        return _film(given)
    except (CoreError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _film(given: argparse.Namespace) -> int:
    run = RunStore().run(given.run)
    epochs = run.model_epochs
    last = run.model(epochs[-1] if epochs else None)
    scripts, unread = [], 0
    for line in lines_of(given.texts.read_text(encoding="utf-8")):
        try:
            scripts += [Script(encode(last, line).inputs[0])] if line.strip() else []
        except CoreError as error:
            unread += 1
            print(f"{line[:40]!r} is not read: {error}", file=sys.stderr)
    if not scripts:
        print(f"No text of {given.texts} can be read by this run's model.", file=sys.stderr)
        return 1
    with scale.workers(given.scheduler, given.at_once) as by:
        frames = list(film(run, scripts, layer=given.layer, epochs=epochs, by=by))
        board = by.board
    answers = np.array([[each.answer for each in own] for own in frames])
    alike = likeness(frames, estimate="plain")[-1]
    print("epoch  states like the last epoch's  answers like the last epoch's")
    for epoch, near, own in zip(epochs, alike, answers, strict=True):
        print(f"{epoch:5}  {near:27.3f}  {np.mean(own == answers[-1]):28.1%}")
    told = f"{board.finished} tasks by {len(board.done)} workers, {board.retried} tried again"
    print(f"{len(scripts)} texts, {unread} not read; {told}", file=sys.stderr)
    if given.out is not None:
        with given.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "epoch", "answer"])
            for epoch, own in zip(epochs, answers, strict=True):
                writer.writerows([at + 1, epoch, said] for at, said in enumerate(own))
    return 0


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
