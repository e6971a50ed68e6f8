"""Pairs of one's own on Train: what they are, and what is left out, before anything is learned."""

from __future__ import annotations

import io
import zipfile

OWN = {"t_view": "own"}
PAIRS = "".join(f"say {at}\tsag {at}\n" for at in range(30))
LONG = "".join(f"{'so ' * 12}{at}\tsehr lang\n" for at in range(200))


def test_pairs_are_counted_before_they_are_learned(open_app):
    app = open_app("train", **OWN, data="translation")
    app.file_uploader[0].upload("mine.txt", (PAIRS + LONG).encode(), "text/plain").run()
    assert not app.exception
    assert any("230 pairs" in each.value and "say 0" in each.value for each in app.caption)
    assert any("200 of 230 pairs are left out" in each.value for each in app.warning)
    assert "train-start" in {button.key for button in app.button}
    app = open_app("train", **OWN, data="translation")
    app.file_uploader[0].upload("mine.txt", b"one|uno\n" * 30, "text/plain").run()
    [error] = [each.value for each in app.error]
    assert "Line 1 of mine" in error
    assert "train-start" not in {button.key for button in app.button}


def test_of_several_texts_in_a_zip_one_is_chosen(open_app):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("deu.txt", PAIRS)
        archive.writestr("fra.txt", PAIRS.replace("sag", "dis"))
    app = open_app("train", **OWN, data="translation")
    app.file_uploader[0].upload("mine.zip", written.getvalue(), "application/zip").run()
    assert not app.exception
    [box] = [box for box in app.selectbox if box.label == "Which text of the ZIP"]
    assert box.options == ["deu.txt", "fra.txt"]
    app = box.set_value("fra.txt").run()
    assert not app.exception
    assert any("dis 0" in each.value for each in app.caption)
