"""A volume that somebody else fills up in the middle: what is said of it, and that the next start ends it."""

import os
import re

import pytest
from archives import tar, zipped

from hold import Hold
from rig import fetch, finish, start, tree
from volume import Volume

MEGA = 1_000_000
WORDS = r"; {into} has [\d.]+ k?B free, and {wants}; give the volume more room$"


@pytest.fixture
def volume(tmp_path):
    volume = Volume(tmp_path / "volume", 24 * MEGA)
    yield volume
    volume.close()


@pytest.fixture
def into(volume):
    return volume.folder / "models"


@pytest.fixture
def clone(repository, authority, into):
    def run(begin=fetch):
        return begin("--uri", repository.uri, "--into", into, "--ca", authority.certificate)
    return run


@pytest.fixture(scope="session")
def model():
    return os.urandom(8 * MEGA)


def fails_for_room(ended, into, problem, wants):
    """Nothing of the model is in place, and all that a person needs is said."""
    assert ended.code == 1, ended.text
    assert re.search(problem + WORDS.format(into=re.escape(str(into)), wants=wants), ended.lines[-1]), ended.lines[-1]
    assert [name for name in os.listdir(into) if not name.startswith(".serin-partial")] == []


def fill_in_the_middle(volume, hold, process):
    hold.wait()
    volume.fill()
    hold.release()
    return finish(process)


def test_a_file_that_finds_no_room_in_its_middle_is_gone_on_with_when_there_is_some(web, authority, volume, into, model):
    hold = Hold(3 * MEGA)
    web.put("model.bin", model).harm = [{"hold": hold}]
    words = ["--uri", f"{web.url}/model.bin", "--into", into, "--ca", authority.certificate]
    ended = fill_in_the_middle(volume, hold, start(*words))
    fails_for_room(ended, into, "model.bin: it cannot be written: No space left on device",
                   r"\d\.\d MB more of 8\.0 MB are needed")
    again = fetch(*words)
    assert again.code == 1 and "give the volume more room" in again.lines[-1], again.text
    volume.make_room()
    assert fetch(*words).code == 0
    assert tree(into) == {"model.bin": model}


def test_parts_that_are_complete_are_kept(pull, registry, volume, into, large):
    volume.grow(120 * MEGA)
    hold = Hold(10 * MEGA)
    registry.put("fraud/model.bin", large).harm = [None, {"hold": hold}, {"hold": hold}]
    process = pull.start()
    while not any(b"\n0\n" in path.read_bytes() for path in into.glob(".serin-partial/logs/*")):
        assert process.poll() is None
    fails_for_room(fill_in_the_middle(volume, hold, process), into,
                   "model.bin: it cannot be written: No space left on device", r"[\d.]+ MB more of 80\.0 MB are needed")
    volume.make_room()
    before = len(registry.gets("model.bin"))
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large}
    assert "bytes=0-33554431" not in [headers["range"] for headers in registry.gets("model.bin")[before:]]


@pytest.mark.parametrize("name, pack", [("m.tar.gz", lambda *e: tar(*e, mode="w:gz")), ("m.zip", zipped)])
def test_an_archive_that_becomes_more_than_there_is_room_for_is_unpacked_when_there_is(web, authority, volume, into,
                                                                                       name, pack):
    files = {"a/model.bin": bytes(30 * MEGA), "model.json": b"{}"}
    web.put(name, pack(*files.items()))
    words = ["--uri", f"{web.url}/{name}", "--into", into, "--ca", authority.certificate]
    fails_for_room(fetch(*words), into, f'{name}: "a/model.bin" cannot be unpacked: No space left on device',
                   "what is in the archive, beside which it stands until the end, needs more")
    volume.grow(80 * MEGA)
    before = len(web.gets(name))
    ended = fetch(*words)
    assert ended.code == 0, ended.text
    assert tree(into) == files
    assert len(web.gets(name)) == before, "the archive itself was there"


def test_a_commit_that_finds_no_room_is_told_in_gits_own_words(repository, clone, volume, into, model):
    repository.put({"model.bin": model})
    hold = repository.server.hold = Hold(3 * MEGA)
    fails_for_room(fill_in_the_middle(volume, hold, clone(begin=start)), into,
                   r"the volume is full \(git fetch: .*No space left on device.*\)",
                   "the commit, whose size Git does not tell, needs more")
    volume.make_room()
    ended = clone()
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": model}


def test_the_files_of_a_commit_stand_beside_it_and_are_told_too(repository, clone, volume, into):
    files = {"model.bin": bytes(30 * MEGA)}
    repository.put(files)
    ended = clone()
    assert ended.code == 1
    assert re.search(r"has 2\d\.\d MB free, and 30\.0 MB are needed; give the volume more room$", ended.lines[-1])
    volume.grow(40 * MEGA)
    assert clone().code == 0
    assert tree(into) == files


def test_a_large_file_of_a_repository_is_gone_on_with(repository, clone, volume, into, model):
    repository.lfs("*.bin")
    repository.put({"model.bin": model})
    hold = repository.server.hold = Hold(3 * MEGA)
    fails_for_room(fill_in_the_middle(volume, hold, clone(begin=start)), into,
                   "model.bin: it cannot be written: No space left on device", r"\d\.\d MB more of 8\.0 MB are needed")
    volume.make_room()
    ended = clone()
    assert ended.code == 0, ended.text
    assert tree(into)["model.bin"] == model


def test_a_volume_without_room_for_the_first_record_is_told(pull, registry, volume, into, small):
    into.mkdir()
    registry.put("fraud/model.bin", small)
    volume.fill()
    ended = pull()
    assert ended.code == 1
    assert "No space left on device" in ended.lines[-1] and "give the volume more room" in ended.lines[-1]
    volume.make_room()
    assert pull().code == 0
    assert tree(into) == {"model.bin": small}
