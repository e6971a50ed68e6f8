"""Sequences that one can see: what is drawn of a kind is of that kind, and written as it says."""

from __future__ import annotations

import numpy as np
import pytest

from core.analysis.coverage import distances
from core.data.sequences import SETS, melodies, sequences, strokes, waves
from core.data.sequences.font import LETTERS, curve, spaced
from core.errors import UnknownName

every_set = pytest.mark.parametrize("name", SETS)


@every_set
def test_the_seed_decides_and_kinds_are_equally_frequent(name):
    of = sequences(name)
    count = 3 * len(of.kinds)
    drawn, kinds = of.examples(count, seed=4)
    again, _ = of.examples(count, seed=4)
    other, _ = of.examples(count, seed=5)
    np.testing.assert_array_equal(drawn, again)
    assert not np.array_equal(drawn, other)
    assert drawn.shape == (count, of.steps, len(of.features))
    assert drawn.dtype == np.float32
    assert np.bincount(kinds).tolist() == [3] * len(of.kinds)
    assert len(of.signs) == len(set(of.signs)) == len(of.kinds)


@every_set
def test_a_kind_is_told_by_its_nearest_neighbour(name):
    """What `seen` compares is what makes the kinds."""
    of = sequences(name)
    drawn, kinds = of.examples(400, seed=1)
    others, theirs = of.examples(100, seed=2)
    nearest = distances(of.seen(others), of.seen(drawn)).argmin(axis=1)
    assert np.mean(kinds[nearest] == theirs) > 0.95


def test_an_unknown_set_is_named_with_those_there_are():
    with pytest.raises(UnknownName, match="strokes, waves, melodies"):
        sequences("poems")


def test_a_wave_turns_as_often_as_its_kind_says():
    kinds = np.arange(len(waves.TURNS)).repeat(5)
    drawn = waves.draw(np.random.default_rng(0), kinds)[..., 0]
    power = np.abs(np.fft.rfft(drawn, axis=1))
    assert (power[:, 1:].argmax(axis=1) + 1).tolist() == np.asarray(waves.TURNS)[kinds].tolist()
    assert np.abs(drawn).max() < 1 + 5 * waves.NOISE


def test_a_letter_is_written_through_its_points():
    """Undoing hand and scale: the pen comes by every point of the font, near enough."""
    drawn = strokes.draw(np.random.default_rng(0), np.arange(len(strokes.KINDS)))
    for letter, sequence in zip(strokes.KINDS, drawn, strict=True):
        way = strokes.positions(sequence)
        for stroke in LETTERS[letter]:
            apart = np.linalg.norm(np.asarray(stroke)[:, None] - way[None], axis=-1).min(axis=1)
            assert apart.max() < 0.55, letter
        lifted = (~strokes.on_paper(sequence)).sum()
        assert lifted == len(LETTERS[letter]), "one move above the paper before each stroke"


def test_positions_are_the_sum_of_moves():
    moves = np.array([[3.0, 0.0, 1.0], [0.0, -6.0, -1.0]])
    np.testing.assert_allclose(strokes.positions(moves), [[1.0, 1.0], [1.0, -1.0]])
    assert strokes.on_paper(moves).tolist() == [True, False]


def test_curves_go_through_their_points_and_are_walked_evenly():
    points = np.array([[0.0, 0.0], [1.0, 0.5], [1.5, -0.5], [3.0, 0.0]])
    line = curve(points)
    for point in points:
        assert np.linalg.norm(line - point, axis=1).min() < 1e-12
    lengths = np.linalg.norm(np.diff(spaced(line, 60), axis=0), axis=1)
    assert lengths.std() < 0.02 * lengths.mean()


def test_a_word_is_its_letters_in_order():
    written = strokes.word("No n", seed=3)
    assert written.shape == (3, strokes.STEPS, 3)
    of = sequences("strokes")
    drawn, kinds = of.examples(600, seed=1)
    nearest = distances(of.seen(written), of.seen(drawn)).argmin(axis=1)
    assert [strokes.KINDS[kind] for kind in kinds[nearest]] == list("non")


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        ("", strokes.NoLetters, "these are 0"),
        ("n" * 25, strokes.NoLetters, "these are 25"),
        ("next", strokes.UnknownLetter, "has no 'x'"),
    ],
)
def test_what_cannot_be_written_is_told(word, error, said):
    with pytest.raises(error, match=said):
        strokes.word(word, seed=0)


def test_melodies_keep_the_rules():
    of = sequences("melodies")
    drawn, _ = of.examples(60, seed=0)
    degrees, struck = melodies.degrees(drawn), melodies.struck(drawn)
    np.testing.assert_allclose(drawn[..., 0], (degrees - 5) / 5, atol=1e-6)
    last = degrees[:, -melodies.BAR :]
    assert set(last.ravel()) <= {0, 7}
    assert (last == last[:, :1]).all()
    assert struck[:, :: melodies.BAR].all(), "each bar begins with a note"
    assert not struck[:, -melodies.BAR + 1 :].any(), "the last note sounds through its bar"
    held = ~struck[:, 1:]
    assert (np.diff(degrees, axis=1)[held] == 0).all(), "the pitch changes where a note begins"
    outlines = melodies.draw(np.random.default_rng(0), np.array([0, 1]))
    assert outlines[0, 0, 0] < outlines[0, -9, 0]
    assert outlines[1, 0, 0] > outlines[1, -9, 0]


def test_each_move_of_a_pen_is_an_arrow_that_points_where_it_goes():
    turned = np.array([[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]])
    moves = np.column_stack([turned, np.ones(8)]).astype(np.float32)
    moves = np.concatenate([moves, [[1.0, 0.0, -1.0]]])
    assert "".join(strokes.signs(moves)) == "→↗↑↖←↙↓↘○"
