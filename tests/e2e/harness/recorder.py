"""Records every version of the objects of a namespace, in the order of their resource versions."""

import json
import threading
import time

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
        self.at = time.time()  # when it was seen


class Recorder:
    """Watches from its making until `stop`. Thread-safe."""

    def __init__(self, namespace, watched=WATCHED):
        self._records = []
        self._known = set()
        self._lock = threading.Lock()
        self._stopped = False
        self._connections = []
        self._threads = [threading.Thread(target=self._watch, args=(kind, path.format(namespace)), daemon=True)
                         for kind, path in watched.items()]
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
                    if event.get("type") not in ("ADDED", "MODIFIED", "DELETED"):
                        version = "0"  # the history is gone; what stands now comes as ADDED
                        break
                    record = Record(kind, event["type"], event["object"])
                    version = record.body["metadata"]["resourceVersion"]
                    self._keep(record)
            except (OSError, ValueError, AttributeError):
                pass  # the connection ended; the next one goes on from `version`
            if not self._stopped:
                time.sleep(0.1)

    def _keep(self, record):
        with self._lock:
            if (record.uid, record.version) not in self._known:
                self._known.add((record.uid, record.version))
                self._records.append(record)
