"""Records every version of the objects of a namespace, in the order of their resource versions."""

import json
import threading

from .cluster import CLUSTER

WATCHED = {
    "ModelDeployment": "/apis/serin.dev/v1alpha1/namespaces/{}/modeldeployments",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Service": "/api/v1/namespaces/{}/services",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices",
}


class Record:
    """One version of one object. `version` is comparable between kinds: etcd counts all writes in one sequence."""

    def __init__(self, kind, change, body):
        self.kind = kind
        self.deleted = change == "DELETED"
        self.body = body
        self.name = body["metadata"]["name"]
        self.uid = body["metadata"]["uid"]
        self.version = int(body["metadata"]["resourceVersion"])


class Recorder:
    """Watches from its making until `stop`. Thread-safe."""

    def __init__(self, namespace):
        self._records = []
        self._lock = threading.Lock()
        self._stopped = False
        self._connections = []
        self._threads = [threading.Thread(target=self._watch, args=(kind, path.format(namespace)), daemon=True)
                         for kind, path in WATCHED.items()]
        for thread in self._threads:
            thread.start()

    def records(self):
        with self._lock:
            return sorted(self._records, key=lambda record: record.version)

    def stop(self):
        self._stopped = True
        with self._lock:
            for connection in self._connections:
                if connection.sock:
                    connection.sock.close()

    def _watch(self, kind, path):
        version = "0"
        while not self._stopped:
            try:
                connection = CLUSTER.connect(timeout=600)
                with self._lock:
                    self._connections.append(connection)
                connection.request("GET", f"{path}?watch=1&resourceVersion={version}")
                for line in connection.getresponse():
                    event = json.loads(line)
                    if event["type"] not in ("ADDED", "MODIFIED", "DELETED"):
                        break
                    version = event["object"]["metadata"]["resourceVersion"]
                    with self._lock:
                        self._records.append(Record(kind, event["type"], event["object"]))
            except (OSError, ValueError, AttributeError):
                continue  # the connection ended; the next one goes on from `version`
