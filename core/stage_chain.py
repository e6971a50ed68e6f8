"""Do stages fit one after another? The rules of the chain that a model is."""

from __future__ import annotations

from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes import Embedding, Plain, Recurrent, Stage


def check_chain(stages: tuple[Stage, ...]) -> int:
    """The number of outputs of the last stage.

    Raises ShapeMismatch where a stage does not fit the one before, UnsupportedModel where the
    chain is none that can be run.
    """
    if not any(isinstance(stage, Recurrent) for stage in stages):
        raise UnsupportedModel(what="A model without a recurrent layer", why="nothing unrolls")
    names = [name for stage in stages for name in stage.parameters()]
    if len(names) != len(set(names)):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise UnsupportedModel(what=f"Two weights called {twice[0]}", why="names must differ")
    _check_steps(stages)
    width = features_read(stages)
    for at, stage in enumerate(stages):
        if isinstance(stage, Embedding):
            if at > 0:
                raise UnsupportedModel(what="An embedding above another layer", why="it reads ids")
            continue
        if stage.features not in (None, width):
            first = next(iter(stage.parameters()))
            expected = f"({width}, …): what the stage before gives"
            raise ShapeMismatch(what=first, found=f"({stage.features}, …)", expected=expected)
        width = stage.width(width) if isinstance(stage, Plain) else stage.outputs
    return width


def features_read(stages: tuple[Stage, ...]) -> int:
    """The number of features of each step that the first stage reads, or an embedding gives."""
    for stage in stages:
        if isinstance(stage, Embedding):
            return stage.outputs
        if stage.features is not None:
            return stage.features
    raise AssertionError("a recurrent layer has features")


def _check_steps(stages: tuple[Stage, ...]) -> None:
    """Nothing that reads a sequence stands above what makes one vector of it."""
    ended: Stage | None = None
    for stage in stages:
        reads = isinstance(stage, Recurrent) or (isinstance(stage, Plain) and stage.reads_steps)
        if ended is not None and reads:
            if isinstance(stage, Recurrent) and isinstance(ended, Recurrent):
                why = "the next recurrent layer needs every step; give it returns='every'"
                what = "A recurrent layer above the last step of another"
                raise UnsupportedModel(what=what, why=why)
            why = f"{ended.name} hands on one vector, and it reads a sequence"
            raise UnsupportedModel(what=f"{stage.name} above {ended.name}", why=why)
        if isinstance(stage, Recurrent):
            ends = stage.returns == "last"
        else:
            ends = isinstance(stage, Plain) and stage.ends_steps
        ended = stage if ends else ended
