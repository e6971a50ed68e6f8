"""What a model is, in one sentence of the reader's language."""

from __future__ import annotations

from core.analysis.parameters import TITLES
from core.analysis.synopsis import Piece, Synopsis, synopsis
from core.model import Model
from dashboard import state
from dashboard.i18n import t


def sentence(model: Model) -> str:
    """Say it: "A text classifier: an embedding of 5,000 words, LSTM with 64 units, …"."""
    told = synopsis(model)
    parts = [_reads(told), *(_piece(piece, told) for piece in told.pieces), _answer(told)]
    return t("synopsis.sentence", what=_what(told), parts=", ".join(filter(None, parts)))


def _what(told: Synopsis) -> str:
    if told.inputs > 1:
        return t("synopsis.what.several", count=told.inputs)
    kind = "numbers" if told.reads == "numbers" else "tokens"
    return t(f"synopsis.what.{kind}.{told.task}")


def _reads(told: Synopsis) -> str:
    if told.reads == "numbers":
        many = "any" if told.steps is None else "steps"
        return t(f"synopsis.reads.{many}", count=told.features, steps=told.steps)
    return "" if told.steps is None else t("synopsis.reads.tokens", count=told.steps)


def _piece(piece: Piece, told: Synopsis) -> str:
    title = TITLES.get(piece.kind, piece.kind)
    if piece.kind == "embedding":
        made = t(f"synopsis.piece.embedding.{told.unit}", rows=piece.rows)
    elif piece.kind in state.CELLS:
        ways = "both" if piece.both_ways else "forward"
        made = t(f"synopsis.piece.recurrent.{ways}", title=title, size=piece.size)
    else:
        made = t("synopsis.piece.layer", title=title, size=piece.size)
    return made if piece.count == 1 else t("synopsis.piece.many", count=piece.count, piece=made)


def _answer(told: Synopsis) -> str:
    answer = t(f"synopsis.answers.{told.answer}", count=told.outputs)
    if told.answer in ("states", "token"):
        return answer
    return t(f"synopsis.answers.{'every' if told.every_step else 'last'}", answer=answer)
