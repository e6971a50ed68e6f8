"""In which order the modules of a state_dict follow one another: an order in which they fit.

A chain of modules has widths: each takes what the one before gives. Mostly one order fits; where
several do, the one is taken in which the modules were made, if the file keeps it (a pickle does,
safetensors sorts them), else the one that people build: an embedding, recurrent layers, then linear
ones, names counted upwards. The others are offered. Cost: a search that gives up after a bounded
number of steps; the widths lead it, so it hardly ever turns back. Not chosen: the order of the
names alone, which puts `decoder` before `rnn`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from core.importers.torch.names import NORMS, Module, natural

MOST_MODULES = 40
"""Modules that are put in order: no chain of recurrent layers has nearly as many."""

MOST_STEPS = 500
"""Modules that the search tries before it gives up."""

MOST_ORDERS = 6
"""Orders that are offered."""

_EMBEDS = re.compile(r"emb|wte|lookup|look_up|token|vocab|\bencoder$", re.IGNORECASE)
_PROJECTS = re.compile(r"fc|lin|out|head|proj|dense|classif|decod|logit|score", re.IGNORECASE)


def embeddings(modules: Mapping[str, Module]) -> tuple[str, ...]:
    """The modules that may be the embedding, the likeliest first; `""` says that there is none.

    A bare table is named `""` as well, but a model has more than one module.
    """
    tables = [name for name, module in modules.items() if module.kind == "table" and name]
    named = [name for name in tables if _EMBEDS.search(name)]
    other = [name for name in tables if name not in named and not _PROJECTS.search(name)]
    rest = [name for name in tables if name not in named and name not in other]
    # A table called `fc` is a linear layer without a bias sooner than an embedding.
    return (*named, *other, "", *rest)


def orders(
    modules: Mapping[str, Module], *, embedding: str, stored: Sequence[str] = ()
) -> list[tuple[str, ...]]:
    """Orders in which every module fits the one before, the likeliest first.

    `embedding` is the module that comes first and reads ids, or `""`. `stored` are the names in the
    order of the file, if that says anything.
    """
    made = tuple(sorted(stored, key=lambda name: not embedding or name != embedding))
    found = [made] if made and _fits(modules, made, embedding=embedding) else []
    for order in _search(modules, embedding=embedding):
        if order not in found:
            found.append(order)
        if len(found) == MOST_ORDERS:
            break
    return found


def _fits(modules: Mapping[str, Module], order: Sequence[str], *, embedding: str) -> bool:
    """Whether each takes what the one before gives."""
    width = None
    for name in order:
        if embedding and name == embedding:
            width = modules[name].tensors["weight"].shape[1]
            continue
        if width not in (None, modules[name].features):
            return False
        width = modules[name].outputs
    return True


def _search(modules: Mapping[str, Module], *, embedding: str) -> Iterator[tuple[str, ...]]:
    """Depth first, without recursion: a file may hold thousands of modules."""
    start = (embedding,) if embedding else ()
    candidates = _ranked([module for name, module in modules.items() if name not in start])
    width = modules[embedding].tensors["weight"].shape[1] if embedding else None
    order: list[Module] = []
    taken: set[str] = set()
    untried = [_fitting(candidates, taken, width)]
    for _ in range(MOST_STEPS):
        if len(order) == len(candidates):
            yield (*start, *(module.name for module in order))
        module = next(untried[-1], None)
        if module is not None:
            order.append(module)
            taken.add(module.name)
            untried.append(_fitting(candidates, taken, module.outputs))
        elif order:
            untried.pop()
            taken.remove(order.pop().name)
        else:
            return


def _fitting(candidates: Sequence[Module], taken: set[str], width: int | None) -> Iterator[Module]:
    """Lazily, as `taken` stands when the next one is asked for."""
    for module in candidates:
        if module.name not in taken and width in (None, module.features):
            yield module


def _ranked(modules: Sequence[Module]) -> list[Module]:
    """The likeliest first: as numbered, if all are; else recurrent ones, norms, linear ones."""
    numbered = all(module.name.rpartition(".")[2].isdecimal() for module in modules)

    def key(module: Module) -> tuple[int, tuple[tuple[int, str], ...]]:
        first = {"recurrent": 0, **dict.fromkeys(NORMS, 1)}
        return (0 if numbered else first.get(module.kind, 2), natural(module.name))

    return sorted(modules, key=key)
