"""The operator itself, for the tests that kill or count it. They need to run on the node's machine, as root."""

import json
import os
import pathlib
import signal

from .cluster import CLUSTER
from .wait import wait_for

PROGRAM = "serin-operator"
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Operator:
    """The release in one namespace."""

    def __init__(self, namespace):
        self.namespace = namespace

    def pods(self):
        pods = CLUSTER.get(f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=app.kubernetes.io/name=serin")
        return [pod for pod in pods["items"] if "deletionTimestamp" not in pod["metadata"]]

    def scale(self, replicas):
        CLUSTER.kubectl("-n", self.namespace, "scale", "deployment", "--all", f"--replicas={replicas}")
        wait_for(lambda: self.ready() == replicas == len(self.pods()), 40, f"{replicas} ready operator pods")

    def ready(self):
        return sum(1 for pod in self.pods() for condition in pod["status"].get("conditions", [])
                   if condition["type"] == "Ready" and condition["status"] == "True")

    def lease(self):
        leases = CLUSTER.get(f"/apis/coordination.k8s.io/v1/namespaces/{self.namespace}/leases")["items"]
        assert len(leases) == 1, [lease["metadata"]["name"] for lease in leases]
        return leases[0]["spec"]

    def leader(self):
        """The pod that holds the lease."""
        holder = self.lease().get("holderIdentity") or ""
        return next((pod for pod in self.pods() if holder.startswith(pod["metadata"]["name"])), None)

    def account(self):
        """Its user name, as the audit log has it."""
        return f"system:serviceaccount:{self.namespace}:{self.pods()[0]['spec']['serviceAccountName']}"

    def process(self, pod):
        """The folder of the pod's process under /proc."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                cgroups, program = (process / "cgroup").read_text(), os.readlink(process / "exe")
            except OSError:
                continue  # it ended meanwhile
            if pod["metadata"]["uid"] in cgroups and program.endswith(PROGRAM):
                found.append(process)
        assert len(found) == 1, f"{len(found)} processes of {pod['metadata']['name']}"
        return found[0]

    def kill_9(self, pod):
        """SIGKILL to the process, then a new pod at once: the kubelet would wait longer at every restart."""
        os.kill(int(self.process(pod).name), signal.SIGKILL)
        CLUSTER.kubectl("-n", self.namespace, "delete", "pod", pod["metadata"]["name"], "--grace-period=0", "--force")


class AuditLog:
    """What was asked of the API server, from SERIN_AUDIT_LOG: since the making of this object, or since that offset."""

    def __init__(self, offset=None):
        self.path = pathlib.Path(os.environ["SERIN_AUDIT_LOG"])
        self.offset = self.path.stat().st_size if offset is None else offset

    def events(self, user):
        """The audit events of every answered request of a user."""
        with self.path.open("rb") as log:
            log.seek(self.offset)
            for line in log:
                event = json.loads(line)
                if event["user"]["username"] == user and event["stage"] == "ResponseComplete":
                    yield event

    def requests(self, user):
        """(verb, resource with subresource, namespace, name) of every request of a user."""
        for event in self.events(user):
            what = event.get("objectRef", {})
            yield event["verb"], resource_of(what), what.get("namespace", ""), what.get("name", "")


def resource_of(reference):
    """"modeldeployments/status" of an audit event's objectRef."""
    return reference.get("resource", "") + ("/" + reference["subresource"] if "subresource" in reference else "")
