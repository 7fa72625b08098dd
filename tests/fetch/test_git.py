"""Whole fetches of repositories that git's own server hands out, with files that git-lfs stored."""

import os
import pathlib
import signal

import pytest

from git_server import GitServer
from rig import fetch, finish, start, tree


@pytest.fixture
def pull(repository, authority, into):
    """Fetches what stands after the repository's address."""
    def run(more="", *flags, begin=fetch, **environment):
        return begin("--uri", repository.uri + more, "--into", into, "--ca", authority.certificate, *flags, **environment)
    return run


def test_a_commit_comes_with_its_large_files(repository, pull, into, large):
    repository.lfs("*.bin")
    files = {"deep/model.bin": large, "model.json": b"{}", "empty": b"", "text": b"a\r\nb\n" * 1000}
    repository.put(files)
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into) == {**files, ".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n"}
    assert sorted(os.listdir(into)) == [".gitattributes", ".serin-complete", "deep", "empty", "model.json", "text"]
    requests = len(repository.server.seen)
    again = pull("", "--id", ended.lines[0].rsplit(" ", 1)[1])
    assert again.code == 0 and again.lines[-1].endswith("already"), again.text
    assert len(repository.server.seen) == requests


def test_the_official_clients_get_the_same(repository, pull, authority, into, tmp_path, small):
    repository.lfs("*.bin")
    repository.put({"model.bin": small, "deep/model.json": b"{}", "latest": pathlib.PurePath("model.bin")})
    repository.server.opening = ("u", "of-the-tests")
    copy = repository.official_clone(tmp_path / "official", authority.certificate)
    assert pull("", GIT_USERNAME="u", GIT_PASSWORD="of-the-tests").code == 0
    theirs = {path: content for path, content in tree(copy).items() if not path.startswith(".git/")}
    assert tree(into) == theirs and theirs["model.bin"] == small


def test_the_commit_counts_wherever_the_branch_is_now(repository, pull, into):
    first = repository.put({"model.json": b"1"})
    repository.put({"model.json": b"2"})
    name = repository.uri.removeprefix("git+https://")
    assert pull("", "--id", f"git:{name}@{first}").code == 0
    assert tree(into) == {"model.json": b"1"}
    assert pull("", "--id", f"git:{name}@{first}#x").lines[-1].endswith(f"is no id of a model of {repository.uri}")


def test_an_old_server_is_asked_for_its_branches_and_then_for_their_past(repository, pull, into):
    repository.server.version = 0
    first = repository.put({"model.json": b"1"})
    repository.put({"model.json": b"2"})
    name = repository.uri.removeprefix("git+https://")
    ended = pull("", "--id", f"git:{name}@{first}")
    assert ended.code == 0, ended.text
    assert "hands out branches and tags alone" in ended.text
    assert tree(into) == {"model.json": b"1"}
    assert pull().code == 0
    assert tree(into) == {"model.json": b"2"}


def test_a_commit_that_is_gone_is_told(repository, pull):
    repository.put({"model.json": b"1"})
    name = repository.uri.removeprefix("git+https://")
    ended = pull("", "--id", f"git:{name}@{'a' * 40}")
    assert ended.code == 1
    assert "no longer has the commit" in ended.lines[-1]


def test_a_folder_and_globs_choose_files_by_their_paths_from_there(repository, pull, into):
    repository.put({"models/a/model.json": b"a", "models/a/deep/x.txt": b"x", "models/ab/model.json": b"ab", "top": b""})
    assert pull("#models/a", "--exclude", "*.txt").code == 0
    assert tree(into) == {"model.json": b"a"}
    assert pull("#models/a/deep/x.txt").code == 0
    assert tree(into) == {"x.txt": b"x"}
    ended = pull("#models/b")
    assert ended.code == 1 and 'has no file and no folder "models/b"' in ended.lines[-1]


UNRELATED = 20_000_000


@pytest.fixture
def unequal(repository):
    """A small folder beside a large one."""
    repository.lfs("*.onnx")
    repository.put({"other/weights": os.urandom(UNRELATED), "model/config.json": b"{}", "model/same.json": b"{}",
                    "model/deep/weights": os.urandom(300_000), "model/m.onnx": b"onnx" * 1000})
    return repository


@pytest.mark.parametrize("more, flags", [("#model", []), ("", ["--include", "model/"]), ("", ["--exclude", "other/"])])
def test_of_a_commit_only_the_files_that_are_wanted_come(unequal, pull, into, more, flags):
    unequal.git("-C", unequal.bare, "config", "uploadpack.allowFilter", "true")
    ended = pull(more, *flags)
    assert ended.code == 0, ended.text
    assert unequal.server.sent < 400_000, f"{unequal.server.sent} bytes"
    assert sorted(path for path in tree(into) if "config.json" in path or "onnx" in path) == (
        ["config.json", "m.onnx"] if more else ["model/config.json", "model/m.onnx"])
    packs = [path for _, path, _ in unequal.server.seen if path.endswith("/git-upload-pack")]
    assert len(packs) <= 5, "files are not fetched one by one"


def test_a_server_that_knows_no_filters_sends_all_of_the_commit(unequal, pull, into):
    unequal.git("-C", unequal.bare, "config", "uploadpack.allowFilter", "false")
    ended = pull("#model")
    assert ended.code == 0, ended.text
    assert unequal.server.sent > UNRELATED
    assert sorted(tree(into)) == ["config.json", "deep/weights", "m.onnx", "same.json"]


def test_a_server_that_bans_filters_is_asked_for_all_of_the_commit(unequal, pull, into):
    unequal.git("-C", unequal.bare, "config", "uploadpack.allowFilter", "true")
    unequal.git("-C", unequal.bare, "config", "uploadpackfilter.allow", "false")
    ended = pull("#model")
    assert ended.code == 0, ended.text
    assert "the server refuses to leave files out; fetching all of the commit" in ended.text
    assert sorted(tree(into)) == ["config.json", "deep/weights", "m.onnx", "same.json"]


def test_a_server_that_hands_out_no_files_by_themselves_is_asked_for_all_of_the_commit(unequal, pull, into):
    """Of the old protocol, where filters are allowed and objects that nothing points to are not."""
    unequal.server.version = 0
    unequal.git("-C", unequal.bare, "config", "uploadpack.allowFilter", "true")
    ended = pull("#model")
    assert ended.code == 0, ended.text
    assert "the server hands out no files by themselves; fetching all of the commit" in ended.text
    assert sorted(tree(into)) == ["config.json", "deep/weights", "m.onnx", "same.json"]


def test_files_whose_answer_breaks_off_are_asked_for_again(unequal, pull, into):
    unequal.git("-C", unequal.bare, "config", "uploadpack.allowFilter", "true")
    unequal.server.cut = 200_000
    ended = pull("#model")
    assert ended.code == 0, ended.text
    assert "; again in " in ended.text
    assert unequal.server.sent < 1_000_000
    assert sorted(tree(into)) == ["config.json", "deep/weights", "m.onnx", "same.json"]


def test_links_within_are_kept_and_executables_may_be_executed(repository, pull, into):
    repository.lfs("*.bin")
    repository.put({"a/model.bin": b"model" * 1000, "b/latest": pathlib.PurePath("../a/model.bin")})
    repository.git("update-index", "--chmod=+x", "a/model.bin")
    repository.git("commit", "-q", "-m", "executable")
    repository.push("main")
    assert pull().code == 0
    assert tree(into)["b/latest"] == "../a/model.bin"
    assert (into / "b/latest").read_bytes() == b"model" * 1000
    assert (into / "a/model.bin").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("target", ["/etc/passwd", "../../evil", "a/../../evil"])
def test_a_link_that_leads_out_is_refused(repository, pull, into, target):
    repository.put({"model.json": b"{}", "a/link": pathlib.PurePath(target)})
    ended = pull()
    assert ended.code == 1
    assert "the link a/link to " in ended.lines[-1]
    assert [name for name in os.listdir(into) if not name.startswith(".serin-")] == []


def test_a_submodule_is_refused_and_can_be_left_out(repository, pull, into):
    repository.put({"model.json": b"{}"})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},parts/other")
    repository.git("commit", "-q", "-m", "a submodule")
    repository.push("main")
    ended = pull()
    assert ended.code == 1 and '"parts/other", which is refused: it is a submodule' in ended.lines[-1]
    assert pull("", "--exclude", "parts/").code == 0
    assert tree(into) == {"model.json": b"{}"}


def test_credentials_open_both_and_stand_in_no_word(repository, pull, into):
    repository.lfs("*.bin")
    repository.put({"model.bin": b"model" * 1000})
    repository.server.opening = ("x-access-token", "of-the-tests")
    ended = pull("", GIT_TOKEN="another-one")
    assert ended.code == 1 and "answered 401" in ended.lines[-1]
    assert "another-one" not in ended.text
    ended = pull("", GIT_TOKEN="of-the-tests")
    assert ended.code == 0, ended.text
    assert tree(into)["model.bin"] == b"model" * 1000
    assert "of-the-tests" not in ended.text
    identity = ended.lines[0].rsplit(" ", 1)[1]
    ended = pull("", "--id", identity.replace(identity.split("@")[1], "b" * 40), GIT_TOKEN="another-one")
    assert ended.code == 1 and "the credentials do not open it" in ended.lines[-1]


def test_credentials_do_not_follow_to_where_the_objects_are(repository, pull, tmp_path, certificate, into):
    storage = GitServer(repository.server.folder, certificate, "127.0.0.1")
    try:
        repository.lfs("*.bin")
        repository.put({"model.bin": b"model" * 1000})
        repository.server.opening, repository.server.storage = ("u", "of-the-tests"), storage
        ended = pull("", GIT_USERNAME="u", GIT_PASSWORD="of-the-tests")
        assert ended.code == 0, ended.text
        assert [authorization for _, _, authorization in storage.seen] == [None]
    finally:
        storage.stop()


def test_a_large_file_whose_connection_breaks_is_gone_on_with(repository, pull, into, small):
    repository.lfs("*.bin")
    repository.put({"model.bin": small})
    repository.server.harm[repository.large(small).name] = 1_000_000
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into)["model.bin"] == small


def test_a_large_file_with_other_bytes_never_appears(repository, pull, into, small):
    repository.lfs("*.bin")
    repository.put({"model.bin": small})
    repository.large(small).chmod(0o644)
    repository.large(small).write_bytes(small[:-1] + b"?")
    ended = pull()
    assert ended.code == 1
    assert "its SHA-256 is " in ended.lines[-1]
    assert not (into / "model.bin").exists()


def test_a_large_file_that_was_never_pushed_is_told(repository, pull, small):
    repository.lfs("*.bin")
    repository.put({"model.bin": small})
    repository.large(small).unlink()
    ended = pull("", "--attempts", 1)
    assert ended.code == 1
    assert "the LFS server answers 404 for model.bin" in ended.lines[-1]
    repository.put({".lfsconfig": b"[lfs]\n\turl = https://elsewhere.example/lfs\n"})
    assert "the repository's .lfsconfig does not count" in pull("", "--attempts", 1).lines[-1]


def test_a_pointer_that_cannot_be_followed_is_not_served(repository, pull, into):
    repository.put({"model.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 3\n"})
    ended = pull()
    assert ended.code == 1
    assert "model.bin: it begins as a pointer of Git LFS" in ended.lines[-1]


def test_what_a_repository_says_of_its_files_changes_none_of_them(repository, pull, into):
    """Neither line endings nor words to fill in, hooks or filters."""
    files = {".gitattributes": b"*.txt text eol=crlf ident\n*.hidden export-ignore\n* filter=evil\n",
             "a.txt": b"$Id$\n", "b.hidden": b"b"}
    repository.put(files)
    assert pull().code == 0
    assert tree(into) == files


def test_an_authority_that_is_unknown_is_not_trusted(repository, into):
    commit = repository.put({"model.json": b"1"})
    name = repository.uri.removeprefix("git+https://")
    ended = fetch("--uri", repository.uri, "--id", f"git:{name}@{commit}", "--into", into)
    assert ended.code == 1
    assert "its certificate is not trusted; name the authority in spec.model.source.ca" in ended.lines[-1]


def test_without_git_the_image_is_named(repository, pull, tmp_path):
    commit = repository.put({"model.json": b"1"})
    name = repository.uri.removeprefix("git+https://")
    ended = pull("", "--id", f"git:{name}@{commit}", PATH=str(tmp_path))
    assert ended.code == 1
    assert "there is no git here; models in Git repositories are loaded by the image serin-fetch-git" in ended.lines[-1]


def test_a_process_that_is_killed_is_followed_by_one_that_ends_it(repository, pull, into, large):
    repository.lfs("*.bin")
    repository.put({"model.bin": large, "model.json": b"{}"})
    repository.server.harm[repository.large(large).name] = 1_000
    process = pull("", begin=start)
    while not list(into.glob(".serin-partial/data/model.bin")):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    finish(process)
    assert not (into / "model.json").exists()
    ended = pull()
    assert ended.code == 0, ended.text
    assert tree(into)["model.bin"] == large and (into / "model.json").read_bytes() == b"{}"
