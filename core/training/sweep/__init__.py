"""A search over settings: many runs, which of them is best, and which settings made it so.

`space` is what may be tried and `config` the whole of a search, `study` draws and prunes, `trial`
is the task that trains a run, `search` the process that brings these together, and `folder` what is
kept of it. `python -m core.training.sweep` does it without a dashboard.
"""
