"""Every figure once, with everything that it takes: what the conformance tests run over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import core
from core.analysis.ablation import ALL, ablations
from core.analysis.activity import Activity, activity
from core.analysis.anatomy import anatomy as parts_of
from core.analysis.answers import answers as asked
from core.analysis.attribution import attributions
from core.analysis.batch_statistics import batch_statistics
from core.analysis.changes import difference
from core.analysis.cka import cka
from core.analysis.clipping import clip
from core.analysis.faithfulness import verdicts
from core.analysis.fixed_points import fixed_points, visited
from core.analysis.flow import flow
from core.analysis.guesses import Answers
from core.analysis.jacobian import jacobian_norms
from core.analysis.mixture import Mixture, Share
from core.analysis.rolling import Rolling
from core.analysis.selectivity import Selectivity, selectivity
from core.analysis.senses import SenseMap, SenseTask
from core.analysis.spectra import spectra
from core.analysis.spread import spread
from core.analysis.surprise import Surprise
from core.analysis.token_features import token_features
from core.analysis.trajectories import Plane, trajectories
from core.analysis.triangle import Triangle, triangle
from core.analysis.vanishing import Norms
from core.corpus.windows import Windows
from core.data.task import Example
from core.text import Vocabulary
from core.trace import Trace
from dashboard import figures
from dashboard.figures.automaton import Graph
from dashboard.figures.parallel import Axis
from tests.core.graphs import GRAPHS
from tests.dashboard.figures import samples, trained
from tests.dashboard.figures.at_work import batch, making, series_pictures, translations, unrolling
from tests.dashboard.figures.bound import SERIES, Drawn, of
from tests.dashboard.figures.samples import CELLS, TOKENS

THREE = CELLS[:3]
"""As many as a figure of several cells takes."""


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


def rolled() -> Rolling:
    steps = np.arange(4, 8)
    actual = np.array([1.0, 3.0, 2.0, np.nan])
    return Rolling(steps - 1, steps, actual[[1, 1, 2, 0]], actual, actual[[0, 0, 1, 2]], 9)


def units_read() -> tuple[Activity, Selectivity]:
    """What five units did at tokens that are no markup, and which features they follow."""
    vocabulary = Vocabulary(tuple(dict.fromkeys(TOKENS)), "word")
    model = core.new_model("gru", vocabulary=vocabulary, units=[5], outputs=None)
    read = activity(model, [Example(" ".join(["영화", "(", "a", ")"] * 8), at) for at in (0, 1)])
    read = replace(read, tokens=tuple((TOKENS * 9)[: len(read)]))
    features = token_features(read, classes=("<b>no", "yes</b>"))
    return read, selectivity(model, read, features, shuffles=5, networks=2)


def traces() -> dict[str, Trace]:
    return {f"<b>{cell}": samples.trace(cell) for cell in THREE}


def norms() -> dict[str, Norms]:
    return {f"<b>{cell}": Norms.of(*samples.run(cell, truncate=4)) for cell in THREE}


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
    found |= interventions()
    found["surprise"] = of("surprise", Surprise(samples.bits()), tokens=TOKENS, step=2)
    read, names = units_read()
    found["selectivity"] = of("selectivity", names, unit=1)
    found["contexts"] = of("contexts", read, 1, high=range(len(TOKENS)), low=[3])
    found["distribution"] = of("distribution", spread(lambda: [read.values[:, 1]]), 1)
    moves = np.array([range(len(TOKENS)), [2] * len(TOKENS), [-1] * len(TOKENS)]) % 3
    moves[2] = -1
    graph = Graph(moves, TOKENS, TOKENS[:3], TOKENS[3:6], np.array([5, 2, 0]))
    found["automaton"] = of("automaton", graph, at=1, before=0)
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
    counts = np.arange(2 * len(TOKENS)).reshape(2, -1) % 3
    laid = Windows((tuple(TOKENS), tuple(TOKENS)), counts, 2, 2, (1, 2))
    found["places"] = of("places", laid)
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


def interventions() -> dict[str, Drawn]:
    """A changed run beside the original; what was answered before and after; units put out."""
    change = {"quantity": "forget", "value": 1.0, "units": [1, 3], "steps": [2, 3]}
    before = samples.trace("lstm")
    states = [dict(run.initial_states) for run in before.layers]
    after = core.record(
        samples.model("lstm"), before.inputs, initial_states=states, interventions=[change]
    )
    two = Answers.of([[0.93], [0.41]], classes=("<b>no", "yes</b>"))
    many = Answers.of([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], activation="softmax", classes=TOKENS[:3])
    put_out = ablations(samples.model("lstm"), before, quantity="cell", step=4)
    put_out_all = ablations(samples.model("lstm"), before, quantity=ALL, step=4)
    return {
        "changed": of("changed", before, after, tokens=TOKENS, names=("forget", "hidden")),
        "moved": of("moved", difference(before, after), tokens=TOKENS, step=3),
        "counterfactual": of("counterfactual", two),
        "counterfactual many": of("counterfactual", many),
        "counterfactual numbers": of("counterfactual", Answers.of([[1.0], [-2.0]], activation="")),
        "ablation": of("ablation", put_out, output=0, answer="<b>yes"),
        "ablation all": of("ablation", put_out_all, output=0, answer="<b>yes"),
    }


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
    axes = (Axis("<b>rate", [1e-3, 1e-1], log=True), Axis("cell", ["<b>lstm", "gru"]))
    measure = Axis("<b>reached", [0.25, 0.5])
    found["parallel"] = of("parallel", axes, measure, rising=False)
    found["importance"] = of("importance", {"<b>rate": 0.75, "cell": 0.25})
    found["bands"] = of("bands", trained.bands(), title="y")
    found["confusion"] = of("confusion", trained.confusion()[0])
    return found


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
