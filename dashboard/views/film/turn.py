"""What to see in a film, in one sentence: the epoch at which its answer turned for good."""

from __future__ import annotations

from core.analysis.guesses import settled_at
from dashboard.i18n import t
from dashboard.views.film.parts import Film
from dashboard.widgets.answers import classes_of
from dashboard.widgets.problem import plain


def turned(film: Film) -> str:
    """Return the sentence; "" for networks whose answers have no names, or that give none."""
    answers = [frame.answer for frame in film.frames if frame.answer is not None]
    if len(answers) < len(film.frames):
        return ""
    names = classes_of(film.model)
    at = settled_at(answers)
    facts = {"name": _name(answers[-1], names), "epoch": film.epochs[at]}
    if at == 0:
        return t("film.turned.never", **facts)
    facts["other"] = _name(answers[at - 1], names)
    return t("film.turned.trained" if film.epochs[at - 1] == 0 else "film.turned", **facts)


def _name(answer: int, names: tuple[str, ...]) -> str:
    return plain(names[answer] if names else str(answer), most=30)
