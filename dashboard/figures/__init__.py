"""Pictures as pure functions of data: one noun per file, data in, a Plotly figure out.

    from dashboard import figures

    figures.gates(trace, layer=0, tokens=tokens)        # the picture, a plotly go.Figure
    figures.gates_table(trace, layer=0, tokens=tokens)  # its numbers, a pandas DataFrame
    figures.gates_alt(trace, layer=0)                   # the same as a sentence

Every noun has these three, and takes the same data in each; `equations` gives lines of LaTeX
instead of a picture. `Answers`, `EpochLosses`, `Norms`, `History`, `Inside` and `Confusion` are
data that they take. Words come in as `labels` (English unless given; `figures.labels("ko")` gives
every word in Korean), colours from `theme` for `mode="light"` or "dark". Tokens come as they shall
be seen (`core.text.visible`); here they are escaped, so that no token is ever read as markup.
Figures know nothing of Streamlit: a notebook draws what the pages draw. Steps are shown counting
from 1, units by their index.
"""

from dashboard.figures.answers import Answers, answers, answers_alt, answers_table
from dashboard.figures.bands import Band, bands, bands_alt, bands_table
from dashboard.figures.cell import cell, cell_alt, cell_table
from dashboard.figures.cka import cka, cka_alt, cka_table
from dashboard.figures.compare import compare, compare_alt, compare_table
from dashboard.figures.compare_answers import (
    compare_answers,
    compare_answers_alt,
    compare_answers_table,
)
from dashboard.figures.confusion import Confusion, confusion, confusion_alt, confusion_table
from dashboard.figures.curves import curves, curves_alt, curves_table
from dashboard.figures.epoch_losses import (
    EpochLosses,
    epoch_losses,
    epoch_losses_alt,
    epoch_losses_table,
)
from dashboard.figures.equations import EquationLine, equations, equations_alt, equations_table
from dashboard.figures.experiment import Group, experiment, experiment_alt, experiment_table
from dashboard.figures.forgetting import forgetting, forgetting_alt, forgetting_table
from dashboard.figures.gate_history import gate_history, gate_history_alt, gate_history_table
from dashboard.figures.gates import gates, gates_alt, gates_table
from dashboard.figures.gradient_heatmap import (
    gradient_heatmap,
    gradient_heatmap_alt,
    gradient_heatmap_table,
)
from dashboard.figures.gradients import Norms, gradients, gradients_alt, gradients_table
from dashboard.figures.history import History
from dashboard.figures.inside import Inside
from dashboard.figures.jacobian import jacobian, jacobian_alt, jacobian_table
from dashboard.figures.layer_norms import layer_norms, layer_norms_alt, layer_norms_table
from dashboard.figures.learning_rate import (
    learning_rate,
    learning_rate_alt,
    learning_rate_table,
)
from dashboard.figures.means import means, means_alt, means_table
from dashboard.figures.parameters import parameters, parameters_alt, parameters_table
from dashboard.figures.reach import reach, reach_alt, reach_table
from dashboard.figures.saturation import saturation, saturation_alt, saturation_table
from dashboard.figures.tokens import tokens, tokens_alt, tokens_table
from dashboard.figures.trajectories import (
    trajectories,
    trajectories_alt,
    trajectories_table,
)
from dashboard.figures.unrolled import unrolled, unrolled_alt, unrolled_table
from dashboard.figures.words import labels

__all__ = [
    "Answers",
    "Band",
    "Confusion",
    "EpochLosses",
    "EquationLine",
    "Group",
    "History",
    "Inside",
    "Norms",
    "answers",
    "answers_alt",
    "answers_table",
    "bands",
    "bands_alt",
    "bands_table",
    "cell",
    "cell_alt",
    "cell_table",
    "cka",
    "cka_alt",
    "cka_table",
    "compare",
    "compare_alt",
    "compare_answers",
    "compare_answers_alt",
    "compare_answers_table",
    "compare_table",
    "confusion",
    "confusion_alt",
    "confusion_table",
    "curves",
    "curves_alt",
    "curves_table",
    "epoch_losses",
    "epoch_losses_alt",
    "epoch_losses_table",
    "equations",
    "equations_alt",
    "equations_table",
    "experiment",
    "experiment_alt",
    "experiment_table",
    "forgetting",
    "forgetting_alt",
    "forgetting_table",
    "gate_history",
    "gate_history_alt",
    "gate_history_table",
    "gates",
    "gates_alt",
    "gates_table",
    "gradient_heatmap",
    "gradient_heatmap_alt",
    "gradient_heatmap_table",
    "gradients",
    "gradients_alt",
    "gradients_table",
    "jacobian",
    "jacobian_alt",
    "jacobian_table",
    "labels",
    "layer_norms",
    "layer_norms_alt",
    "layer_norms_table",
    "learning_rate",
    "learning_rate_alt",
    "learning_rate_table",
    "means",
    "means_alt",
    "means_table",
    "parameters",
    "parameters_alt",
    "parameters_table",
    "reach",
    "reach_alt",
    "reach_table",
    "saturation",
    "saturation_alt",
    "saturation_table",
    "tokens",
    "tokens_alt",
    "tokens_table",
    "trajectories",
    "trajectories_alt",
    "trajectories_table",
    "unrolled",
    "unrolled_alt",
    "unrolled_table",
]
