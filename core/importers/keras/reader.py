"""One layer of Keras after another, as the nodes of a Model.

What it reads and hands on are `Tensor`s: ports of nodes, and what Keras knows of them besides.

Order in time. A Model says in which direction of the *text* each layer reads. Keras says
`go_backwards`, relative to the sequence the layer is handed, and a layer that goes backwards hands
on its outputs in the order in which it read: reversed. So of every tensor it is kept in mind
whether it is reversed, and how it stood when its mask was made, which Keras never reverses. In
traces everything is in the order of the text; where a Keras model ends in a reversed sequence,
`trace.outputs[:, ::-1]` is what it predicts.

What a recurrent layer is, with its cells, is read in `keras/recurrent.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from core.engines.keras_along import ALONG
from core.importers.keras.fields import Fields
from core.importers.keras.masks import Mask, MaskValue, Tensor, implied, mask_value
from core.importers.keras.plain import (
    ADMITTED,
    ATTENTIONS,
    EACH_STEP,
    IDENTITY,
    IN_ORDER,
    MERGES,
    attention_node,
    over_features,
    plain_node,
)
from core.importers.keras.plan import NESTED, OPERATION
from core.importers.keras.recurrent import RECURRENT, recurrent_nodes
from core.importers.keras.words import vocabulary_of
from core.importers.shown import shown
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling,
    Input,
    LayerNormalization,
    Masking,
    Node,
    Port,
    RepeatAlong,
    Spec,
    port,
)
from core.text import Vocabulary

IDS = ("Embedding", "TextVectorization")
"""Layers that read token ids, or the texts that these are of."""

_WITHOUT_MASK = ("UpSampling1D", *(set(IN_ORDER) - set(ATTENTIONS)))
"""Layers where a mask ends though they hand on a sequence."""
_OF_ATTENTION = ("return_attention_scores", "use_causal_mask")


@dataclass
class Reader:
    """Reads Keras layers, each after those that it reads, into `nodes`.

    `specs` tell what flows at each port. `vocabulary` is that of a TextVectorization. `waiting`
    are nodes that need to know more of what comes later: a Flatten of steps that are not known.
    """

    nodes: list[Node] = field(default_factory=list)
    specs: dict[Port, Spec] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    waiting: dict[str, Fields] = field(default_factory=dict)

    def enter(self, node: Input) -> Tensor:
        """An input of the model."""
        self.nodes.append(node)
        self.specs[node.name] = Spec(
            node.width, steps=not node.vector, length=node.length, of=node.name
        )
        return Tensor(node.name)

    def read(
        self, layer: Fields, args: tuple[Any, ...], options: Mapping[str, Any]
    ) -> Sequence[Tensor | MaskValue]:
        """What the layer gives, from the tensors that it is called with.

        Raises UnsupportedModel, and what nodes raise.
        """
        if layer.kind.startswith(OPERATION):
            return [mask_value(layer, args, options)]
        given = args[0] if args and isinstance(args[0], tuple) else args[:1]
        if not all(isinstance(one, Tensor) for one in given):
            raise layer.refuse("it reads a mask, or something that is no tensor")
        rest = dict(zip(("initial_state", "mask", "training"), args[1:], strict=False))
        tensors, states = self._called(layer, given, {**rest, **options})
        if layer.kind in NESTED:
            return tensors
        if layer.kind in RECURRENT:
            # Of a layer called with initial states, Keras 3 forgets the mask, unless it is said.
            heeds = not states or layer.flag("of_keras_2", default=False)
            heeds = heeds or options.get("mask") is not None
            return self._recurrent(layer, tensors[0], states, masked=heeds)
        if layer.kind in MERGES:
            return [self._merge(layer, tensors)]
        if layer.kind in ATTENTIONS:
            return [self._attention(layer, tensors, options)]
        if layer.kind == ALONG and len(tensors) == 2:
            self._append(RepeatAlong(layer.outer.name, reads=tuple(one.port for one in tensors)))
            return [replace(tensors[1], port=layer.outer.name)]
        if len(tensors) != 1:
            raise layer.refuse(f"it reads {len(tensors)} tensors, not one")
        return [self._one(layer, tensors[0])]

    def _one(self, layer: Fields, x: Tensor) -> Tensor:
        """What a layer of one tensor makes of it."""
        match layer.kind:
            case kind if kind in IDENTITY:
                return x
            case "TextVectorization":
                if x.port not in {node.name for node in self.nodes if isinstance(node, Input)}:
                    raise layer.refuse("it reads texts, and stands above another layer")
                self.vocabulary = vocabulary_of(layer)
                ids = replace(self.specs[x.port], features=None, length=self.vocabulary.length)
                self.specs[x.port] = ids
                return x
            case "Flatten":
                return self._flatten(layer, x)
            case "TimeDistributed":
                inside = layer.layer.inner
                if len(inside) != 1 or inside[0].kind not in EACH_STEP:
                    held = ", ".join(one.kind for one in inside) or "nothing"
                    raise layer.refuse(f"it wraps {held}, not one of {', '.join(EACH_STEP)}")
                self._needs_steps(layer, x)
                return self._one(layer.inside(inside[0]), x)
            case "unrolled>ReverseTime":
                return replace(x, reversed=not x.reversed)
        spec = self.specs[x.port]
        node = plain_node(layer, spec)
        if node is None:
            raise layer.refuse(f"it is none of {ADMITTED}")
        if x.reversed and layer.kind in IN_ORDER:
            raise layer.refuse("it reads a reversed sequence")
        averages = isinstance(node, GlobalAveragePooling)
        if averages and x.mask is not None and x.mask.turned != x.reversed:
            raise layer.refuse(
                "it averages a reversed sequence with a mask that Keras has not reversed, and "
                "so leaves out other steps than the padded ones"
            )
        self._told(x, _rows(node))
        given = self._give(node, x)
        if isinstance(node, Masking):
            return replace(given, mask=Mask.of(x.port, node.value, turned=x.reversed))
        if isinstance(node, Embedding):
            masked = Mask.of(x.port, 0.0, turned=x.reversed) if node.mask_zero else None
            return replace(given, mask=masked)
        return replace(given, mask=None) if layer.kind in _WITHOUT_MASK else given

    def _give(self, node: Node, *read: Tensor) -> Tensor:
        """Appends a node that reads some tensors; what it hands on, in the order of the first."""
        spec = self._append(replace(node, reads=tuple(one.port for one in read)))
        return replace(read[0], port=node.hands_on) if spec.steps else Tensor(node.hands_on)

    def _append(self, node: Node) -> Spec:
        given = node.spec(*(self.specs[read] for read in node.reads))
        self.nodes.append(node)
        self.specs |= {port(node.name, of): replace(s, of=node.name) for of, s in given.items()}
        return self.specs[node.hands_on]

    def _called(
        self, layer: Fields, given: tuple[Tensor, ...], options: Mapping[str, Any]
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """The tensors and the initial states that a layer is called with.

        Raises where it is called with anything else that changes its answer. Masks that Keras 3
        writes down are those that a layer would have had anyway, or else are refused.
        """
        states: Any = ()
        for option, value in options.items():
            if value is None or (option == "training" and value is False):
                continue
            if option == "initial_state" and layer.kind in RECURRENT:
                states = (value,) if isinstance(value, Tensor) else value
            elif option in _OF_ATTENTION and layer.kind in ATTENTIONS:
                continue
            elif option != "mask" or not implied(value, given):
                raise layer.refuse(f"it is called with '{shown(option)}'")
        if layer.kind in RECURRENT and not states:  # so wrote Keras 2
            given, states = given[:1], given[1:]
        if layer.kind in RECURRENT and len(given) != 1:
            raise layer.refuse(f"it reads {len(given)} sequences, not one")
        if not all(isinstance(state, Tensor) for state in states):
            raise layer.refuse("it is called with an 'initial_state' that is no tensor")
        return given, tuple(states)

    def _recurrent(
        self, layer: Fields, x: Tensor, states: Sequence[Tensor], *, masked: bool
    ) -> list[Tensor]:
        self._needs_steps(layer, x)
        read = recurrent_nodes(
            layer,
            sequence=x.port,
            states=[state.port for state in states],
            reversed_by_now=x.reversed,
            masked=masked or x.mask is None,
        )
        if masked and x.mask is not None and x.mask.turned != x.reversed:
            raise layer.refuse(
                "it reads a reversed sequence with a mask that Keras has not reversed, and so "
                "skips other steps than the padded ones"
            )
        for node in read.nodes:
            self._append(node)
        after = [Tensor(state) for state in read.states]
        if not read.every:
            return [Tensor(read.gives), *after]
        backwards = x.reversed != read.backwards
        return [replace(x, port=read.gives, reversed=backwards), *after]

    def _merge(self, layer: Fields, tensors: Sequence[Tensor]) -> Tensor:
        if len(tensors) < 2:
            raise layer.refuse(f"it reads {len(tensors)} tensor, not several")
        steps = self.specs[tensors[0].port].steps
        if layer.kind == "Concatenate":
            over_features(layer, self.specs[tensors[0].port], doing="it puts things together")
        if len({one.reversed for one in tensors}) > 1:
            raise layer.refuse("some of what it reads are reversed sequences, and others are not")
        masks = [one.mask for one in tensors]
        if len({mask.turned for mask in masks if mask is not None}) > 1:
            raise layer.refuse("some of the masks of what it reads are reversed, and others not")
        if layer.flag("of_keras_2", default=False) and len(set(masks)) > 1:
            raise layer.refuse("it reads sequences with different masks, and is of Keras 2")
        merged = self._give(MERGES[layer.kind](layer.outer.name), *tensors)
        return replace(merged, mask=Mask.of_any(masks)) if steps else merged

    def _attention(
        self, layer: Fields, tensors: Sequence[Tensor], options: Mapping[str, Any]
    ) -> Tensor:
        if any(one.reversed for one in tensors):
            raise layer.refuse("it reads a reversed sequence")
        if options.get("return_attention_scores"):
            raise layer.refuse("with return_attention_scores it hands on its weights as well")
        node = attention_node(layer, causal=options.get("use_causal_mask") is True)
        return self._give(node, *tensors)

    def _flatten(self, layer: Fields, x: Tensor) -> Tensor:
        layer.choice("data_format", default="channels_last", among=("channels_last",))
        spec = self.specs[x.port]
        if not spec.steps:
            return x  # a vector stays as it is
        if x.reversed:
            raise layer.refuse("it flattens a reversed sequence")
        name = layer.outer.name
        if spec.length is None:
            self.waiting[name] = layer
        return self._give(Flatten(name, spec.length or 1), x)

    def _told(self, x: Tensor, rows: int) -> None:
        """Completes a Flatten from the number of features that the next weights are made for."""
        if not self.waiting or rows == 0:
            return
        name = self._flat_below(x.port)
        if name not in self.waiting:
            return
        at = next(at for at, node in enumerate(self.nodes) if node.name == name)
        width = self.specs[self.nodes[at].reads[0]].features or 0
        if width == 0 or rows % width:
            raise self.waiting[name].refuse(
                f"it hands on {rows} features, not a multiple of {width}"
            )
        del self.waiting[name]
        self.nodes[at] = replace(cast(Flatten, self.nodes[at]), steps=rows // width)
        for node in self.nodes[at:]:  # what has been read since is as wide as it
            if self._flat_below(node.hands_on) == name:
                self.specs[node.hands_on] = replace(self.specs[node.hands_on], features=rows)

    def _flat_below(self, at: Port) -> str:
        """The name of the Flatten that a tensor comes from, past activations; "" for none."""
        by_port = {node.hands_on: node for node in self.nodes}
        while isinstance(node := by_port.get(at), Activation):
            at = node.reads[0]
        return node.name if isinstance(node, Flatten) else ""

    def _needs_steps(self, layer: Fields, x: Tensor) -> None:
        if not self.specs[x.port].steps:
            raise layer.refuse("it reads a sequence, and the layers before it hand on one vector")


def _rows(node: Node) -> int:
    """How many features the weights of a node are made for; 0 where they do not say."""
    if isinstance(node, Dense):
        return node.features
    if isinstance(node, LayerNormalization | BatchNormalization):
        return node.features or 0
    return 0
