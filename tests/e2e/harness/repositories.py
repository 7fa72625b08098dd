"""Git repositories beside the cluster, over TLS: a process in the cluster's network namespace, which the operator and the
pods reach at the node's address (tests/support/git_server.py)."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile

SUPPORT = pathlib.Path(__file__).resolve().parents[2] / "support"
sys.path.insert(0, str(SUPPORT))

from authority import Authority  # noqa: E402
from git_server import Repository  # noqa: E402

from .registry import NETWORK  # noqa: E402
from .wait import wait_for  # noqa: E402

LISTEN = 39000 + os.getpid() % 10000  # each worker of the tests its own
USER, PASSWORD = "x-access-token", "open sesame"


class Repositories:
    """Use as a context manager. `authority`: the file with the certificate of who signed the server's."""

    def __init__(self):
        from .cluster import CLUSTER
        self._temporary = tempfile.TemporaryDirectory(prefix="serin-repositories-")
        self.folder = pathlib.Path(self._temporary.name)
        node = CLUSTER.get("/api/v1/nodes")["items"][0]
        self._host = next(a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP")
        self.url = f"https://{self._host}:{LISTEN}"
        authority = Authority(self.folder)
        self.authority, self._certificate = authority.certificate, authority.sign(f"IP:{self._host}")
        self._process = None

    def make(self, name="ml/fraud.git"):
        return Repository(self, name)

    def __enter__(self):
        enter = ["nsenter", f"--net=/run/netns/{NETWORK}"]
        words = [f"{self._host}:{LISTEN}", self.folder, *self._certificate, f"{USER}:{PASSWORD}"]
        self._process = subprocess.Popen([*enter, sys.executable, "-B", "-m", "git_server", *map(str, words)], cwd=SUPPORT)
        wait_for(lambda: subprocess.run([*enter, "curl", "-sk", "-m", "2", "-o", "/dev/null", self.url],
                                        capture_output=True).returncode == 0, 30, "the Git server answers")
        return self

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._temporary.cleanup()
