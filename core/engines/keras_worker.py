"""The child of `keras_process`: loads Keras once, then answers until its input ends.

Started as `python -m core.engines.keras_worker`. What a request may rightly cause (a CoreError)
is answered as a failure; anything else ends the process with its traceback on stderr, where the
parent finds it, and starts another child for the next request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import IO

import numpy as np

from core.arrays import load_arrays, save_arrays
from core.engines.inputs import Inputs
from core.engines.keras_engine import keras_version, run
from core.errors import CoreError, Failure
from core.messages import Kind, read_message, serve_standard, write_message
from core.model import Model


def request_of(model: Model, inputs: Inputs) -> bytes:
    """A model and checked inputs as bytes."""
    stored = BytesIO()
    model.save(stored)
    arrays = {"model": np.frombuffer(stored.getvalue(), np.uint8), **inputs.stored()}
    request = BytesIO()
    save_arrays(request, kind="request", description={}, arrays=arrays)
    return request.getvalue()


def answer_to(request: bytes) -> bytes:
    """The trace, saved, of what `request_of` wrote. Raises UnexpectedKeras."""
    _, arrays = load_arrays(BytesIO(request), kind="request")
    model = Model.load(BytesIO(arrays.pop("model").tobytes()))
    answer = BytesIO()
    run(model, Inputs.restore(arrays)).save(answer)
    return answer.getvalue()


def failure_of(error: CoreError) -> bytes:
    """An error of ours as bytes."""
    return json.dumps(Failure.of(error).to_json()).encode()


Able = Mapping[Kind, tuple[Kind, Callable[[bytes], bytes]]]
"""Kind of request → kind of the answer, and what makes it."""


def serve(requests: IO[bytes], answers: IO[bytes], *, able: Able | None = None) -> None:
    """Loads Keras, says so, and answers requests until there are no more.

    `able` is what it answers beside runs.
    """
    try:
        keras_version()
    except CoreError as error:
        write_message(answers, Kind.FAILURE, failure_of(error))
        return
    write_message(answers, Kind.READY)
    known: Able = {Kind.REQUEST: (Kind.TRACE, answer_to), **(able or {})}
    while (message := read_message(requests)) is not None:
        kind, make = known[message[0]]
        try:
            answer = make(message[1])
        except CoreError as error:
            write_message(answers, Kind.FAILURE, failure_of(error))
        else:
            write_message(answers, kind, answer)


def main(*, able: Able | None = None) -> None:
    """Serves on stdin and stdout."""
    serve_standard(partial(serve, able=able))


if __name__ == "__main__":
    main()
