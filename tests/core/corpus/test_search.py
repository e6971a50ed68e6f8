"""What a search finds is what looking at every step finds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

import core
from core import corpus
from core.corpus import (
    annotating,
    chance,
    contexts,
    extremes,
    neighbours,
    pattern,
    query,
    sketch,
    stretch,
)
from core.corpus.errors import (
    AnnotatedBeyond,
    AnnotatedNowhere,
    AnnotationColumns,
    AnnotationNumber,
    NoSuchQuantity,
    NothingStandsOut,
)
from core.errors import OutOfRange, ShapeMismatch

HIDDEN, FORGET = "lstm/states/hidden", "lstm/gates/forget"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    of = core.bundled_model("sentiment-lstm")
    folder = tmp_path_factory.mktemp("corpus") / "c"
    return corpus.record(of, corpus.drawn("sentiment", count=300), folder)


def on_at(kept, wanted):
    """(steps, units): whether each unit has been on for the shortest length, text by text."""
    columns = []
    for column in wanted.columns:
        on = np.asarray(kept.array(column.key)[:, column.unit], np.float32) >= wanted.threshold
        long = np.zeros_like(on)
        for first, last in pairwise(kept.starts):
            for step in range(first + wanted.shortest - 1, last):
                long[step] = on[step - wanted.shortest + 1 : step + 1].all()
        columns.append(long)
    return np.stack(columns, axis=1)


def runs_by_hand(kept, wanted, level):
    held = on_at(kept, wanted).sum(axis=1) >= level
    runs = []
    for first, last in pairwise(kept.starts):
        step = first
        while step < last:
            if held[step]:
                start = step
                while step < last and held[step]:
                    step += 1
                runs.append((start - wanted.shortest + 1, step))
            step += 1
    return runs


@pytest.mark.parametrize("threshold", [0.2, 0.0, -0.3])
@pytest.mark.parametrize("shortest", [1, 2, 5])
def test_places_are_those_that_counting_finds(kept, monkeypatch, threshold, shortest):
    monkeypatch.setattr(pattern, "BLOCK", 64)
    monkeypatch.setattr(pattern, "AT_ONCE", 300)
    hidden = [stretch.Column(HIDDEN, unit) for unit in (1, 4, 9)]
    columns = (*hidden, stretch.Column(FORGET, 3))
    wanted = stretch.Pattern(columns, threshold, length=3, shortest=shortest)
    found = pattern.find(kept, wanted, most=10_000)
    assert found.complete == 1
    for level in range(1, 5):
        runs = runs_by_hand(kept, wanted, level)
        assert found.of_units.get(level, 0) == len(runs)
        places = {(place.start, place.stop) for place in found.places if place.units == level}
        assert places <= set(runs)
    ranks = [(-place.units, abs(len(place) - 3)) for place in found.places]
    assert ranks == sorted(ranks)
    few = pattern.find(kept, wanted, most=5)
    assert [p.units for p in few.places] == [p.units for p in found.places[:5]]


def test_a_stretch_finds_itself(kept):
    until = int(kept.starts[1])
    values = stretch.values_at(kept, [HIDDEN], start=0, stop=until)
    array = np.asarray(kept.array(HIDDEN)[:until], np.float32)
    start = 2
    above = array[start : start + 2].min(axis=0) - array[[start - 1, start + 2]].max(axis=0)
    assert above.max() > 0, "a unit stands out here"
    unit = int(above.argmax())
    threshold = float(array[start : start + 2, unit].min())
    wanted = stretch.standing_out(values, start=start, stop=start + 2, threshold=threshold)
    assert stretch.Column(HIDDEN, unit) in wanted.columns
    for column in wanted.columns:
        assert (array[start : start + 2, column.unit] >= threshold).all()
        assert array[start - 1, column.unit] < threshold
        assert array[start + 2, column.unit] < threshold
    found = pattern.find(kept, wanted, most=200)
    assert any(p.start <= start < p.stop and p.units == len(wanted.columns) for p in found.places)
    level = stretch.telling_threshold(values, start=start, stop=start + 2)
    best = stretch.standing_out(values, start=start, stop=start + 2, threshold=level)
    for other in np.linspace(-0.9, 0.9, 50):
        try:
            few = stretch.standing_out(values, start=start, stop=start + 2, threshold=other)
        except NothingStandsOut:
            continue
        assert len(few.columns) <= len(best.columns)
    with pytest.raises(NothingStandsOut):
        stretch.standing_out(values, start=1, stop=3, threshold=1.5)
    with pytest.raises(OutOfRange):
        stretch.standing_out(values, start=3, stop=3, threshold=0)
    with pytest.raises(NoSuchQuantity):
        pattern.find(kept, stretch.Pattern((stretch.Column("lstm/gates/no", 0),), 0.5, 1))


def test_the_nearest_states_are_the_nearest(kept, monkeypatch):
    array = np.asarray(kept.array(HIDDEN), np.float32)
    monkeypatch.setattr(neighbours, "BLOCK", 200)
    monkeypatch.setattr(sketch, "AXES", 4)
    sketch.build(kept, HIDDEN)
    for state in (array[70], array[-1], array.mean(axis=0), np.full(array.shape[1], 3, np.float32)):
        apart = np.linalg.norm(array - state, axis=1)
        found = neighbours.nearest(kept, HIDDEN, state, most=12)
        np.testing.assert_allclose(
            [n.distance for n in found.nearest], np.sort(apart)[:12], atol=1e-5
        )
        np.testing.assert_allclose(
            apart[[n.step for n in found.nearest]], np.sort(apart)[:12], atol=1e-5
        )
    near = neighbours.nearest(kept, HIDDEN, array[70], most=5)
    assert near.nearest[0].step in np.flatnonzero(np.linalg.norm(array - array[70], axis=1) < 1e-6)
    assert near.read < len(array), "the sketch rules states out"
    without = neighbours.nearest(kept, HIDDEN, array[70], most=5, leave_out=(65, 75))
    assert not {n.step for n in without.nearest} & set(range(65, 75))
    with pytest.raises(ShapeMismatch):
        neighbours.nearest(kept, HIDDEN, np.zeros(3), most=5)


def test_a_query_says_what_it_asks_and_answers_it(kept):
    wanted = query.Wanted(token="not", label="for", wrong=False)
    sql = query.statement(kept, wanted)
    assert "lower(t.token) = lower('not')" in sql
    rows = query.ask(kept, sql)
    assert len(rows) > 3
    texts = list(corpus.drawn("sentiment", count=300))
    for row in rows.itertuples():
        assert texts[row.text].label == "for"
        tokens = core.bundled_model("sentiment-lstm").encode(texts[row.text].written).tokens
        assert tokens[row.position].lower() == "not"
    injected = query.Wanted(token="x' OR 1=1 --")
    assert len(query.ask(kept, query.statement(kept, injected))) == 0
    praise = query.ask(kept, query.statement(kept, query.Wanted(cls="negation")))
    assert {"not", "never"} & set(praise["token"].str.lower())


def test_annotations_are_joined_and_checked(kept):
    count = annotating.annotate(kept, "text\tposition\tlabel\n0\t1\tnoun\n2\t0\tverb\n", name="pos")
    assert count == 2
    wanted = query.Wanted(annotation="pos", annotated="verb")
    rows = query.ask(kept, query.statement(kept, wanted))
    assert rows[["text", "position"]].values.tolist() == [[2, 0]]
    annotating.annotate(kept, "text\tlabel\n1\tlong\n", name="kind")
    rows = query.ask(kept, query.statement(kept, query.Wanted(annotation="kind")))
    assert rows["text"].unique().tolist() == [1]
    assert len(rows) == kept.starts[2] - kept.starts[1]
    assert annotating.kept_beside(kept) == ("kind", "pos")
    read = contexts.Tokens(kept).between(int(kept.starts[3]), int(kept.starts[4]))
    places = [place for place, token in enumerate(read) if token == read[1]]
    told = f"text\ttoken\tlabel\n3\t{read[1]}\there\n"
    assert annotating.annotate(kept, told, name="tokens") == len(places)
    rows = query.ask(kept, query.statement(kept, query.Wanted(annotation="tokens")))
    assert rows["position"].tolist() == places
    assert set(rows["token"]) == {read[1]}
    for wrong, error in (
        ("a\tb\n1\t2\n", AnnotationColumns),
        ("text\tlabel\n999\tx\n", AnnotationNumber),
        ("text\tposition\tlabel\n0\t99\tx\n", AnnotatedBeyond),
        ("text\ttoken\tlabel\n0\tnowhere\tx\n", AnnotatedNowhere),
    ):
        with pytest.raises(error):
            annotating.annotate(kept, wrong, name="wrong")
    assert annotating.kept_beside(kept) == ("kind", "pos", "tokens")


def test_extremes_are_the_highest_and_lowest_of_each_text(kept, monkeypatch):
    monkeypatch.setattr(extremes, "BLOCK", 333)
    column = np.asarray(kept.array(HIDDEN)[:, 4], np.float32)
    best = sorted((column[a:b].max() for a, b in pairwise(kept.starts)), reverse=True)
    worst = sorted(column[a:b].min() for a, b in pairwise(kept.starts))
    found = extremes.extremes(kept, HIDDEN, 4, most=7)
    np.testing.assert_array_equal(found.top_values, best[:7])
    np.testing.assert_array_equal(found.bottom_values, worst[:7])
    np.testing.assert_array_equal(column[found.top], best[:7])
    assert found.spread.counts.sum() == len(column)
    assert found.spread.median == pytest.approx(np.median(column), abs=1e-3)
    np.testing.assert_allclose(
        (found.mean, found.deviation), (column.mean(), column.std()), rtol=1e-4
    )


def test_contexts_are_the_tokens_around(kept):
    start = int(kept.starts[5]) + 2
    (context,) = contexts.contexts(kept, [(start, start + 1)], around=2)
    tokens = core.bundled_model("sentiment-lstm").encode(contexts.whole(kept, 5)).tokens
    assert context.text == 5
    assert (context.before, context.tokens, context.after) == (tokens[:2], tokens[2:3], tokens[3:5])


def test_chance_is_what_shuffles_give(kept):
    columns = tuple(stretch.Column(HIDDEN, unit) for unit in (1, 4))
    wanted = stretch.Pattern(columns, 0.2, length=1)
    told = chance.by_chance(kept, wanted, units=2, times=9)
    assert told.found == len(runs_by_hand(kept, wanted, 2))
    array = np.asarray(kept.array(HIDDEN), np.float32)
    share = np.prod([(array[:, unit] >= 0.2).mean() for unit in (1, 4)])
    assert 0.3 < told.expected / (share * kept.steps) < 1.7
    same = stretch.Pattern((columns[0],), 0.2, length=1)
    alone = chance.by_chance(kept, same, units=1, times=9)
    assert abs(alone.expected - alone.found) < 0.1 * alone.found, "one unit with nobody: no change"
    assert alone.p > 0.1


def test_what_is_over_represented_is_fishers_test_held_by_benjamini_and_hochberg():
    among = {"not": 50, "the": 900, "film": 50}
    seen = ["not"] * 12 + ["the"] * 20 + ["film"]
    rows = {row.name: row for row in chance.over_represented(seen, among)}
    table = [[12, 21], [38, 929]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert rows["not"].p == pytest.approx(expected)
    q = stats.false_discovery_control([rows[name].p for name in ("not", "the", "film")])
    assert [rows[name].q for name in ("not", "the", "film")] == pytest.approx(list(q))
    assert rows["not"].is_found
    assert not rows["film"].is_found
    assert rows["not"].expected == pytest.approx(33 * 0.05)
