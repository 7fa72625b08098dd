"""The operator's own /metrics, read from outside of the cluster: `kubectl port-forward`, TLS, a bearer token."""
import http.client
import re
import ssl
import subprocess

PORT = 8080


class OperatorMetrics:
    """Keeps a way to each pod that was asked; close() ends them. `kubectl`: the command with its options."""

    def __init__(self, kubectl, namespace):
        self._kubectl, self._namespace = kubectl, namespace
        self._ways = {}  # pod: (process, port on this machine)

    def get(self, pod, token=None, secure=True, path="/metrics"):
        """(status, text) of a pod's page at `path`. Certificates are not checked: pods sign their own. Fails with an
        OSError."""
        port = self._way_to(pod)
        if secure:
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=_trusting())
        else:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except http.client.HTTPException as error:
            raise OSError(f"pod {pod}: {error!r}") from error
        finally:
            connection.close()

    def certificate(self, pod):
        """The certificate that a pod shows, in PEM."""
        return ssl.get_server_certificate(("127.0.0.1", self._way_to(pod)), timeout=10)

    def close(self):
        for process, _ in self._ways.values():
            process.terminate()
            process.wait()
        self._ways.clear()

    def _way_to(self, pod):
        process, port = self._ways.get(pod, (None, 0))
        if process is None or process.poll() is not None:
            process = subprocess.Popen(
                [*self._kubectl, "-n", self._namespace, "port-forward", f"pod/{pod}", f":{PORT}"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            said = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
            if not said:
                process.terminate()
                process.wait()
                raise OSError(f"kubectl port-forward finds no way to pod {pod}")
            port = int(said.group(1))
            self._ways[pod] = process, port
        return port


def _trusting():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
