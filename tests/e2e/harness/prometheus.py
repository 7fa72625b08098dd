"""A real Prometheus beside the cluster: a process in its network namespace, found and read by pods as any other."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

from .cluster import CLUSTER
from .manifests import PORT
from .wait import wait_for

NETWORK = os.environ.get("SERIN_NETNS", "serin")
LISTEN = 19000 + os.getpid() % 10000  # each worker of the tests its own


class Prometheus:
    """Scrapes the pods of one namespace every second, with the labels that a PodMonitor sets. Use as a context
    manager."""

    def __init__(self, namespace):
        self._folder = tempfile.TemporaryDirectory(prefix="serin-prometheus-")
        node = CLUSTER.get("/api/v1/nodes")["items"][0]
        host = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        self.address = f"http://{host}:{LISTEN}"
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [{
            "job_name": "pods",
            "kubernetes_sd_configs": [{"role": "pod", "kubeconfig_file": os.environ["KUBECONFIG"],
                                       "namespaces": {"names": [namespace]}}],
            "relabel_configs": [
                {"source_labels": ["__meta_kubernetes_pod_container_port_number"], "regex": str(PORT),
                 "action": "keep"},
                {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
                {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"}]}]}
        self._file = pathlib.Path(self._folder.name) / "prometheus.yml"
        self._file.write_text(json.dumps(config))  # JSON is YAML
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self._folder.cleanup()

    def start(self):
        with open(self._file.with_name("log"), "a") as log:
            self._process = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{NETWORK}", os.environ["SERIN_PROMETHEUS"],
                 f"--config.file={self._file}", f"--storage.tsdb.path={self._folder.name}/data",
                 f"--web.listen-address=0.0.0.0:{LISTEN}"], stdout=log, stderr=log)
        wait_for(self._ready, 60, lambda: f"Prometheus is ready; {self._file.with_name('log').read_text()[-2000:]}")

    def kill(self):
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def _ready(self):
        assert self._process.poll() is None, self._file.with_name("log").read_text()
        time.sleep(0.2)
        return subprocess.run(["nsenter", f"--net=/run/netns/{NETWORK}", "curl", "-sf", "-m", "2",
                               f"{self.address}/-/ready"], capture_output=True).returncode == 0
