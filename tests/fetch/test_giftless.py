"""Large files that git-lfs itself stored at a Git LFS server of others, giftless."""

import pytest

from giftless_server import KEY, USER, Giftless, token
from git_server import Repository
from rig import fetch, tree

READ = "obj:ml/fraud/*:read"


@pytest.fixture
def keeper(request, server, tmp_path):
    folder = tmp_path / "giftless"
    folder.mkdir()
    server.lfs = Giftless(folder, public=getattr(request, "param", False))
    yield server.lfs
    server.lfs.stop()


@pytest.fixture
def repository(server, keeper, authority):
    repository = Repository(server)
    repository.lfs("*.bin")
    repository.store_large_files_at(USER, token("obj:ml/fraud/*"), authority.certificate)
    return repository


@pytest.fixture
def pull(repository, authority, into):
    """As who may read, where nothing else is stated."""
    def run(more="", *flags, password=token(READ), **environment):
        repository.server.opening = (USER, password) if password else None
        opening = {"GIT_USERNAME": USER, "GIT_PASSWORD": password} if password else {}
        return fetch("--uri", repository.uri + more, "--into", into, "--ca", authority.certificate, *flags, **opening)
    return run


def test_a_commit_comes_with_the_large_files_that_giftless_keeps(repository, keeper, pull, into, small):
    repository.put({"deep/model.bin": small, "other.bin": b"other" * 1000, "model.json": b"{}"})
    assert keeper.has(small) and not repository.large(small).exists()
    ended = pull("", "--exclude", ".gitattributes")
    assert ended.code == 0, ended.text
    assert tree(into) == {"deep/model.bin": small, "other.bin": b"other" * 1000, "model.json": b"{}"}
    assert token(READ).split(".")[2] not in ended.text


def test_the_official_clients_get_the_same(repository, pull, authority, into, tmp_path, small):
    repository.put({"model.bin": small})
    assert pull().code == 0
    copy = repository.official_clone(tmp_path / "official", authority.certificate)
    assert {path: content for path, content in tree(copy).items() if not path.startswith(".git/")} == tree(into)
    assert tree(into)["model.bin"] == small


@pytest.mark.parametrize("keeper", [True], indirect=True)
def test_what_everybody_may_read_needs_no_credentials(repository, pull, into, small):
    repository.put({"model.bin": small})
    ended = pull(password="")
    assert ended.code == 0, ended.text
    assert tree(into)["model.bin"] == small


@pytest.mark.parametrize("password", [token("obj:ml/other/*:read"), token(READ, key=KEY[::-1])])
def test_a_token_that_opens_the_repository_and_not_its_large_files_is_told(repository, pull, into, small, password):
    repository.put({"model.bin": small})
    ended = pull(password=password)
    assert ended.code == 1
    assert "model.bin" in ended.lines[-1] and ("403" in ended.lines[-1] or "401" in ended.lines[-1]), ended.text
    assert password not in ended.text
    assert not (into / "model.bin").exists()


def test_a_large_file_that_giftless_has_not_is_told(repository, keeper, pull, small):
    repository.put({"model.bin": small})
    for path in keeper.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    ended = pull("", "--attempts", 1)
    assert ended.code == 1
    assert "404" in ended.lines[-1] and "model.bin" in ended.lines[-1], ended.text


def test_an_answer_that_breaks_off_is_asked_for_again(repository, pull, into, small):
    """Giftless answers no ranges, so that it is all of the file."""
    repository.put({"model.bin": small})
    repository.server.cut = 1_000_000
    ended = pull()
    assert ended.code == 0, ended.text
    assert "; again in " in ended.text
    assert tree(into)["model.bin"] == small


def test_other_bytes_than_those_that_were_stored_never_appear(repository, keeper, pull, into, small):
    repository.put({"model.bin": small})
    (stored,) = [path for path in keeper.folder.rglob("*") if path.is_file()]
    stored.write_bytes(small[:-1] + b"?")
    ended = pull()
    assert ended.code == 1
    assert "its SHA-256 is " in ended.lines[-1]
    assert not (into / "model.bin").exists()
