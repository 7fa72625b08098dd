"""Watches the API server directly: every version of every object, what was created and deleted, and how it ended."""

import re

from harness.recorder import WATCHED, Recorder

WATCHED_HERE = {**WATCHED, "Lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
                "Event": "/apis/events.k8s.io/v1/namespaces/{}/events"}
# Others' objects come and go with the pods; events may be lost with the process that had them to tell.
OURS = ("ModelDeployment", "ReplicaSet", "Service")
MODEL_LABEL = "serin.dev/model-deployment"


def recorder(namespace):
    return Recorder(namespace, WATCHED_HERE)


def digest(records):
    """{"ReplicaSet fraud-x": [creations, deletions]} of the objects that are the operator's work."""
    uids = {}
    for record in records:
        if record.kind in OURS:
            made, gone = uids.setdefault(f"{record.kind} {record.name}", (set(), set()))
            made.add(record.uid)
            if record.deleted:
                gone.add(record.uid)
    return {name: [len(made), len(gone)] for name, (made, gone) in uids.items()}


def routes(records):
    """What the main Services selected, one after the other: [["fraud", "revision or every"], …]."""
    seen = []
    for record in records:
        labels = record.body["metadata"].get("labels", {})
        if record.kind == "Service" and not record.deleted and labels.get(MODEL_LABEL) == record.name:
            route = [record.name, record.body["spec"].get("selector", {}).get("serin.dev/revision", "every")]
            if not seen or seen[-1] != route:
                seen.append(route)
    return seen


def told(records):
    """How many Events of each reason there are about ModelDeployments."""
    counts = {}
    for record in records:
        if record.kind == "Event" and not record.deleted and record.body.get("regarding", {}).get(
                "kind") == "ModelDeployment":
            counts.setdefault(record.body.get("reason"), set()).add(record.uid)
    return {reason: len(uids) for reason, uids in counts.items()}


def end_state(records):
    """Path -> value of every field of the operator's objects as they are at the end."""
    last = {}
    for record in records:
        if record.kind in OURS:
            last[record.kind, record.name] = None if record.deleted else record.body
    flat = {}
    for (kind, name), body in last.items():
        if body is not None:
            body = {**body, "metadata": {key: value for key, value in body["metadata"].items() if key in (
                "labels", "annotations", "finalizers", "ownerReferences", "name")}}
            _flatten(f"{kind} {name}", body, flat)
    return flat


def _flatten(path, value, into):
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{path}.{key}", inner, into)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _flatten(f"{path}[{_key(inner, index)}]", inner, into)
    else:
        into[path] = value


def _key(item, index):
    """List members by their names, so that another order is not another state."""
    if isinstance(item, dict):
        for key in ("type", "name", "revision"):
            if isinstance(item.get(key), str):
                return f"{item[key]}.{item['attempt']}" if "attempt" in item else item[key]
    return index


# Times, names that others give, and what was measured: the last verdict before the end may be another one.
VARIES = re.compile(r"(\.status\.analysis\..*|\.uid|Time|At|\.at|clusterIPs?(\[\d+\])?|nodePort|\.annotations\..*)$")


def learn_mask(states):
    """The paths whose values differ between fault-free runs, and those that are bound to."""
    paths = set().union(*states)
    return sorted(path for path in paths if VARIES.search(path) or len(
        {repr(state.get(path, "absent")) for state in states}) > 1)


def differences(reference, state, mask):
    masked = set(mask)
    return [f"{path}: {reference.get(path, 'absent')!r} without a fault, here {state.get(path, 'absent')!r}"
            for path in sorted({*reference, *state} - masked)
            if not VARIES.search(path) and reference.get(path, "absent") != state.get(path, "absent")]
