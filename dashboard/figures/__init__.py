"""Pictures as pure functions of data: one noun per file, data in, a `Picture` out.

    from dashboard import figures

    picture = figures.gates(trace, layer=0, tokens=tokens)  # shows itself in a notebook
    picture.draw   # a plotly go.Figure
    picture.table  # its numbers, a pandas DataFrame
    picture.words  # the same as a sentence

All three are made of the same arrays. `equations` draws lines of LaTeX. What figures take are
traces, gradients and what `core.analysis` makes of them. Words come in as `labels` (English unless
given; `figures.labels("ko")` gives every word in Korean), colours from `theme` for `mode="light"`
or "dark". Tokens come as they shall be seen (`core.text.visible`); here they are escaped, so that
no token is ever read as markup. Figures know nothing of Streamlit: a notebook draws what the pages
draw. Steps are shown counting from 1, units by their index.
"""

from dashboard.figures.ablation import ablation
from dashboard.figures.anatomy import anatomy
from dashboard.figures.answers import answers
from dashboard.figures.attention import attention
from dashboard.figures.attribution import attribution
from dashboard.figures.automaton import automaton
from dashboard.figures.bands import Band, bands
from dashboard.figures.batch_statistics import batch_statistics
from dashboard.figures.beam import beam
from dashboard.figures.by_step import by_step
from dashboard.figures.cell import cell
from dashboard.figures.changed import changed, moved
from dashboard.figures.cka import cka
from dashboard.figures.clipping import clipping
from dashboard.figures.code_plane import code_plane
from dashboard.figures.compare import compare
from dashboard.figures.compare_answers import compare_answers
from dashboard.figures.confusion import confusion
from dashboard.figures.context import context
from dashboard.figures.contexts import contexts
from dashboard.figures.correlations import correlations
from dashboard.figures.counterfactual import counterfactual
from dashboard.figures.curves import curves
from dashboard.figures.distribution import distribution
from dashboard.figures.epoch_losses import epoch_losses
from dashboard.figures.equations import EquationLine, Equations, equations
from dashboard.figures.experiment import Group, experiment
from dashboard.figures.faithfulness import faithfulness
from dashboard.figures.forcing import forcing
from dashboard.figures.forecast import forecast
from dashboard.figures.forgetting import forgetting
from dashboard.figures.gate_history import gate_history
from dashboard.figures.gates import gates
from dashboard.figures.gradient_heatmap import gradient_heatmap
from dashboard.figures.gradients import gradients
from dashboard.figures.horizon import horizon
from dashboard.figures.importance import importance
from dashboard.figures.influence import influence
from dashboard.figures.inputs import inputs
from dashboard.figures.jacobian import jacobian
from dashboard.figures.kinds import kinds
from dashboard.figures.layer_norms import layer_norms
from dashboard.figures.learning_rate import learning_rate
from dashboard.figures.ledger import ledger
from dashboard.figures.lengths import lengths
from dashboard.figures.masking import masking
from dashboard.figures.means import means
from dashboard.figures.mixture import mixture
from dashboard.figures.parallel import parallel
from dashboard.figures.parameters import parameters
from dashboard.figures.picture import Picture
from dashboard.figures.places import places
from dashboard.figures.reach import reach
from dashboard.figures.receptive import receptive
from dashboard.figures.residuals import residuals
from dashboard.figures.rolling import rolling
from dashboard.figures.saturation import saturation
from dashboard.figures.season import season
from dashboard.figures.season_states import season_states
from dashboard.figures.selectivity import selectivity
from dashboard.figures.senses import senses
from dashboard.figures.separation import separation
from dashboard.figures.sequences import sequences
from dashboard.figures.shapes import shapes
from dashboard.figures.spectra import lyapunov, spectra
from dashboard.figures.state_space import Path, state_space
from dashboard.figures.surprise import surprise
from dashboard.figures.tokens import tokens
from dashboard.figures.trajectories import trajectories
from dashboard.figures.triangle import triangle
from dashboard.figures.unrolled import unrolled
from dashboard.figures.words import labels

__all__ = [
    "Band",
    "EquationLine",
    "Equations",
    "Group",
    "Path",
    "Picture",
    "ablation",
    "anatomy",
    "answers",
    "attention",
    "attribution",
    "automaton",
    "bands",
    "batch_statistics",
    "beam",
    "by_step",
    "cell",
    "changed",
    "cka",
    "clipping",
    "code_plane",
    "compare",
    "compare_answers",
    "confusion",
    "context",
    "contexts",
    "correlations",
    "counterfactual",
    "curves",
    "distribution",
    "epoch_losses",
    "equations",
    "experiment",
    "faithfulness",
    "forcing",
    "forecast",
    "forgetting",
    "gate_history",
    "gates",
    "gradient_heatmap",
    "gradients",
    "horizon",
    "importance",
    "influence",
    "inputs",
    "jacobian",
    "kinds",
    "labels",
    "layer_norms",
    "learning_rate",
    "ledger",
    "lengths",
    "lyapunov",
    "masking",
    "means",
    "mixture",
    "moved",
    "parallel",
    "parameters",
    "places",
    "reach",
    "receptive",
    "residuals",
    "rolling",
    "saturation",
    "season",
    "season_states",
    "selectivity",
    "senses",
    "separation",
    "sequences",
    "shapes",
    "spectra",
    "state_space",
    "surprise",
    "tokens",
    "trajectories",
    "triangle",
    "unrolled",
]
