"""serin-fetch by the token of a pod's service account, which the kubelet writes anew while a fetch goes on."""

import json
import os

import pytest
from role_server import RoleServer

from rig import fetch, tree

ROLE = "arn:aws:iam::123456789012:role/models"


@pytest.fixture
def cloud(large):
    server = RoleServer(large)
    yield server
    server.stop()


@pytest.fixture
def token(tmp_path):
    file = tmp_path / "token"
    file.write_text("eyJ.first\n")
    return file


@pytest.fixture
def load(cloud, token, into):
    """As in a pod whose ModelDeployment names a workload identity."""
    def run(**environment):
        identity = {"serviceAccount": "fraud", "role": ROLE, "region": "eu-central-1", "tokenEndpoint": cloud.url}
        return fetch("--uri", "s3://models/fraud", "--endpoint", cloud.url, "--into", into, **{
            "SERIN_SOURCE_IDENTITY": json.dumps(identity), "SERIN_SOURCE_IDENTITY_TOKEN": str(token), **environment})
    return run


def test_keys_are_renewed_within_a_file_and_the_token_is_read_anew(cloud, load, token, into, large):
    """Keys that end as they come; the kubelet puts another file in the token's place after the first exchange."""
    def rotate():
        following = token.with_name("following")
        following.write_text("eyJ.second\n")
        os.replace(following, token)
    cloud.exchanged = rotate
    ended = load(SERIN_FETCH_CONNECTIONS="1")
    assert ended.code == 0, ended.text
    assert tree(into) == {"model.bin": large}
    assert cloud.shown[0] == "eyJ.first" and set(cloud.shown[1:]) == {"eyJ.second"}
    assert len(set(cloud.sessions)) == len(cloud.sessions) == 3  # one each part
    assert "eyJ" not in ended.text and "hush" not in ended.text


def test_keys_that_live_are_asked_for_once(cloud, load):
    cloud.end = "2999-01-01T00:00:00Z"
    assert load().code == 0
    assert cloud.shown == ["eyJ.first"] and set(cloud.sessions) == {"session-1"}


def test_a_refusal_ends_it_and_repeats_no_token(cloud, load, into):
    cloud.answer = (400, b"<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>not eyJ.first</Message>"
                         b"</Error></ErrorResponse>")
    ended = load()
    assert ended.code == 1
    assert ended.lines[-1].endswith(f"POST {cloud.url}/ answered 400: InvalidIdentityToken: not •••")
    assert len(cloud.shown) == 1


def test_a_server_of_tokens_that_is_down_is_asked_again(cloud, load):
    def recover():
        cloud.answer = None if len(cloud.shown) > 1 else (503, b"")
    cloud.answer, cloud.exchanged = (503, b""), recover
    ended = load()
    assert ended.code == 0, ended.text
    assert "answered 503" in ended.text and "again in" in ended.text


def test_without_a_token_nobody_is_asked(cloud, load, token):
    token.write_text("")
    ended = load()
    assert ended.code == 1 and f"the file {token} with the workload's token is empty; see that" in ended.text
    token.unlink()
    ended = load()
    assert ended.code == 1
    assert f"the workload's token is not to be had: there is no file {token}; see that" in ended.text
    token.write_text("x" * 70_000)
    assert f"the file {token} has more than 65536 bytes" in load().text
    assert cloud.shown == []


def test_what_a_clouds_webhook_adds_to_the_pod_does_not_count(cloud, load, token):
    ended = load(AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere", AWS_ROLE_ARN="arn:aws:iam::1:role/other",
                 AWS_ACCESS_KEY_ID="other", AWS_SECRET_ACCESS_KEY="hush")
    assert ended.code == 0, ended.text
    assert set(cloud.shown) == {"eyJ.first"}
