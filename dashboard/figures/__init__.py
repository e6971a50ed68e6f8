"""Pictures as pure functions of data: one noun per file, data in, a Plotly figure out.

    from dashboard import figures

    figures.gates(trace, layer=0, tokens=tokens)        # the picture, a plotly go.Figure
    figures.gates_table(trace, layer=0, tokens=tokens)  # its numbers, a pandas DataFrame
    figures.gates_alt(trace, layer=0)                   # the same as a sentence

Every noun has these three, and takes the same data in each. Words come in as `labels` (English
unless given; `figures.labels("ko")` gives every word in Korean), colours from `theme` for
`mode="light"` or "dark". Tokens come as they shall be seen (`core.text.visible`); here they are
escaped, so that no token is ever read as markup. Figures know nothing of Streamlit: a notebook
draws what the pages draw. Steps are shown counting from 1, units by their index.
"""

from dashboard.figures.answers import Answers, answers, answers_alt, answers_table
from dashboard.figures.cell import cell, cell_alt, cell_table
from dashboard.figures.gates import gates, gates_alt, gates_table
from dashboard.figures.means import means, means_alt, means_table
from dashboard.figures.saturation import saturation, saturation_alt, saturation_table
from dashboard.figures.tokens import tokens, tokens_alt, tokens_table
from dashboard.figures.unrolled import unrolled, unrolled_alt, unrolled_table
from dashboard.figures.words import labels

__all__ = [
    "Answers",
    "answers",
    "answers_alt",
    "answers_table",
    "cell",
    "cell_alt",
    "cell_table",
    "gates",
    "gates_alt",
    "gates_table",
    "labels",
    "means",
    "means_alt",
    "means_table",
    "saturation",
    "saturation_alt",
    "saturation_table",
    "tokens",
    "tokens_alt",
    "tokens_table",
    "unrolled",
    "unrolled_alt",
    "unrolled_table",
]
