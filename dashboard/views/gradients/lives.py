"""The half-life of each cell's gradient: the number that a person can quote, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.analysis.questions import answers_numbers
from core.analysis.vanishing import half_life, written
from dashboard import state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.views.gradients.chain import Chain, class_names
from dashboard.views.gradients.knobs import WEIGHTS
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.problem import plain

GROWS = 2.0  # times as long at the first step as at the last; less is no explosion
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
    broken = next(iter(found.values())).half_life.trend
    if broken == "cut":
        return t("gradients.notice.cut", steps=state.get(state.TRUNCATE))
    if broken == "every":
        return t("gradients.notice.every")
    kept = {cell: each.norms.kept for cell, each in found.items()}
    known = sorted((c for c in kept if np.isfinite(kept[c])), key=lambda c: -kept[c])
    if not known:
        return t("gradients.notice.unknown")
    most = found[known[0]]
    facts = {"cell": _name(most), "share": share(kept[most.cell])}
    if most.half_life.trend == "doubles" and kept[most.cell] > GROWS:
        return t("gradients.notice.grows", **facts) + _fit(most)
    if len(known) == 1:
        return t("gradients.notice.left", **facts) + _fit(most)
    others = ", ".join(f"{_name(found[cell])} {share(kept[cell])}" for cell in known[1:])
    return t("gradients.notice.most", **facts, others=others) + _fit(most) + _highest(found, most)


def _fit(most: Chain) -> str:
    """The half-life of a cell as a sentence, where it has one."""
    life = most.half_life
    if life.trend not in ("halves", "doubles"):
        return ""
    return " " + t(
        f"gradients.notice.fit.{life.trend}", cell=_name(most), steps=written(life.steps)
    )


def _highest(found: Mapping[str, Chain], most: Chain) -> str:
    """Whose line lies highest at most steps, where that is another's than one would think."""
    lines = {cell: each.norms.hidden for cell, each in found.items()}
    top = np.argmax(np.stack(list(lines.values())), axis=0)
    counts = dict(zip(lines, np.bincount(top, minlength=len(lines)).tolist(), strict=True))
    cell = max(counts, key=counts.__getitem__)
    if cell == most.cell:
        return ""
    facts = {"cell": _name(found[cell]), "count": counts[cell], "total": len(top)}
    return " " + t("gradients.notice.highest", **facts)


def why(found: Mapping[str, Chain]) -> str:
    """Return why an untrained GRU keeps less than a SimpleRNN, "" where it does not."""
    orthogonal = state.get(state.INITIALISER) == state.INITIALISER.default
    if not orthogonal or state.get(state.SCALE) != state.SCALE.default:
        return ""  # the reason is the SimpleRNN's orthogonal weights
    gru, simple = found.get("gru"), found.get("simple_rnn")
    if state.get(WEIGHTS) != state.UNTRAINED or gru is None or simple is None:
        return ""
    if not gru.norms.kept < simple.norms.kept:
        return ""
    told = t("gradients.why.gru", share=float(gru.layer.gates["update"].mean()))
    lstm, bias = found.get("lstm"), state.get(state.FORGET_BIAS)
    if lstm is None or bias <= 0:
        return told
    opened = float(lstm.layer.gates["forget"].mean())
    return f"{told} {t('gradients.why.lstm', share=opened, bias=bias)}"


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
    if 1e-4 <= value < 10:
        return f"{100 * value:.0f}%" if value >= 0.1 else f"{100 * value:.2g}%"
    return "0%" if value == 0 else power(value)


def power(value: float) -> str:
    """Return a number with its power of ten written out: 3.1·10⁻¹⁴; 0.031 as it is."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
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
        number, below = t("gradients.card.steps", steps=written(life.steps)), _reach(each)
    elif life.trend == "steady":
        above, number = t("gradients.card.steady.note"), t("gradients.card.steady")
        below = _reach(each)
    else:
        above, number = "", t("gradients.card.unknown")
        below = t(f"gradients.card.{life.trend}.note", steps=state.get(state.TRUNCATE))
    return Card(_name(each), number, above, (*_memory(each), below), colour)


def _memory(each: Chain) -> tuple[str, ...]:
    """The cell state's own half-life, in an LSTM, whose memory that is."""
    if each.norms.memory is None or each.overflowed or each.half_life.trend in ("cut", "every"):
        return ()
    life = half_life(each.norms.memory, direction=each.layer.direction)
    return (t(f"gradients.card.memory.{life.trend}", steps=written(life.steps)),)


def _reach(each: Chain) -> str:
    """Where float32 would lose the gradient: at the small end, at the large one, or nowhere."""
    float32 = each.norms.underflow
    for kind, at in (("reach", float32.normal), ("over", float32.over)):
        if at is not None:
            back = each.trace.time - 1 - at if each.layer.direction == "forward" else at
            return t(f"gradients.card.{kind}", steps=back)
    return t("gradients.card.kept")
