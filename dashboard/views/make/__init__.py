"""Networks that make sequences: an autoencoder, a pair of adversaries, and diffusion.

Each opens with what it makes; what it is made of, how it became so and what went on inside stand
beneath, folded.
"""

from __future__ import annotations

from dashboard.views import Page
from dashboard.views.make import adversarial, autoencoder, diffusion, settings

PAGE = Page(key="make", section="work", icon=":material/gesture:", order=40)


def render() -> None:
    """Draw the choices, and the network that was chosen."""
    maker, of = settings.pick()
    draw = {
        "autoencoder": autoencoder.draw,
        "adversarial": adversarial.draw,
        "diffusion": diffusion.draw,
    }
    draw[maker](of)
