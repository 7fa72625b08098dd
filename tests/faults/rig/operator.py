"""The release build as a plain process that reaches the API server through a fault proxy."""

import itertools
import json
import os
import signal
import subprocess
import threading
import time

from faultproxy.victim import write_clock
from harness.wait import wait_for

from . import account, clock, surroundings

LEASE = "serin"
# Each operator is a user of its own, so that its traffic can be told from others'.
_users = itertools.count(100000 + os.getpid() * 1000)


class Operator:
    """Runs until `close`; like a kubelet it starts the program again when it has ended. `settable_clock`: plans may set
    its wall clock. `memory`: the Memory that it has."""

    def __init__(self, namespace, proxy, authority, pod="serin-0", settable_clock=False, memory=None):
        self.namespace, self.proxy, self.pod = namespace, proxy, pod
        self.user = next(_users)
        self._folder = surroundings.FOLDER / f"{namespace}-{pod}"
        self._folder.mkdir()
        self.token_file, self.ca_file = self._folder / "token", self._folder / "ca.crt"
        self.ca_file.write_bytes(authority.ca.read_bytes())
        self.renew_token()
        self._log = self._folder / "log"
        self._memory = memory
        self._environment = {"POD_NAME": pod, "POD_NAMESPACE": namespace}
        if settable_clock:
            self._environment |= clock.environment(self._folder / "clock")
            proxy.clock(self._folder / "clock")
        self._config = self._folder / "kubeconfig"
        self._config.write_text(json.dumps(self._kubeconfig()))
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self.starts = []  # time.time() of each
        self._process = None
        self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _kubeconfig(self):
        return {
            "apiVersion": "v1", "kind": "Config", "current-context": "proxy",
            "clusters": [{"name": "proxy", "cluster": {
                "server": f"https://127.0.0.1:{self.proxy.port}", "certificate-authority": "ca.crt"}}],
            "users": [{"name": "serin", "user": {"tokenFile": "token"}}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "serin"}}]}

    def renew_token(self, *options):
        self.token_file.write_text(account.token(self.namespace, *options))

    def _command(self):
        environment = (f"{name}={value}" for name, value in self._environment.items())
        command = surroundings.inside(
            "setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups", "env", *environment,
            surroundings.operator_program(), f"--kubeconfig={self._config}", f"--watch-namespaces={self.namespace}",
            f"--namespace={self.namespace}", f"--lease-name={LEASE}", "--health-port=0", "--metrics-port=0",
            "--drain-delay=1s")
        return self._memory.wrap(command) if self._memory else command

    def _start(self):
        with self._lock:
            if self._closed.is_set():
                return
            with self._log.open("ab") as log:
                self._began = log.tell()  # where the present process's lines begin
                self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                 env={"PATH": os.environ["PATH"]}, cwd="/")
            self.starts.append(time.time())
        self.proxy.victim(self._process.pid)

    def _keep(self):
        while not self._closed.is_set():
            self._process.wait()
            clock.clear(self.pid)
            self._closed.wait(0.2)
            self._start()

    @property
    def pid(self):
        return self._process.pid

    def signal(self, number):
        self._process.send_signal(number)

    def set_clock(self, ahead):
        """Its wall clock is so many seconds ahead of the true one from now on. Needs `settable_clock`."""
        write_clock(self._folder / "clock", ahead)

    def log(self):
        return self._log.read_text(encoding="utf-8", errors="replace")

    def leads(self):
        """Whether the present process came to lead."""
        with self._lock:
            if self._process.poll() is not None:
                return False
            with self._log.open("rb") as log:
                log.seek(self._began)
                return b"this process leads" in log.read()

    def wait_leading(self, timeout=30):
        wait_for(self.leads, timeout, lambda: f"{self.pod} leads; its log: {self.log()[-2000:]}")

    def close(self):
        with self._lock:
            self._closed.set()
            self._process.kill()
        self._process.wait()
        self.proxy.victim(None)  # its number may be another's from now on
        self._keeper.join(timeout=5)
        if self._memory:
            self._memory.close()


STOP, CONTINUE = signal.SIGSTOP, signal.SIGCONT
