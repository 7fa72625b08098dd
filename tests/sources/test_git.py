"""Repositories that git's own server hands out over TLS, as Serin reads them."""

import pytest

from authority import Authority
from git_server import GitServer, Repository
from rig import Refused, Source


@pytest.fixture
def server(tmp_path):
    authority = Authority(tmp_path)
    folder = tmp_path / "repositories"
    folder.mkdir()
    server = GitServer(folder, authority.sign("DNS:localhost"))
    server.authority = authority.certificate
    yield server
    server.stop()


@pytest.fixture(params=[2, 0])
def repository(server, request):
    """Of a server that speaks version 2 of the protocol, and of one that knows the first alone."""
    server.version = request.param
    return Repository(server)


def source(repository, more="", credentials=None):
    return Source(repository.uri + more, "--ca", repository.server.authority, credentials=credentials)


def test_the_default_branch_is_its_commit(repository):
    commit = repository.put({"model.json": b"{}"})
    resolved = source(repository).resolve()
    name = repository.uri.removeprefix("git+https://")
    assert resolved["id"] == f"git:{name}@{commit}"
    assert resolved["version"] == commit[:12] and resolved["lineage"]["commit"] == commit
    assert resolved["files"] == []
    repository.put({"model.json": b"[]"}, ref="other")
    assert source(repository).resolve() == resolved
    assert repository.put({"model.json": b"[1]"}) in source(repository).resolve()["id"]


def test_branches_and_tags_are_their_commits_and_annotated_tags_are_peeled(repository):
    first = repository.put({"model.json": b"1"})
    repository.git("tag", "-a", "v1", "-m", "the first")
    repository.push("refs/heads/main")
    repository.git("push", "-q", "origin", "v1")
    second = repository.put({"model.json": b"2"}, ref="release/2")
    assert source(repository, "@v1").resolve()["version"] == "v1"
    assert source(repository, "@v1#deep/a").resolve()["id"].endswith(f"@{first}#deep/a")
    assert source(repository, "@release/2").resolve()["lineage"]["commit"] == second
    assert source(repository, f"@{second}").resolve()["lineage"]["commit"] == second


def test_a_name_that_is_a_branch_and_a_tag_is_refused(repository):
    first = repository.put({"model.json": b"1"})
    repository.push("refs/tags/same")
    second = repository.put({"model.json": b"2"}, ref="same")
    with pytest.raises(Refused, match=f"both a branch and a tag 'same', which are {second} and {first}"):
        source(repository, "@same").resolve()
    assert source(repository, "@refs/tags/same").resolve()["lineage"]["commit"] == first


def test_what_is_not_there_is_told_with_what_is(repository):
    repository.put({"model.json": b"1"})
    with pytest.raises(Refused, match="has no branch and no tag 'mian'; it has 'main'"):
        source(repository, "@mian").resolve()
    with pytest.raises(Refused, match="answered 404: there is no such repository"):
        Source(f"git+{repository.server.url}/ml/none.git", "--ca", repository.server.authority).resolve()
    with pytest.raises(Refused, match="has no HEAD: it is empty"):
        source(Repository(repository.server, "ml/empty.git")).resolve()


def test_a_repository_of_long_names_is_read(server):
    repository = Repository(server, "ml/long.git", "--object-format=sha256")
    commit = repository.put({"model.json": b"1"})
    assert len(commit) == 64
    assert source(repository).resolve()["lineage"]["commit"] == commit


def test_credentials_open_it_and_are_not_told(repository):
    repository.put({"model.json": b"1"})
    repository.server.opening = ("x-access-token", "of the tests")
    with pytest.raises(Refused, match="answered 401: there is no such repository, or it is private"):
        source(repository).resolve()
    with pytest.raises(Refused, match="answered 401") as refused:
        source(repository, credentials={"GIT_TOKEN": "another one"}).resolve()
    assert "another one" not in str(refused.value)
    assert source(repository, credentials={"GIT_TOKEN": "of the tests"}).resolve()
    named = {"GIT_USERNAME": "x-access-token", "GIT_PASSWORD": "of the tests"}
    assert source(repository, credentials=named).resolve()


def test_a_redirect_is_told_and_a_page_is_no_repository(repository):
    repository.server.redirect = "https://localhost:1"
    with pytest.raises(Refused, match="it is at https://localhost:1/ml/fraud.git; state"):
        source(repository).resolve()
    repository.server.redirect, repository.server.pages = None, True
    with pytest.raises(Refused, match="is that the address of a repository"):
        source(repository).resolve()


def test_files_are_known_to_who_fetches_them(repository):
    repository.put({"model.json": b"1"})
    with pytest.raises(Refused, match="is known when they are fetched"):
        source(repository).files(source(repository).resolve()["id"])
