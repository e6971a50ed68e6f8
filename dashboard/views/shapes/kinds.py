"""Which model shows which shape, what is said about it, and which page uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.analysis.alignment import alignment
from core.analysis.shapes import DECODER, ENCODER, Unrolling, unroll, unroll_pair
from core.data.sequences import strokes
from core.encoder_decoder import TARGET
from core.engines import record
from core.generate.translating import vocabulary_of
from core.make.autoencoder import CODE
from core.make.shipped import decoder
from core.text import visible
from core.trace import Trace
from dashboard import cache, state
from dashboard.cache.making import code_plane
from dashboard.i18n import t
from dashboard.origins import choose
from dashboard.views.shapes.settings import BRACKETS, SENTENCE, SOURCE, TOKEN, cell, given
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import NOTHING, About, about_cells
from dashboard.widgets.problem import plain

TRANSLATOR = "dates-attention"
STEPS = 8
"""Tokens that are written from one."""
MOST = 14
"""Tokens that are read: past that a picture of this size has no room for their names."""


@dataclass(frozen=True)
class Found:
    """A shape at work: its turns, what they were drawn from, the answers along the way, and what
    was written.
    """

    unrolling: Unrolling
    trace: Trace | None = None
    about: About = NOTHING
    along: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Kind:
    """One of the shapes: how it is found, said, and opened on the `page` that uses it."""

    name: str
    page: str
    find: Callable[[], Found]
    say: Callable[[Found], str]
    choose: Callable[[], None]
    ships: Callable[[], bool] = lambda: True


def _read(task: str, text: str, *, fed_back: bool = False) -> Found:
    """A shipped model of the chosen cell reads the beginning of a text."""
    model = cache.bundled(f"{task}-{cell()}")
    encoded = model.encode(text)
    trace = cache.trace(model, encoded.ids[None, :MOST])
    tokens = tuple(map(visible, encoded.tokens[:MOST]))
    classes = classes_of(model)
    found = unroll(model, trace, tokens=tokens, classes=classes, fed_back=fed_back)
    along: tuple[str, ...] = ()
    if trace.outputs.ndim == 2 and trace.outputs.shape[1] == 1:
        answers = cache.answers(model, trace)[:, 0]
        along = tuple(classes[int(answer > 0.5)] for answer in answers)
    about = about_cells([cell()], task=task, text=text, of_epoch=False)
    return Found(found, trace, about, along)


def _first(text: str) -> str:
    """The first token of a text, as the writer splits it."""
    model = cache.bundled(f"characters-{cell()}")
    return model.encode(text).tokens[0]


def _one_to_one() -> Found:
    return _read("characters", _first(given(TOKEN)))


def _one_to_many() -> Found:
    model = cache.bundled(f"characters-{cell()}")
    written = cache.written(model, _first(given(TOKEN)), steps=STEPS)
    trace = cache.trace(model, written.ids[None, :-1])
    tokens = tuple(map(visible, written.tokens[:-1]))
    classes = classes_of(model)
    about = about_cells([cell()], task="characters", text=written.text, of_epoch=False)
    found = unroll(model, trace, tokens=tokens, classes=classes, fed_back=True)
    return Found(found, trace, about, text=written.text)


def _code() -> tuple[str, np.ndarray]:
    """A letter, the reader's where the font has it, and two numbers that are the code of one."""
    letter = _first(given(TOKEN)).lower()
    letter = letter if letter in strokes.KINDS else strokes.KINDS[0]
    plane = code_plane("strokes")
    return letter, plane.codes[plane.kinds == strokes.KINDS.index(letter)][0]


def _decoded() -> Found:
    model = decoder("strokes")
    letter, code = _code()
    trace = record(model, {CODE: code[None]})
    answers = strokes.signs(trace.outputs[0])
    found = unroll(model, trace, tokens=["z"] * len(answers), answers=answers)
    return Found(found, trace, About(file=model.name, text=letter))


def _say_decoded(found: Found) -> str:
    letter, code = _code()
    trace = found.trace
    assert trace is not None
    drawn = int(strokes.on_paper(trace.outputs[0]).sum())
    return t(
        "shapes.said.decoded", letter=letter, x=f"{code[0]:.2f}", y=f"{code[1]:.2f}",
        count=len(found.unrolling.turns), drawn=drawn, lifted=len(found.unrolling.turns) - drawn,
    )  # fmt: skip


def _to_make() -> None:
    _, code = _code()
    state.put(state.FIELDS["makes"], "strokes")
    state.put(state.FIELDS["maker"], "autoencoder")
    for name, number in zip(("code1", "code2"), code, strict=True):
        state.put(state.FIELDS[name], float(number))


def _pair() -> Found:
    model = cache.bundled(TRANSLATOR)
    made = cache.translated(model, given(SOURCE))
    looks = alignment(made.trace)
    vocabulary = vocabulary_of(model, TARGET)
    shares = made.probabilities[range(len(made.ids)), made.ids].tolist()
    found = unroll_pair(
        made.trace,
        source=tuple(map(visible, made.source.tokens)),
        read=[visible(vocabulary.token_of(int(each))) for each in made.read],
        written=list(zip(map(visible, made.tokens), shares, strict=True)),
        looks=None if looks is None else looks.weights,
    )
    return Found(found, made.trace, About(file=TRANSLATOR, text=given(SOURCE)), text=made.text)


def _say_pair(found: Found) -> str:
    unrolling = found.unrolling
    read, written = unrolling.side(ENCODER), unrolling.side(DECODER)
    looks = unrolling.looks
    assert looks is not None, f"{TRANSLATOR} has an attention"
    source, target = divmod(int(looks.T.argmax()), looks.shape[0])
    return t(
        "shapes.said.encoder_decoder",
        read=len(read),
        number=len(written),
        text=_told(found.text),
        numbers=sum(array.shape[-1] for array in found.trace.layers[0].states.values())
        if found.trace
        else 0,
        token=_told(written[target].answer),
        source=_told(read[source].read),
        share=f"{looks[target, source]:.0%}",
    )


def _to_translate() -> None:
    state.put(state.FIELDS["translator"], TRANSLATOR)
    state.put(state.FIELDS["tr_source"], given(SOURCE))
    state.reset(state.FIELDS["tr_forced"], state.FIELDS["tr_step"])


def _say_one(found: Found) -> str:
    turn = found.unrolling.turns[0]
    return t("shapes.said.one_to_one", **_answer(turn.answer, turn.share), read=_told(turn.read))


def _say_written(found: Found) -> str:
    turns = found.unrolling.turns
    shares = np.array([turn.share for turn in turns], np.float64)
    low = turns[int(shares.argmin())]
    return t(
        "shapes.said.one_to_many", read=_told(turns[0].read), text=_told(found.text),
        count=len(turns), low=_told(low.answer), share=f"{shares.min():.0%}",
    )  # fmt: skip


def _say_answer(found: Found) -> str:
    turns = found.unrolling.turns
    facts = _answer(turns[-1].answer, turns[-1].share) | {"count": len(turns)}
    other = [at for at, name in enumerate(found.along) if name != found.along[-1]]
    if not other:
        return t("shapes.said.many_to_one.settled", **facts)
    at = other[-1]
    return t(
        "shapes.said.many_to_one",
        **facts,
        other=_told(found.along[at]),
        until=_told(turns[at].read),
    )


def _say_frames(found: Found) -> str:
    turns = found.unrolling.turns
    right = sum(one.answer == next_.read for one, next_ in pairwise(turns))
    sure = max(turns, key=lambda turn: turn.share or 0)
    return t(
        "shapes.said.frames", count=len(turns), number=right, total=len(turns) - 1,
        **_answer(sure.answer, sure.share), after=_told(sure.read),
    )  # fmt: skip


def _answer(answer: str | None, share: float | None) -> dict[str, str]:
    return {"answer": _told(answer), "percent": f"{share or 0:.0%}"}


def _told(text: str | None) -> str:
    return plain(text or "", most=40)


def _to_write(*, steps: int) -> None:
    state.put(state.FIELDS["beginning"], _first(given(TOKEN)))
    state.put(state.FIELDS["writer"], "characters")
    state.put(state.FIELDS["write_steps"], steps)


def _to_gates(task: str, text: str) -> None:
    choose(task, text=text)


SHOWN = (
    Kind("one_to_one", "write", _one_to_one, _say_one, lambda: _to_write(steps=0)),
    Kind("one_to_many", "write", _one_to_many, _say_written, lambda: _to_write(steps=160)),
    Kind(
        "many_to_one", "gates", lambda: _read("sentiment", given(SENTENCE)), _say_answer,
        lambda: _to_gates("sentiment", given(SENTENCE)),
    ),
    Kind(
        "frames", "gates", lambda: _read("brackets", given(BRACKETS)), _say_frames,
        lambda: _to_gates("brackets", given(BRACKETS)),
    ),
    Kind(
        "encoder_decoder", "translate", _pair, _say_pair, _to_translate,
        lambda: TRANSLATOR in cache.translators(),
    ),
    Kind("decoded", "make", _decoded, _say_decoded, _to_make),
)  # fmt: skip
