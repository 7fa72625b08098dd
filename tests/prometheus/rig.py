"""A real Prometheus on loopback, and Serin's own reader of it."""

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOOK = ROOT / "build" / "dev" / "tests" / "prometheus" / "serin-prometheus-look"


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return result


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Prometheus:
    """Scrapes page servers every second under the labels that a PodMonitor would set, by two jobs, the second of which
    must not count; its API has a path prefix. `web`: its web.config.file, which has a certificate; `authorization`:
    the header of a user that it knows; `options`: of the program."""

    def __init__(self, folder, pods, web=None, authorization=None, options=()):
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.address = f"{'https' if web else 'http'}://127.0.0.1:{self.port}/prom"
        self._headers = {"Authorization": authorization} if authorization else {}
        (folder / "web.yml").write_text(json.dumps(web or {}))
        targets = [{"targets": [f"127.0.0.1:{server.port}"], "labels": {"namespace": "ml", "pod": pod}}
                   for pod, server in pods.items()]
        jobs = [{"job_name": name, "metrics_path": path, "static_configs": targets}
                for name, path in (("pods", "/metrics"), ("pods-again", "/again"))]
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}
        (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        self.process = None

    def start(self):
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                [os.environ["SERIN_PROMETHEUS"], f"--config.file={self.folder}/prometheus.yml",
                 f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}",
                 "--web.route-prefix=/prom", f"--web.config.file={self.folder}/web.yml", *self.options], stdout=log, stderr=log)
        wait_for(self.ready, 30, f"Prometheus is ready; see {self.folder}/log")

    def ready(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            asked = urllib.request.Request(f"{self.address}/-/ready", headers=self._headers)
            unverified = ssl._create_unverified_context()
            return urllib.request.urlopen(asked, timeout=1, context=unverified).status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def kill(self):
        """As the kernel does it: nothing is written to the end."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Looker:
    """One operator's looks at these pods, from one to the next. `options`: those of look.cc."""

    def __init__(self, address, *pods, space="ml", options=()):
        self.process = subprocess.Popen([LOOK, *options, address, space, *pods], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def look(self, query=""):
        self.process.stdin.write(f"{query}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
