"""Parameters are counted before a start: as many as the network that is then built has."""

from __future__ import annotations

import pytest

from core import cells
from core.training.config import DataSettings, NetworkSettings, RunConfig
from core.training.counts import Count, count_of
from core.training.network import untrained
from core.training.sources import SOURCES, prepare
from tests.core.training.sources.test_ranked import folder

__all__ = ["folder"]
OPTIONS = {
    "latch": {"symbols": 5, "noise": "other"},
    "copy": {"symbols": 4},
    "dyck2": {"longest": 40},
}
KNOWN = [name for name, source in SOURCES.items() if not (source.gathers or source.downloads)]


GATHERED = [name for name, source in SOURCES.items()
            if source.gathers and source.architecture == "chain"]  # fmt: skip


def built(config: RunConfig):
    known = SOURCES[config.data.source].options.read(config.data.options).to_json()
    few = {k: v for k, v in {"train_examples": 40, "test_examples": 3}.items() if k in known}
    few |= config.data.options
    dataset = prepare(config.data.source, few, seed=1, validation=0.25)
    return untrained(config, dataset)


@pytest.mark.parametrize("source", KNOWN)
def test_whatever_is_learned(source):
    data = DataSettings(source=source, options=OPTIONS.get(source, {}))
    architecture = SOURCES[source].architecture
    units = (5, 3) if architecture == "chain" else (5,)
    network = NetworkSettings(architecture=architecture, units=units, embedding=4)
    config = RunConfig(data=data, network=network)
    model = built(config)
    count = count_of(config)
    assert count.total == model.parameter_count
    assert count.recurrent == sum(
        array.size for layer in model.layers for array in layer.parameters().values()
    )


def test_a_network_that_is_no_chain_is_counted_when_its_data_are_read():
    network = NetworkSettings(architecture="encoder_decoder", units=(6,))
    config = RunConfig(data=DataSettings(source="translation"), network=network)
    assert count_of(config) == Count(None, None)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", cells.CELLS)
def test_every_cell_in_both_directions_with_and_without_what_it_may_have(cell, bidirectional):
    for reset_after in (True, False):
        network = NetworkSettings(
            cell=cell, units=(6, 4, 3), embedding=5, bidirectional=bidirectional,
            reset_after=reset_after, normalise="batch" if reset_after else "layer",
        )  # fmt: skip
        config = RunConfig(data=DataSettings(source="latch"), network=network)
        assert count_of(config).total == built(config).parameter_count


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_what_is_downloaded_is_counted_unread(name, folder):
    options = {"words": 50, "length": 12, "folder": str(folder)}
    config = RunConfig(
        data=DataSettings(source=name, options=options), network=NetworkSettings(units=(7,))
    )
    assert count_of(config).total == built(config).parameter_count
    nowhere = config.with_setting("data.options.folder", "/nowhere")
    assert count_of(nowhere) == count_of(config)


@pytest.mark.parametrize("name", GATHERED)
def test_where_the_words_are_the_texts_own_the_rest_is_counted(name):
    config = RunConfig(data=DataSettings(source=name), network=NetworkSettings(units=(7, 2)))
    count = count_of(config)
    assert count.total is None
    assert count.recurrent == 4 * (32 + 7 + 1) * 7 + 4 * (7 + 2 + 1) * 2
