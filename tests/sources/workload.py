"""A cluster whose service accounts' tokens clouds trust, and what stands for the clouds' servers of tokens.

They check what they are shown as the clouds' documentation has it (signature, audience, subject, end), by Google's own
library, and hand out what ends after `seconds`. `asked` has the subject of each exchange that was allowed.
"""

import datetime
import http.server
import json
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from google.auth import crypt, jwt

from s3_gate import S3Gate, Session

SUBJECT = "system:serviceaccount:ml:fraud"


class Cluster:
    def __init__(self, folder):
        private, public = folder / "cluster.pem", folder / "cluster-public.pem"
        subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", private], check=True)
        subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
        self._signer, self._public = crypt.RSASigner.from_string(private.read_text()), public.read_text()

    def token(self, audience, subject=SUBJECT, seconds=600, **claims):
        now = int(time.time())
        return jwt.encode(self._signer, {"iss": "https://cluster.example", "sub": subject, "aud": audience,
                                         "iat": now - 400, "nbf": now - 400, "exp": now + seconds, **claims}).decode()

    def subject(self, token, audience):
        """Whose a token is; a ValueError where it is nobody's."""
        return jwt.decode(token, certs=self._public, audience=audience)["sub"]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        status, kind, text = self.server.of.answer(self.path, self.headers, body)
        data = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.server.of.forward(self)

    def log_message(self, *_):
        pass


class Cloud:
    """`trusts`: the subject that gets in. `seconds`: how long what it hands out lives."""

    def __init__(self, cluster):
        self.cluster, self.trusts, self.seconds, self.asked = cluster, SUBJECT, 3600, []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.of = self
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def end(self):
        return datetime.datetime.fromtimestamp(int(time.time()) + self.seconds, datetime.timezone.utc)


def form_of(body):
    return {name: values[0] for name, values in urllib.parse.parse_qs(body, strict_parsing=True).items()}


class Sts(Cloud):
    """Amazon's Security Token Service: AssumeRoleWithWebIdentity; and S3 itself, which knows its sessions."""

    role, audience = "arn:aws:iam::123456789012:role/models", "sts.amazonaws.com"

    def __init__(self, cluster, storage, keys):
        super().__init__(cluster)
        self.gate, self.names = S3Gate(storage, keys), []  # names: of sessions
        self.environment = {"AWS_ROLE_ARN": self.role, "AWS_ENDPOINT_URL_STS": self.address, "AWS_REGION": "us-east-1"}
        self.identity = {"serviceAccount": "fraud", "audience": self.audience, "role": self.role,
                         "region": "us-east-1", "tokenEndpoint": self.address}

    def answer(self, path, _, body):
        form = form_of(body)
        if path != "/" or (form.get("Action"), form.get("Version")) != ("AssumeRoleWithWebIdentity", "2011-06-15"):
            return self._no(400, "InvalidAction", f"no such action: {body}")
        try:
            subject = self.cluster.subject(form["WebIdentityToken"], self.audience)
        except ValueError as error:
            return self._no(400, "InvalidIdentityToken", f"{error} in {form['WebIdentityToken']}")
        if subject != self.trusts or form["RoleArn"] != self.role:
            return self._no(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        self.asked.append(subject)
        self.names.append(form["RoleSessionName"])
        number, end = len(self.asked), self.end()
        session = Session(f"ASIATESTS{number}", f"secret/of+tests={number}", f"session/{number}==", end.timestamp())
        self.gate.sessions[session.access_key] = session
        credentials = {"AccessKeyId": session.access_key, "SecretAccessKey": session.secret_key,
                       "SessionToken": session.token, "Expiration": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in credentials.items())
        name = "AssumeRoleWithWebIdentity"
        return 200, "text/xml", (f'<{name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{name}Result>'
                                 f"<Credentials>{inner}</Credentials></{name}Result></{name}Response>")

    def forward(self, handler):
        self.gate.forward(handler)

    @staticmethod
    def _no(status, code, message):
        return status, "text/xml", (f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}"
                                    "</Message></Error><RequestId>1</RequestId></ErrorResponse>")


class Login(Cloud):
    """Microsoft Entra's endpoint of tokens. What it hands out is for Azurite, which looks at all but the signature."""

    tenant, client = "0d7a1b56-9d0f-4f5b-8b0e-7a52f1c3f001", "6f6a7d52-2f3d-44a4-9a53-0d3a2f5b9002"
    audience = "api://AzureADTokenExchange"

    def __init__(self, cluster):
        super().__init__(cluster)
        self.environment = {"AZURE_TENANT_ID": self.tenant, "AZURE_CLIENT_ID": self.client,
                            "AZURE_AUTHORITY_HOST": f"{self.address}/"}
        self.identity = {"serviceAccount": "fraud", "audience": self.audience, "tenant": self.tenant,
                         "client": self.client, "authority": self.address}

    def answer(self, path, _, body):
        form = form_of(body)
        wanted = {"grant_type": "client_credentials", "client_id": self.client,
                  "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                  "scope": "https://storage.azure.com/.default"}
        if path != f"/{self.tenant}/oauth2/v2.0/token" or {**form, "client_assertion": ""} != {**wanted,
                                                                                                "client_assertion": ""}:
            return self._no(400, "invalid_request", f"AADSTS90014: {body}")
        try:
            subject = self.cluster.subject(form["client_assertion"], self.audience)
        except ValueError as error:
            return self._no(401, "invalid_client", f"AADSTS700024: {error} in {form['client_assertion']}")
        if subject != self.trusts:
            return self._no(401, "invalid_client",
                            f"AADSTS70021: No matching federated identity record found. Assertion Subject: '{subject}'")
        self.asked.append(subject)
        token = self.cluster.token("https://storage.azure.com", "reader", self.seconds,
                                   iss=f"https://sts.windows.net/{self.tenant}/")
        return 200, "application/json", json.dumps({"token_type": "Bearer", "expires_in": self.seconds,
                                                    "access_token": token})

    @staticmethod
    def _no(status, error, description):
        return status, "application/json", json.dumps({"error": error,
                                                       "error_description": f"{description}\r\nTrace ID: 1"})


class Google(Cloud):
    """Google's Security Token Service, its IAM Service Account Credentials, and the gate before Cloud Storage:
    fake-gcs-server itself lets everybody in. `damage`: how many of the next downloads lose a bit."""

    provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/cluster"
    account = "models@ml.iam.gserviceaccount.com"
    storage_scope = "https://www.googleapis.com/auth/devstorage.read_only"
    audience = f"https:{provider}"

    def __init__(self, cluster, storage):
        super().__init__(cluster)
        self._storage, self._ends, self._made, self.damage = storage, {}, 0, 0  # ends: by token, with its scope
        self.identity = {"serviceAccount": "fraud", "audience": self.audience, "provider": self.provider,
                         "impersonated": self.account, "tokenEndpoint": f"{self.address}/v1/token",
                         "iamEndpoint": self.address}

    def file(self, token_file, **source):
        """An external account as AIP-4117 has it."""
        return {"type": "external_account", "audience": self.provider, "token_url": f"{self.address}/v1/token",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "service_account_impersonation_url":
                    f"{self.address}/v1/projects/-/serviceAccounts/{self.account}:generateAccessToken",
                "credential_source": {"file": str(token_file), **source}}

    def _issue(self, scope):
        self._made += 1
        token = f"ya29.tests-{self._made}"
        self._ends[token] = (scope, time.time() + self.seconds)
        return token

    def _lets(self, headers, scope):
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        known, end = self._ends.get(token, ("", 0))
        return known == scope and time.time() < end

    def answer(self, path, headers, body):
        if path == "/v1/token":
            return self._exchange(form_of(body))
        wanted = {"lifetime": "3600s", "scope": [self.storage_scope]}
        if path != f"/v1/projects/-/serviceAccounts/{self.account}:generateAccessToken" or json.loads(body) != wanted:
            return self._no(404, f"no such account: {path}")
        if not self._lets(headers, "https://www.googleapis.com/auth/iam"):
            return self._no(403, f"Permission 'iam.serviceAccounts.getAccessToken' denied: {headers['Authorization']}")
        return 200, "application/json", json.dumps({"accessToken": self._issue(self.storage_scope),
                                                    "expireTime": f"{self.end():%Y-%m-%dT%H:%M:%SZ}"})

    def _exchange(self, form):
        wanted = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": self.provider,
                  "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
                  "subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}
        try:
            assert {name: form.get(name) for name in wanted} == wanted, form
            subject = self.cluster.subject(form["subject_token"], self.audience)
            if subject != self.trusts:
                raise ValueError(f"The given credential is rejected by the attribute condition: {subject}")
        except ValueError as error:
            return 400, "application/json", json.dumps({
                "error": "invalid_grant", "error_description": f"{error} in {form['subject_token']}"})
        self.asked.append(subject)
        return 200, "application/json", json.dumps({
            "access_token": self._issue(form["scope"]), "expires_in": self.seconds, "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"})

    @staticmethod
    def _no(status, message):
        return status, "application/json", json.dumps({"error": {"code": status, "message": message}})

    def forward(self, handler):
        if not self._lets(handler.headers, self.storage_scope):
            status, _, text = self._no(401, f"Invalid Credentials: {handler.headers.get('Authorization')}")
            head, data = {}, text.encode()
        else:
            passed = {name: value for name, value in handler.headers.items() if name.lower() in ("range", "if-match")}
            try:
                with urllib.request.urlopen(urllib.request.Request(self._storage + handler.path, headers=passed),
                                            timeout=10) as answer:
                    status, head, data = answer.status, answer.headers, answer.read()
            except urllib.error.HTTPError as error:
                status, head, data = error.code, error.headers, error.read()
        if self.damage and "alt=media" in handler.path:
            self.damage -= 1
            data = bytes([data[0] ^ 1]) + data[1:]
        handler.send_response(status)
        for name in ("content-type", "content-range", "etag", "x-goog-hash"):
            if name in head:
                handler.send_header(name, head[name])
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
