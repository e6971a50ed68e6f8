"""Paths as people type them: what leads somewhere is found, all else is a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from core.typed_paths import UnusablePath, typed_file, typed_folder, typed_path

NO_PATHS = ("~nobody-of-that-name", "~nobody-of-that-name/a.csv", "a\0b", "\ud800", "x" * 300,
            "/" + "y/" * 3_000)  # fmt: skip


@pytest.mark.parametrize("find", [typed_path, typed_file, typed_folder])
@pytest.mark.parametrize("written", NO_PATHS, ids=lambda text: ascii(text[:12]))
def test_what_no_path_can_be_is_a_sentence(find, written, tmp_path):
    for base in (None, tmp_path):
        with pytest.raises(UnusablePath) as refused:
            find(written, base=base)
        str(refused.value).encode()  # it can be shown
        assert len(str(refused.value)) < 400


def test_home_is_expanded_and_relative_paths_begin_at_the_base(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.txt").write_text("x")
    assert typed_file("~/a.txt") == typed_file("a.txt", base=tmp_path) == tmp_path / "a.txt"
    assert typed_file("~/a.txt", base=Path("/elsewhere")) == tmp_path / "a.txt"
    assert typed_folder("~") == tmp_path
    assert typed_path("~/not there") == tmp_path / "not there"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_of_another_kind_is_said(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    for name, why in [("folder", "folder"), ("pipe", "pipe"), ("gone", "nothing is there"),
                      ("loop", "symbolic links"), ("file/beneath", "directory")]:  # fmt: skip
        with pytest.raises(UnusablePath, match=why):
            typed_file(tmp_path / name)
        if name != "folder":
            with pytest.raises(UnusablePath):
                typed_folder(tmp_path / name)


@pytest.mark.parametrize("seed", range(20))
def test_any_text_is_a_path_or_a_sentence(seed, tmp_path):
    random = np.random.default_rng([seed, 3])
    signs = ["~", "/", "\0", "\ud83d", ".", " ", "a", "é", "\n", ":", "x" * 120, "\\"]
    for _ in range(20):
        written = "".join(signs[at] for at in random.integers(len(signs), size=random.integers(6)))
        for find in (typed_path, typed_file, typed_folder):
            try:
                found = find(written, base=tmp_path)
            except UnusablePath as refused:
                str(refused).encode()
            else:
                assert find is typed_path or found.exists()
