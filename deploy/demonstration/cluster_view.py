"""What the story sees: the ModelDeployment, its events, the operator's own metrics, the clients' counts. All of it
is read with kubectl, through the API server."""
import json
import re
import subprocess

NAMESPACE = "serin-demo"
NAME = "cancer"
SERIES = re.compile(r'^(\w+)\{([^}]*)\} (\S+)', re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')


class ClusterView:
    def __init__(self, kubectl, system_namespace):
        self._kubectl = kubectl
        self._system = system_namespace

    def kubectl(self, *arguments, text=None, check=True):
        done = subprocess.run([*self._kubectl, *arguments], input=text, capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise SystemExit(f"error: kubectl {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout if done.returncode == 0 else ""

    def apply(self, manifest):
        self.kubectl("apply", "-f", "-", text=manifest)

    def model(self):
        text = self.kubectl("get", "md", NAME, "-n", NAMESPACE, "-o", "json", check=False)
        return json.loads(text) if text else {}

    def status(self):
        return self.model().get("status", {})

    def pods(self):
        """Pods of the model: {uid: (revision, ready, restarts)}."""
        text = self.kubectl("get", "pods", "-n", NAMESPACE, "-l", f"serin.dev/model-deployment={NAME}", "-o", "json",
                            check=False)
        found = {}
        for pod in json.loads(text)["items"] if text else []:
            containers = pod["status"].get("containerStatuses", [])
            found[pod["metadata"]["uid"]] = (pod["metadata"]["labels"].get("serin.dev/revision", ""),
                                             bool(containers) and all(c["ready"] for c in containers),
                                             sum(c["restartCount"] for c in containers))
        return found

    def events(self):
        """Serin's events of the model, oldest first: (name, reason, note)."""
        text = self.kubectl("get", "events.events.k8s.io", "-n", NAMESPACE, "-o", "json", check=False)
        items = [e for e in (json.loads(text)["items"] if text else [])
                 if e.get("regarding", {}).get("kind") == "ModelDeployment" and e["regarding"].get("name") == NAME]
        items.sort(key=lambda e: (e.get("eventTime") or "", e["metadata"]["name"]))
        return [(e["metadata"]["uid"], e.get("reason", ""), e.get("note", "")) for e in items]

    def counts(self):
        text = self.kubectl("get", "--raw", f"/api/v1/namespaces/{NAMESPACE}/pods/clients:9000/proxy/stats",
                            check=False)
        return json.loads(text) if text else {"clients": {}, "versions": {}}

    def metrics(self):
        """The operator's own series about this model: {(name, role or ''): value}, from the replica that leads."""
        text = self.kubectl("get", "pods", "-n", self._system, "-l", "app.kubernetes.io/name=serin", "-o", "json",
                            check=False)
        merged = {}
        for pod in json.loads(text)["items"] if text else []:
            path = f"/api/v1/namespaces/{self._system}/pods/{pod['metadata']['name']}:8080/proxy/metrics"
            for name, labels, value in SERIES.findall(self.kubectl("get", "--raw", path, check=False)):
                fields = dict(LABEL.findall(labels))
                if fields.get("name") == NAME and fields.get("namespace") == NAMESPACE:
                    merged[(name, fields.get("role", ""))] = float(value)
        return merged
