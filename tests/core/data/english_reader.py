"""Says whether an English sentence of the grammar is for or against, from its words alone.

Written from the rule as `core.data.grammars.phrase` states it, without the grammar's code: which
part of the sentence counts, then the first polar word in it, turned over by each negation that
stands before it.
"""

from __future__ import annotations

from core.data.grammars import english_words as lexicon

TURNS = ("but", "yet", "however", "still", "nevertheless")
GRANTED = ("although", "though", "despite")
NEGATIONS = {
    "not", "never", "hardly", "neither", "nobody", "no", "nothing", "far",
}  # fmt: skip
ARTICLES = {"a", "an", "the", "real", "my", "of"}


def _polar_phrases() -> dict[tuple[str, ...], int]:
    polar: dict[tuple[str, ...], int] = {}
    for words, polarity in ((lexicon.FOR, 1), (lexicon.AGAINST, -1)):
        polar |= {(word,): polarity for group in words.values() for word in group}
    for verbs, polarity in (
        (lexicon.LIKES, 1), (lexicon.PLEASES, 1), (lexicon.DISLIKES, -1), (lexicon.DISPLEASES, -1),
    ):  # fmt: skip
        polar |= {(form,): polarity for verb in verbs for form in verb}
    for phrases, polarity in (
        (lexicon.TREASURES, 1), (lexicon.FAILURES, -1), (lexicon.ADVICE_FOR, 1),
        (lexicon.ADVICE_AGAINST, -1), (lexicon.EXPECTED_FOR, 1), (lexicon.EXPECTED_AGAINST, -1),
    ):  # fmt: skip
        polar |= dict.fromkeys(phrases, polarity)
    for phrase in (*lexicon.EXPECTED_FOR, *lexicon.EXPECTED_AGAINST):
        plural = ("were", *phrase[1:]) if phrase[0] == "was" else phrase
        polar[plural] = polar[phrase]
    polar["too",] = -1
    return polar


POLAR = _polar_phrases()
LONGEST = max(map(len, POLAR))


def first_polar(words: list[str]) -> tuple[int, int] | None:
    """The place and polarity of the first polar phrase, the longest one there."""
    for place in range(len(words)):
        for length in range(LONGEST, 0, -1):
            found = POLAR.get(tuple(words[place : place + length]))
            if found is not None and place + length <= len(words):
                return place, found
    return None


def main_part(words: list[str]) -> list[str]:
    """The part that decides."""
    words = [*words]
    if "spite" in words:
        place = words.index("spite")
        words[place - 1 : place + 2] = ["despite"]
    if "even" in words and words[words.index("even") + 1] == "though":
        words.remove("even")
    turns = [
        place for place, word in enumerate(words)
        if word in TURNS and not (word == "still" and words[place + 1] != ",")
    ]  # fmt: skip
    granted = [place for place, word in enumerate(words) if word in GRANTED]
    if granted:
        place = granted[0]
        if first_polar(words[:place]) is not None:
            return main_part(words[:place]) if turns and turns[0] < place else words[:place]
        # 'although A , B': no clause of the grammar has a comma in it, but an opening may.
        return words[words.index(",", place) + 1 :]
    return words[turns[-1] + 1 :] if turns else words


def polarity(words: tuple[str, ...]) -> int:
    """+1 or −1."""
    part = main_part([word for word in words if word not in {"!"}])
    if "not" in part and "only" in part and part[part.index("not") + 1] == "only":
        part = [word for word in part if word != "not"]
    sentences: list[list[str]] = [[]]
    for word in part:
        if word == ".":
            sentences.append([])
        else:
            sentences[-1].append(word)
    for sentence in sentences:
        found = first_polar(sentence)
        if found is None:
            continue
        place, polarity = found
        before = sentence[:place]
        if tuple(sentence[place : place + 2]) == ("not", "worth"):
            before = []
        negations = sum(
            word in NEGATIONS or word.endswith("n't") or (word == "no" and "one" in before)
            for word in before
        )
        # 'a bit too', 'far too': the same 'far' as in 'far from'.
        negations -= "far" in before and "from" not in before
        return polarity * (-1) ** negations
    raise AssertionError(words)
