"""Model: nodes and what they read, with named weights: a graph that reads like a chain.

Plain frozen data, whatever it came from: `record` runs it, `backprop` differentiates it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from os import PathLike
from typing import IO, Any

import numpy as np

from core.activations import Array
from core.arrays import check_numbers, load_arrays, restoring, save_arrays
from core.errors import (
    MissingVocabulary,
    NonFiniteWeights,
    UnknownName,
    UnsupportedModel,
)
from core.nodes import (
    Activated,
    Embedding,
    Flatten,
    Layer,
    Node,
    Part,
    Port,
    Readout,
    Recurrent,
    Spec,
    exchanged,
    nodes_from,
    nodes_of,
    recurrent_parts,
)
from core.padding import check_rows, fitted
from core.text import MOST_CHARACTERS, Encoded, Padding, Vocabulary
from core.wiring import Wiring, check_unrolls, wire


@dataclass(frozen=True, eq=False)
class Model:
    """Nodes, the vocabulary that the model reads with, and a card that describes it.

    In the list of nodes, a `Recurrent` may stand for those of a bidirectional layer. `gives` are
    the ports whose values are the model's outputs; unless named, what the last node hands on.
    `vocabularies` are those of further inputs, by name: a decoder's language is another.
    Raises ShapeMismatch, UnsupportedModel, UnknownName, NonFiniteWeights where they are no model.
    """

    nodes: tuple[Node, ...]
    name: str = "model"
    vocabulary: Vocabulary | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    gives: tuple[Port, ...] = ()
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", nodes_of(self.nodes))
        specs = self.wiring.specs
        for given in self.output_ports:
            if given not in specs:
                what = f"{self.name}, which gives {given},"
                raise UnsupportedModel(what=what, why="none of its nodes gives that")
        for name, array in self.parameters.items():
            bad = int(array.size - np.isfinite(array).sum())
            if bad:
                raise NonFiniteWeights(what=name, count=bad)
            array.flags.writeable = False
        for name, vocabulary in {self.inputs[0]: self.vocabulary, **self.vocabularies}.items():
            check_rows(vocabulary, self.wiring.embedding(name, self.nodes))

    @cached_property
    def wiring(self) -> Wiring:
        """What each node reads, and what flows at each port."""
        return wire(self.nodes)

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        return {node.name: node for node in self.nodes}

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of what the model reads; one of no name is called "input"."""
        return tuple(self.wiring.inputs)

    @property
    def output_ports(self) -> tuple[Port, ...]:
        """The ports whose values are the model's outputs, the main one first."""
        return self.gives or (self.nodes[-1].hands_on,)

    @property
    def output_node(self) -> Node:
        """Where the main output comes from."""
        return self.by_name[self.wiring.owners[self.output_ports[0]]]

    @cached_property
    def embedding(self) -> Embedding | None:
        """The embedding of what is read first, None for a model that reads numbers."""
        return self.wiring.embedding(self.inputs[0], self.nodes)

    def vocabulary_of(self, name: str) -> Vocabulary | None:
        """The vocabulary that the input called `name` is read with."""
        return self.vocabulary if name == self.inputs[0] else self.vocabularies.get(name)

    @cached_property
    def parts_by_node(self) -> Mapping[str, Part]:
        """The part that each node belongs to, by the node's name."""
        return {node.name: node for node in self.nodes} | dict(
            recurrent_parts(self.nodes, self.wiring.reads)
        )

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The nodes in order, the two directions of a layer as one: what one counts as layers."""
        parts = (self.parts_by_node[node.name] for node in self.nodes)
        return tuple({part.name: part for part in parts}.values())

    @cached_property
    def recurrent(self) -> tuple[Recurrent, ...]:
        """The recurrent layers, first to last, the two of a bidirectional one together."""
        return tuple(part for part in self.parts if isinstance(part, Recurrent))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Every recurrent layer in one direction; a bidirectional one gives two."""
        return tuple(layer for part in self.recurrent for layer in part.layers)

    @cached_property
    def head(self) -> tuple[Node, ...]:
        """The nodes after the last recurrent one, all where there is none."""
        named = [node.name for part in self.recurrent[-1:] for node in part.nodes]
        return self.nodes[list(self.by_name).index(named[-1]) + 1 if named else 0 :]

    @property
    def readout(self) -> Readout | None:
        """Where the model answers: at the "last" step, at "every" step, or None: it does not.

        "last" is one answer to a text, be it of the last step or of all that a pooling has
        gathered. A model answers if a dense layer or an activation follows its recurrent layers.
        """
        if not any(isinstance(node, Activated) for node in self.head):
            return None
        return "every" if self._output.steps else "last"

    @property
    def pooled(self) -> bool:
        """Whether a node after the recurrent layers makes one vector of all steps."""
        specs, reads = self.wiring.specs, self.wiring.reads
        return any(specs[reads[n.name][0]].steps > specs[n.hands_on].steps for n in self.head)

    @cached_property
    def is_chain(self) -> bool:
        """Whether each node reads what the one before hands on, the two directions as one."""
        before, reads = next(iter(self.wiring.inputs.values())), self.wiring.reads
        for part in self.parts:
            entering = part.layers if isinstance(part, Recurrent) else (part,)
            if any(reads[node.name] != (before,) for node in entering):
                return False
            before = nodes_of([part])[-1].hands_on
        return self.output_ports == (before,)

    @property
    def activation(self) -> str:
        """The activation that the answers come out of; linear where none comes last."""
        node = self.output_node
        return node.activation if isinstance(node, Activated) else "linear"

    @property
    def steps(self) -> int | None:
        """The number of steps that every text must have; None where any will do."""
        flat = (node.steps for node in self.nodes if isinstance(node, Flatten))
        return next(flat, self._entrance.length)

    @property
    def features(self) -> int:
        """The number of features of each input step, after an embedding."""
        return self.embedding.outputs if self.embedding else self._entrance.features or 0

    @property
    def _entrance(self) -> Spec:
        return self.wiring.specs[next(iter(self.wiring.inputs.values()))]

    @property
    def _output(self) -> Spec:
        return self.wiring.specs[self.output_ports[0]]

    @property
    def outputs(self) -> int:
        """The number of outputs: of the readout, or of the last recurrent layer without one."""
        return self._output.features or 0

    def encode(
        self, text: str, *, limit: int | None = MOST_CHARACTERS, padding: Padding | None = None
    ) -> Encoded:
        """A text as read and padded, see `core.padding`. Raises as a Vocabulary, or without one."""
        if self.vocabulary is None or self.embedding is None:
            raise MissingVocabulary
        return fitted(self, self.vocabulary.encode(text, limit=limit), padding=padding)

    @cached_property
    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name, such as `lstm/forget/recurrent_kernel`."""
        return {n: array for node in self.nodes for n, array in node.parameters().items()}

    @property
    def parameter_count(self) -> int:
        """The number of weights."""
        return sum(array.size for array in self.parameters.values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type that everything is computed in."""
        return next(iter(self.parameters.values())).dtype

    @cached_property
    def digest(self) -> str:
        """A name for this very model: equal for equal stages, weights and vocabulary."""
        described = self.described()
        del described["name"], described["card"]
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
        for name, array in self.parameters.items():
            digest.update(f"{name}{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:32]

    def astype(self, dtype: Any) -> Model:
        """The same model, computed in another number type (float64 for gradient checks)."""
        return self.with_parameters({n: a.astype(dtype) for n, a in self.parameters.items()})

    def with_parameters(self, values: Mapping[str, Array]) -> Model:
        """The same model with other weights; names not in `values` stay. Raises UnknownName."""
        known = ", ".join(self.parameters)
        for name in values:
            if name not in self.parameters:
                raise UnknownName(kind="parameter", found=name, known=known)
        return replace(self, nodes=tuple(node.with_parameters(values) for node in self.nodes))

    def with_readout(self, readout: Readout) -> Model:
        """The same weights with the readout at the "last" or at "every" step.

        A model that pools its steps answers once, as it is. Raises UnsupportedModel where it
        should answer at every step.
        """
        if self.pooled and readout == "last":
            return self
        if self.pooled:
            what = f"An answer of {self.name} at every step"
            raise UnsupportedModel(what=what, why="it gathers all steps into one answer")
        check_unrolls(self.layers)
        last = self.recurrent[-1]
        nodes, renamed = exchanged(self.nodes, last, replace(last, returns=readout))
        gives = tuple(renamed.get(given, given) for given in self.gives)
        return replace(self, nodes=nodes, gives=gives)

    def described(self) -> dict[str, Any]:
        """Everything about the model but its weights, as plain data for JSON."""
        further = {name: known.to_json() for name, known in self.vocabularies.items()}
        return ({"vocabularies": further} if further else {}) | {
            "nodes": [node.described() for node in self.nodes],
            "gives": list(self.gives),
            "vocabulary": None if self.vocabulary is None else self.vocabulary.to_json(),
            "name": self.name,
            "card": dict(self.card),
        }

    @classmethod
    def restore(cls, described: Mapping[str, Any], weights: Mapping[str, Array]) -> Model:
        """The inverse of `described`; reads the first format, whose models are chains, too.

        Raises KeyError and TypeError where something is missing or of the wrong kind, and what
        models and nodes raise.
        """
        vocabulary = described["vocabulary"]
        read = None if vocabulary is None else Vocabulary.from_json(vocabulary)
        nodes = nodes_from(described["nodes" if "nodes" in described else "stages"], weights)
        gives = tuple(described.get("gives", ()))
        further = described.get("vocabularies", {})
        vocabularies = {name: Vocabulary.from_json(known) for name, known in further.items()}
        if type(described["name"]) is not str or type(described["card"]) is not dict:
            raise TypeError("the name as a text, or the card,")
        return cls(nodes, described["name"], read, described["card"], gives, vocabularies)

    def save(self, file: str | PathLike[str] | IO[bytes]) -> None:
        """Writes the model as an `.npz` of its named weights and a JSON description."""
        save_arrays(file, kind="model", description=self.described(), arrays=self.parameters)

    @classmethod
    def load(cls, file: str | PathLike[str] | IO[bytes]) -> Model:
        """The model that `save` wrote. Raises WrongFile for anything else. Runs no code."""
        described, arrays = load_arrays(file, kind="model")
        check_numbers(arrays, kind="model")
        with restoring("model"):
            return cls.restore(described, arrays)
