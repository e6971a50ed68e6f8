"""What is on disk is what the recorder records, text by text, whatever was done to be fast."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

import core
from core import corpus
from core.corpus import pieces, recording, sketch
from core.corpus.errors import (
    CorpusOfOtherVersion,
    ModelChanged,
    NoSuchQuantity,
    NotACorpus,
    NotACorpusModel,
    NotEnoughRoom,
    NothingToRecord,
    OtherRecording,
    SourceIsGone,
    TextTooLong,
    TooLargeForHalf,
)
from core.nodes import Conv1D, Layer
from core.text import Vocabulary

WORDS = tuple("abcdefgh")
VOCABULARY = Vocabulary(WORDS, "character")


def model(**settings):
    settings = {"vocabulary": VOCABULARY, "embedding": 5, "units": [4], "seed": 3} | settings
    return core.new_model(settings.pop("cell", "lstm"), **settings)


def drawn(count, *, longest=40, seed=0):
    random = np.random.default_rng(seed)
    return [
        "".join(random.choice(list("abcdefghxy"), random.integers(1, longest)))
        for _ in range(count)
    ]


def recorded_alone(of, text, quantity):
    kind, _, name = quantity.name.partition("/")
    return getattr(core.record(of, text).layer(quantity.layer), kind)[name][0]


@pytest.mark.parametrize(
    "settings",
    [
        {"cell": "gru", "outputs": 3, "readout": "last"},
        {"cell": "lstm", "outputs": 3, "readout": "last", "bidirectional": True},
        {"cell": "simple_rnn", "outputs": 2, "readout": "every", "units": [4, 3]},
    ],
    ids=lambda settings: settings["cell"],
)
def test_every_number_is_that_of_the_text_alone(tmp_path, settings):
    of, texts = model(**settings), drawn(60)
    kept = corpus.record(of, corpus.listed(texts), tmp_path / "c", dtype="float32")
    assert kept.finished
    assert kept.steps == sum(map(len, texts))
    for number, text in enumerate(texts):
        here = slice(kept.starts[number], kept.starts[number + 1])
        for quantity in kept.manifest.quantities:
            alone = recorded_alone(of, text, quantity)
            np.testing.assert_allclose(kept.array(quantity.key)[here], alone, atol=2e-6)


def test_a_convolution_reads_no_padding(tmp_path):
    of = model(outputs=2, readout="last")
    random = np.random.default_rng(1)
    kernel = random.normal(size=(3, 5, 5)).astype(np.float32)
    nodes = [
        of.nodes[0],
        Conv1D("conv", kernel, np.zeros(5, np.float32), padding="same"),
        *of.nodes[1:],
    ]
    convolved = replace(of, nodes=tuple(nodes))
    assert not pieces.can_pad(convolved)
    texts = drawn(30)
    kept = corpus.record(convolved, corpus.listed(texts), tmp_path / "c", dtype="float32")
    quantity = kept.manifest.quantities[0]
    for number, text in enumerate(texts):
        here = slice(kept.starts[number], kept.starts[number + 1])
        alone = recorded_alone(convolved, text, quantity)
        np.testing.assert_allclose(kept.array(quantity.key)[here], alone, atol=2e-6)


def test_a_long_text_is_read_in_pieces_with_its_states(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 100)
    monkeypatch.setattr(pieces, "LARGEST_TRACE", 30_000)
    of = model(outputs=2, readout="last", units=[4, 3])
    texts = ["abc", "".join(drawn(1, longest=40)) + "abcdefgh" * 200, "hgf"]
    kept = corpus.record(of, corpus.listed(texts), tmp_path / "c", dtype="float32")
    assert len(kept.manifest.batches) > 10
    for number, text in enumerate(texts):
        here = slice(kept.starts[number], kept.starts[number + 1])
        for quantity in kept.manifest.quantities:
            alone = recorded_alone(of, text, quantity)
            np.testing.assert_allclose(kept.array(quantity.key)[here], alone, atol=5e-6)
    answers = [pq.read_table(path) for path in sorted((kept.folder / "outcomes").iterdir())]
    score = np.concatenate([table["score"].to_numpy() for table in answers])
    single = [core.record(of, text).outputs.max() for text in texts]
    np.testing.assert_allclose(score, single, atol=1e-5)


def test_a_text_too_long_for_a_model_that_reads_backward_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 100)
    both = model(outputs=1, readout="last", bidirectional=True)
    with pytest.raises(TextTooLong, match="reads from the end"):
        corpus.record(both, corpus.listed(["ab", "a" * 101]), tmp_path / "c")


def test_half_precision_says_what_it_lost(tmp_path):
    of, texts = model(outputs=1, readout="last"), drawn(50)
    kept = corpus.record(of, corpus.listed(texts), tmp_path / "half")
    whole = corpus.record(of, corpus.listed(texts), tmp_path / "whole", dtype="float32")
    for quantity in kept.manifest.quantities:
        halved, full = kept.array(quantity.key), whole.array(quantity.key)
        np.testing.assert_array_equal(halved, np.asarray(full).astype(np.float16))
        lost = np.abs(halved.astype(np.float32) - full).max()
        assert 0 < kept.errors[quantity.key] <= lost
        assert lost < 3 * kept.errors[quantity.key]
        assert whole.errors[quantity.key] == 0


def test_a_number_that_half_precision_cannot_hold_is_refused(tmp_path):
    of = model(outputs=1, readout="last", cell="simple_rnn")
    weights = {name: array * 1e5 for name, array in of.parameters.items()}
    nodes = tuple(
        replace(node, activation="linear") if isinstance(node, Layer) else node for node in of.nodes
    )
    linear = replace(of, nodes=nodes).with_parameters(weights)
    with pytest.raises(TooLargeForHalf, match="float32"):
        corpus.record(linear, corpus.listed(["abcabc"]), tmp_path / "c")


def test_the_tables_say_what_was_read_and_answered(tmp_path):
    of = replace(model(outputs=2, readout="last"), card={"answers": ["no", "yes"]})
    texts = [("abx", "no"), ("", "yes"), ("hgfe", "yes"), ("   ", "no"), ("c", "maybe")]
    kept = corpus.record(of, corpus.listed(texts), tmp_path / "c")
    assert (kept.manifest.texts, kept.manifest.skipped) == (3, 2)
    tokens = pq.read_table(kept.folder / "tokens").to_pandas()
    assert tokens["token"].tolist() == list("abxhgfec")
    assert tokens["position"].tolist() == [0, 1, 2, 0, 1, 2, 3, 0]
    assert tokens["id"].tolist()[2] == 1, "x is unknown"
    outcomes = pq.read_table(kept.folder / "outcomes").to_pandas()
    given = [core.record(of, text).outputs[0] for text in ("abx", "hgfe", "c")]
    answers = ["no" if one[0] > one[1] else "yes" for one in given]
    assert outcomes["answer"].tolist() == answers
    wrong = [answers[0] != "no", answers[1] != "yes", None]
    assert outcomes["wrong"].tolist() == wrong
    np.testing.assert_allclose(outcomes["score"], [one.max() for one in given], rtol=1e-5)


def test_a_language_model_tells_the_bits_of_each_token(tmp_path):
    of = model(outputs=VOCABULARY.size, readout="every")
    if of.activation != "softmax":
        pytest.fail("the model of this test has to give probabilities")
    kept = corpus.record(of, corpus.listed(["abcd", "hg"]), tmp_path / "c")
    bits = pq.read_table(kept.folder / "answers").to_pandas()["bits"].to_numpy()
    given = core.record(of, "abcd").outputs[0]
    ids = of.encode("abcd").ids
    expected = [-np.log2(given[step, ids[step + 1]]) for step in range(3)]
    np.testing.assert_allclose(bits[1:4], expected, rtol=1e-4)
    assert np.isnan(bits[[0, 4]]).all()


def test_a_long_text_tells_the_bits_of_each_token_whatever_it_is_cut_into(tmp_path, monkeypatch):
    of = model(outputs=VOCABULARY.size, readout="every")
    text = drawn(1, longest=400, seed=4)[0] * 20
    whole = corpus.record(of, corpus.listed([text]), tmp_path / "whole")
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 100)
    monkeypatch.setattr(pieces, "LARGEST_TRACE", 1)
    cut = corpus.record(of, corpus.listed([text]), tmp_path / "cut")
    assert len(cut.manifest.batches) > 10
    bits = [
        pq.read_table(kept.folder / "answers").to_pandas()["bits"].to_numpy()
        for kept in (whole, cut)
    ]
    assert np.isnan(bits[1]).nonzero()[0].tolist() == [0]
    np.testing.assert_allclose(bits[1], bits[0], rtol=1e-4)


def test_memory_does_not_grow_with_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "steps_at_once", lambda *_: 4_000)
    monkeypatch.setattr(sketch, "FEWEST_UNITS", 1)
    monkeypatch.setattr(sketch, "CODED", 2_000)
    monkeypatch.setattr(sketch, "SAMPLE", 2_000)
    of = model(outputs=1, readout="last")
    corpus.record(of, corpus.listed(drawn(50)), tmp_path / "warm")

    def peak(count):
        texts = ("".join(WORDS[(i * k) % 8] for k in range(60)) for i in range(count))
        tracemalloc.start()
        kept = corpus.record(of, corpus.listed(texts), tmp_path / f"of{count}")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert kept.steps == count * 60
        assert len(list((kept.folder / "sketches").glob("*.npy"))) == 2
        return most

    few, many = peak(200), peak(1_000)
    assert many < 1.3 * few, "five times the corpus, the same memory"


def test_what_cannot_be_recorded_is_said(tmp_path, monkeypatch):
    of = model(outputs=1, readout="last")
    with pytest.raises(NothingToRecord, match="2 of its texts"):
        corpus.record(of, corpus.listed(["", "  "]), tmp_path / "empty")
    numbers = core.new_model("gru", features=2, units=[3])
    with pytest.raises(NotACorpusModel):
        corpus.record(numbers, corpus.listed(["a"]), tmp_path)
    with pytest.raises(NoSuchQuantity, match="lstm/gates/forget"):
        corpus.record(of, corpus.listed(["a"]), tmp_path / "q", quantities=["lstm/gates/forgot"])
    with pytest.raises(NotACorpus, match="manifest"):
        corpus.Corpus.open(tmp_path)

    monkeypatch.setattr(recording.shutil, "disk_usage", lambda _: type("Disk", (), {"free": 10}))
    with pytest.raises(NotEnoughRoom, match="10 bytes"):
        corpus.record(of, corpus.listed(["abc"]), tmp_path / "full")


def test_a_folder_of_something_else_is_not_written_over(tmp_path):
    of, texts = model(outputs=1, readout="last"), corpus.listed(drawn(5))
    kept = corpus.record(of, texts, tmp_path / "c")
    other = model(outputs=1, readout="last", seed=4)
    with pytest.raises(ModelChanged):
        corpus.record(other, texts, tmp_path / "c")
    with pytest.raises(OtherRecording, match="float16"):
        corpus.record(of, texts, tmp_path / "c", dtype="float32")
    manifest = kept.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(CorpusOfOtherVersion, match="99"):
        corpus.Corpus.open(tmp_path / "c")


def test_a_source_that_is_gone_is_asked_for(tmp_path):
    of = model(outputs=1, readout="last")
    going = corpus.progressing(of, corpus.listed(drawn(5)), tmp_path / "c")
    next(going)
    going.close()
    with pytest.raises(SourceIsGone):
        corpus.record(of, None, tmp_path / "c")


def test_ids_of_another_vocabulary_are_read_as_its_words(tmp_path):
    of = model(outputs=1, readout="last")
    other = Vocabulary(tuple("hgfedcba"), "character")
    ids = other.encode("abc").ids
    texts = [corpus.Text("other", ids=ids, vocabulary=other), corpus.Text("own", ids=ids)]
    source = corpus.Source({"kind": "list"}, lambda: iter(texts))
    kept = corpus.record(of, source, tmp_path / "c", dtype="float32")
    tokens = pq.read_table(kept.folder / "tokens")["token"].to_pylist()
    assert tokens == ["a", "b", "c", "h", "g", "f"]
    quantity = kept.manifest.quantities[0]
    alone = recorded_alone(of, "abc", quantity)
    np.testing.assert_allclose(kept.array(quantity.key)[:3], alone, atol=2e-6)
