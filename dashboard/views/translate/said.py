"""What is said of a translation: sentences made of its numbers."""

from __future__ import annotations

import math

from core.analysis.alignment import Alignment, Passage, passages, word_spans
from core.encoder_decoder import SOURCE, TARGET
from core.generate import Translation
from core.generate.translating import vocabulary_of
from core.generate.writing import joined
from core.model import Model
from core.text import visible
from dashboard.i18n import labels, t
from dashboard.views.translate.models import (
    attention_of,
    is_backwards,
    is_peeky,
    labels_of,
)
from dashboard.views.translate.settings import chosen
from dashboard.widgets.caption import About, file_part
from dashboard.widgets.problem import plain


def answered(found: Translation) -> str:
    """Say what was written, how likely it was as a whole, and where the model was least sure."""
    shares = found.probabilities[range(len(found.ids)), found.ids]
    low = int(shares.argmin())
    facts = {
        "text": told(found.text),
        "share": percent(math.exp(found.log_probability)),
        "token": told(found.tokens[low]),
        "low": percent(float(shares[low])),
    }
    said = t("translate.said.answer", **facts)
    if found.forced:
        names = ", ".join(f"“{told(found.tokens[at])}”" for at in found.forced)
        said += " " + t("translate.said.forced", tokens=names)
    return said if found.ended else f"{said} {t('translate.said.unended', steps=len(found.ids))}"


def looked(found: Translation, looks: Alignment | None, *, step: int) -> str:
    """Say where the decoder looked when it wrote what stands around a step."""
    if looks is None:
        state_names = found.trace.layers[0].states
        units = sum(array.shape[-1] for array in state_names.values())
        return t("translate.said.state", steps=len(found.source), numbers=units)
    vocabulary = vocabulary_of(found.model, SOURCE)
    passage = next(
        one for one in _passages(found, looks) if one.written[0] <= step < one.written[1]
    )
    return t(
        "translate.said.looked",
        written=told(_part(found, passage.written)),
        share=percent(passage.share),
        read=told(_word(joined(found.source.tokens[slice(*passage.read)], vocabulary=vocabulary))),
    )


def first_look(found: Translation, looks: Alignment | None) -> int:
    """Return the step at which a page begins: where the longest word of the source is looked at."""
    if looks is None:
        return 0
    longest = max(_passages(found, looks), key=lambda one: one.read[1] - one.read[0])
    return longest.written[0]


def _passages(found: Translation, looks: Alignment) -> tuple[Passage, ...]:
    words = word_spans(found.source.tokens, unit=vocabulary_of(found.model, SOURCE).unit)
    return passages(looks, words)


def made(model: Model) -> str:
    """Say how a model is built: what its decoder sees, and in which order its encoder reads."""
    parts = [t(f"translate.made.{attention_of(model)}")]
    if is_backwards(model):
        parts.append(t("translate.made.backwards"))
    if is_peeky(model):
        parts.append(t("translate.made.peeky"))
    score, citation = model.card.get("score"), model.card.get("data")
    if isinstance(score, dict) and "value" in score:
        parts.append(t("translate.made.score", value=f"{float(score['value']):.1%}"))
    if isinstance(citation, dict) and citation.get("citation"):
        # What this project drew itself has words in the reader's language; papers have their own.
        own = labels("translate", "cited").get(str(model.card.get("task")))
        told = own or plain(str(citation["citation"]), most=300)
        parts.append(t("translate.made.data", citation=told))
    return " ".join(parts)


def about(found: Translation, *, step: int | None = None) -> About:
    """Return what a picture of a translation is about."""
    identifier = chosen()
    return About(
        model=labels_of([identifier])[identifier],
        file=file_part(identifier),
        text="".join(found.source.tokens),
        step=step,
        token="" if step is None else found.tokens[step],
    )


def _word(text: str) -> str:
    """A word of the source without what stands behind it."""
    return text.rstrip(" ,.+/-") or text


def told(text: str) -> str:
    """A text of the reader's or the model's within a sentence."""
    return plain(visible(text) if len(text) == 1 else text, most=60)


def percent(share: float) -> str:
    """A share as one reads it."""
    return f"{share:.0%}" if share >= 0.0995 else f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _part(found: Translation, steps: tuple[int, int]) -> str:
    """What was written at some steps, as a text."""
    return joined(found.tokens[slice(*steps)], vocabulary=vocabulary_of(found.model, TARGET))
