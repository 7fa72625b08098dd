"""A pod's metrics page whose numbers the test sets, on 127.0.0.1, and which knows when it was last scraped."""

import http.server
import threading
import time

import protobuf


class PageServer:
    EDGES = (0.1, 1.0)
    OBSERVED = (0.05, 0.5, 5.0)  # what a native histogram has in place of the buckets' requests

    def __init__(self, port=0):
        self.lock = threading.Lock()
        self.requests = {}  # by (code, job)
        self.buckets = [0] * (len(self.EDGES) + 1)
        self.started = time.time()
        self.nan = False
        self.exports_start = True
        self.schema = None  # of a native histogram of the same observations, instead of the buckets; needs protobuf
        self.scrapes = 0  # of /metrics, since the numbers changed
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                binary = page.schema is not None and protobuf.TYPE in self.headers.get("Accept", "")
                with page.lock:
                    body = page.families() if binary else page.text().encode()
                    page.scrapes += self.path == "/metrics"
                self.send_response(200)
                self.send_header("Content-Type", protobuf.CONTENT_TYPE if binary else "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def text(self):
        lines = [f'requests_total{{code="{code}",job="{job}"}} {count}' for (code, job), count in self.requests.items()]
        below = 0
        for edge, count in zip((*self.EDGES, "+Inf"), self.buckets):
            below += count
            if self.schema is None or edge == "+Inf":
                lines.append(f'took_seconds_bucket{{le="{edge}"}} {below}')
        lines.append(f"took_seconds_count {below}")
        if self.nan:
            lines.append('requests_total{code="418",job="serve"} NaN')
        if self.exports_start:
            lines.append(f"process_start_time_seconds {self.started}")
        return "\n".join(lines) + "\n"

    def families(self):
        counters = [({"code": code, "job": job}, count) for (code, job), count in self.requests.items()]
        took = dict(zip(self.OBSERVED, self.buckets))
        return b"".join((protobuf.counters("requests_total", counters),
                         protobuf.native_histogram("took_seconds", self.schema, took),
                         protobuf.gauge("process_start_time_seconds", self.started)))

    def count(self, good=0, bad=0, probes=0, slow=(0, 0, 0)):
        """So many more requests; `slow`: into each bucket."""
        with self.lock:
            for code, job, count in (("200", "serve", good), ("503", "serve", bad), ("200", "probe", probes)):
                if count:
                    self.requests[code, job] = self.requests.get((code, job), 0) + count
            self.buckets = [a + b for a, b in zip(self.buckets, slow)]
            self.scrapes = 0

    def restart(self):
        """The process is another one, and has counted nothing."""
        with self.lock:
            self.requests.clear()
            self.buckets = [0] * len(self.buckets)
            self.started = time.time()
            self.scrapes = 0
