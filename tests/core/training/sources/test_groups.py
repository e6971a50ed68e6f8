"""What is validated on has not been learned, and what is tested neither."""

from __future__ import annotations

import pytest

from core.training.sources import prepare

TEXTS = "text,label\n" + "".join(f"film {n % 20} was,{'ab'[n % 2]}\n" for n in range(400))
PAIRS = "".join(f"say {n % 40}\tziel {n}\n" for n in range(400))
REPEATING = {
    "table": {"file": "texts.csv"},
    "translation": {"file": "pairs.txt"},
    "sums": {"digits": 2, "train_examples": 20_000, "test_examples": 500},
    "parity": {"train_examples": 2_000, "test_examples": 100},
    "reber": {"train_examples": 2_000, "test_examples": 50},
    "senses": {"train_examples": 4_000, "test_examples": 100},
}


@pytest.mark.parametrize("source", REPEATING)
def test_no_text_stands_in_two_parts(source, tmp_path):
    (tmp_path / "texts.csv").write_text(TEXTS)
    (tmp_path / "pairs.txt").write_text(PAIRS)
    data = prepare(source, REPEATING[source], seed=0, validation=0.2, folder=tmp_path)
    parts = (data.train, data.validation, data.test)
    train, validation, test = (
        {part.texts(number).strip() for number in range(len(part))} for part in parts
    )
    assert len(train) + len(validation) < len(data.train) + len(data.validation)  # some repeat
    assert not train & validation
    assert not test & (train | validation)
    share = len(data.validation) / (len(data.train) + len(data.validation))
    assert share == pytest.approx(0.2, abs=0.03)
