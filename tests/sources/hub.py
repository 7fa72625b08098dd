"""A small Hugging Face Hub of the tests' own, with as much of its API as the official client needs."""

import hashlib
import http.server
import json
import threading
import urllib.parse

REPOSITORY = "ml/fraud"
TOKEN = "hf_of_the_tests"


class Hub:
    """Commits of one repository, some of whose files are kept as large ones, on a second host of redirects.
    `seen`: (host, path, authorization) of each request."""

    def __init__(self, private=False):
        self.commits, self.refs, self.private, self.seen = {}, {}, private, []
        self.corrupt = False  # large files arrive with other bytes
        self.storage = self._serve(_Storage)
        self.api = self._serve(_Api)
        self.address = f"http://127.0.0.1:{self.api.server_port}"
        self.storage_address = f"http://127.0.0.1:{self.storage.server_port}"

    def _serve(self, handler):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.hub = self
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def commit(self, files, large=(), ref="main"):
        sha = hashlib.sha1(json.dumps([len(self.commits), sorted(files)]).encode()).hexdigest()
        self.commits[sha] = {path: (content, path in large) for path, content in files.items()}
        self.refs[ref] = sha
        return sha

    def stop(self):
        for server in (self.api, self.storage):
            server.shutdown()
            server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.server.hub.seen.append((self.server.server_port, path, self.headers.get("Authorization")))
        self.get(urllib.parse.unquote(path), path, urllib.parse.parse_qs(query))


class _Storage(_Handler):
    def get(self, path, _, __):
        commit, name = path[1:].split("/", 1)
        content = self.server.hub.commits[commit][name][0]
        if self.server.hub.corrupt:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.answer(200, content, ETag='"of the storage"')


class _Api(_Handler):
    def get(self, path, encoded, query):
        hub = self.server.hub
        if hub.private and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401, b"", X_Error_Code="RepoNotFound", X_Error_Message="Repository Not Found")
        models, resolve = f"/api/models/{REPOSITORY}/", f"/{REPOSITORY}/resolve/"
        if path.startswith(models + "revision/"):
            revision = urllib.parse.unquote(encoded.rsplit("/", 1)[1])
            return self.revision(hub.refs.get(revision, revision))
        if path.startswith(models + "tree/"):
            return self.tree(path[len(models + "tree/"):], query)
        if path.startswith(resolve):
            return self.file(*path[len(resolve):].split("/", 1))
        return self.answer(404, b"", X_Error_Code="RepoNotFound")

    def revision(self, sha):
        if sha not in self.server.hub.commits:
            return self.answer(404, b"", X_Error_Code="RevisionNotFound")
        return self.answer(200, json.dumps({"id": REPOSITORY, "sha": sha, "siblings": [
            {"rfilename": path} for path in self.server.hub.commits[sha]]}).encode(), Content_Type="application/json")

    def tree(self, sha, query):
        """Two entries a page."""
        entries = [self.entry(path, *file) for path, file in sorted(self.server.hub.commits[sha].items())]
        start = int(query.get("cursor", ["0"])[0])
        headers = {"Content_Type": "application/json"}
        if start + 2 < len(entries):
            headers["Link"] = (f"<{self.server.hub.address}/api/models/{REPOSITORY}/tree/{sha}"
                               f'?recursive=true&expand=false&cursor={start + 2}>; rel="next"')
        return self.answer(200, json.dumps(entries[start:start + 2]).encode(), **headers)

    @staticmethod
    def entry(path, content, large):
        entry = {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
        if large:
            entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        return entry

    def file(self, sha, path):
        hub = self.server.hub
        if path not in hub.commits.get(sha, {}):
            return self.answer(404, b"", X_Error_Code="EntryNotFound")
        content, large = hub.commits[sha][path]
        digest = hashlib.sha256(content).hexdigest() if large else hashlib.sha1(content).hexdigest()
        headers = {"X_Repo_Commit": sha, "ETag": f'"{digest}"'}
        if not large:
            return self.answer(200, content, **headers)
        return self.answer(302, b"", X_Linked_Etag=f'"{digest}"', X_Linked_Size=str(len(content)),
                           Location=f"{hub.storage_address}/{sha}/{urllib.parse.quote(path)}",
                           **headers)
