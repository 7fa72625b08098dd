"""A server on loopback that hands out keys for tokens (AWS STS), and has one object of one bucket for who has the keys
that it handed out last or before (the API of S3; signatures are checked elsewhere, in tests/sources)."""

import http.server
import re
import threading
import urllib.parse


class RoleServer:
    """`shown`: tokens, in order. `sessions`: of the GETs of the object. `exchanged()` is called after each exchange.
    `answer`: status and body instead of keys, where it is set. `end`: when keys end."""

    def __init__(self, data):
        self.data, self.shown, self.sessions, self.lock = data, [], [], threading.Lock()
        self.exchanged, self.answer, self.end = (lambda: None), None, "2000-01-01T00:00:00Z"
        outer = self

        class Handler(_Handler):
            server_of_tests = outer

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_tests = None

    def log_message(self, *_):
        pass

    def do_POST(self):
        server = self.server_of_tests
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        with server.lock:
            server.shown.append(form["WebIdentityToken"][0])
            number = len(server.shown)
            server.exchanged()
        if server.answer:
            return self.say(*server.answer)
        keys = {"AccessKeyId": f"ASIA{number}", "SecretAccessKey": f"hush-{number}",
                "SessionToken": f"session-{number}", "Expiration": server.end}
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in keys.items())
        self.say(200, f"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>{inner}"
                      "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>".encode())

    def do_GET(self):
        server = self.server_of_tests
        session = self.headers.get("x-amz-security-token", "")
        if session not in [f"session-{number + 1}" for number in range(len(server.shown))]:
            return self.say(403, b"<Error><Code>InvalidToken</Code></Error>")
        if "list-type=2" in self.path:
            return self.say(200, f"<ListBucketResult><Contents><Key>fraud/model.bin</Key><ETag>&quot;one&quot;</ETag>"
                                 f"<Size>{len(server.data)}</Size></Contents></ListBucketResult>".encode())
        with server.lock:
            server.sessions.append(session)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        begin, end = (int(wanted[1]), int(wanted[2]) + 1) if wanted else (0, len(server.data))
        head = {"ETag": '"one"', "Content-Range": f"bytes {begin}-{end - 1}/{len(server.data)}"}
        self.say(206 if wanted else 200, server.data[begin:end], head if wanted else {"ETag": '"one"'})

    def say(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
