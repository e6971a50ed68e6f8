"""Unrolled's core: what recurrent networks do inside, step by step.

import core

model = core.bundled_model("sentiment-lstm")
trace = core.record(model, "not good, but not boring")
trace.layers[0].gates["forget"]                 # (batch, time, units)
gradients = core.backprop(model, trace, [[1.0]])
gradients.layers[0].states["hidden"]            # ∂loss/∂h_t, (batch, time, units)
"""

from __future__ import annotations

from core.bptt import backprop
from core.bundled import bundled_model, bundled_models
from core.encoder_decoder import new_translator
from core.engines import record
from core.errors import CoreError
from core.generate.translating import translate
from core.generate.writing import generate
from core.gradients import Gradients
from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.importers.load import load_model
from core.importers.save import save_model
from core.initialise import new_model
from core.interventions import Intervention
from core.model import Model
from core.trace import Trace

__all__ = [
    "CoreError",
    "Gradients",
    "Intervention",
    "Model",
    "Trace",
    "backprop",
    "bundled_model",
    "bundled_models",
    "from_keras",
    "generate",
    "load_model",
    "new_model",
    "new_translator",
    "record",
    "save_model",
    "to_keras",
    "translate",
]
