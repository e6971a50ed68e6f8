"""The figures of networks at work: shapes, translations, forecasts and what is made."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.analysis.alignment import Alignment
from core.analysis.coverage import coverage
from core.analysis.lengths import Group
from core.analysis.masking import Batch, Read
from core.analysis.shapes import DECODER, ENCODER, Turn, Unrolling
from core.data.sequences import SETS, Sequences
from core.forecast import Series, acf, naive_backtest, pacf, seasons
from core.forecast.arima import Forecast
from core.forecast.insides import Field, SeasonStates
from core.forecast.outlook import Outlook
from core.generate import BeamNode, Beams
from dashboard import figures
from dashboard.figures.by_step import Along
from dashboard.figures.forcing import Way
from dashboard.figures.sequences import Row
from tests.dashboard.figures import samples
from tests.dashboard.figures.bound import SERIES, Drawn, of
from tests.dashboard.figures.samples import TOKENS

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


def translations() -> dict[str, Drawn]:
    right, forced, free = ways()
    return {
        "attention": of("attention", alignment(), source=TOKENS, target=TOKENS, step=1),
        "beam": of("beam", beams()),
        "context": of("context", alignment(), target=TOKENS, step=1),
        "forcing": of("forcing", right, forced=forced, free=free),
        "lengths": of("lengths", grouped()),
    }


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
