"""The autoencoder: a plane that is decoded under the pointer, and the reader's own word in it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.activations import Array
from core.data.sequences import strokes
from core.engines import record
from core.make import autoencoder
from core.make.judging import held_against_real
from core.make.linear import error
from core.make.shipped import Shipped
from dashboard import cache, figures, i18n, state, widgets
from dashboard.cache.making import SHOWN, code_plane, principal
from dashboard.components.plane import Plane, packed, plane
from dashboard.figures.sequences import Row
from dashboard.i18n import t
from dashboard.views.make import settings
from dashboard.views.make.film import film
from dashboard.views.make.insides import insides
from dashboard.views.make.rows import show_rows
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.opening import folded

KEY = "make-plane"
NUMBERS = 2


def draw(of: str) -> None:
    """Draw the plane, what the reader wrote as the network writes it, and the rest folded."""
    found = settings.network("autoencoder", of)
    point = _point(found)
    _plane(found, point=point)
    with widgets.guard():
        _again(found)
        if of in settings.sets_of("denoising"):
            _denoised(settings.network("denoising", of))
    film(found, measure="error")
    codes = np.array([point], np.float32)
    trace = record(autoencoder.decoder_of(found.model), codes)
    x, y = (f"{value:.2f}".replace("-", "−") for value in point)
    insides(trace, what=t("make.autoencoder.inside", x=x, y=y))


def _point(found: Shipped) -> tuple[float, float]:
    """Where the reader let the point go; at first, an example of the first kind."""
    seen = code_plane(found.of.name)
    limits = [(float(axis[0]), float(axis[-1])) for axis in seen.axes]
    at = [state.get(field) for field in (settings.FIRST, settings.SECOND)]
    if not state.chosen(settings.FIRST):
        at = [float(value) for value in seen.codes[seen.kinds == 0][0]]
    x, y = (min(max(value, low), high) for value, (low, high) in zip(at, limits, strict=True))
    return x, y


def _plane(found: Shipped, *, point: tuple[float, float]) -> None:
    seen, of = code_plane(found.of.name), found.of
    names = settings.kind_names(of)
    st.markdown(_sentence(found, point=point))
    twin = figures.code_plane(
        seen.codes, kinds=seen.kinds, names=names, signs=of.signs, point=point, **widgets.look()
    )
    mode = state.mode()

    def make() -> bytes:
        drawn = Plane(seen.axes, seen.decoded, seen.codes, seen.kinds, of.signs, of.name)
        return packed(drawn, mode=mode)

    named = (found.model.digest, mode, i18n.language())
    with menu(twin, name="code_plane", key=KEY, shown="canvas"):
        plane(cache.picture(KEY, *named, make=make), key=KEY, point=point, on_move=_moved)


def _moved(x: float, y: float) -> None:
    state.put(settings.FIRST, x)
    state.put(settings.SECOND, y)


def _sentence(found: Shipped, *, point: tuple[float, float]) -> str:
    """Say whose code lies nearest, and how like that example what is decoded looks."""
    seen, names = code_plane(found.of.name), settings.kind_names(found.of)
    at = seen.nearest(point)
    made = autoencoder.decode(found.model, np.array([point]))
    among = held_against_real(made, of=found.of)
    real = "real" if among.share > 0 else "between"
    return t(
        f"make.autoencoder.{real}",
        kind=names[int(seen.kinds[at])],
        away=f"{np.linalg.norm(seen.codes[at] - np.asarray(point)):.2f}",
    )


def _read(found: Shipped) -> tuple[Array, tuple[str, ...]]:
    """What the reader wrote, or examples of the seed; and what stands under each.

    Raises what `strokes.word` raises.
    """
    if found.of.name != "strokes":
        sequences, kinds = found.of.examples(SHOWN, seed=state.get(settings.SEED) + 1)
        return sequences, tuple(found.of.signs[kind] for kind in kinds)
    word = state.get(settings.WORD) or ""
    return strokes.word(word, seed=state.get(settings.SEED)), tuple(word.replace(" ", ""))


def _again(found: Shipped) -> None:
    """What was read, and what two numbers of each sequence are made into again."""
    st.subheader(t("make.again"), anchor=False, help=t("make.again.help"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="make-again"):
        if found.of.name == "strokes":
            st.text_input(
                t("make.word"), help=t("make.word.help", letters=" ".join(strokes.KINDS)),
                width=260, **state.bind(settings.WORD, showing=state.get(settings.WORD) or ""),
            )  # fmt: skip
        settings.another(t(f"make.other.{found.of.name}"), key="make-other")
    read, captions = _read(found)
    made = record(found.model, read).outputs
    linear = principal(found.of.name, numbers=NUMBERS).rebuilt(read)
    own, best = error(read, made), error(read, linear)
    worst = int(((read - made) ** 2).mean(axis=(1, 2)).argmax())
    st.markdown(
        t(f"make.again.{'better' if own < best else 'worse'}", own=f"{own:.3g}", best=f"{best:.3g}",
          worst=captions[worst], place=worst + 1, numbers=found.of.steps * len(found.of.features))
    )  # fmt: skip
    rows = [
        Row(t("make.row.read"), read, None),
        Row(t("make.row.made"), made, 0, captions),
        Row(t("make.row.linear"), linear, 1),
    ]
    show_rows(rows, of=found.of, key="again")


def _denoised(found: Shipped) -> None:
    """Noise upon what was read, and what a denoising autoencoder makes of it."""
    read, captions = _read(found)
    deviation = state.get(settings.NOISE)
    noise = np.random.default_rng(state.get(settings.SEED)).standard_normal(read.shape)
    noisy = (read + deviation * noise).astype(np.float32)
    made = record(found.model, noisy).outputs
    before, after = error(read, noisy), error(read, made)
    seen = t(
        f"make.denoised.{'seen' if after < before else 'vain'}",
        before=f"{before:.3g}", after=f"{after:.3g}", deviation=f"{deviation:.2g}",
    )  # fmt: skip
    with folded(t("make.denoised"), seen, key="make-denoised") as wanted:
        if not wanted:
            return
        trained = float(found.model.card["training"]["noise"])
        st.slider(
            t("make.noise"), 0.0, 1.0, step=0.05, help=t("make.noise.help", trained=trained),
            **state.bind(settings.NOISE, showing=min(deviation, 1.0)),
        )  # fmt: skip
        rows = [
            Row(t("make.row.read"), read, None),
            Row(t("make.row.noisy", deviation=f"{deviation:.2g}"), noisy, 1),
            Row(t("make.row.clean"), made, 0, captions),
        ]
        show_rows(rows, of=found.of, key="denoised")
