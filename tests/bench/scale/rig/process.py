"""The operator's release build as a plain process, and what it uses."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

from .surroundings import API, BUILD, OUTPUT, Failed, kubectl, path

COMPONENTS = ("etcd", "apiserver", "controller-manager", "kwok")
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    """Of a process and its threads, since its start."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def processors(operator=None):
    """CPU seconds of the cluster's processes, and of the operator's."""
    used = {name: processor_seconds((path("pids") / name).read_text().split()[0]) for name in COMPONENTS}
    if operator:
        used["operator"] = processor_seconds(operator.pid)
    return used


class Operator:
    """Has the account that the chart makes."""

    def __init__(self, pod):
        self.pod = pod
        self._log = OUTPUT / f"{pod}.log"
        token, config = OUTPUT / "token", OUTPUT / "operator.kubeconfig"
        token.touch(mode=0o600)
        token.write_text(kubectl("-n", "serin", "create", "token", "serin", "--duration=24h").strip())
        config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "scale",
            "clusters": [{"name": "scale", "cluster": {
                "server": f"https://{API[0]}:{API[1]}", "certificate-authority": str(path("pki") / "ca.crt")}}],
            "users": [{"name": "serin", "user": {"tokenFile": str(token)}}],
            "contexts": [{"name": "scale", "context": {"cluster": "scale", "user": "serin"}}]}))
        with self._log.open("wb") as log:
            self.started = time.time()
            self._process = subprocess.Popen(
                [BUILD / "operator/serin-operator", f"--kubeconfig={config}", "--namespace=serin", "--lease-name=serin",
                 "--health-port=0", "--metrics-port=0", *os.environ.get("SERIN_SCALE_OPTIONS", "").split()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "POD_NAME": pod, "POD_NAMESPACE": "serin"})

    @property
    def pid(self):
        return self._process.pid

    def wait_line(self, words, timeout=300):
        """Until its log says so; returns the seconds since the start."""
        while words not in self._log.read_text(errors="replace"):
            if self._process.poll() is not None:
                raise Failed(f"the operator ended: {self._log.read_text()[-2000:]}")
            if time.time() > self.started + timeout:
                raise Failed(f"the operator did not say '{words}' within {timeout} s: {self._log}")
            time.sleep(0.02)
        return time.time() - self.started

    def memory(self, line="VmRSS"):
        """Megabytes resident, or with VmHWM the most since the last forget_peak()."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{line}:\s+(\d+)", status).group(1)) / 1024

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=60)

    def kill(self):
        self._process.kill()
        self._process.wait()
