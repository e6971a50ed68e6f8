"""What a file of weights leaves open, as a question: for PyTorch's files and for Keras's alike."""

from __future__ import annotations

from dataclasses import dataclass

Answer = str | tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """Something to ask.

    `key` is what a hint answers it by; `kind` says what is asked, as the words of the page are
    named; `about` the module or layer in question, `""` where it is the model. `options` are the
    answers to choose from, `answer` the one that holds now: a hint, or the default.

    Of PyTorch's files: an order is a tuple of the names of modules; any other order of some of
    them may be answered too, and leaves the rest out. An embedding `""` is none. A padding to
    "skip" is id 0, as `pack_padded_sequence` skips it. A max_norm is the length to which a longer
    row is shortened where it is looked up. An activation is that of what a module hands on: of a
    recurrent one after its readout; "layer_norm" is a normalisation without weights. A readout
    "last" is `h_n`, the last step that each direction reads, "max" or "mean" that of all steps; of
    two directions, "step" is `output[:, -1]`, where the backward one has read a single step, and
    "crossed" `h_n` with the backward direction first. An epsilon, of a normalisation, and a
    max_norm may be any other number above 0. Of Keras's files, the kinds are the settings of its
    layers (`keras/unconfigured.py`).
    """

    key: str
    kind: str
    about: str
    options: tuple[Answer, ...]
    answer: Answer
