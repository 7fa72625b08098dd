"""A server with the JSON API of Google Cloud Storage (fake-gcs-server), and Google's own client.

It lets everybody in. What a service account's key asks for a token with is checked by Google's own library, in the
place of Google's own server.
"""

import http.server
import json
import os
import subprocess
import threading
import urllib.parse

from google.auth import jwt
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from rig import Server, Source, free_port


class GcsServer(Server):
    def __init__(self, folder):
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        command = [os.environ["SERIN_FAKE_GCS"], "-scheme", "http", "-host", "127.0.0.1", "-port", port,
                   "-backend", "memory", "-public-host", f"127.0.0.1:{port}", "-external-url", self.address]
        super().__init__(folder, port, command, {})
        self.client = storage.Client(project="tests", credentials=AnonymousCredentials(),
                                     client_options={"api_endpoint": self.address})

    def wait_until_ready(self):
        self.wait_for_answer("/_internal/healthcheck", 30)

    def source(self, uri, *options, credentials=None):
        return Source(uri, "--endpoint", self.address, *options, credentials=credentials)


class TokenServer:
    """Hands a token out for an assertion that a service account's key signed."""

    def __init__(self, folder):
        private, public = folder / "key.pem", folder / "public.pem"
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
        self.claims = []  # of the assertions that were good
        outer, verifier = self, public.read_text()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                try:
                    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
                    outer.claims.append(jwt.decode(form["assertion"][0], certs=verifier, audience=outer.address))
                    self.answer(200, {"access_token": "ya29.tests", "expires_in": 3599, "token_type": "Bearer"})
                except ValueError as error:
                    self.answer(400, {"error": "invalid_grant", "error_description": str(error)})

            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        self.key = {"type": "service_account", "client_email": "reader@tests.example", "private_key_id": "1f2e",
                    "private_key": private.read_text(), "token_uri": self.address}
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
