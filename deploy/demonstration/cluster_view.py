"""What the story sees: the ModelDeployment, its events, the operator's own metrics, the clients' counts. All of it
comes through the API server, by `kubectl proxy` and `kubectl port-forward` on loopback, so that looking costs the
cluster little."""
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "lib"))

from operator_metrics import OperatorMetrics  # noqa: E402

NAMESPACE = "serin-demo"
NAME = "cancer"
SERIES = re.compile(r'^(\w+)\{([^}]*)\} (\S+)', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class ClusterView:
    """Owns the proxy; close() ends it. Reading what is not there answers something empty."""

    def __init__(self, kubectl, system_namespace):
        self._kubectl = kubectl
        self._system = system_namespace
        self._proxy = subprocess.Popen([*kubectl, "proxy", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        line = self._proxy.stdout.readline()
        if "127.0.0.1:" not in line:
            raise SystemExit(f"error: kubectl proxy did not start: {line!r}")
        self._base = f"http://{line.rsplit(' ', 1)[1].strip()}"
        self._metrics = OperatorMetrics(kubectl, system_namespace)
        self._token = None

    def close(self):
        self._metrics.close()
        self._proxy.terminate()
        self._proxy.wait()

    def kubectl(self, *arguments, text=None):
        done = subprocess.run([*self._kubectl, *arguments], input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"error: kubectl {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout

    def apply(self, manifest):
        self.kubectl("apply", "-f", "-", text=manifest)

    def be_let_read_metrics(self, role):
        """Makes an account that has the role for readers of the operator's metrics, and takes its token."""
        self.kubectl("-n", NAMESPACE, "create", "serviceaccount", "story")
        binding = self.kubectl("create", "clusterrolebinding", f"{NAMESPACE}-story", f"--clusterrole={role}",
                               f"--serviceaccount={NAMESPACE}:story", "--dry-run=client", "-o", "yaml")
        self.apply(binding)
        self._token = self.kubectl("-n", NAMESPACE, "create", "token", "story", "--duration=2h").strip()

    def _read(self, path):
        try:
            with urllib.request.urlopen(self._base + path, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError):
            return ""

    def _items(self, path):
        text = self._read(path)
        return json.loads(text)["items"] if text else []

    def status(self):
        text = self._read(f"/apis/serin.dev/v1alpha1/namespaces/{NAMESPACE}/modeldeployments/{NAME}")
        return json.loads(text).get("status", {}) if text else {}

    def pods(self):
        """Pods of the model: {uid: (revision, ready, restarts)}."""
        found = {}
        for pod in self._items(f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=serin.dev/model-deployment={NAME}"):
            containers = pod["status"].get("containerStatuses", [])
            found[pod["metadata"]["uid"]] = (pod["metadata"]["labels"].get("serin.dev/revision", ""),
                                             bool(containers) and all(c["ready"] for c in containers),
                                             sum(c["restartCount"] for c in containers))
        return found

    def events(self):
        """Serin's events of the model, oldest first: (uid, reason, note)."""
        items = [e for e in self._items(f"/apis/events.k8s.io/v1/namespaces/{NAMESPACE}/events")
                 if e.get("regarding", {}).get("kind") == "ModelDeployment" and e["regarding"].get("name") == NAME]
        items.sort(key=lambda e: (e.get("eventTime") or "", e["metadata"]["name"]))
        return [(e["metadata"]["uid"], e.get("reason", ""), e.get("note", "")) for e in items]

    def counts(self):
        text = self._read(f"/api/v1/namespaces/{NAMESPACE}/pods/clients:9000/proxy/stats")
        return json.loads(text) if text else {"clients": {}, "versions": {}}

    def metrics(self):
        """The operator's own series about this model: {(name, role or ''): value}, from the replica that leads."""
        merged = {}
        for pod in self._items(f"/api/v1/namespaces/{self._system}/pods?labelSelector=app.kubernetes.io/name=serin"):
            try:
                status, page = self._metrics.get(pod["metadata"]["name"], self._token)
            except OSError:
                continue
            if status != 200:
                continue
            for name, labels, value in SERIES.findall(page):
                fields = dict(LABEL.findall(labels))
                if fields.get("name") == NAME and fields.get("namespace") == NAMESPACE:
                    merged[(name, fields.get("role", ""))] = float(value)
        return merged


@contextlib.contextmanager
def prepared_view(kubectl, system_namespace, metrics_role):
    """A view of a namespace that is empty, with the right to read the operator's metrics."""
    view = ClusterView(kubectl, system_namespace)
    try:
        view.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=true")
        view.kubectl("create", "namespace", NAMESPACE)
        view.be_let_read_metrics(metrics_role)
        yield view
    finally:
        view.close()
