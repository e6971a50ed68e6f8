"""Figures of translations: weights, contexts, the tree of a beam, two ways of running, lengths."""

from __future__ import annotations

import math

import numpy as np

from dashboard import figures
from tests.dashboard.figures import at_work
from tests.dashboard.figures.samples import TOKENS, array


def test_the_matrix_holds_the_weights_and_frames_a_row():
    found = at_work.alignment()
    picture = figures.attention(found, source=TOKENS, target=TOKENS, step=2)
    np.testing.assert_allclose(array(picture.draw.data[0].z), found.weights, rtol=1e-6)
    assert [(shape.y0, shape.y1) for shape in picture.draw.layout.shapes] == [(1.5, 2.5)]
    rows = picture.table.set_index(["Step", "Place in the source"])
    assert rows.loc[(3, 5), "Weight"] == found.weights[2, 4]
    assert f"{found.weights[0].max():.0%}" in picture.words


def test_contexts_are_drawn_as_they_were_recorded():
    found = at_work.alignment()
    picture = figures.context(found, target=TOKENS, step=1)
    np.testing.assert_allclose(array(picture.draw.data[0].z), found.context.T, rtol=1e-6)
    np.testing.assert_array_equal(picture.table["Context"], found.context.reshape(-1))


def test_the_tree_has_every_node_and_the_best_answer_drawn_thick():
    beams = at_work.beams()
    picture = figures.beam(beams)
    table = picture.table
    assert len(table) == len(beams.nodes)
    best = beams.path(beams.answers[0])
    whole = math.prod(beams.nodes[at].probability for at in best)
    row = table.iloc[beams.answers[0]]
    np.testing.assert_allclose(row["Probability of the whole"], whole, rtol=1e-6)
    assert row["Answer so far"] == "".join(beams.nodes[at].text for at in best)
    dots = {part.name: part for part in picture.draw.data if part.mode == "markers+text"}
    assert len(dots["best answer"].x) == len(best)
    kept = sum(node.kept for node in beams.nodes)
    assert len(dots["kept"].x) == kept - len(best)
    assert len(dots["dropped"].x) == len(beams.nodes) - kept
    # The likeliest of a step stands on top.
    for step in {node.step for node in beams.nodes}:
        places = {
            rank: at
            for at, rank in zip(table.index, rows_of(picture, beams), strict=True)
            if beams.nodes[at].step == step
        }
        logs = [beams.nodes[places[rank]].log_probability for rank in sorted(places)]
        assert logs == sorted(logs, reverse=True)
    [texts] = [part for part in picture.draw.data if part.mode == "text"]
    assert any(each.endswith(f"<b>{whole:.0%}</b>") for each in texts.text)
    assert "100%" not in texts.text  # what is certain goes without saying


def rows_of(picture, beams) -> list[float]:
    found = {}
    for part in picture.draw.data:
        if part.mode == "markers+text":
            for x, y, said in zip(part.x, part.y, part.customdata, strict=True):
                found[x, said] = y
    nodes = picture.table
    keys = [(x, said) for x, said in found]
    ranks = []
    for at in range(len(nodes)):
        text, step = nodes.iloc[at]["Answer so far"], nodes.iloc[at]["Step"]
        escaped = figures.markup.plain(text, most=40)
        [key] = [each for each in keys if each[0] == step and each[1].startswith(f"{escaped}<br>")]
        ranks.append(found[key])
    return ranks


def test_forced_and_free_give_the_right_token_what_was_recorded():
    right, forced, free = at_work.ways()
    picture = figures.forcing(right, forced=forced, free=free)
    lines = {part.name: part for part in picture.draw.data}
    np.testing.assert_allclose(array(lines["teacher forcing"].y), forced.right)
    drawn = [np.nan if y is None else y for y in lines["free running"].y]
    np.testing.assert_allclose(drawn, free.right)
    wrong = [at for at in range(len(free.tokens)) if free.tokens[at] != right[at]]
    crossed = [at for at, sign in enumerate(lines["free running"].marker.symbol) if sign == "x"]
    assert crossed == wrong != []
    assert picture.table["free running: likeliest"].tolist()[: len(free.tokens)] == list(
        free.tokens
    )


def test_lines_of_accuracy_have_their_intervals():
    groups = at_work.grouped()
    picture = figures.lengths(groups)
    for line, found in zip(picture.draw.data, groups.values(), strict=True):
        np.testing.assert_allclose(line.y, [one.share for one in found])
        tops = np.add(line.y, line.error_y.array)
        np.testing.assert_allclose(tops, [one.interval[1] for one in found])
    assert picture.table["Examples"].sum() == sum(
        one.total for found in groups.values() for one in found
    )
