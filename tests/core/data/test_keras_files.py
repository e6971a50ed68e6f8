"""Downloads, from a server of our own."""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.data.errors import DownloadFailed
from core.data.keras_files import ADDRESS, HASHES, SIZES, cache, fetched, missing

CONTENT = b"ranks and words" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        self.server.asked += 1


@pytest.fixture
def server(tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    (served / "data.npz").write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served))) as made:
        made.asked = 0
        made.address = f"http://127.0.0.1:{made.server_port}/"
        thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def keras_home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


@pytest.mark.parametrize("hashed", [SHA256, MD5])
def test_a_file_is_downloaded_once_with_its_progress(server, keras_home, hashed):
    heard = []
    file = fetched("data.npz", heard.append, address=server.address, hashed=hashed)
    assert file == cache() / "data.npz" == keras_home / "datasets" / "data.npz"
    assert file.read_bytes() == CONTENT
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 3
    assert 0 < heard[0] < 0.5
    again = fetched("data.npz", heard.append, address=server.address, hashed=hashed)
    assert again == file
    assert server.asked == 1
    assert [each.name for each in cache().iterdir()] == ["data.npz"]


def test_a_damaged_file_in_the_cache_is_fetched_again(server):
    cache().mkdir(parents=True)
    (cache() / "data.npz").write_bytes(b"half a file")
    file = fetched("data.npz", lambda _: None, address=server.address, hashed=SHA256)
    assert file.read_bytes() == CONTENT


def test_another_file_than_expected_is_refused_and_leaves_the_cache_as_it_was(server):
    with pytest.raises(DownloadFailed, match="not the file that Keras offers"):
        fetched("data.npz", lambda _: None, address=server.address, hashed="0" * 64)
    assert list(cache().iterdir()) == []


def test_what_stops_a_download_is_told_and_nothing_is_left_behind(server):
    with pytest.raises(DownloadFailed, match="404"):
        fetched("missing.npz", lambda _: None, address=server.address, hashed=SHA256)
    with pytest.raises(DownloadFailed, match="refused"):
        fetched("data.npz", lambda _: None, address="http://127.0.0.1:9/", hashed=SHA256)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched("data.npz", stop, address=server.address, hashed=SHA256)
    assert list(cache().iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(server, keras_home):
    keras_home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(DownloadFailed):
        fetched("data.npz", lambda _: None, address=server.address, hashed=SHA256)


def test_names_and_hashes_are_keras_s_own(monkeypatch):
    import keras

    asked = {}

    def get_file(fname, origin, file_hash):
        asked[fname] = (origin, file_hash)
        raise KeyboardInterrupt

    for module in (keras.src.datasets.imdb, keras.src.datasets.reuters):
        monkeypatch.setattr(
            module,
            "get_file",
            lambda fname=None, *, path=None, **more: get_file(fname or path, **more),
        )
        for call in (module.load_data, module.get_word_index):
            with pytest.raises(KeyboardInterrupt):
                call()
    assert asked == {name: (ADDRESS + name, hashed) for name, hashed in HASHES.items()}


def test_an_address_stands_on_a_line_of_its_own_and_is_that_of_the_file():
    with pytest.raises(DownloadFailed) as caught:
        fetched("data.npz", lambda _: None, address="http://127.0.0.1:9/", hashed=SHA256)
    assert "http://127.0.0.1:9/data.npz" in str(caught.value).splitlines()
    assert "urlopen" not in str(caught.value)


def test_what_is_missing_is_named(keras_home, tmp_path):
    assert missing(("imdb.npz", "b.json")) == ("imdb.npz", "b.json")
    cache().mkdir(parents=True)
    (cache() / "imdb.npz").write_bytes(b"")
    assert missing(("imdb.npz", "b.json")) == ("b.json",)
    assert missing(("imdb.npz",), folder=tmp_path) == ("imdb.npz",)


def test_sizes_are_those_of_the_files(shared_data):
    """The texts there were packed again, by another zip: within a fiftieth."""
    assert set(SIZES) == set(HASHES)
    for name, size in SIZES.items():
        assert (shared_data / name).stat().st_size == pytest.approx(size, rel=0.02)
