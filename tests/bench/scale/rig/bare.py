"""The bare loop: the writes that the operator made, of the same kinds, number and contents, without an operator. What the
API server needs for these, and the controllers for what follows from them, is the least that any operator can need."""

import json

from . import api
from .manifests import COLLECTION
from .sender import APPLY, JSON, MERGE, request
from .surroundings import SPACE

SERVICES = f"/api/v1/namespaces/{SPACE}/services"
REPLICA_SETS = f"/apis/apps/v1/namespaces/{SPACE}/replicasets"
EVENTS = f"/apis/events.k8s.io/v1/namespaces/{SPACE}/events"
STATUS = "patch modeldeployments/status"
IDENTITY = {"apiVersion": "serin.dev/v1alpha1", "kind": "ModelDeployment"}


class Sample:
    """A ModelDeployment with all that the operator has made for it, as a pattern for others."""

    def __init__(self, name):
        whole = api.get(f"{COLLECTION}/{name}")
        self._name, self._uid, self._status = name, whole["metadata"]["uid"], whole["status"]
        self._services = _created(SERVICES, name, ("type", "selector", "ports"))
        self._sets = _created(REPLICA_SETS, name, ("replicas", "selector", "template"))
        event = {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"generateName": f"{name}-"},
                 "eventTime": "2026-01-01T00:00:00.000000Z", "type": "Normal", "reason": "StepStarted",
                 "action": "StepStarted", "note": self._status["message"],
                 "reportingController": "serin.dev/operator", "reportingInstance": "serin-0",
                 "regarding": {**IDENTITY, "name": name, "namespace": SPACE, "uid": self._uid}}
        self._event = "POST", EVENTS, event, JSON

    def revisions(self):
        return [name.rpartition("-")[2] for name in self._sets]

    def writes(self, name, uid, counts, before=None):
        """So many requests of each "verb resource", for an object of that name and uid; with the sample `before`, what
        came after it: its version ends without pods and without a Service."""
        made = [_post(SERVICES, body) for key, body in self._services.items() if not before or key not in before._services]
        new = [key for key in self._sets if not before or key not in before._sets]
        made += [_post(REPLICA_SETS, self._sets[key]) for key in new]
        for turn in range(counts.get(STATUS, 0)):
            made.append(self._new_status(turn))
        made += [_patch(SERVICES, self._name, _mark(turn)) for turn in range(counts.get("patch services", 0))]
        # The last of these is the end of the version before.
        scalings = counts.get("patch replicasets", 0) - (1 if before else 0)
        made += [_patch(REPLICA_SETS, new[0], _mark(turn)) for turn in range(scalings)]
        made += [self._event] * counts.get("create events", 0)
        if before:
            made += before._ended(counts)
        return [request(name, method, self._renamed(target, name, uid), self._renamed(json.dumps(body), name, uid), kind)
                for method, target, body, kind in made]

    def _new_status(self, turn):
        status = {**self._status, "message": f"{self._status['message']} ({turn})"}
        return "PATCH", f"{COLLECTION}/{self._name}/status?fieldManager=serin-status&force=true", {
            **IDENTITY, "status": status}, APPLY

    def _ended(self, counts):
        yield _patch(REPLICA_SETS, *self._sets, {"spec": {"replicas": 0}})
        gone = [key for key in self._services if key != self._name]
        for key in gone[:counts.get("delete services", 0)]:
            yield "DELETE", f"{SERVICES}/{key}", {}, JSON

    def _renamed(self, text, name, uid):
        return text.replace(self._name, name).replace(self._uid, uid)


def _created(collection, name, fields):
    """What was sent to make each of its objects, by name."""
    made = {}
    for live in api.get(f"{collection}?labelSelector=serin.dev/model-deployment={name}")["items"]:
        meta = {key: live["metadata"][key] for key in ("name", "labels", "annotations", "ownerReferences")
                if key in live["metadata"]}
        made[meta["name"]] = {"metadata": meta, "spec": {key: live["spec"][key] for key in fields}}
    return made


def _post(collection, body):
    return "POST", collection, body, JSON


def _patch(collection, name, change):
    return "PATCH", f"{collection}/{name}", change, MERGE


def _mark(turn):
    return {"metadata": {"annotations": {"example.com/bare": str(turn)}}}


def uids():
    """Of all ModelDeployments, by name."""
    listed = api.get(COLLECTION, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
    return {one["metadata"]["name"]: one["metadata"]["uid"] for one in listed["items"]}
