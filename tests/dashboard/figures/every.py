"""Every figure once, with everything that it takes: what the conformance tests run over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import core
from core.analysis.alignment import Alignment
from core.analysis.anatomy import anatomy as parts_of
from core.analysis.answers import answers as asked
from core.analysis.attribution import attributions
from core.analysis.batch_statistics import batch_statistics
from core.analysis.cka import cka
from core.analysis.clipping import clip
from core.analysis.coverage import coverage
from core.analysis.faithfulness import verdicts
from core.analysis.fixed_points import fixed_points, visited
from core.analysis.flow import flow
from core.analysis.guesses import Answers
from core.analysis.jacobian import jacobian_norms
from core.analysis.lengths import Group
from core.analysis.masking import Batch, Read
from core.analysis.mixture import Mixture, Share
from core.analysis.rolling import Rolling
from core.analysis.senses import SenseMap, SenseTask
from core.analysis.shapes import DECODER, ENCODER, Turn, Unrolling
from core.analysis.spectra import spectra
from core.analysis.surprise import Surprise
from core.analysis.trajectories import Plane, trajectories
from core.analysis.triangle import Triangle, triangle
from core.analysis.vanishing import Norms
from core.data.sequences import SETS, Sequences
from core.forecast import Series, acf, naive_backtest, pacf, seasons
from core.forecast.arima import Forecast
from core.forecast.insides import Field, SeasonStates
from core.forecast.outlook import Outlook
from core.generate import BeamNode, Beams
from core.trace import Trace
from dashboard import figures
from dashboard.figures.by_step import Along
from dashboard.figures.forcing import Way
from dashboard.figures.sequences import Row
from tests.core.graphs import GRAPHS
from tests.dashboard.figures import samples, trained
from tests.dashboard.figures.samples import CELLS, TOKENS

THREE = CELLS[:3]
"""As many as a figure of several cells takes."""

Drawn = Callable[[Mapping[str, str] | None, Any], figures.Picture]
"""A picture of words and a mode."""


def of(noun: str, *data: Any, **settings: Any) -> Drawn:
    """A noun bound to data. Each picture is made once for a language."""
    return lambda labels=None, mode="light": getattr(figures, noun)(
        *data, **settings, labels=labels, mode=mode
    )


def answers(cell: str, outputs: int = 1) -> Answers:
    model = samples.model(cell, outputs=outputs)
    values = asked(model, samples.record(model))
    if outputs == 1:
        return Answers.of(values, classes=("<b>no", "yes</b>"))
    targets = np.array([*range(samples.TIME - 1), -1]) % outputs
    return Answers.of(values, activation="softmax", classes=TOKENS[:outputs], targets=targets)


def triangle_of(cell: str) -> Triangle:
    run = samples.trace(cell)
    return triangle(samples.model(cell), run, np.ones(run.outputs.shape))


SERIES = np.random.default_rng(3).normal(size=(samples.TIME, 2))


def rolled() -> Rolling:
    steps = np.arange(4, 8)
    actual = np.array([1.0, 3.0, 2.0, np.nan])
    return Rolling(steps - 1, steps, actual[[1, 1, 2, 0]], actual, actual[[0, 0, 1, 2]], 9)


KNOWS = np.array([0.1, 0.9, 0.2, 0.4, 0.3])


def weeks(*, dated: bool = True) -> Series:
    """Ten weeks of days."""
    values = np.tile([5.0, 6, 5, 5, 7, 2, 1], 10) + np.random.default_rng(5).normal(size=70)
    dates = np.arange("2024-01-01", "2024-03-11", dtype="datetime64[D]").astype("datetime64[s]")
    return Series(values, "<b>rides", dates, "day") if dated else Series(values, season=7)


def outlook(*, dated: bool = True, origin: int = 63) -> Outlook:
    mean = np.array([5.0, 6, 4, 5, 6, 2, 3])
    told = Forecast(mean, mean - np.arange(1, 8), mean + np.arange(1, 8))
    return Outlook.of(weeks(dated=dated), origin, told, period=7)


def series_pictures() -> dict[str, Drawn]:
    series = weeks()
    test = naive_backtest(series, np.arange(60, 70), horizon=5, period=7)
    return {
        "forecast": of("forecast", outlook(), name="<b>ARIMA"),
        "forecast ahead": of("forecast", outlook(dated=False, origin=70)),
        "correlations": of("correlations", acf(series, lags=12)),
        "correlations partial": of("correlations", pacf(series, lags=12), kind="pacf"),
        "residuals": of("residuals", series, np.diff(series.values)),
        "season": of("season", seasons(series, period=7), places=list("abcdefg"), name="<b>x"),
        "influence": of("influence", series, np.sin(np.arange(12)), ahead=3),
        "season_states": of(
            "season_states",
            SeasonStates("hidden", np.sin(np.arange(35).reshape(7, 5)), KNOWS),
            places=list("abcdefg"),
        ),
        "receptive": of("receptive", Field(6, {"b": (0, 4), "a": (0, 1)})),
        "horizon": of("horizon", {"<b>naive": test, "$x^2$": test}, naive="<b>naive"),
    }


def traces() -> dict[str, Trace]:
    return {f"<b>{cell}": samples.trace(cell) for cell in THREE}


def norms() -> dict[str, Norms]:
    return {f"<b>{cell}": Norms.of(*samples.run(cell, truncate=4)) for cell in THREE}


def unrolling(cell: str, *, sides: bool = False) -> Unrolling:
    """A turn for each token; with `sides`, the last four are a decoder's, which looks back."""
    states = samples.trace(cell).layers[0].states["hidden"][0]
    start = samples.TIME - 4 if sides else 0
    turns = tuple(
        Turn(
            state,
            read,
            answer=None if at < start else TOKENS[-1 - at],
            share=None if at < start else 0.5 + at / 20,
            side=("" if not sides else ENCODER if at < start else DECODER),
        )
        for at, (state, read) in enumerate(zip(states, TOKENS, strict=True))
    )
    looks = None
    if sides:
        looks = np.zeros((4, start))
        looks[0, [0, start - 1]], looks[1, 1], looks[2, 2] = (0.75, 0.25), 1.0, 0.05
    return Unrolling("encoder_decoder" if sides else "frames", cell, turns, looks=looks)


def batch() -> tuple[Batch, list[tuple[str, ...]]]:
    """Two texts of unlike length, with tokens that are no markup."""
    random = np.random.default_rng(11)
    real = np.arange(samples.TIME) < np.array([[samples.TIME], [3]])
    ids = np.where(real, 5, 0)

    def read(gradients: np.ndarray) -> Read:
        shape = (2, samples.TIME, samples.UNITS)
        return Read(random.uniform(-1, 1, shape), gradients, random.uniform(0, 1, (2, 1)))

    gradients = random.normal(size=(2, samples.TIME, 3))
    plain, masked = read(gradients), read(gradients * real[..., None])
    return Batch(ids, real, plain, masked, masked.outputs), [TOKENS, TOKENS[:3]]


def alignment() -> Alignment:
    """Nine steps of a target that look at the nine of a source."""
    random = np.random.default_rng(6)
    weights = random.dirichlet(np.full(samples.TIME, 0.4), size=samples.TIME)
    values = random.normal(size=(samples.TIME, 6))
    return Alignment("attention", weights, values, weights @ values)


def beams() -> Beams:
    """A search of width 2 over three steps, among tokens that are no markup."""
    random = np.random.default_rng(8)
    nodes: list[BeamNode] = []
    parents = [(-1, 0.0)]
    for step in range(3):
        grown = []
        for parent, log in parents:
            for at, share in enumerate((0.6, 0.3, *random.uniform(0, 0.05, 2))):
                text = TOKENS[(2 * len(grown) + at + step) % 5]
                grown.append((parent, text, float(share), log + float(np.log(share))))
        order = sorted(range(len(grown)), key=lambda at: -grown[at][3])
        kept = set(order[:2])
        first = len(nodes)
        for at, (parent, text, share, log) in enumerate(grown):
            nodes.append(BeamNode(step, parent, at, text, share, log, at in kept, step == 2))
        parents = [(first + at, grown[at][3]) for at in order[:2]]
    return Beams(2, tuple(nodes), tuple(at for at, _ in parents))


def ways() -> tuple[tuple[str, ...], Way, Way]:
    """A right answer, read to a decoder; and one that goes wrong at the third token and ends."""
    random = np.random.default_rng(9)
    given = random.uniform(0.1, 1, (2, samples.TIME))
    free = np.where(np.arange(samples.TIME) < 6, given[1], np.nan)
    wrote = (*TOKENS[:2], TOKENS[5], *TOKENS[3:6])
    return TOKENS, Way(TOKENS, given[0], given[0]), Way(wrote, given[1][:6], free)


def grouped() -> dict[str, list[Group]]:
    """Two models on three groups of lengths."""
    return {
        "<b>no attention": [Group(3, 7, 40, 40), Group(8, 12, 31, 40), Group(13, 20, 9, 40)],
        "dot": [Group(3, 7, 40, 40), Group(8, 12, 40, 40), Group(13, 20, 38, 40)],
    }


def everything() -> dict[str, Drawn]:
    found: dict[str, Drawn] = {}
    for cell in CELLS:
        run = samples.trace(cell)
        found[f"gates {cell}"] = of("gates", run, tokens=TOKENS, step=2)
        found[f"means {cell}"] = of("means", run, tokens=TOKENS, step=2)
        found[f"saturation {cell}"] = of("saturation", run, units=(1,))
        found[f"gradient_heatmap {cell}"] = of(
            "gradient_heatmap", *samples.run(cell), tokens=TOKENS, step=1
        )
        found[f"unrolled {cell}"] = of(
            "unrolled", run, tokens=TOKENS, answers=answers(cell), step=3
        )
        found[f"cell {cell}"] = of("cell", run, step=1, unit=4, tokens=TOKENS)
    cellular = samples.trace("lstm").layers[0].states["cell"][0, :, 2]
    found["tokens"] = of("tokens", TOKENS, cellular, quantity="cell", step=1)
    found["answers"] = of("answers", answers("gru"), tokens=TOKENS, step=4)
    found["answers softmax"] = of("answers", answers("lstm", 6), tokens=TOKENS)
    model = samples.model("lstm", outputs=1)
    shares = attributions(model, samples.record(model))
    found["attribution"] = of("attribution", shares, answer="<b>yes", tokens=TOKENS)
    found["faithfulness"] = of(
        "faithfulness", verdicts(model, samples.record(model), shares), answer="<b>yes"
    )
    found["compare"] = of("compare", traces(), tokens=TOKENS, step=1)
    found["compare_answers"] = of(
        "compare_answers", {f"<b>{cell}": answers(cell) for cell in THREE}, cells=THREE,
        tokens=TOKENS, step=1,
    )  # fmt: skip
    found["gradients"] = of("gradients", norms(), tokens=TOKENS, step=1)
    found["jacobian"] = of(
        "jacobian", {f"<b>{cell}": jacobian_norms(samples.trace(cell).layers[0]) for cell in THREE},
        cells=THREE, time=samples.TIME, tokens=TOKENS, step=1,
    )  # fmt: skip
    found["forgetting"] = of("forgetting", *samples.run("lstm"), tokens=TOKENS, step=1)
    found["shapes"] = of("shapes", unrolling("lstm"))
    found["shapes sides"] = of("shapes", unrolling("gru", sides=True))
    uneven, tokens = batch()
    found["masking"] = of("masking", uneven, tokens=tokens)
    found["masking gradients"] = of("masking", uneven, tokens=tokens, of="gradients")
    found |= translations()
    found["surprise"] = of("surprise", Surprise(samples.bits()), tokens=TOKENS, step=2)
    found["ledger"] = of("ledger", samples.trace("gru"), unit=2, step=5, tokens=TOKENS)
    for cell in CELLS:
        found[f"triangle {cell}"] = of("triangle", triangle_of(cell), row=4, tokens=TOKENS)
    found |= dynamics()
    found["senses"] = of(
        "senses", SenseMap(SERIES[:5], SERIES[5:7], np.array([0.5, 0.25])),
        kinds=["<b>money", "river", "<b>money", "river", "river"],
        texts=[f"<b>{at}" for at in range(5)], own_texts=["<b>one", "two"], level=1,
    )  # fmt: skip
    statistics = batch_statistics(samples.trace("gru").layers[0])
    found["batch_statistics"] = of("batch_statistics", {"<b>none": statistics, "batch": statistics})
    found["separation"] = of("separation", np.array([0.0, 0.31, 0.42]))
    alone = [Mixture(np.eye(3)[at], 1.0, Share(50 + 9 * at, 80)) for at in range(3)]
    mixed = Mixture(np.array([0.1, 0.6, 0.3]), 4.0, Share(72, 80))
    found["mixture"] = of("mixture", SenseTask(mixed, tuple(alone)))
    found |= training()
    found |= series_pictures()
    clips = {f"<b>{cell}": clip(samples.run(cell)[1], limit=0.5) for cell in THREE}
    graph = core.Model(GRAPHS["attention"].model().nodes)
    found["anatomy"] = of("anatomy", parts_of(graph))
    found["inputs"] = of("inputs", SERIES, names=("<b>bus", "rail"), tokens=TOKENS, step=1)
    wide = np.tile(SERIES, 3)
    found["inputs many"] = of("inputs", wide, names=[f"<b>{at}" for at in range(6)])
    found["rolling"] = of(
        "rolling", rolled(), name="<b>rides", tokens=[f"<b>{at}" for at in range(5)], step=5
    )
    found["anatomy chain"] = of("anatomy", parts_of(samples.model("lstm")))
    found["clipping"] = of("clipping", clips, cells=THREE)
    found |= making()
    found["parameters"] = of("parameters", {f"<b>{cell}": samples.model(cell) for cell in THREE})
    return found


def dynamics() -> dict[str, Drawn]:
    """The state space of one layer in two and three dimensions, and its spectra."""
    run = samples.trace("lstm").layers[0]
    layer, states = samples.model("lstm").layers[0], visited(run)
    paths = [
        figures.Path("<b>one", states[: samples.TIME], TOKENS),
        figures.Path("other", states[samples.TIME :], TOKENS),
    ]
    plane, solid = Plane.of(states), Plane.of(states, components=3)
    points = fixed_points(layer, states)
    whole = spectra(run, top=3)
    return {
        "state_space": of(
            "state_space", paths, plane, step=2, flow=flow(layer, plane, states, side=4),
            points=points,
        ),
        "state_space solid": of("state_space", paths, solid, points=points),
        "spectra": of("spectra", whole, tokens=TOKENS),
        "lyapunov": of("lyapunov", whole, tokens=TOKENS),
    }  # fmt: skip


def translations() -> dict[str, Drawn]:
    right, forced, free = ways()
    return {
        "attention": of("attention", alignment(), source=TOKENS, target=TOKENS, step=1),
        "beam": of("beam", beams()),
        "context": of("context", alignment(), target=TOKENS, step=1),
        "forcing": of("forcing", right, forced=forced, free=free),
        "lengths": of("lengths", grouped()),
    }


def training() -> dict[str, Drawn]:
    found: dict[str, Drawn] = {}
    for cell in CELLS:
        found[f"reach {cell}"] = of("reach", trained.inside(cell), cursor=2)
        found[f"gate_history {cell}"] = of("gate_history", trained.inside(cell))
    one = trained.history(stopped=True)
    found["curves"] = of("curves", {"<b>run": one}, levels={"chance": 0.5, "reference": 0.6})
    many = {f"<b>{at}": trained.history(seed=at) for at in range(8)}
    found["curves many"] = of("curves", many, measure="metric", metric="perplexity", log=True)
    found["learning_rate"] = of("learning_rate", {"<b>run": one})
    found["learning_rate many"] = of("learning_rate", many)
    found["layer_norms"] = of("layer_norms", one, limit=1.0)
    found |= film()
    groups = trained.groups()
    found["experiment"] = of("experiment", groups, metric="accuracy")
    found["bands"] = of("bands", trained.bands(), title="y")
    found["confusion"] = of("confusion", trained.confusion()[0])
    return found


def making() -> dict[str, Drawn]:
    found: dict[str, Drawn] = {}
    for name, drawn_of in SETS.items():
        drawn, kinds = drawn_of.examples(6, seed=0)
        rows = [
            Row("<b>read", drawn[:4], None, ["<b>", *drawn_of.signs[:3]]),
            Row("made</b>", drawn[2:], 0, chosen=1),
        ]
        found[f"sequences {name}"] = of_rows(rows, of=name, features=drawn_of.features)
        found[f"code_plane {name}"] = of_plane(drawn_of, kinds)
    counted = coverage(SERIES, SERIES, kinds=np.arange(samples.TIME) % 2, of=3, neighbours=2)
    found["kinds"] = of("kinds", counted, names=("<b>one", "two</b>", "three"))
    lines = [Along("<b>critic", SERIES[:, 0], 0, "dash"), Along("made</b>", SERIES[:, 1], None)]
    found["by_step"] = of(
        "by_step", lines, places=np.arange(samples.TIME), axis="epoch", title="loss", chosen=2.0,
        level=(0.693, "guess"),
    )  # fmt: skip
    return found


def of_rows(rows: list[Row], **settings: Any) -> Drawn:
    return lambda labels=None, mode="light": figures.sequences(
        rows, **settings, labels=labels, mode=mode
    )


def of_plane(drawn: Sequences, kinds: np.ndarray[Any, Any]) -> Drawn:
    codes = np.random.default_rng(1).normal(size=(len(kinds), 2))
    return of(
        "code_plane", codes, kinds=kinds, names=[f"<b>{kind}" for kind in drawn.kinds],
        signs=drawn.signs, point=(0.1, -0.2),
    )  # fmt: skip


def film() -> dict[str, Drawn]:
    losses = trained.losses()
    states = np.stack([samples.trace(cell).layers[0].states["hidden"][0] for cell in THREE])
    alignment = cka([*states, np.zeros_like(states[0])])
    return {
        "epoch_losses": of("epoch_losses", losses, final=4, cursor=0),
        "cka": of("cka", alignment, epochs=(0, 2, 5, 9)),
        "trajectories": of(
            "trajectories", trajectories(states), epochs=(0, 2, 5), epoch=2, tokens=TOKENS
        ),
    }
