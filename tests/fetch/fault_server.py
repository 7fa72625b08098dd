"""A web server on loopback that has files, answers as a tracking server of MLflow does, and does harm as told."""

import hashlib
import http.server
import json
import re
import socket
import ssl
import threading
import time
import urllib.parse

BLOCK = 1 << 18


class File:
    """`harm` is what happens to the next GETs of it, one each; None is nothing. Keys of one harm:
    status, headers   answers that
    redirect          answers 307 to that URL
    cut               breaks the connection after so many bytes of the body
    stall             is silent after so many bytes, until the client goes away
    whole             answers 200 with all of it though a range was asked for
    corrupt           flips a bit of the byte at that place of the file
    length            says that it has so many bytes
    delay             waits so many seconds before each block of the body
    hold              a Hold, at whose place of the body it waits"""

    def __init__(self, data, etag='"one"', digest=False, ranges=True):
        self.data, self.etag, self.digest, self.ranges = data, etag, digest, ranges
        self.harm = []

    def next_harm(self):
        return (self.harm.pop(0) if self.harm else None) or {}


class FaultServer:
    """`files`: by path, "fraud/MLmodel" is served at /fraud/MLmodel and, as a file of version 3 of the model `fraud`, by
    MLflow's API. `asked`: (method, path, headers in lower case) of every request, in order."""

    def __init__(self, certificate=None):
        self.files, self.asked, self.lock = {}, [], threading.Lock()
        outer = self

        class Handler(_Handler):
            server_of_tests = outer

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def put(self, path, data, **options):
        self.files[path] = File(data, **options)
        return self.files[path]

    def gets(self, path=""):
        """Headers of the GETs of that file."""
        with self.lock:
            return [headers for method, target, headers in self.asked
                    if method == "GET" and target.endswith(path) and "/artifacts?" not in target]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_tests = None

    def setup(self):
        super().setup()
        self.connection.settimeout(60)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            pass  # the client has seen enough

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        server = self.server_of_tests
        with server.lock:
            server.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        path = urllib.parse.unquote(address.path)
        api = "/api/2.0/"
        if path == f"{api}mlflow/model-versions/get":
            return self.say_json({"model_version": {"name": query["name"], "version": query["version"],
                                                    "status": "READY"}})
        if path == f"{api}mlflow/model-versions/get-download-uri":
            return self.say_json({"artifact_uri": f"mlflow-artifacts:/{query['name']}"})
        if path == f"{api}mlflow-artifacts/artifacts":
            return self.say_json(self.listing(query["path"]))
        name = path.removeprefix(f"{api}mlflow-artifacts/artifacts").lstrip("/")
        if name not in server.files:
            return self.say(404, b"")
        self.serve_file(server.files[name])

    def listing(self, folder):
        files, folders = [], set()
        for path, file in sorted(self.server_of_tests.files.items()):
            if not path.startswith(folder + "/"):
                continue
            rest = path[len(folder) + 1:]
            if "/" in rest:
                folders.add(rest.split("/")[0])
            else:
                files.append({"path": rest, "is_dir": False, "file_size": str(len(file.data))})
        return {"files": files + [{"path": name, "is_dir": True} for name in sorted(folders)]}

    def say(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say_json(self, body):
        self.say(200, json.dumps(body).encode())

    def serve_file(self, file):
        harm = {}
        if self.command == "GET":
            with self.server_of_tests.lock:
                harm = file.next_harm()
        if "redirect" in harm:
            return self.say(307, b"", {"Location": harm["redirect"]})
        if "status" in harm:
            return self.say(harm["status"], b"no", harm.get("headers"))
        if "If-Match" in self.headers and self.headers["If-Match"] != file.etag:
            return self.say(412, b"")
        begin, end = 0, len(file.data)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        ranged = wanted and file.ranges and "whole" not in harm and self.headers.get("If-Range", file.etag) == file.etag
        if ranged:
            begin, end = int(wanted[1]), min(end, int(wanted[2] or end) + 1)
        self.send_response(206 if ranged else 200)
        if ranged:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(file.data)}")
        if file.etag:
            self.send_header("ETag", file.etag)
        if file.digest:
            self.send_header("X-Checksum-Sha256", file.digest if isinstance(file.digest, str)
                             else hashlib.sha256(file.data).hexdigest())
        self.send_header("Content-Length", str(harm.get("length", end - begin)))
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(file.data, begin, harm.get("length", end - begin), harm)

    def send_body(self, data, begin, length, harm):
        sent = 0
        body = memoryview(data)[begin:begin + length]
        if "corrupt" in harm and begin <= harm["corrupt"] < begin + length:
            body = bytearray(body)
            body[harm["corrupt"] - begin] ^= 1
        most = min(harm.get("cut", length), harm.get("stall", length), len(body))
        while sent < most:
            time.sleep(harm.get("delay", 0))
            hold = harm.get("hold")
            if hold and sent == hold.at:
                hold.pause()
            block = body[sent:min(sent + BLOCK, most, hold.at if hold and sent < hold.at else most)]
            self.wfile.write(block)
            sent += len(block)
        if "stall" in harm:
            self.connection.recv(1)
        if most < length:
            self.close_connection = True
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
