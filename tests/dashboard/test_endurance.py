"""That a reader of the long trials finds on the pages what it looks for there."""

from __future__ import annotations

import pytest

from tests.browser.server import serving
from tests.dashboard.conftest import APP
from tests.endurance.reader import Reader
from tests.endurance.session import Session, SessionFailed


def test_every_action_of_a_reader_finds_its_own_words(tmp_path, root):
    with serving(APP, log_file=tmp_path / "log", folder=root) as server:
        with Session(server.url) as session:
            session.open("", "lang=en")
            reader = Reader(session, 3, tmp_path)
            for act in (
                reader.text,
                reader.gates,
                reader.step,
                reader.compare,
                reader.gradients,
                reader.model,
            ):
                assert act() > 0
            with pytest.raises(SessionFailed, match="is not on 'model'"):
                reader._expect("LSTM&#40;99&#41;")  # another reader's
        assert server.complaints() == []
