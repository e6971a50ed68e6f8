"""Files and folders named in a source's options, which no path can lead to: one sentence each."""

from __future__ import annotations

import pytest

from core.training.sources import prepare
from core.typed_paths import UnusablePath


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/a", "a\0b", "x" * 300])
@pytest.mark.parametrize(
    ("source", "option"),
    [("imdb", "folder"), ("reuters", "folder"), ("treebank", "folder"), ("spanish", "folder"),
     ("text", "file"), ("translation", "file")],
)  # fmt: skip
def test_what_no_path_can_be_is_said(source, option, typed, tmp_path):
    with pytest.raises(UnusablePath):
        prepare(source, {option: typed}, seed=0, validation=0.1, folder=tmp_path)
