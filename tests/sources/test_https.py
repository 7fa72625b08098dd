"""A file that a web server serves over TLS, as Serin reads it."""

import pytest

from authority import Authority
from rig import Refused, Source
from web_server import WebServer


@pytest.fixture
def web(tmp_path):
    authority = Authority(tmp_path)
    server = WebServer(*authority.sign("DNS:localhost"))
    server.authority = authority.certificate
    yield server
    server.stop()


def source(web, credentials=None):
    return Source(f"https://localhost:{web.server_port}/models/fraud.tar.gz", "--ca", web.authority,
                  credentials=credentials)


def test_a_file_is_had_by_its_tag(web):
    resolved = source(web).resolve()
    assert resolved["files"] == [{"path": "fraud.tar.gz", "size": 5, "tag": '"1"'}]
    assert source(web).content(resolved["id"], "fraud.tar.gz") == b"model"


def test_a_file_that_changes_is_another_id(web):
    before = source(web).resolve()
    web.content, web.tag = b"other", '"2"'
    assert source(web).resolve()["id"] != before["id"]
    with pytest.raises(Refused, match="has changed since it was resolved"):
        source(web).files(before["id"])


def test_credentials_open_it(web):
    web.authorization = "Bearer of the tests"
    with pytest.raises(Refused, match="answered 401"):
        source(web).resolve()
    assert source(web, {"HTTPS_TOKEN": "of the tests"}).resolve()


def test_a_certificate_of_an_unknown_authority_is_refused(web):
    with pytest.raises(Refused, match="by the system's authorities"):
        Source(f"https://localhost:{web.server_port}/fraud.tar.gz").resolve()
