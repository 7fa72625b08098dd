"""Blobs that Azure's own client writes to Microsoft's emulator of Azure Blob Storage, as Serin reads them."""

import hashlib
import os
import re
import subprocess

import pytest
from azure.storage.blob import BlobClient, ContentSettings

from azure_server import ACCOUNT, KEY, KEYS
from rig import FETCH, Refused

FILES = {"a b+c~(1)'.bin": b"x" * 1000, "config.json": b"{}", "sub/ünïcode&.txt": b"u"}


@pytest.fixture
def container(azure_server, request):
    """A container of the test's own with the blobs below models/fraud, and another model whose prefix begins so."""
    name = re.sub("[^a-z0-9]+", "-", request.node.name.lower())[-40:].strip("-")
    client = azure_server.client.create_container(name)
    for path, content in FILES.items():
        client.upload_blob(f"models/fraud/{path}", content)
    client.upload_blob("models/fraud-2/other", b"other")
    client.upload_blob("models/fraud/sub", b"", metadata={"hdi_isfolder": "true"})
    return client


def test_a_prefix_has_the_blobs_below_it(azure_server, container):
    source = azure_server.source(f"{container.container_name}/models/fraud/")
    resolved = source.resolve()
    assert resolved["id"].startswith(f"azureblob:{ACCOUNT}/{container.container_name}/models/fraud/ sha256:")
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in FILES.items()}
    for path, content in FILES.items():
        assert source.content(resolved["id"], path) == content, path
    assert source.resolve() == resolved


def test_more_than_a_thousand_blobs_come_in_pages(azure_server, container):
    for number in range(1100):
        container.upload_blob(f"many/{number:04}", b"x")
    assert len(azure_server.source(f"{container.container_name}/many").resolve()["files"]) == 1100


def test_a_name_is_one_blob(azure_server, container):
    source = azure_server.source(f"{container.container_name}/models/fraud/config.json")
    resolved = source.resolve()
    assert [file["path"] for file in resolved["files"]] == ["config.json"]
    assert source.content(resolved["id"], "config.json") == b"{}"


def test_a_blob_that_is_written_over_is_another_id_and_the_old_bytes_are_not_had(azure_server, container):
    source = azure_server.source(f"{container.container_name}/models/fraud")
    before = source.resolve()
    container.upload_blob("models/fraud/config.json", b"[]", overwrite=True)
    assert source.resolve()["id"] != before["id"]
    with pytest.raises(Refused, match="have changed since they were resolved"):
        source.files(before["id"])


def test_a_blob_that_is_not_what_its_md5_says_never_appears(azure_server, container, tmp_path):
    def fetched(into):
        return subprocess.run([FETCH, "--uri", f"azureblob://{ACCOUNT}/{container.container_name}/models/fraud",
                               "--endpoint", azure_server.address, "--into", into], capture_output=True, text=True,
                              timeout=60, env={"PATH": os.environ["PATH"], **KEYS})

    # Of a list of blocks the service takes the digest that it is told.
    blob = BlobClient(f"{azure_server.address}/{ACCOUNT}", container.container_name, "models/fraud/weights.bin",
                      credential=KEY, max_single_put_size=1024, max_block_size=1024)
    for content, refused in [(b"other bytes" * 1000, True), (b"w" * 11_000, False)]:
        settings = ContentSettings(content_md5=bytearray(hashlib.md5(b"w" * 11_000).digest()))
        blob.upload_blob(content, content_settings=settings, overwrite=True)
        done = fetched(tmp_path / str(refused))
        assert done.returncode == (1 if refused else 0), done.stderr
        told = f"weights.bin: its MD5 is {hashlib.md5(content).hexdigest()} and should be " in done.stderr
        assert told == refused, done.stderr
        assert ("correct its Content-MD5, or state its SHA-256" in done.stderr) == refused, done.stderr
    assert not (tmp_path / "True" / "config.json").exists()
    assert (tmp_path / "False" / "weights.bin").read_bytes() == b"w" * 11_000


@pytest.mark.parametrize("way", ["AZURE_STORAGE_SAS_TOKEN", "AZURE_STORAGE_CONNECTION_STRING"])
def test_a_signature_or_a_connection_string_opens_it(azure_server, container, way):
    name = container.container_name
    value = "?" + azure_server.signature(name) if way.endswith("TOKEN") else f"AccountName={ACCOUNT};AccountKey={KEY}"
    source = azure_server.source(f"{name}/models/fraud", credentials={way: value})
    resolved = source.resolve()
    assert source.content(resolved["id"], "config.json") == b"{}"


def test_a_public_container_needs_no_credentials(azure_server, container):
    container.set_container_access_policy({}, public_access="container")
    source = azure_server.source(f"{container.container_name}/models/fraud", credentials={})
    assert source.content(source.resolve()["id"], "config.json") == b"{}"


def test_what_does_not_open_it_is_refused_without_repeating_it(azure_server, container):
    name = container.container_name
    ended, of_reading = azure_server.signature(name, days=-1), azure_server.signature(name, "r")
    for credentials, why in [({"AZURE_STORAGE_ACCESS_KEY": "bm90IHRoZSBrZXk="}, "answered 403: AuthorizationFailure"),
                             ({"AZURE_STORAGE_SAS_TOKEN": ended}, r"ended at .* \(se\)"),
                             ({"AZURE_STORAGE_SAS_TOKEN": of_reading}, "allows sp=r, and r and l are needed"),
                             ({"AZURE_STORAGE_SAS_TOKEN": azure_server.signature("another")}, "answered 403"),
                             ({}, "answered 40[34]")]:
        with pytest.raises(Refused, match=why) as refused:
            azure_server.source(f"{name}/models/fraud", credentials=credentials).resolve()
        assert "sig=" not in str(refused.value) and "bm90IHRoZSBrZXk" not in str(refused.value)


def test_what_does_not_exist_is_told(azure_server, container):
    with pytest.raises(Refused, match="has no objects"):
        azure_server.source(f"{container.container_name}/nothing").resolve()
    with pytest.raises(Refused, match="answered 404: ContainerNotFound"):
        azure_server.source("no-such-container/x").resolve()
