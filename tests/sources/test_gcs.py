"""Objects that Google's own client writes to a server with the JSON API of Cloud Storage, as Serin reads them."""

import json

import pytest

from gcs_server import TokenServer
from rig import Refused

FILES = {"a b+c~(1)'.bin": b"x" * 1000, "config.json": b"{}", "sub/ünïcode&.txt": b"u"}


@pytest.fixture
def bucket(gcs_server, request):
    """A bucket of the test's own with the objects below models/fraud, and another model whose prefix begins so."""
    name = request.node.name.replace("_", "-")[-40:].strip("-")
    made = gcs_server.client.bucket(name)
    made.versioning_enabled = "versions" in name
    gcs_server.client.create_bucket(made)
    for path, content in FILES.items():
        made.blob(f"models/fraud/{path}").upload_from_string(content)
    made.blob("models/fraud-2/other").upload_from_string(b"other")
    return made


def test_a_prefix_has_the_objects_below_it(gcs_server, bucket):
    source = gcs_server.source(f"gs://{bucket.name}/models/fraud/")
    resolved = source.resolve()
    assert resolved["id"].startswith(f"gs:{bucket.name}/models/fraud/ sha256:")
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in FILES.items()}
    for path, content in FILES.items():
        assert source.content(resolved["id"], path) == content, path
    assert source.resolve() == resolved


def test_more_than_a_thousand_objects_come_in_pages(gcs_server, bucket):
    for number in range(1100):
        bucket.blob(f"many/{number:04}").upload_from_string(b"x")
    assert len(gcs_server.source(f"gs://{bucket.name}/many").resolve()["files"]) == 1100


def test_a_name_is_one_object(gcs_server, bucket):
    source = gcs_server.source(f"gs://{bucket.name}/models/fraud/config.json")
    resolved = source.resolve()
    assert [file["path"] for file in resolved["files"]] == ["config.json"]
    assert source.content(resolved["id"], "config.json") == b"{}"


def test_an_object_that_is_written_over_is_another_id_and_the_old_bytes_are_not_had(gcs_server, bucket):
    source = gcs_server.source(f"gs://{bucket.name}/models/fraud")
    before = source.resolve()
    bucket.blob("models/fraud/config.json").upload_from_string(b"[]")
    assert source.resolve()["id"] != before["id"]
    with pytest.raises(Refused, match="have changed since they were resolved"):
        source.files(before["id"])


def test_a_bucket_that_keeps_versions_still_has_the_old_bytes(gcs_server, bucket):
    for path, content in FILES.items():
        bucket.blob(f"models/fraud/{path}").upload_from_string(content + b"1")
    source = gcs_server.source(f"gs://{bucket.name}/models/fraud")
    before = source.resolve()
    bucket.blob("models/fraud/config.json").upload_from_string(b"[]")
    bucket.blob("models/fraud/a b+c~(1)'.bin").delete()
    assert source.resolve()["id"] != before["id"]
    assert source.files(before["id"]) == before["files"]
    for path, content in FILES.items():
        assert source.content(before["id"], path) == content + b"1", path


@pytest.fixture
def token_server(tmp_path):
    server = TokenServer(tmp_path)
    yield server
    server.stop()


def test_a_service_accounts_key_asks_for_a_token_that_can_only_read(gcs_server, token_server, bucket):
    key = {"GOOGLE_APPLICATION_CREDENTIALS_JSON": json.dumps(token_server.key, indent=2)}
    source = gcs_server.source(f"gs://{bucket.name}/models/fraud", credentials=key)
    assert len(source.resolve()["files"]) == len(FILES)
    assert [claims["scope"] for claims in token_server.claims] == \
        ["https://www.googleapis.com/auth/devstorage.read_only"]
    assert token_server.claims[0]["iss"] == "reader@tests.example"


def test_a_key_that_another_account_has_gets_none(gcs_server, token_server, bucket, tmp_path_factory):
    other = TokenServer(tmp_path_factory.mktemp("other"))
    other.stop()
    key = {"GOOGLE_APPLICATION_CREDENTIALS_JSON": json.dumps({**other.key, "token_uri": token_server.address})}
    with pytest.raises(Refused, match="answered 400: invalid_grant: Could not verify token signature") as refused:
        gcs_server.source(f"gs://{bucket.name}/models/fraud", credentials=key).resolve()
    assert "PRIVATE KEY" not in str(refused.value) and "eyJ" not in str(refused.value)


def test_what_does_not_exist_is_told(gcs_server, bucket):
    with pytest.raises(Refused, match="has no objects"):
        gcs_server.source(f"gs://{bucket.name}/nothing").resolve()
    with pytest.raises(Refused, match="answered 404"):
        gcs_server.source("gs://no-such-bucket/x").resolve()
