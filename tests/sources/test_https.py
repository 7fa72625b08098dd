"""A file that a web server serves over TLS, as Serin reads it."""

import http.server
import ssl
import threading

import pytest

from authority import Authority
from rig import Refused, Source


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        content, tag, allowed = self.server.content, self.server.tag, self.server.authorization
        if allowed and self.headers.get("Authorization") != allowed:
            status, content = 401, b""
        elif self.headers.get("If-Match") not in (None, tag):
            status, content = 412, b""
        else:
            status = 200
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_GET


@pytest.fixture
def web(tmp_path):
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("DNS:localhost"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.content, server.tag, server.authorization = b"model", '"1"', None
    server.authority = authority.certificate
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


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
