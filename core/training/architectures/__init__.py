"""How networks are put together: one file per architecture, each with its `ARCHITECTURE`.

A new one is one file and its line in `ARCHITECTURES`.
"""

from __future__ import annotations

from core.errors import UnknownName
from core.training.architectures import (
    adversarial,
    autoencoder,
    chain,
    diffusion,
    encoder_decoder,
    linear,
    two_way,
    wavenet,
)
from core.training.architectures.architecture import Architecture, Judgement, NetworkOptions

ARCHITECTURES: dict[str, Architecture] = {
    architecture.name: architecture
    for architecture in (
        chain.ARCHITECTURE,
        autoencoder.ARCHITECTURE,
        adversarial.ARCHITECTURE,
        diffusion.ARCHITECTURE,
        encoder_decoder.ARCHITECTURE,
        two_way.ARCHITECTURE,
        linear.ARCHITECTURE,
        wavenet.ARCHITECTURE,
    )
}


def architecture_named(name: str) -> Architecture:
    """The architecture of that name. Raises UnknownName."""
    if name not in ARCHITECTURES:
        raise UnknownName(kind="architecture", found=name, known=", ".join(ARCHITECTURES))
    return ARCHITECTURES[name]


__all__ = ["ARCHITECTURES", "Architecture", "Judgement", "NetworkOptions", "architecture_named"]
