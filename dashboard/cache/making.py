"""What networks that make sequences were asked to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.coverage import Coverage
from core.engines import record
from core.make import adversarial, diffusion
from core.make.autoencoder import CodePlane
from core.make.judging import held_against_real, real
from core.make.linear import Principal
from core.make.shipped import shipped

DRAWN = 300
"""Sequences that are made to be counted."""
IN_PLANE = 240
"""Examples whose codes are drawn."""
COUNTS = (1, 2, 4, 8, 16, 32)
"""Numbers of steps that a way back is tried in."""
SHOWN = 8

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Sampled:
    """What was made (count, steps, features) of `noise`, and what it is held to be."""

    noise: Array
    made: Array
    found: Coverage


@st.cache_resource(max_entries=4, show_spinner=False)
def code_plane(of: str) -> CodePlane:
    """Return the plane of the autoencoder of a set, decoded on a grid."""
    sequences, kinds = real(of)
    model = shipped(f"autoencoder-{of}").model
    return CodePlane.of(model, sequences[:IN_PLANE], kinds=kinds[:IN_PLANE])


@st.cache_resource(max_entries=8, show_spinner=False)
def principal(of: str, *, numbers: int) -> Principal:
    """Return the best linear autoencoder with so many numbers."""
    return Principal.of(shipped(f"autoencoder-{of}").of.examples(2_000, seed=0)[0], numbers=numbers)


@st.cache_resource(max_entries=16, show_spinner=False)
def played(of: str, *, seed: int) -> Sampled:
    """Return what the generator of a set makes of noise."""
    found = shipped(f"adversarial-{of}")
    generator, _ = adversarial.players(found.model)
    width = generator.wiring.specs[adversarial.NOISE].features or 1
    noise = adversarial.noise(DRAWN, width=width, seed=seed)
    made = record(generator, noise).outputs
    return Sampled(noise, made, held_against_real(made, of=found.of))


@st.cache_resource(max_entries=8, show_spinner=False)
def way_back(of: str, *, schedule: str, steps: int, seed: int) -> tuple[diffusion.Moment, ...]:
    """Return the whole way from noise to a few sequences."""
    found = shipped(f"diffusion-{of}")
    along = diffusion.schedule(schedule, steps=steps)
    noise = _noise(of, count=SHOWN, seed=seed)
    return tuple(diffusion.way_back(found.model, noise, schedule=along, seed=seed))


@st.cache_resource(max_entries=32, show_spinner=False)
def diffused(of: str, *, schedule: str, count: int, seed: int) -> Sampled:
    """Return what the denoiser of a set makes of noise in `count` steps."""
    found = shipped(f"diffusion-{of}")
    along = diffusion.schedule(schedule, steps=max(COUNTS))
    noise = _noise(of, count=DRAWN // 2, seed=seed)
    *_, last = diffusion.way_back(found.model, noise, schedule=along, seed=seed, count=count)
    made = last.noisy.astype(np.float32)
    return Sampled(noise, made, held_against_real(made, of=found.of))


def _noise(of: str, *, count: int, seed: int) -> Array:
    drawn = shipped(f"diffusion-{of}").of
    return np.random.default_rng(seed).standard_normal((count, drawn.steps, len(drawn.features)))
