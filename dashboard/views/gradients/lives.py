"""The half-life of each cell's gradient: the number that a person can quote, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from core.analysis.questions import answers_numbers
from core.analysis.vanishing import half_life
from dashboard import state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.views.gradients.chain import Chain, class_names
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.problem import plain

HUNDRED = 100  # steps, over which the notice says what is left
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def lives(found: Mapping[str, Chain]) -> None:
    """Draw a card for each cell."""
    mode = state.mode()
    cards(
        [_card(each, theme.colour(cell, mode)) for cell, each in found.items()],
        key="half-lives",
        surface=theme.SURFACE[mode],
    )


def notice(found: Mapping[str, Chain]) -> str:
    """Return one sentence about what the lines show."""
    over = [each for each in found.values() if each.overflowed]
    if over:
        return t("gradients.overflow", cells=", ".join(map(_name, over)))
    if state.get(state.LOSS_AT) == "every":
        return t("gradients.notice.every")
    growing = [
        each
        for each in found.values()
        # At least once over all steps; less is no explosion.
        if each.half_life.trend == "doubles" and each.half_life.steps < each.trace.time
    ]
    if growing:
        most = min(growing, key=lambda each: each.half_life.steps)
        return t("gradients.notice.grows", cell=_name(most), steps=figure(most.half_life.steps))
    steady = [each for each in found.values() if each.half_life.trend in ("steady", "doubles")]
    if steady:
        return t("gradients.notice.steady", cell=", ".join(map(_name, steady)))
    shrinking = [each for each in found.values() if each.half_life.trend == "halves"]
    if not shrinking:
        return t("gradients.notice.unknown")
    most = max(shrinking, key=lambda each: each.half_life.steps)
    life = most.half_life.steps
    return t(
        "gradients.notice.furthest",
        cell=_name(most),
        steps=figure(life),
        share=share(0.5 ** (HUNDRED / life)),
    )


def asked(found: Mapping[str, Chain]) -> str:
    """Return what the loss asks for, as a sentence."""
    first = next(iter(found.values()))
    if answers_numbers(first.model):
        return t("film.gradient.numbers")
    if first.answer is None:
        return t("gradients.asked.next")
    names = class_names(first.model)
    answers = {cell: plain(names[each.answer or 0]) for cell, each in found.items()}
    if len(set(answers.values())) == 1:
        return t("gradients.asked.class", name=answers[first.cell])
    said = [
        t("gradients.asked.said", cell=t(f"quantity.{cell}"), name=name)
        for cell, name in answers.items()
    ]
    return t("gradients.asked.own", said=", ".join(said))


def share(value: float) -> str:
    """Return a share as one reads it: 12 %, or 3·10⁻¹⁴ where a percentage would be zeros."""
    return f"{100 * value:.2g} %" if value >= 1e-4 else power(value)


def figure(steps: float) -> str:
    """Return a number of steps with three digits, written out: 1,230."""
    return f"{steps:,.0f}" if steps >= 100 else f"{steps:.3g}"


def power(value: float) -> str:
    """Return a number with its power of ten written out: 3.1·10⁻¹⁴; 0.031 as it is."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    return f"{digits}·10{str(int(exponent)).translate(_RAISED)}" if exponent else digits


def _name(each: Chain) -> str:
    return t(f"quantity.{each.cell}")


def _card(each: Chain, colour: str) -> Card:
    life = each.half_life
    if each.overflowed:
        above, number, below = "", t("gradients.card.unknown"), t("gradients.card.overflow")
    elif life.trend in ("halves", "doubles"):
        above = t("gradients.card.halves" if life.trend == "halves" else "gradients.card.doubles")
        number, below = t("gradients.card.steps", steps=figure(life.steps)), _reach(each)
    elif life.trend == "steady":
        above, number = t("gradients.card.steady.note"), t("gradients.card.steady")
        below = _reach(each)
    else:
        above, number = "", t("gradients.card.unknown")
        below = t("gradients.card.unknown.note")
    return Card(_name(each), number, above, (*_memory(each), below), colour)


def _memory(each: Chain) -> tuple[str, ...]:
    """The cell state's own half-life, in an LSTM, whose memory that is."""
    if each.norms.memory is None or each.overflowed:
        return ()
    life = half_life(each.norms.memory, direction=each.layer.direction)
    return (t(f"gradients.card.memory.{life.trend}", steps=figure(life.steps)),)


def _reach(each: Chain) -> str:
    at = each.norms.underflow.normal
    if at is None:
        return t("gradients.card.kept")
    back = each.trace.time - 1 - at if each.layer.direction == "forward" else at
    return t("gradients.card.reach", steps=back)
