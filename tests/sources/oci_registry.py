"""A real registry (Debian's docker-registry) that wants tokens, the server that gives them, and clients that push."""

import base64
import hashlib
import http.server
import io
import json
import os
import subprocess
import tarfile
import threading
import time
import urllib.parse

import oras.client
from authority import Authority
from rig import Server, Source, free_port

USER, PASSWORD = "me", "hush/of=tests"
IDENTITY_TOKEN = "identity/token+of=tests"  # of USER, as a login leaves it
HASH = "$2b$04$PGPZnfyYGimamyLLZ13s6O7ZVRglG81nlf8jx/CdYL3g.YyGPlu9a"  # of PASSWORD, by bcrypt
SECRET = {"OCI_USERNAME": USER, "OCI_PASSWORD": PASSWORD}
SERVICE, ISSUER = "registry-of-tests", "tokens-of-tests"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def plain_signature(der):
    """Two numbers of 32 bytes, as a token has them (RFC 7518, section 3.4), of openssl's ASN.1."""
    first = der[4:4 + der[3]]
    second = der[4 + der[3] + 2:]
    return b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (first, second))


class Tokens:
    """Gives tokens as the CNCF distribution's specification has it: to USER for everything, to others for pulls of
    open/…. To IDENTITY_TOKEN by a POST, to a password by a GET. Counts what it was asked."""

    def __init__(self, folder, seconds=300):
        self._folder, self.seconds, self.asked, self.paths = folder, seconds, [], []
        authority = Authority(folder)
        self.certificate, self._key = authority.sign("DNS:tokens")
        self.bundle = authority.certificate
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                owner._answer(self)

            def do_POST(self):
                owner._exchange(self, self.rfile.read(int(self.headers["content-length"])).decode())

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.realm = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _answer(self, handler):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
        basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        shown = handler.headers.get("Authorization")
        self.asked.append(query.get("scope", [""])[0])
        status, body = 200, {"token": self._token(query, shown == basic), "expires_in": self.seconds}
        if shown not in (None, basic):
            status, body = 401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong password"}]}
        self._send(handler, status, body)

    def _exchange(self, handler, body):
        """As "Distribution Registry v2 authentication using OAuth2" has it."""
        form = urllib.parse.parse_qs(body, strict_parsing=True)
        self.asked.append(form["scope"][0])
        wanted = {"grant_type": ["refresh_token"], "service": [SERVICE], "refresh_token": [IDENTITY_TOKEN]}
        if "Authorization" in handler.headers or not form.get("client_id") or \
                {name: form.get(name) for name in wanted} != wanted:
            message = f"identity token is none: {form.get('refresh_token')}"
            self._send(handler, 401, {"errors": [{"code": "UNAUTHORIZED", "message": message}]})
        else:
            self._send(handler, 200, {"access_token": self._token(form, True), "scope": form["scope"][0],
                                      "expires_in": self.seconds})

    @staticmethod
    def _send(handler, status, body):
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def _token(self, query, known):
        access = []
        for scope in query.get("scope", []):
            kind, name, _ = scope.split(":")
            # ORAS pushes with the token that it was given to look.
            open_to_all = ["pull"] if name.startswith("open/") else []
            allowed = ["pull", "push"] if known else open_to_all
            access.append({"type": kind, "name": name, "actions": allowed})
        der = subprocess.run(["openssl", "x509", "-in", self.certificate, "-outform", "DER"], check=True,
                             capture_output=True).stdout
        now = int(time.time())
        head = {"typ": "JWT", "alg": "ES256", "x5c": [base64.b64encode(der).decode()]}
        claims = {"iss": ISSUER, "sub": USER if known else "", "aud": SERVICE, "exp": now + self.seconds + 60,
                  "nbf": now - 60, "iat": now, "jti": str(time.monotonic_ns()), "access": access}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self._key], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return f"{signed}.{encoded(plain_signature(signature))}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class OciRegistry(Server):
    def __init__(self, folder, auth):
        port = free_port()
        config = folder / "config.json"  # JSON is YAML
        config.write_text(json.dumps({
            "version": "0.1", "log": {"accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(folder / "blobs")}, "delete": {"enabled": True}},
            "http": {"addr": f"127.0.0.1:{port}"}, "auth": auth}))
        super().__init__(folder, port, [os.environ["SERIN_REGISTRY"], "serve", config], {})
        self.name, self.address = f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"

    def wait_until_ready(self):
        self.wait_for_answer("/v2/", 30)

    def push_files(self, reference, folder, names):
        """Files and folders by ORAS' own client; the digest of the manifest."""
        client = oras.client.OrasClient(insecure=True, hostname=self.name)
        client.auth.set_basic_auth(USER, PASSWORD)
        before = os.getcwd()
        os.chdir(folder)
        try:
            answer = client.push(target=f"{self.name}/{reference}", files=names)
        finally:
            os.chdir(before)
        return answer.headers["Docker-Content-Digest"]

    def push_image(self, reference, layout, *options):
        """An image of an OCI layout, by skopeo."""
        subprocess.run(["skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false",
                        f"--dest-creds={USER}:{PASSWORD}", *options, f"oci:{layout}",
                        f"docker://{self.name}/{reference}"], check=True, capture_output=True)

    def source(self, reference, *options, credentials=SECRET):
        return Source(f"oci://registry.example/{reference}", "--endpoint", self.address, *options,
                      credentials=credentials)


def tar(entries):
    """Of a layer: names with bytes, with None for a folder, or with a text that a link leads to."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            if data is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
            else:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data if isinstance(data, bytes) else b""))
    return out.getvalue()


def layout(folder, layers):
    """The OCI layout of an image with these layers, as skopeo copies it."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    tars = [tar(entries) for entries in layers]
    config = put(json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {
        "type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in tars]}}).encode())
    manifest = put(json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **put(data)} for data in tars]}).encode())
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest}]}))
    return folder
