"""The grammars that the project's sentiment corpus is drawn from, one language per file."""
