"""A repository that the official client of the Hub reads, as Serin reads it."""

import os
import pathlib

import huggingface_hub
import pytest

from hub import REPOSITORY, TOKEN, Hub
from rig import Refused, Source

os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
FILES = {"config.json": b'{"a": 1}', "model.safetensors": bytes(range(256)) * 100, "onnx/a b.onnx": b"x" * 999,
         "onnx/b.onnx": b"y", "tokenizer/vocabulary.txt": b"z" * 10}
LARGE = ("model.safetensors", "onnx/a b.onnx")


def source(hub, revision="", credentials=None, *options):
    return Source(f"hf://{REPOSITORY}{revision}", "--endpoint", hub.address, *options, credentials=credentials)


def test_a_revision_has_the_files_that_the_official_client_downloads(hub, tmp_path):
    sha = hub.commit(FILES, LARGE)
    resolved = source(hub).resolve()
    assert resolved["id"] == f"hf:{REPOSITORY}@{sha}"
    folder = pathlib.Path(huggingface_hub.snapshot_download(REPOSITORY, endpoint=hub.address, token=False,
                                                            cache_dir=tmp_path))
    assert folder.name == sha
    expected = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert expected == FILES
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in expected.items()}
    assert {file["path"] for file in resolved["files"] if "sha256" in file} == set(LARGE)
    for path, content in expected.items():
        assert source(hub).content(resolved["id"], path) == content, path


def test_a_branch_that_moves_is_another_id_and_the_old_one_still_has_its_files(hub):
    hub.commit(FILES, LARGE)
    before = source(hub).resolve()
    hub.commit({**FILES, "config.json": b"{}", "new": b"1"}, LARGE)
    assert source(hub).resolve()["id"] != before["id"]
    assert source(hub).files(before["id"]) == before["files"]
    assert source(hub).content(before["id"], "config.json") == FILES["config.json"]


def test_a_tag_with_a_slash_and_a_commit_are_revisions(hub):
    first = hub.commit(FILES, ref="release/1")
    hub.commit({"a": b"1"})
    for revision in ("@release/1", f"@{first}"):
        assert source(hub, revision).resolve()["id"].endswith(first)


def test_include_and_exclude_choose_files(hub):
    hub.commit(FILES, LARGE)
    chosen = source(hub, "", None, "--include", "onnx/", "--include", "*.json", "--exclude", "b.onnx").resolve()
    assert [file["path"] for file in chosen["files"]] == ["config.json", "onnx/a b.onnx"]


def test_a_private_repository_opens_to_its_token_which_goes_to_no_other_host():
    hub = Hub(private=True)
    try:
        sha = hub.commit(FILES, LARGE)
        with pytest.raises(Refused, match="no such repository, or it is private"):
            source(hub).resolve()
        with pytest.raises(Refused, match="no such repository") as refused:
            source(hub, credentials={"HF_TOKEN": "hf_of_somebody"}).resolve()
        assert "hf_of_somebody" not in str(refused.value)
        opened = source(hub, credentials={"HF_TOKEN": TOKEN})
        identity = opened.resolve()["id"]
        assert identity.endswith(sha)
        assert opened.content(identity, "model.safetensors") == FILES["model.safetensors"]
        there = [authorization for port, _, authorization in hub.seen if port == hub.storage.server_port]
        assert there == [None]
    finally:
        hub.stop()


def test_a_revision_that_does_not_exist_is_told(hub):
    hub.commit(FILES)
    with pytest.raises(Refused, match="answered 404: the repository has no such revision"):
        source(hub, "@nobody").resolve()
