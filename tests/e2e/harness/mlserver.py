"""ModelDeployments of MLServer with its MLflow runtime, and clients that send them held-out rows: the demonstration's, with
times so short that a rollout takes as long as its pods need to start."""

import json

from .cluster import CLUSTER, KubectlError
from .manifests import ERRORS
from .mlflow_registry import IMAGE, manifests
from .wait import wait_for

SERVED_AS = "cancer"  # by MLServer, whatever the model is called in the registry


def deploy(ns, registry, name, warm_up="0s", **source):
    """A ModelDeployment that follows the alias champion of the registered model `name`, which is its own name too.
    `source`: more fields of it; `warm_up`: for so long new pods are not judged."""
    [manifest] = manifests("modeldeployment.yaml", ns.name)
    manifest["metadata"]["name"] = name
    spec = manifest["spec"]
    spec["replicas"] = 1
    spec["model"]["source"] |= {"uri": f"mlflow://{name}@champion", "endpoint": registry.address, **source}
    spec["rollout"] = {"steps": [{"weight": 50, "hold": "8s"}], "soak": "4s", "progressDeadline": "10m"}
    [drift] = [metric for metric in spec["analysis"]["metrics"] if "drift" in metric]
    spec["analysis"] = {"interval": "1s", "warmUp": warm_up, "minRequests": 20, "deadline": "3m", "holdAtMost": "2m",
                        "metrics": [ERRORS, drift]}
    ns.apply(manifest)
    return ns.deployment(name)


def wait_for_first_version(*deployments):
    for deployment in deployments:
        deployment.wait_stable("1", timeout=120)


def infer(ns, name, rows):
    """What a Service answers in the Open Inference Protocol: the model's version, and its outputs for each row."""
    body = json.dumps({"inputs": [{"name": "rows", "shape": [len(rows), len(rows[0])], "datatype": "FP64",
                                   "data": [value for row in rows for value in row]}]})
    code, text = CLUSTER.request(
        "POST", f"/api/v1/namespaces/{ns.name}/services/{name}:80/proxy/v2/models/{SERVED_AS}/infer", body)
    assert code == 200, f"{code} {text}"
    said = json.loads(text)
    [output] = said["outputs"]
    count, width = output["shape"]
    return said["model_version"], [output["data"][i * width:(i + 1) * width] for i in range(count)]


class Clients:
    """Two clients of a ModelDeployment's Service, 40 requests a second together: A opens a connection for each, B keeps
    its connections. They send until the namespace goes; the Service is there before them."""

    def __init__(self, ns, deployment):
        [pod] = manifests("clients.yaml", ns.name)
        self.name = pod["metadata"]["name"] = f"clients-{deployment.name}"
        self._namespace = ns.name
        [container] = pod["spec"]["containers"]
        # The host comes first of all; the model that MLServer serves has that name too, and keeps it.
        host = container["command"].index(SERVED_AS)
        container["command"][host] = deployment.name
        container["command"] += ["--rate-a", "24", "--rate-b", "16"]
        ns.apply(pod)
        ns.told_with(self)

    def wait_for_answers(self, version, count=50):
        wait_for(lambda: self.answered_by(version) > count, 90, f"{count} answers of version {version} to {self.name}")

    def try_totals(self):
        """{"clients": {name: sent, failed, …}, "versions": {version: answers, right, errors}}; nothing before it is up."""
        try:
            return json.loads(CLUSTER.pod_request(self._namespace, self.name, 9000, "GET", "/stats"))
        except KubectlError:
            return {"clients": {}, "versions": {}}

    def answered_by(self, version):
        return self.try_totals()["versions"].get(version, {}).get("answers", 0)

    def check_none_failed(self):
        totals = self.try_totals()
        assert set(totals["clients"]) == {"A", "B"}, totals
        assert all(client["failed"] == 0 for client in totals["clients"].values()), totals
        assert all(seen["errors"] == 0 for seen in totals["versions"].values()), totals
