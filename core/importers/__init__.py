"""Foreign models, one file per format: foreign layout in, named weights out. Runs no code."""
