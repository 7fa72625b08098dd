"""The cluster under test, as kubectl sees it."""

import atexit
import http.client
import json
import os
import re
import subprocess
import threading

import yaml


class KubectlError(AssertionError):
    """A kubectl command failed; the text is what it said."""


class Cluster:
    """Thread-safe. SERIN_KUBECTL names the program (default kubectl), KUBECONFIG the cluster."""

    def __init__(self):
        self.kubectl_program = os.environ.get("SERIN_KUBECTL", "kubectl")
        self._lock = threading.Lock()
        self._port = None

    def kubectl(self, *arguments, stdin=None, check=True, env=None):
        """Runs one command; returns its standard output, or with check=False the CompletedProcess."""
        done = subprocess.run(
            [self.kubectl_program, *arguments], input=stdin, text=True, capture_output=True, timeout=120,
            env={**os.environ, **(env or {})})
        if not check:
            return done
        if done.returncode != 0:
            raise KubectlError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, *objects, options=()):
        return self.kubectl("apply", *options, "-f", "-", stdin=yaml.safe_dump_all(objects))

    def proxy_port(self):
        """Where `kubectl proxy` listens on loopback, which ends with this process."""
        with self._lock:
            if self._port is None:
                proxy = subprocess.Popen(
                    [self.kubectl_program, "proxy", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    text=True)
                atexit.register(proxy.terminate)
                self._port = int(re.search(r":(\d+)", proxy.stdout.readline()).group(1))
            return self._port

    def connect(self, timeout=60):
        """A connection to the API server by way of `kubectl proxy`."""
        return http.client.HTTPConnection("127.0.0.1", self.proxy_port(), timeout=timeout)

    def request(self, method, path, body=None):
        """Returns (status code, text)."""
        connection = self.connect()
        try:
            connection.request(method, path, body=body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path):
        """The object or list at an API path; None when there is none."""
        code, text = self.request("GET", path)
        if code == 404:
            return None
        if code != 200:
            raise KubectlError(f"GET {path}: {code} {text.strip()}")
        return json.loads(text)

    def pod_request(self, namespace, pod, port, method, path, body=None):
        """An HTTP request to a pod by way of the API server; the answer's text."""
        code, text = self.request(method, f"/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy{path}", body)
        if code != 200:
            raise KubectlError(f"{method} {path} of pod {pod}: {code} {text.strip()}")
        return text


CLUSTER = Cluster()
