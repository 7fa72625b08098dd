"""A Git server over TLS: git's own http-backend, and what LFS objects its repositories have. On loopback, or

    python -m git_server ADDRESS:PORT FOLDER CERTIFICATE KEY USER:PASSWORD"""

import base64
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import threading
import time

BLOCK = 1 << 18
QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"}


class Repository:
    """A bare repository below the server's folder, and a clone in which a person works, with git-lfs."""

    def __init__(self, server, name="ml/fraud.git", *options):
        self.server, self.name = server, name
        self.bare = server.folder / name
        self.clone = server.folder / "clones" / name
        self.clone.mkdir(parents=True)
        self._git("init", "-q", "--bare", "-b", "main", *options, self.bare, at=server.folder)
        self._git("init", "-q", "-b", "main", *options, self.clone, at=server.folder)
        self.git("remote", "add", "origin", f"file://{self.bare}")

    def _git(self, *words, at):
        path = os.pathsep.join([str(pathlib.Path(os.environ["SERIN_GIT_LFS"]).parent), os.environ["PATH"]])
        person = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                  for what, value in (("NAME", "a"), ("EMAIL", "a@example.org"), ("DATE", "2026-01-02T03:04:05Z"))}
        done = subprocess.run(["git", *map(str, words)], cwd=at, capture_output=True, text=True,
                              env={"PATH": path, "HOME": str(self.server.folder), **QUIET, **person})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def git(self, *words):
        return self._git(*words, at=self.clone)

    def lfs(self, *patterns):
        """From now on such files are kept by LFS."""
        self.git("lfs", "install", "--local")
        self.git("lfs", "track", *patterns)
        self.git("add", ".gitattributes")

    def store_large_files_at(self, user, password, authority):
        """By git-lfs and over https, instead of into the bare repository."""
        opening = base64.b64encode(f"{user}:{password}".encode()).decode()
        for name, value in {"lfs.url": f"{self.server.url}/{self.name}/info/lfs", "http.sslCAInfo": authority,
                            "http.extraHeader": f"Authorization: Basic {opening}", "lfs.locksverify": "false"}.items():
            self.git("config", name, value)

    def put(self, files, ref="main"):
        """A commit with these files, pushed to that reference; its name. None removes a file, a path is a link."""
        for name, content in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_symlink() or path.exists():
                path.unlink()
            if isinstance(content, pathlib.PurePath):
                path.symlink_to(content)
            elif content is not None:
                path.write_bytes(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a model")
        self.push(ref)
        return self.git("rev-parse", "HEAD")

    def push(self, ref):
        self.git("push", "-q", "--force", "origin", f"HEAD:{ref if ref.startswith('refs/') else 'refs/heads/' + ref}")

    def official_clone(self, folder, authority):
        """What git and git-lfs themselves make of the server."""
        opening = base64.b64encode(":".join(self.server.opening).encode()).decode()
        trust = ["-c", f"http.sslCAInfo={authority}", "-c", f"http.extraHeader=Authorization: Basic {opening}"]
        self._git(*trust, "clone", "-q", f"{self.server.url}/{self.name}", folder, at=self.server.folder)
        self._git("lfs", "install", "--local", at=folder)
        self._git(*trust, "lfs", "pull", at=folder)
        return folder

    def large(self, content):
        """Where the server keeps the LFS object with that content."""
        digest = hashlib.sha256(content).hexdigest()
        return self.bare / "lfs" / "objects" / digest[:2] / digest[2:4] / digest

    @property
    def uri(self):
        return f"git+{self.server.url}/{self.name}"


class GitServer:
    """`host`: the name or address in its certificate. `opening`: (user, password) that it asks for. `version`: the newest
    protocol it speaks. `redirect`: where it sends everybody. `pages`: answers web pages. `seen`: (method, path,
    authorization) of each request. `sent`: bytes of the answers of Git itself. `storage`: another server that has the LFS
    objects. `harm`: after how many bytes the next answer with an LFS object ends, by its digest. `hold`: a Hold for the
    next answer that has so many bytes. `cut`: after how many bytes the next answer that has so many ends.
    `delay`: seconds before each block of an answer. `lfs`: a Giftless that has the LFS objects instead of the repositories,
    and that is asked by way of this server."""

    def __init__(self, folder, certificate, host="localhost", listen=("127.0.0.1", 0)):
        self.folder, self.opening, self.version, self.storage = folder, None, 2, None
        self.redirect, self.pages = None, False
        self.seen, self.sent, self.harm, self.hold, self.cut = [], 0, {}, None, None
        self.delay, self.lfs = 0, None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._server = _Server(listen, _Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.owner = self
        self.url = f"https://{host}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Clients that break off are what some tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="text/plain", **headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Type": kind}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.send(body)

    def send(self, body):
        owner = self.server.owner
        if owner.cut and owner.cut < len(body):
            body, owner.cut, self.close_connection = body[:owner.cut], None, True
        hold = owner.hold
        if hold and hold.at < len(body):
            owner.hold = None
            self.wfile.write(body[:hold.at])
            self.wfile.flush()
            hold.pause()
            body = body[hold.at:]
        while owner.delay and len(body) > BLOCK:
            self.wfile.write(body[:BLOCK])
            time.sleep(owner.delay)
            body = body[BLOCK:]
        self.wfile.write(body)

    def do_GET(self):
        owner = self.server.owner
        path, _, query = self.path.partition("?")
        authorization = self.headers.get("Authorization")
        owner.seen.append((self.command, path, authorization))
        if path.startswith("/objects/"):
            return self.object(owner, path)
        if owner.redirect:
            return self.answer(301, Location=owner.redirect + self.path)
        if owner.pages:
            return self.answer(200, b"<html>log in</html>", "text/html")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if owner.lfs and "/info/lfs/" in path:
            return self.pass_on(owner, body)
        if owner.opening:
            wanted = "Basic " + base64.b64encode(":".join(owner.opening).encode()).decode()
            if authorization != wanted:
                return self.answer(401, b"no", WWW_Authenticate='Basic realm="tests"')
        if path.endswith("/info/lfs/objects/batch"):
            return self.batch(owner, path[1:].removesuffix("/info/lfs/objects/batch"), body)
        return self.backend(owner, path, query, body)

    do_POST = do_PUT = do_GET

    def pass_on(self, owner, body):
        """As a proxy does it that ends TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", owner.lfs.port)
        try:
            headers = {**self.headers, "X-Forwarded-Proto": "https", "X-Forwarded-Host": owner.url.removeprefix("https://")}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            self.answer(answer.status, answer.read(), answer.headers["Content-Type"])
        finally:
            connection.close()

    def batch(self, owner, name, body):
        storage = owner.storage or owner
        objects = []
        for asked in json.loads(body)["objects"]:
            oid = asked["oid"]
            file = f"{name}/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}"
            if (owner.folder / file).exists():
                action = {"href": f"{storage.url}/objects/{file}", "header": {"X-Key": "of the object"}}
                objects.append({**asked, "actions": {"download": action}})
            else:
                objects.append({**asked, "error": {"code": 404, "message": "Object does not exist"}})
        self.answer(200, json.dumps({"transfer": "basic", "objects": objects}).encode(), "application/vnd.git-lfs+json")

    def object(self, owner, path):
        """With ranges, and once with the harm that a test asked for."""
        file = owner.folder / path.removeprefix("/objects/")
        if not file.exists() or self.headers.get("X-Key") != "of the object":
            return self.answer(404)
        content, start, status = file.read_bytes(), 0, 200
        if (wanted := self.headers.get("Range", "")).startswith("bytes="):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), int(last or len(content) - 1)
            status, content = 206, content[:end + 1]
        whole = file.stat().st_size
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{whole}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{file.name}"')
        self.end_headers()
        cut = owner.harm.pop(file.name, None)
        self.send(content[start:] if cut is None else content[start:start + cut])
        if cut is not None:
            self.close_connection = True

    def backend(self, owner, path, query, body):
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(owner.folder), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), **QUIET}
        if owner.version == 2:
            environment["GIT_PROTOCOL"] = self.headers.get("Git-Protocol", "")
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200 OK").split()[0])
        owner.sent += len(content)
        self.answer(status, content, headers.pop("Content-Type", "text/plain"))


def main(listen, folder, certificate, key, opening):
    host, port = listen.rsplit(":", 1)
    server = GitServer(pathlib.Path(folder), (certificate, key), host, (host, int(port)))
    server.opening = tuple(opening.split(":", 1))
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
