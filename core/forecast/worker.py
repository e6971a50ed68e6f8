"""The child of `process`: loads statsmodels once, then fits until its input ends.

Started as `python -m core.forecast.worker`. What a request may rightly cause (a CoreError) is
answered as a failure; anything else ends the process, and the parent starts another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from core.errors import CoreError, Failure
from core.forecast.arima import Forecast, arima
from core.forecast.series import Series
from core.messages import Kind, read_message, serve_standard, write_message


def answer_to(request: Mapping[str, Any]) -> dict[str, Any]:
    """What `Statistics.fit` asks for, as plain data."""
    values = np.array(request["values"], np.float64)
    known = int(request["known"])
    fitted = arima(Series(values[:known]), request["order"], request["seasonal_order"])
    ahead = fitted.predict(request["steps"], level=request["level"])
    horizon = int(request["horizon"])
    rolled = [
        _from(request, fitted, values[:origin], horizon).mean.tolist()
        for origin in request["origins"]
    ]
    whole = fitted.expected(values) if len(values) > known else fitted.fitted
    return {
        "parameters": dict(fitted.parameters),
        "deviations": dict(fitted.deviations),
        "fitted": whole.tolist(),
        "mean": ahead.mean.tolist(),
        "low": ahead.low.tolist(),
        "high": ahead.high.tolist(),
        "aic": fitted.aic,
        "aicc": fitted.aicc,
        "bic": fitted.bic,
        "converged": fitted.converged,
        "rolled": rolled,
    }


def _from(request: Mapping[str, Any], fitted: Any, known: Any, horizon: int) -> Forecast:
    if request["refit"]:
        again = arima(Series(known), request["order"], request["seasonal_order"])
        return again.predict(horizon)
    return fitted.after(known, horizon)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Loads statsmodels, says so, and answers until there are no more requests."""
    import statsmodels.tsa.arima.model  # noqa: F401 — so that the first fit need not wait

    write_message(answers, Kind.READY)
    while (message := read_message(requests)) is not None:
        try:
            answer = answer_to(json.loads(message[1]))
        except CoreError as error:
            failure = json.dumps(Failure.of(error).to_json())
            write_message(answers, Kind.FAILURE, failure.encode())
        else:
            write_message(answers, Kind.TRACE, json.dumps(answer).encode())


def main() -> None:
    """Serves on stdin and stdout."""
    serve_standard(serve)


if __name__ == "__main__":
    main()
