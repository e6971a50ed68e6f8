"""A Keras cell that computes a cell's own equations: for training, and for cells Keras has not.

One class for all: it is told the name of a cell, has the weights that the cell's equations have,
each kind as one array with the gates side by side in the order of `maps`, and evaluates the
equations with `keras.ops`, so that Keras differentiates them. A product that several gates share
is one matrix product. Not chosen: a Keras class beside each cell, which would say its equations a
third time. Keras is imported where it is needed alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from core import cells
from core.cells.expressions import Expression, Leaf, MatrixProduct, evaluate
from core.cells.leaves import Input, Preactivation, Weight
from core.cells.quantities import X

PACKAGE = "unrolled"


@cache
def equation_cell() -> Any:
    """The class, registered with Keras: files that hold it load after one call of this."""
    import keras
    from keras import ops
    from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

    @keras.saving.register_keras_serializable(package=PACKAGE)
    class EquationCell(keras.layers.Layer, DropoutRNNCell):  # type: ignore[misc]  # no types
        """One step of the cell called `cell`; its settings as those of Keras's own cells."""

        def __init__(
            self,
            units: int,
            cell: str,
            *,
            activation: Any = None,
            recurrent_activation: Any = None,
            use_bias: bool = True,
            forget_bias: float = 1.0,
            dropout: float = 0.0,
            recurrent_dropout: float = 0.0,
            seed: int | None = None,
            **settings: Any,
        ) -> None:
            declared = cells.get(cell)
            given = {name: settings.pop(name) for name in declared.options if name in settings}
            super().__init__(**settings)
            usual, usual_gates = declared.default_activations
            self.units, self.cell, self.use_bias = units, cell, use_bias
            self.options = declared.completed(given)
            self.activation = keras.activations.get(activation or usual)
            self.recurrent_activation = keras.activations.get(recurrent_activation or usual_gates)
            self.forget_bias = forget_bias
            self.dropout, self.recurrent_dropout = dropout, recurrent_dropout
            self.seed = seed
            self.seed_generator = keras.random.SeedGenerator(seed)
            self.state_size = [units for _ in declared.states]
            self.output_size = units

        def build(self, input_shape: Any) -> None:
            declared = cells.get(self.cell)
            sizes = {"features": input_shape[-1], "units": self.units}
            self._weight = {}
            for weight in declared.weights(self.options):
                if weight.optional and not self.use_bias:
                    continue
                *rows, columns = (sizes[axis] for axis in weight.shape)
                self._weight[weight.name] = self.add_weight(
                    name=weight.name,
                    shape=(*rows, columns * len(declared.maps)),
                    initializer=self._begins(weight),
                )
            self.built = True

        def _begins(self, weight: Weight) -> Any:
            """As `new_model` draws them: Glorot, orthogonal a gate, biases as the cell says."""
            declared, units = cells.get(self.cell), self.units
            if weight.name == "bias":

                def biases(shape: Any, dtype: Any = None) -> Any:
                    signs = [declared.forget_bias.get(gate, 0) for gate in declared.maps]
                    values = ops.convert_to_tensor(signs, dtype=dtype) * self.forget_bias
                    return ops.repeat(values, units)

                return biases
            if weight.optional:
                return "zeros"
            if weight.shape == ("units", "units"):
                return "orthogonal"
            if len(weight.shape) == 1:
                return keras.initializers.RandomUniform(-(units**-0.5), units**-0.5)
            return "glorot_uniform"

        def results(
            self, inputs: Any, states: Any, *, recurrent_inputs: Any = None
        ) -> dict[Leaf, Any]:
            """Every quantity of one step, by the leaf that stands for it in the equations.

            `recurrent_inputs` is the hidden state as matrices see it, where dropout thins it.
            """
            declared = cells.get(self.cell)
            known: dict[Expression, Any] = {}
            for state, before in zip(declared.carried, states, strict=True):
                known[state.before] = before
            hidden = declared.carried[0].before
            gate = ""

            def value(part: Expression) -> Any:
                if isinstance(part, Input):
                    return inputs
                if isinstance(part, Weight):
                    whole = self._weight.get(part.name)
                    return 0.0 if whole is None else whole[..., self._columns(gate)]
                if isinstance(part, MatrixProduct):
                    return product(part)
                return known.get(part)

            def in_rows(part: Expression) -> Any:
                thinned = part == hidden and recurrent_inputs is not None
                return recurrent_inputs if thinned else value(part)

            def product(part: MatrixProduct) -> Any:
                if part.row not in (hidden, X):
                    row = evaluate(part.row, value=in_rows, apply=self._apply, arithmetic=ops)
                    return ops.matmul(row, value(part.weight))
                if part not in known:
                    whole = self._weight[part.weight.name]
                    known[part] = ops.matmul(in_rows(part.row), whole)
                return known[part][:, self._columns(gate)]

            for result, form in declared.lines(self.options):
                gate = result.name if isinstance(result, Preactivation) else ""
                known[result] = evaluate(form, value=value, apply=self._apply, arithmetic=ops)
            return {leaf: value for leaf, value in known.items() if isinstance(leaf, Leaf)}

        def _columns(self, gate: str) -> slice:
            at = cells.get(self.cell).maps.index(gate)
            return slice(at * self.units, (at + 1) * self.units)

        def _apply(self, name: str, x: Any) -> Any:
            own = {
                "activation": self.activation,
                "recurrent_activation": self.recurrent_activation,
            }
            return (own.get(name) or keras.activations.get(name))(x)

        def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
            thinned = None
            if training and self.dropout > 0:
                inputs = inputs * self.get_dropout_mask(inputs)
            if training and self.recurrent_dropout > 0:
                thinned = states[0] * self.get_recurrent_dropout_mask(states[0])
            results = self.results(inputs, states, recurrent_inputs=thinned)
            after = [results[state] for state in cells.get(self.cell).carried]
            return after[0], after

        def get_initial_state(self, batch_size: Any = None) -> Any:
            dtype = self.compute_dtype
            return [ops.zeros((batch_size, size), dtype=dtype) for size in self.state_size]

        def get_config(self) -> dict[str, Any]:
            return {
                **super().get_config(),
                "units": self.units,
                "cell": self.cell,
                "activation": keras.activations.serialize(self.activation),
                "recurrent_activation": keras.activations.serialize(self.recurrent_activation),
                "use_bias": self.use_bias,
                **self.options,
                "forget_bias": self.forget_bias,
                "dropout": self.dropout,
                "recurrent_dropout": self.recurrent_dropout,
                "seed": self.seed,
            }

    return EquationCell


def recurrent_layer(cell: str, *, cell_settings: Mapping[str, Any], **settings: Any) -> Any:
    """A Keras layer that loops the cell: Keras's own where it has one, else one of its equations.

    `cell_settings` are those of the cell (units, activation, use_bias, dropout …), `settings`
    those of the loop (return_sequences, stateful, name …).
    """
    import keras

    twin = cells.get(cell).keras
    if twin is not None:
        kind = getattr(keras.layers, twin.layer)
        return kind(**cell_settings, **settings)
    inner = {"dtype": settings["dtype"]} if "dtype" in settings else {}
    return keras.layers.RNN(equation_cell()(**{**cell_settings, "cell": cell}, **inner), **settings)
