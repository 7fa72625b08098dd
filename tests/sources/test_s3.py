"""Objects that Amazon's own client writes to a server with the API of S3, as Serin reads them."""

import time

import pytest

from rig import Refused

FILES = {"a b+c~(1).bin": b"x" * 1000, "config.json": b"{}", "sub/ünïcode.txt": b"u"}


@pytest.fixture
def bucket(s3_server, request):
    """A bucket of the test's own with the files below models/fraud, and another model whose prefix begins so."""
    name = request.node.name.replace("_", "-")[-40:].strip("-")
    s3_server.client.create_bucket(Bucket=name)
    for path, content in FILES.items():
        s3_server.client.put_object(Bucket=name, Key=f"models/fraud/{path}", Body=content)
    s3_server.client.put_object(Bucket=name, Key="models/fraud-2/other", Body=b"other")
    return name


def keep_versions(server, bucket):
    server.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def test_a_prefix_has_the_objects_below_it(s3_server, bucket):
    source = s3_server.source(f"s3://{bucket}/models/fraud/")
    resolved = source.resolve()
    assert resolved["id"].startswith(f"s3:{bucket}/models/fraud/ sha256:")
    assert {file["path"]: file["size"] for file in resolved["files"]} == \
        {path: len(content) for path, content in FILES.items()}
    for path, content in FILES.items():
        assert source.content(resolved["id"], path) == content, path
    assert source.resolve() == resolved


def test_more_than_a_thousand_objects_come_in_pages(s3_server, bucket):
    for number in range(1100):
        s3_server.client.put_object(Bucket=bucket, Key=f"many/{number:04}", Body=b"x")
    assert len(s3_server.source(f"s3://{bucket}/many").resolve()["files"]) == 1100


def test_a_key_is_one_object(s3_server, bucket):
    source = s3_server.source(f"s3://{bucket}/models/fraud/config.json")
    resolved = source.resolve()
    assert [file["path"] for file in resolved["files"]] == ["config.json"]
    assert source.content(resolved["id"], "config.json") == b"{}"


def test_an_object_that_is_written_over_is_another_id_and_the_old_bytes_are_not_had(s3_server, bucket):
    source = s3_server.source(f"s3://{bucket}/models/fraud")
    before = source.resolve()
    s3_server.client.put_object(Bucket=bucket, Key="models/fraud/config.json", Body=b"[]")
    assert source.resolve()["id"] != before["id"]
    with pytest.raises(Refused, match="have changed since they were resolved"):
        source.files(before["id"])


def test_a_bucket_that_keeps_versions_still_has_the_old_bytes(s3_server, bucket):
    keep_versions(s3_server, bucket)
    for path, content in FILES.items():
        s3_server.client.put_object(Bucket=bucket, Key=f"models/fraud/{path}", Body=content + b"1")
    source = s3_server.source(f"s3://{bucket}/models/fraud")
    before = source.resolve()
    time.sleep(1.1)  # servers tell whole seconds
    s3_server.client.put_object(Bucket=bucket, Key="models/fraud/config.json", Body=b"[]")
    s3_server.client.delete_object(Bucket=bucket, Key="models/fraud/a b+c~(1).bin")
    assert source.resolve()["id"] != before["id"]
    then = source.files(before["id"])
    assert [(file["path"], file["size"]) for file in then] == [(file["path"], file["size"]) for file in before["files"]]
    for path, content in FILES.items():
        assert source.content(before["id"], path) == content + b"1", path


def test_a_wrong_key_is_refused_without_repeating_it(s3_server, bucket):
    wrong = {"AWS_ACCESS_KEY_ID": "serin-tests", "AWS_SECRET_ACCESS_KEY": "not/the/secret"}
    with pytest.raises(Refused, match="answered 403: SignatureDoesNotMatch") as refused:
        s3_server.source(f"s3://{bucket}/models/fraud", credentials=wrong).resolve()
    assert "not/the/secret" not in str(refused.value) and "Signature=" not in str(refused.value)


def test_what_does_not_exist_is_told(s3_server, bucket):
    with pytest.raises(Refused, match="has no objects"):
        s3_server.source(f"s3://{bucket}/nothing").resolve()
    with pytest.raises(Refused, match="answered 404: NoSuchBucket"):
        s3_server.source("s3://no-such-bucket/x").resolve()
