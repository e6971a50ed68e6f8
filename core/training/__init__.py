"""Training with Keras: what becomes a batch, what a score is, and the models that ship.

Keras is imported inside functions only, so that everything else starts without it. From a script
of one's own:

    from core.training import watch

    model.fit(x, y, epochs=10, callbacks=[watch("my run", probes=["not good"], vocabulary=words)])
"""

from core.training.watch_keras import watch

__all__ = ["watch"]
