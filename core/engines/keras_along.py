"""The Keras layer of a vector at every step of a sequence, which Keras has not.

Its `RepeatVector` repeats so many times as it was told when it was made; a decoder's steps are as
many as its text has. Keras is imported where it is needed alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

ALONG = "unrolled>RepeatAlong"
"""What the class is registered as."""


@cache
def repeat_along() -> Any:
    """The class, registered with Keras: files that hold it load after one call of this."""
    import keras
    from keras import ops

    @keras.saving.register_keras_serializable(package="unrolled")
    class RepeatAlong(keras.layers.Layer):  # type: ignore[misc]  # Keras ships without types
        """Reads a vector and a sequence; gives the vector at each step, with the other's mask."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.supports_masking = True

        def build(self, input_shape: Any) -> None:
            self.built = True

        def call(self, inputs: Any) -> Any:
            vector, sequence = inputs
            shape = (*ops.shape(sequence)[:2], vector.shape[-1])
            return ops.broadcast_to(ops.expand_dims(vector, 1), shape)

        def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
            return None if previous_mask is None else previous_mask[1]

        def compute_output_shape(self, input_shape: Any) -> Any:
            vector, sequence = input_shape
            return (*sequence[:2], vector[-1])

    return RepeatAlong
