"""A web server over TLS that has one file."""

import http.server
import ssl
import threading


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


class WebServer(http.server.ThreadingHTTPServer):
    """Serves `content` under `tag` at any path, over TLS, to those with that `authorization` if there is one."""

    def __init__(self, certificate, key):
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.content, self.tag, self.authorization = b"model", '"1"', None
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()
