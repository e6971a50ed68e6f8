"""What the names and shapes of a state_dict leave open, as questions with a default each.

An activation has no weights, and so no trace in the file; nor has the choice of the last step or of
every step. `hints` answer such questions by their keys. The defaults keep to what the tensors
show (a linear layer is linear), so that the answers of an imported model are those of its modules;
only between two linear layers a relu is assumed, without which they would be one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from core import activations
from core.cells import CELLS
from core.errors import UnknownName, UnsupportedModel
from core.importers.errors import shown
from core.importers.questions import Answer, Question
from core.importers.torch.chain import MOST_MODULES, embeddings, orders
from core.importers.torch.errors import ModulesApart, OtherNorm
from core.importers.torch.names import NORMS, Module

NONLINEARITIES = ("tanh", "relu")
_COMMON = ("linear", "sigmoid", "softmax", "log_softmax", "tanh", "relu")
ACTIVATIONS = (*_COMMON, *sorted(set(activations.ACTIVATIONS) - set(_COMMON)))
UNWEIGHTED_NORM = "layer_norm"
"""In place of an activation: nn.LayerNorm(…, elementwise_affine=False), which has no weights."""
AFTER = (*ACTIVATIONS, UNWEIGHTED_NORM)
READOUTS = ("last", "every", "max", "mean")
READOUTS_OF_BOTH = ("step", "crossed")
"""What else is read of two directions."""
EPSILONS = ("1e-05", "1e-06", "0.001", "1e-12")
PADDINGS = ("read", "skip")
MAX_NORMS = ("none", "1.0", "2.0", "5.0")

LAYER_NORM, OTHER = "LayerNorm", "other"
"""Of a norm with a weight and a bias alone: those of nn.GroupNorm, nn.InstanceNorm1d and of an
nn.BatchNorm1d that keeps no sums look the same."""

PART = "part"
"""The key of the question which of a file's state_dicts is meant."""

_MADE = (
    "its weights are made of others (by weight_norm, spectral_norm or their like); in PyTorch, "
    "torch.nn.utils.parametrize.remove_parametrizations or remove_weight_norm makes them plain"
)
_NO_MEANS = (
    "a norm over batches, groups or steps needs means that the file does not hold, and an "
    "nn.GroupNorm or nn.InstanceNorm1d is not read"
)
_OTHER_NORMS = re.compile(r"batch|group|instance|(?:^|[._\d])[bg]n(?:$|[._\d])", re.IGNORECASE)


@dataclass(frozen=True)
class Inspection:
    """What was inferred, and what has to be asked.

    `modules` are the names of all of them, `order` those of the chain, first to last.
    """

    modules: Mapping[str, Module]
    embedding: str
    order: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def answers(self) -> dict[str, Answer]:
        """Every question's key with its answer: hints that give the same model again."""
        return {question.key: question.answer for question in self.questions}


def inspect_modules(
    modules: Mapping[str, Module], hints: Mapping[str, Any], *, stored: Sequence[str] = ()
) -> Inspection:
    """What to ask about the modules, with the answers of `hints`.

    `stored` are their names in the order of the file, where that is the one they were made in.

    Raises UnknownName for a hint that answers nothing, or with no possible answer; ModulesApart
    where the modules make no chain but some of them could; OtherNorm; else UnsupportedModel.
    """
    try:
        return _inspected(modules, hints, stored)
    except UnknownName:
        raise
    except UnsupportedModel as error:
        if part := _readable_part(modules, hints):
            names = {"order": part, "modules": list(modules)[:MOST_MODULES]}
            said = {key: json.dumps(value, ensure_ascii=False) for key, value in names.items()}
            kind = OtherNorm if isinstance(error, OtherNorm) else ModulesApart
            raise kind(**{**error.facts, **said}) from error
        raise


def _readable_part(modules: Mapping[str, Module], hints: Mapping[str, Any]) -> tuple[str, ...]:
    """The first recurrent module that can be read, after an embedding that fits it; else `()`.

    Linear modules are left to the reader: which of them follow, no width says for sure.
    """
    inner = {name for module in modules.values() for name in module.inner}
    for name, module in modules.items():
        try:
            features = module.features if module.levels else None
        except UnsupportedModel:
            continue
        if features is None or name in inner or "order" in hints:
            continue
        tables = [
            table
            for table in embeddings(modules)
            if table not in inner
            and table
            and modules[table].tensors["weight"].shape[1] == features
        ]
        return (*tables[:1], name)
    return ()


def _inspected(
    modules: Mapping[str, Module], hints: Mapping[str, Any], stored: Sequence[str]
) -> Inspection:
    given = _order_of(hints, modules)
    chosen = {name: modules[name] for name in given} if given else dict(modules)
    for module in chosen.values():
        module.check_plain()
    for module in chosen.values():
        if module.kind == "unknown":
            own = ", ".join(f"{name} {array.shape}" for name, array in module.tensors.items())
            why = f"its tensors ({own:.80}) are those of no embedding, RNN, LSTM, GRU or Linear"
            raise module.refuse("", why=_MADE if module.made_of_others else why)
    if not any(module.levels for module in chosen.values()):
        what = "A file without nn.LSTM, nn.GRU or nn.RNN"
        raise UnsupportedModel(what=what, why="no tensor has a name such as lstm.weight_ih_l0")
    if not given and len(chosen) > MOST_MODULES:
        what = f"A file of {len(chosen):,} modules"
        raise UnsupportedModel(what=what, why=f"at most {MOST_MODULES} are put in order")
    embedding, possible, open_orders = _chain(chosen, hints, given, stored)
    order = given or open_orders[0]
    questions = list(_questions(chosen, embedding, order))
    if len(possible) > 1:
        questions.insert(0, Question("embedding", "embedding", "", possible, embedding))
    if len(modules) > 1:
        shorter = _without_one(chosen, order)
        offered: tuple[Answer, ...] = tuple(dict.fromkeys([order, *open_orders, *shorter]))
        questions.insert(0, Question("order", "order", "", offered, order))
    answered = tuple(_answered(question, hints) for question in questions)
    known = {question.key for question in questions} | {"order", "embedding"}
    for key in hints:
        if key not in known:
            raise UnknownName(kind="question", found=key, known=", ".join(sorted(known)))
    _check_norms(answered)
    return Inspection(modules, embedding, order, answered)


def _check_norms(questions: Sequence[Question]) -> None:
    """Raises OtherNorm for norms that are no layer norms, as their names or a hint say."""
    other = [each.about for each in questions if (each.kind, each.answer) == ("norm", OTHER)]
    if other:
        hints = {f"norm:{name}": LAYER_NORM for name in other}
        said = json.dumps(hints, ensure_ascii=False)
        named = " and ".join(f"'{name}'" for name in other)
        raise OtherNorm(what=shown(f"The norm {named}"), why=_NO_MEANS, hints=said)


def _without_one(
    modules: Mapping[str, Module], order: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """The order without a linear module that no width needs: it may stand beside the chain."""
    for at, name in enumerate(order[:-1]):
        module = modules[name]
        if at and module.kind in ("linear", "table") and module.features == module.outputs:
            yield order[:at] + order[at + 1 :]


def _order_of(hints: Mapping[str, Any], modules: Mapping[str, Module]) -> tuple[str, ...]:
    """The order that a hint gives, `()` for none."""
    given = hints.get("order", ())
    names = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    for name in names:
        if not isinstance(name, str) or name not in modules or names.count(name) > 1:
            known = ", ".join(modules)
            raise UnknownName(kind="module, or none left,", found=str(name), known=known)
    return names


def _chain(
    modules: Mapping[str, Module],
    hints: Mapping[str, Any],
    given: tuple[str, ...],
    stored: Sequence[str],
) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """The embedding, what else it could be, and the orders that fit."""
    likely = embeddings(modules)
    if "embedding" in hints:
        asked = hints["embedding"]
        # An order that is given says which module could be the embedding: its first.
        among = [name for name in likely if not given or name in (given[0], "")]
        if asked not in among:
            known = ", ".join(name or "''" for name in among)
            raise UnknownName(kind="table to embed with", found=str(asked), known=known)
        likely = (asked, *(name for name in likely if name != asked))
    if given:
        first = tuple(name for name in likely if name in (given[0], ""))
        return first[0], first, [given]
    fitting = {name: orders(modules, embedding=name, stored=stored) for name in likely}
    possible = tuple(name for name in likely if fitting[name])
    if not possible or ("embedding" in hints and likely[0] not in possible):
        widths = ", ".join(
            f"{shown(each.title)} ({each.features} → {each.outputs})" for each in modules.values()
        )
        why = "in no order does each take what the one before gives"
        raise UnsupportedModel(what=f"A model of the modules {widths:.200}", why=why)
    return possible[0], possible, fitting[possible[0]]


def _questions(
    modules: Mapping[str, Module], embedding: str, order: tuple[str, ...]
) -> Sequence[Question]:
    found = []
    if embedding:
        found.append(Question("padding", "padding", embedding, PADDINGS, "read"))
        found.append(Question("max_norm", "max_norm", embedding, MAX_NORMS, MAX_NORMS[0]))
    recurrent = [at for at, name in enumerate(order) if modules[name].levels]
    head = order[recurrent[-1] + 1 :]
    for name in order:
        cells = {layer.cell for level in modules[name].levels for layer in level}
        twins = [CELLS[cell].torch for cell in cells]
        if any(twin is not None and len(twin.activations) > 1 for twin in twins):
            key = f"nonlinearity:{name}"
            found.append(Question(key, "nonlinearity", name, NONLINEARITIES, "tanh"))
    readout = _readout(modules, embedding, head)
    found.append(Question("readout", "readout", "", _readouts(modules, order), readout))
    linear = False
    for name, after in zip(order, (*order[1:], ""), strict=True):
        if modules[name].levels or (name and name == embedding):
            key = f"activation:{name}"
            found.append(Question(key, "activation", name, AFTER, "linear"))
            continue
        if modules[name].kind == "layer_norm":
            likely = OTHER if _OTHER_NORMS.search(name) else LAYER_NORM
            found.append(Question(f"norm:{name}", "norm", name, (LAYER_NORM, OTHER), likely))
        if modules[name].kind in NORMS:
            found.append(Question(f"epsilon:{name}", "epsilon", name, EPSILONS, EPSILONS[0]))
        # Between two linear layers of the head, after the normalisation if there is one.
        linear = linear or (name in head and modules[name].kind not in NORMS)
        between = linear and name != order[-1] and modules[after].kind not in NORMS
        default = "relu" if between else "linear"
        found.append(Question(f"activation:{name}", "activation", name, AFTER, default))
    return found


def _readouts(modules: Mapping[str, Module], order: tuple[str, ...]) -> tuple[str, ...]:
    """What can be read of the last recurrent module: more of two directions than of one."""
    last = max(at for at, name in enumerate(order) if modules[name].levels)
    if len(modules[order[last]].levels[-1]) < 2:
        return READOUTS
    turnable = any(modules[name].kind not in NORMS for name in order[last + 1 :])
    return READOUTS + (READOUTS_OF_BOTH if turnable else READOUTS_OF_BOTH[:1])


def _readout(modules: Mapping[str, Module], embedding: str, head: tuple[str, ...]) -> str:
    """A bare recurrent module gives every step; so does a language model; a classifier the last."""
    if not head:
        return "every"
    rows = modules[embedding].tensors["weight"].shape[0] if embedding else None
    return "every" if modules[head[-1]].outputs == rows else "last"


def _answered(question: Question, hints: Mapping[str, Any]) -> Question:
    if question.key not in hints or question.kind in ("order", "embedding"):
        return question
    answer = hints[question.key]
    if question.kind in ("epsilon", "max_norm") and isinstance(answer, str | float | int):
        with suppress(ValueError):
            number = float(answer)
            if 0 < number < math.inf:
                answer = str(number)
                options = tuple(dict.fromkeys([*question.options, answer]))
                question = replace(question, options=options)
    if answer not in question.options:
        known = ", ".join(map(str, question.options))
        raise UnknownName(kind=f"answer to {question.key}", found=str(answer), known=known)
    return replace(question, answer=answer)
