"""Traffic from inside the cluster, as clients of the Service send it."""

import json

from .cluster import CLUSTER, KubectlError
from .manifests import IMAGE, MODEL, RESTRICTED_CONTAINER, RESTRICTED_POD
from .wait import wait_for


class Load:
    """A pod that sends `rate` requests a second; `requests_per_connection` 1 opens a connection for each."""

    def __init__(self, namespace, service, rate, requests_per_connection=1, timeout_ms=20000):
        self.namespace = namespace
        self.name = f"load-{service}-{rate}-{requests_per_connection}"
        self._final = None
        address = CLUSTER.get(f"/api/v1/namespaces/{namespace.name}/services/{service}")["spec"]["clusterIP"]
        namespace.apply({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": self.name},
            "spec": {
                "terminationGracePeriodSeconds": 10, "restartPolicy": "Never", **RESTRICTED_POD,
                "containers": [{**RESTRICTED_CONTAINER, "name": "load", "image": IMAGE, "imagePullPolicy": "IfNotPresent",
                                "args": ["load", f"to={address}:80", f"model={MODEL}", f"rate={rate}",
                                         f"requests_per_connection={requests_per_connection}",
                                         f"timeout_ms={timeout_ms}"]}],
            }})
        wait_for(lambda: self.try_totals().get("ok", 0) > 0, 30, "the first answered request")

    def totals(self):
        """Counts since the start: ok, errors (5xx), other, failed (connections), retried, versions, failures."""
        if self._final is not None:
            return self._final
        return json.loads(CLUSTER.pod_request(self.namespace.name, self.name, 8081, "GET", "/stats"))

    def try_totals(self):
        try:
            return self.totals()
        except KubectlError:
            return {}

    def answered_by(self, version):
        return self.totals()["versions"].get(version, 0)

    def stop(self):
        """Ends the traffic and returns the totals."""
        self._final = self.totals()
        self.namespace.kubectl("delete", "pod", self.name, "--wait=false")
        return self._final

    def check_none_failed(self):
        """Stops; no request may have failed for the deployment's sake. Returns the totals."""
        totals = self.stop()
        assert totals["failed"] == 0 and totals["other"] == 0, f"requests failed: {totals}"
        return totals
