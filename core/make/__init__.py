"""Networks that make sequences: autoencoders, pairs of adversaries, and denoisers.

Each is a `Model` like any other, built of the nodes that all models are built of; what is done with
one beyond a single reading stands here, in pure functions over `core.record` and `core.backprop`.
"""
