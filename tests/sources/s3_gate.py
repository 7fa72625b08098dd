"""A gate before a server with the API of S3 that knows sessions: it checks temporary keys as Amazon's S3 does.

The gateway of the tests knows no sessions. Signatures are checked and made by Amazon's own library (botocore).
"""

import re
import time
import urllib.error
import urllib.request

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/s3/aws4_request,"
                           r"SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})")


class Session:
    def __init__(self, access_key, secret_key, token, end):
        self.access_key, self.secret_key, self.token, self.end = access_key, secret_key, token, end


class S3Gate:
    """`sessions`: by access key. `late`: seconds by which its clock is."""

    def __init__(self, server, keys):
        self._server, self.sessions, self.late = server, {}, 0
        self._own = S3SigV4Auth(Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]), "s3",
                                "us-east-1")

    def fault(self, handler):
        """What is wrong with a request; None when it may pass."""
        found = AUTHORIZATION.fullmatch(handler.headers.get("Authorization", ""))
        session = self.sessions.get(found[1]) if found else None
        if session is None:
            return 403, "AccessDenied"
        if handler.headers.get("x-amz-security-token") != session.token:
            return 400, "InvalidToken"
        if time.time() - self.late >= session.end:
            return 400, "ExpiredToken"
        request = AWSRequest("GET", f"http://{handler.headers['Host']}{handler.path}",
                             {name: handler.headers[name] for name in found[3].split(";")})
        request.context["timestamp"] = handler.headers["x-amz-date"]
        auth = S3SigV4Auth(Credentials(session.access_key, session.secret_key, session.token), "s3", found[2])
        text = auth.string_to_sign(request, auth.canonical_request(request))
        return None if auth.signature(text, request) == found[4] else (403, "SignatureDoesNotMatch")

    def forward(self, handler):
        fault = self.fault(handler)
        if fault:
            status, code = fault
            return self._answer(handler, status, {}, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
                                .encode())
        passed = {name: value for name, value in handler.headers.items() if name.lower() in ("range", "if-match")}
        request = AWSRequest("GET", self._server + handler.path, {**passed, "x-amz-content-sha256": EMPTY})
        self._own.add_auth(request)
        try:
            with urllib.request.urlopen(urllib.request.Request(request.url, headers=dict(request.headers)),
                                        timeout=10) as answer:
                return self._answer(handler, answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return self._answer(handler, error.code, error.headers, error.read())

    @staticmethod
    def _answer(handler, status, head, data):
        handler.send_response(status)
        for name in ("content-type", "content-range", "etag"):
            if name in head:
                handler.send_header(name, head[name])
        handler.send_header("content-length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
