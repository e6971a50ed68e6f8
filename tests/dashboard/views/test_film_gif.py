"""The film as a GIF, read back: an epoch a frame, each in the numbers of its network."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import core
from dashboard import state
from dashboard.figures import theme
from dashboard.figures.animation import place_of
from dashboard.i18n import speak, t
from tests.dashboard.runs import config, write_run

TEXT = "the film was not good"


@pytest.mark.parametrize(("language", "mode"), [("en", "light"), ("ko", "dark")])
def test_the_gif_is_made_when_asked_for_and_shows_every_epoch(open_app, runs, language, mode):
    run = write_run(runs, name="Reviews", epochs=3, configured=config(probes=(TEXT,)))
    app = open_app("film", language=language, mode=mode, task=state.RUN + run.id, text=TEXT)
    assert "kept.film as gif" not in app.session_state
    app.button(key="film-gif").click().run()
    assert not app.exception
    assert not app.error
    data = app.session_state["kept.film as gif"][1]
    with speak(language):
        offered = [each.proto.label for each in app.get("download_button")]
        assert t("film.gif.file", size=len(data) / 1e6) in offered
    gif = Image.open(io.BytesIO(data))
    assert gif.n_frames == len(run.model_epochs) == 4
    seen = []
    for at, epoch in enumerate(run.model_epochs):
        gif.seek(at)
        pixels = np.asarray(gif.convert("RGB"))
        trace = core.record(run.model(epoch), TEXT)
        names = list(trace.layers[0].gates)  # panels come in the order of reading
        colours = theme.table("forget", mode)
        for step, unit in np.ndindex(trace.layers[0].gates["forget"].shape[1:]):
            value = float(trace.layers[0].gates["forget"][0, step, unit])
            x, y = place_of(names.index("forget"), step, unit, tokens=TEXT.split(), units=5)
            pixel = "#" + "".join(f"{channel:02x}" for channel in pixels[y, x])
            # Six panels share 256 colours: 39 levels each, all of them entries of the table.
            assert abs(colours.index(pixel) / 255 - value) < 0.5 / 38 + 1 / 255
        seen.append(pixels)
    assert all((one != other).any() for one, other in pairwise(seen))


def test_another_text_asks_anew(open_app, runs):
    run = write_run(runs, name="Reviews", configured=config(probes=(TEXT,)))
    app = open_app("film", task=state.RUN + run.id, text=TEXT)
    app.button(key="film-gif").click().run()
    app.text_area[0].set_value("the film was good").run()
    assert not app.exception
    assert app.button(key="film-gif")
