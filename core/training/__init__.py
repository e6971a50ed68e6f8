"""Training with Keras: what becomes a batch, what a score is, and the models that ship.

Keras is imported inside functions only, so that everything else starts without it.
"""
