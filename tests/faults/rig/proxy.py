"""A fault proxy as a process of its own."""

import base64
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time

import yaml
from faultproxy import plan
from harness.wait import wait_for

from . import surroundings

PACKAGE = surroundings.CHECKOUT / "tests/proxy"
WRITES = ("create", "update", "patch", "delete", "deletecollection")


@surroundings.once
def cluster_authority():
    """The file with the real API server's authority."""
    file = surroundings.FOLDER / "cluster-ca.crt"
    config = yaml.safe_load(pathlib.Path(os.environ["KUBECONFIG"]).read_text(encoding="utf-8"))
    file.write_bytes(base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]))
    return file


class Proxy:
    """Thread-safe for readers. `port` is inside the cluster's network namespace."""

    def __init__(self, authority, port=0):
        self._process = subprocess.Popen(
            surroundings.inside(
                sys.executable, "-B", "-m", "faultproxy", "--upstream", surroundings.API, "--upstream-ca",
                cluster_authority(), "--certificate", authority.certificate, "--key", authority.key, "--port", port),
            cwd=PACKAGE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._records = []
        self._lock = threading.Lock()
        self._answers = queue.Queue()
        self.rules = 0  # of the plan file that is armed
        self.port = json.loads(self._process.stdout.readline())["port"]
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            record = json.loads(line)
            if record["log"] in ("done", "error"):
                self._answers.put(record)
            else:
                with self._lock:
                    self._records.append(record)

    def _command(self, body):
        self._process.stdin.write(json.dumps(body) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=30)
        assert answer["log"] == "done", answer["message"]

    def arm(self, *rules):
        """Rules as they stand in a plan file; none: no harm from now on."""
        self._command({"plan": {"rules": list(rules)} if rules else None})

    def load(self, file):
        """Arms a plan file. A bad one raises PlanError, which says where and why."""
        text = pathlib.Path(file).read_text(encoding="utf-8")
        plan.parse(text, str(file))
        body = json.loads(text)
        self._command({"plan": body})
        self.rules = len(body["rules"])

    def victim(self, pid):
        self._command({"operator": pid})

    def clock(self, file):
        """Where plans say what the operator's clock shows."""
        self._command({"clock": str(file)})

    def records(self, log):
        """Of "request" or "fault", in order."""
        with self._lock:
            return [record for record in self._records if record["log"] == log]

    def writes(self, since=0.0):
        """Requests that would write anything but Leases; `since`: a time.time()."""
        return [record for record in self.records("request")
                if record["verb"] in WRITES and record["resource"] != "leases" and record["at"] >= since]

    def faults(self):
        return self.records("fault")

    def wait_fault(self, timeout, what="the plan's fault", count=1):
        wait_for(lambda: len(self.faults()) >= count, timeout, lambda: f"{what}; met: {self.faults()}")

    def wait_silence(self, seconds, timeout):
        """Until nothing was written for so long."""
        begin = time.time()

        def silent():
            last = max([begin, *(record["at"] for record in self.writes())])
            return time.time() - last >= seconds
        wait_for(silent, timeout, lambda: f"{seconds} s without a write; the last ones: {self.writes()[-4:]}")

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
