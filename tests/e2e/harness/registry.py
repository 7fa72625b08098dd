"""A registry beside the cluster that answers as MLflow's tracking server documents it (its REST API 2.0 with artifacts
proxied), and as an OCI registry does of the same versions, whose tags are the aliases, in any repository: a process in
the cluster's network namespace, which the operator and the pods reach at the node's address.

    python -m harness.registry LISTEN FOLDER      serves what FOLDER has: aliases.json, and a folder for each version of the model"""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

NETWORK = os.environ.get("SERIN_NETNS", "serin")
LISTEN = 29000 + os.getpid() % 10000  # each worker of the tests its own
MODEL = "fraud"
USER, PASSWORD = "reader", "open sesame"


def _tags(folder, version):
    """Beside the version's artifacts, which they are none of."""
    return folder / f"tags-{version}.json"


def _put(file, key, value):
    """Writes a member of an object in JSON; who reads meanwhile sees it before or after."""
    known = json.loads(file.read_text()) if file.exists() else {}
    new = file.with_suffix(f".{threading.get_ident()}")
    new.write_text(json.dumps({**known, key: value}))
    new.rename(file)


class Registry:
    """Use as a context manager. `guarded`: for those alone who know the PASSWORD of USER."""

    def __init__(self, guarded=False):
        from .cluster import CLUSTER
        self._folder = tempfile.TemporaryDirectory(prefix="serin-registry-")
        self._path = pathlib.Path(self._folder.name)
        (self._path / "aliases.json").write_text("{}")
        self.guard(PASSWORD if guarded else "")
        node = CLUSTER.get("/api/v1/nodes")["items"][0]
        host = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        self.address = f"http://{host}:{LISTEN}"
        self._process = None

    def guard(self, password):
        """For those alone who know that password of USER; for all where it is empty."""
        (self._path / "guarded").write_text(f"{USER}:{password}" if password else "")

    def register(self, version, settings="", holes=0, files=None):
        """A version whose model has these orders to the test server (tests/e2e/server/serve.h), a file of so many bytes
        that take no room here, and these files by name."""
        folder = self._path / version / "data"
        folder.mkdir(parents=True)
        (folder.parent / "MLmodel").write_text("flavors: {}\n")
        (folder / "version").write_text(version)
        (folder / "settings").write_text(settings)
        if holes:
            with open(folder / "weights", "wb") as file:
                file.truncate(holes)
        for name, text in (files or {}).items():
            (folder.parent / name).write_text(text)

    def files(self, version):
        """Path and bytes of each file of a version."""
        folder = self._path / version
        return {str(file.relative_to(folder)): file.read_bytes()
                for file in sorted(folder.rglob("*")) if file.is_file()}

    def manifest(self, version):
        """What sha256sum prints of a version's files."""
        return "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in self.files(version).items())

    def put(self, version, path, data):
        (self._path / version / path).write_bytes(data)

    def slow_down(self, bytes_per_second):
        """Of each file that is downloaded from now on; 0: no longer."""
        new = self._path / "pace.new"
        new.write_text(str(bytes_per_second))
        new.rename(self._path / "pace")

    def point(self, alias, version):
        _put(self._path / "aliases.json", alias, version)

    def tags(self, version):
        file = _tags(self._path, version)
        return json.loads(file.read_text()) if file.exists() else {}

    def aliases(self):
        return json.loads((self._path / "aliases.json").read_text())

    def refuse_writes(self, refuse=True):
        """Whoever asks may read and not write, as with the right READ of MLflow's own authentication."""
        if refuse:
            (self._path / "read-only").touch()
        else:
            (self._path / "read-only").unlink()

    def babble(self, babble=True):
        """Whatever it is asked, it answers with a page that is no answer."""
        if babble:
            (self._path / "babbles").touch()
        else:
            (self._path / "babbles").unlink()

    def asked(self):
        """Path and query of each request so far."""
        log = self._path / "log"
        return log.read_text().splitlines() if log.exists() else []

    def start(self):
        from .wait import wait_for
        enter = ["nsenter", f"--net=/run/netns/{NETWORK}"]
        # As a module: of a script, the folder would come first, and ours has names of Python's own modules.
        self._process = subprocess.Popen(
            [*enter, sys.executable, "-B", "-m", "harness.registry", str(LISTEN), str(self._path)],
            cwd=pathlib.Path(__file__).parents[1])
        wait_for(lambda: subprocess.run([*enter, "curl", "-s", "-m", "2", "-o", "/dev/null", self.address + "/health"],
                                        capture_output=True).returncode == 0, 30, "the registry answers")

    def kill(self):
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self._folder.cleanup()


def digest(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = None  # set by main()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self._note()
        if url.path == "/health":
            return self._send(200, b"OK", "text/plain")
        if (self.folder / "babbles").exists():
            return self._send(200, b"<html>We are moving house.</html>", "text/html")
        if not self._allowed():
            return self._send(401, b"You are not authenticated.", "text/plain",
                              {"WWW-Authenticate": "Basic realm=mlflow"})
        if oci := re.fullmatch("/v2/.+/(manifests|blobs)/([^/]+)", url.path):
            return self._oci(*oci.groups())
        for prefix, answer in (("mlflow/registered-models/alias", self._alias),
                               ("mlflow/model-versions/get-download-uri", self._place),
                               ("mlflow/model-versions/get", self._version)):
            if url.path == f"/api/2.0/{prefix}":
                return answer(query)
        artifacts = "/api/2.0/mlflow-artifacts/artifacts"
        if url.path == artifacts:
            return self._list(query.get("path", ""))
        if url.path.startswith(artifacts + "/"):
            return self._file(urllib.parse.unquote(url.path.removeprefix(artifacts + "/")))
        return self._fail(404, "ENDPOINT_NOT_FOUND", f"no {url.path}")

    do_HEAD = do_GET

    def do_POST(self):
        """The two writes that Serin knows."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._note()
        if not self._allowed():
            return self._send(401, b"You are not authenticated.", "text/plain")
        if (self.folder / "read-only").exists():
            return self._send(403, b"Permission denied", "text/plain")
        told = json.loads(body)
        if not told["version"].isdigit() or not (self.folder / told["version"]).is_dir() or told["name"] != MODEL:
            return self._fail(404, "RESOURCE_DOES_NOT_EXIST", f"Model Version (name={told['name']}, "
                                                              f"version={told['version']}) not found")
        if self.path == "/api/2.0/mlflow/model-versions/set-tag":
            _put(_tags(self.folder, told["version"]), told["key"], told["value"])
        elif self.path == "/api/2.0/mlflow/registered-models/alias":
            _put(self.folder / "aliases.json", told["alias"], told["version"])
        else:
            return self._fail(404, "ENDPOINT_NOT_FOUND", f"no {self.path}")
        return self._json({})

    def _note(self):
        with open(self.folder / "log", "a") as log:
            log.write(self.path + "\n")

    def _allowed(self):
        known = (self.folder / "guarded").read_text()
        expected = "Basic " + base64.b64encode(known.encode()).decode()
        return not known or self.headers.get("Authorization") == expected

    def _alias(self, query):
        version = json.loads((self.folder / "aliases.json").read_text()).get(query.get("alias"))
        if version is None:
            return self._fail(400, "INVALID_PARAMETER_VALUE", f"Registered model alias {query.get('alias')} not found.")
        return self._version({**query, "version": version})

    def _version(self, query):
        version = query.get("version", "")
        if query.get("name") != MODEL or not (self.folder / version).is_dir():
            return self._fail(404, "RESOURCE_DOES_NOT_EXIST", f"Model Version (name={query.get('name')}, "
                                                              f"version={version}) not found")
        return self._json({"model_version": {"name": MODEL, "version": version, "status": "READY", "run_id": "",
                                             "source": f"mlflow-artifacts:/{version}"}})

    def _place(self, query):
        return self._json({"artifact_uri": f"mlflow-artifacts:/{query['version']}"})

    def _below(self, path):
        """A file or folder of a version; None where there is none, or it is no version's."""
        inside = (self.folder / path).resolve()
        return inside if inside.exists() and self.folder in inside.parents else None

    def _list(self, path):
        folder = self._below(path)
        if folder is None or not folder.is_dir():
            return self._json({"files": []})
        return self._json({"files": [
            {"path": part.name, "is_dir": part.is_dir(), **({} if part.is_dir() else {"file_size": part.stat().st_size})}
            for part in sorted(folder.iterdir())]})

    def _file(self, path):
        file = self._below(path)
        if file is None or not file.is_file():
            return self._fail(404, "RESOURCE_DOES_NOT_EXIST", f"no {path}")
        return self._send(200, file.read_bytes(), "application/octet-stream", pace=self._pace())

    def _pace(self):
        """Bytes a second; 0: as fast as it goes."""
        pace = self.folder / "pace"
        return int(pace.read_text()) if pace.exists() else 0

    def _oci(self, kind, reference):
        version = json.loads((self.folder / "aliases.json").read_text()).get(reference)
        for folder in sorted(self.folder.iterdir()):
            if not folder.is_dir():
                continue
            blobs = {str(file.relative_to(folder)): file.read_bytes()
                     for file in sorted(folder.rglob("*")) if file.is_file()}
            manifest = json.dumps({"schemaVersion": 2, "layers": [
                {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(data), "size": len(data),
                 "annotations": {"org.opencontainers.image.title": name}} for name, data in blobs.items()]}).encode()
            for data in [manifest] if kind == "manifests" else blobs.values():
                if reference == digest(data) or (kind == "manifests" and folder.name == version):
                    return self._send(200, data, "application/vnd.oci.image.manifest.v1+json",
                                      {"Docker-Content-Digest": digest(data)})
        return self._json({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}, 404)

    def _json(self, body, code=200):
        return self._send(code, json.dumps(body).encode(), "application/json")

    def _fail(self, code, word, message):
        return self._json({"error_code": word, "message": message}, code)

    def _send(self, code, body, kind, headers=None, pace=0):
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        step = pace // 5 or len(body)
        for begin in range(0, len(body), step or 1):
            self.wfile.write(body[begin:begin + step])
            time.sleep(0.2 if pace else 0)

    def log_message(self, *_):
        pass


def main(listen, folder):
    Handler.folder = pathlib.Path(folder).resolve()
    http.server.ThreadingHTTPServer(("0.0.0.0", int(listen)), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
