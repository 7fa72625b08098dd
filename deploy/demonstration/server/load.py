"""The demonstration's clients: sends held-out rows to a model in the Open Inference Protocol and counts what happens.

Client A opens a connection for each request. Client B keeps each connection for 20 requests and retries a request
once when its connection closes before any answer came. GET /stats on --stats-port answers the counts as JSON, per
client and model version: answers, right answers (against the biopsies' labels), the server's own errors, failures
(nothing that is HTTP came back).
"""
import argparse
import http.client
import http.server
import json
import random
import threading
import time

TIMEOUT = 10


class Counts:
    def __init__(self):
        self._lock = threading.Lock()
        self._clients = {name: {"sent": 0, "failed": 0, "retried": 0, "failures": []} for name in "AB"}
        self._versions = {}

    def sent(self, client):
        with self._lock:
            self._clients[client]["sent"] += 1

    def retried(self, client):
        with self._lock:
            self._clients[client]["retried"] += 1

    def failed(self, client, reason):
        with self._lock:
            counts = self._clients[client]
            counts["failed"] += 1
            counts["failures"] = (counts["failures"] + [f"{time.strftime('%H:%M:%S')} {reason}"])[-10:]

    def answered(self, version, kind):
        with self._lock:
            counts = self._versions.setdefault(version, {"answers": 0, "right": 0, "errors": 0})
            if kind == "error":
                counts["errors"] += 1
            else:
                counts["answers"] += 1
                counts["right"] += kind == "right"

    def snapshot(self):
        with self._lock:
            return json.dumps({"clients": self._clients, "versions": self._versions}).encode()


class Client(threading.Thread):
    """Sends one row every `period` seconds, `keep` requests a connection."""

    def __init__(self, name, address, model, data, period, keep, seed, counts):
        super().__init__(daemon=True)
        self._client, self._address, self._path = name, address, f"/v2/models/{model}/infer"
        self._data, self._period, self._keep, self._counts = data, period, keep, counts
        self._random = random.Random(seed)
        self._connection, self._used = None, 0

    def run(self):
        due = time.monotonic() + self._random.random() * self._period
        while True:
            time.sleep(max(0, due - time.monotonic()))
            due = max(due + self._period, time.monotonic() - 1)
            self._one()

    def _one(self):
        index = self._random.randrange(len(self._data["rows"]))
        row, truth = self._data["rows"][index], self._data["malignant"][index]
        body = json.dumps({"inputs": [{"name": "rows", "shape": [1, len(row)], "datatype": "FP64", "data": row}]})
        self._counts.sent(self._client)
        try:
            status, answer = self._send(body)
        except (OSError, http.client.HTTPException) as fault:
            self._drop()
            self._counts.failed(self._client, f"{type(fault).__name__}: {fault}")
            return
        self._count(status, answer, truth)

    def _send(self, body):
        fresh = self._connection is None
        try:
            return self._exchange(body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self._drop()
            if fresh:  # only a kept connection may have been closed by its server between two requests
                raise
        self._counts.retried(self._client)
        return self._exchange(body)

    def _exchange(self, body):
        if self._connection is None:
            self._connection, self._used = http.client.HTTPConnection(*self._address, timeout=TIMEOUT), 0
        last = self._used + 1 >= self._keep
        headers = {"Content-Type": "application/json", "Connection": "close" if last else "keep-alive"}
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        self._used += 1
        if last or response.will_close:
            self._drop()
        return response.status, answer

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _count(self, status, answer, truth):
        try:
            said = json.loads(answer)
        except ValueError:
            said = {}
        if status == 200:
            right = (said["outputs"][0]["data"][0] >= 0.5) == bool(truth)
            self._counts.answered(said["model_version"], "right" if right else "wrong")
        elif str(said.get("error", "")).startswith("v") and ":" in said["error"]:
            self._counts.answered(said["error"].split(":")[0], "error")
        else:
            self._counts.failed(self._client, f"HTTP {status} {answer[:120]!r}")


def serve(port, counts):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = counts.snapshot()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http.server.ThreadingHTTPServer(("", port), Handler).serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("--port", type=int, default=80)
    parser.add_argument("--model", default="cancer")
    parser.add_argument("--rows", default="/models/rows.json")
    parser.add_argument("--rate-a", type=float, default=40, help="requests a second")
    parser.add_argument("--rate-b", type=float, default=20)
    parser.add_argument("--threads", type=int, default=8, help="of each client")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stats-port", type=int, default=9000)
    options = parser.parse_args()
    with open(options.rows, encoding="utf-8") as file:
        data = json.load(file)
    counts = Counts()
    for name, rate, keep in (("A", options.rate_a, 1), ("B", options.rate_b, 20)):
        for number in range(options.threads):
            seed = options.seed * 1000 + number + (500 if name == "B" else 0)
            Client(name, (options.host, options.port), options.model, data, options.threads / rate, keep, seed,
                   counts).start()
    serve(options.stats_port, counts)


if __name__ == "__main__":
    main()
