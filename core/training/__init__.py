"""Training with Keras: what becomes a batch, what a score is, and the models that ship.

Keras is imported inside functions only, so that everything else starts without it. Trainings of
one's own stand beside those of the dashboard:

    from core.training import watch

    model.fit(x, y, epochs=10, callbacks=[watch("my run", probes=["not good"], vocabulary=words)])

`watch_torch` does the same for a PyTorch loop; `import_log` reads what others left.
"""

from core.training.logs.importing import import_log
from core.training.watch_keras import watch
from core.training.watch_torch import watch_torch

__all__ = ["import_log", "watch", "watch_torch"]
