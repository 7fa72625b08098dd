"""A real Prometheus beside the cluster: a process in its network namespace, which pods reach at the node's address."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

from .cluster import CLUSTER
from .manifests import PORT
from .wait import wait_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from authority import Authority  # noqa: E402

NETWORK = os.environ.get("SERIN_NETNS", "serin")
LISTEN = 19000 + os.getpid() % 10000  # each worker of the tests its own
NAME = "prometheus.example.com"  # in the certificate of a guarded one
USER = "reader"
# Passwords and their bcrypt hashes.
PASSWORDS = {"open sesame": "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy",
             "close sesame": "$2b$04$bcdefghijklmnopqrstuvurnbOh02fbWrwbRiEM7i/ehngg.0KXv6"}


def served(pod):
    return "serin.dev/revision" in pod["metadata"].get("labels", {})


class Prometheus:
    """Scrapes the pods of one namespace every second, with the labels that a PodMonitor sets. Debian's Prometheus does
    not know Kubernetes, so a thread tells it of the pods. `guarded`: with a certificate for NAME, of `authority`, and
    for those alone who know the `password` of USER. Use as a context manager."""

    def __init__(self, namespace, guarded=False):
        self._namespace = namespace
        self._folder = tempfile.TemporaryDirectory(prefix="serin-prometheus-")
        node = CLUSTER.get("/api/v1/nodes")["items"][0]
        host = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        self.address = f"{'https' if guarded else 'http'}://{host}:{LISTEN}"
        self._file = pathlib.Path(self._folder.name) / "prometheus.yml"
        self.authority = Authority(self._file.parent) if guarded else None
        self.password = next(iter(PASSWORDS))
        self._write_web()
        self._targets = self._file.with_name("targets.json")
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [{
            "job_name": "pods", "file_sd_configs": [{"files": [str(self._targets)], "refresh_interval": "1s"}]}]}
        self._file.write_text(json.dumps(config))  # JSON is YAML
        self._process = None
        self._over = threading.Event()
        self._finder = threading.Thread(target=self._find)

    def _write_web(self):
        """Its web.config.file, which it reads at every request."""
        web = {}
        if self.authority:
            certificate, key = self.authority.sign(f"DNS:{NAME}")
            web = {"tls_server_config": {"cert_file": str(certificate), "key_file": str(key)},
                   "basic_auth_users": {USER: PASSWORDS[self.password]}}
        self._file.with_name("web.yml").write_text(json.dumps(web))

    def change_password(self):
        self.password = next(password for password in PASSWORDS if password != self.password)
        self._write_web()

    def _find(self):
        known = None
        while not self._over.wait(0.3):
            pods = CLUSTER.get(f"/api/v1/namespaces/{self._namespace}/pods")["items"]
            found = [{"targets": [f"{pod['status']['podIP']}:{PORT}"],
                      "labels": {"namespace": self._namespace, "pod": pod["metadata"]["name"]}}
                     for pod in pods if served(pod) and pod["status"].get("podIP")]
            if found != known:
                known = found
                new = self._targets.with_suffix(".new")
                new.write_text(json.dumps(found))
                new.rename(self._targets)

    def __enter__(self):
        self._finder.start()
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._finder.join()
        self.kill()
        self._folder.cleanup()

    def start(self):
        with open(self._file.with_name("log"), "a") as log:
            self._process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{NETWORK}", os.environ["SERIN_PROMETHEUS"],
                 f"--config.file={self._file}", f"--storage.tsdb.path={self._folder.name}/data",
                 f"--web.listen-address=0.0.0.0:{LISTEN}", f"--web.config.file={self._file.with_name('web.yml')}"],
                stdout=log, stderr=log)
        wait_for(self._ready, 60, lambda: f"Prometheus is ready; {self._file.with_name('log').read_text()[-2000:]}")

    def kill(self):
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def _ready(self):
        assert self._process.poll() is None, self._file.with_name("log").read_text()
        time.sleep(0.2)
        return subprocess.run(["nsenter", f"--net=/run/netns/{NETWORK}", "curl", "-sfk", "-m", "2",
                               "-u", f"{USER}:{self.password}", f"{self.address}/-/ready"], capture_output=True).returncode == 0
