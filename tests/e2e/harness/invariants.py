"""What must hold in every test at every moment, checked over all recorded versions of all objects. Each sentence begins
with the invariant's number."""

MODEL_LABEL = "serin.dev/model-deployment"
REVISION_LABEL = "serin.dev/revision"


def broken(records):
    """The sentences that say which invariant was broken and where; none is good."""
    return [*_status_goes_forward(records), *_routes_lead_to_ready_pods(records),
            *_nothing_reachable_is_removed(records), *_stable_keeps_its_floor(records)]


def versions_of(records, kind):
    """Per object, its versions in order."""
    objects = {}
    for record in records:
        if record.kind == kind and not record.deleted:
            objects.setdefault(record.uid, []).append(record)
    return objects.values()


def _status_goes_forward(records):
    for versions in versions_of(records, "ModelDeployment"):
        for before, after in zip(versions, versions[1:]):
            old, new = before.body.get("status", {}), after.body.get("status", {})
            where = f"[27] {after.name} at {after.version}"
            if new.get("observedGeneration", 0) < old.get("observedGeneration", 0):
                yield f"{where}: observedGeneration went back"
            if new.get("observedGeneration", 0) > after.body["metadata"]["generation"]:
                yield f"{where}: observedGeneration is ahead of the generation"
            a, b = old.get("rollout", {}), new.get("rollout", {})
            if attempt(a) == attempt(b) and b.get("step", 0) < a.get("step", 0):
                yield f"{where}: the step went back from {a.get('step')} to {b.get('step', 0)}"
            conditions = {c["type"]: c for c in old.get("conditions", [])}
            for condition in new.get("conditions", []):
                was = conditions.get(condition["type"])
                if was and was["status"] == condition["status"] and (
                        was["lastTransitionTime"] != condition["lastTransitionTime"]):
                    yield f"{where}: lastTransitionTime of {condition['type']} moved without its status"


def attempt(rollout):
    return rollout.get("revision"), rollout.get("attempt")


class World:
    """What stood at one moment, built up record by record."""

    def __init__(self):
        self.objects = {}

    def take(self, record):
        if record.deleted:
            self.objects.pop((record.kind, record.name), None)
        else:
            self.objects[record.kind, record.name] = record.body

    def of(self, kind):
        return [body for (its, _), body in self.objects.items() if its == kind]

    def ready(self, service):
        return sum(
            1 for body in self.of("EndpointSlice")
            if body["metadata"]["labels"].get("kubernetes.io/service-name") == service
            for endpoint in body.get("endpoints") or [] if endpoint["conditions"].get("ready"))


def selected(service):
    """The revision that a Service selects; None for every one."""
    return service["spec"].get("selector", {}).get(REVISION_LABEL)


def is_main(service):
    return service["metadata"].get("labels", {}).get(MODEL_LABEL) == service["metadata"]["name"]


def _routes_lead_to_ready_pods(records):
    """A Service is turned to a version only while that version has a ready endpoint (first deployments aside)."""
    world = World()
    for record in records:
        before = world.objects.get((record.kind, record.name))
        world.take(record)
        if record.kind != "Service" or record.deleted or not before or not is_main(record.body):
            continue
        revision = selected(record.body)
        owner = world.objects.get(("ModelDeployment", record.name), {})
        if revision == selected(before) or revision is None or not owner.get("status", {}).get("stable"):
            continue
        if owner["spec"].get("replicas") and not world.ready(f"{record.name}-{revision}"):
            yield f"[1] Service {record.name} at {record.version}: turned to {revision}, which has no ready endpoint"


def _nothing_reachable_is_removed(records):
    """No ReplicaSet that the main Service reaches is scaled to nothing or deleted, unless replicas is 0."""
    world = World()
    for record in records:
        before = world.objects.get((record.kind, record.name))
        world.take(record)
        labels = record.body["metadata"].get("labels", {})
        if record.kind != "ReplicaSet" or not before or MODEL_LABEL not in labels:
            continue
        gone = record.deleted or record.body["spec"]["replicas"] == 0
        owner = world.objects.get(("ModelDeployment", labels[MODEL_LABEL]))
        service = world.objects.get(("Service", labels[MODEL_LABEL]))
        if not gone or before["spec"]["replicas"] == 0 or not owner or not service:
            continue
        if owner["metadata"].get("deletionTimestamp") or not owner["spec"].get("replicas"):
            continue
        if not owner.get("status", {}).get("stable"):
            continue  # a first version that was never ready is replaced at once
        if selected(service) in (None, labels[REVISION_LABEL]):
            yield f"[4, 7, 13] ReplicaSet {record.name} at {record.version}: removed while the Service reaches it"


def _stable_keeps_its_floor(records):
    """While a rollout lives, the stable version is never scaled below the smaller of what it had and spec.replicas."""
    world = World()
    for record in records:
        before = world.objects.get((record.kind, record.name))
        world.take(record)
        if record.kind != "ReplicaSet" or record.deleted or not before:
            continue
        owner = world.objects.get(("ModelDeployment", record.body["metadata"].get("labels", {}).get(MODEL_LABEL)))
        if not owner or not owner["spec"].get("replicas"):
            continue
        status = owner.get("status", {})
        is_stable = status.get("stable", {}).get("revision") == record.body["metadata"]["labels"][REVISION_LABEL]
        lower = record.body["spec"]["replicas"] < before["spec"]["replicas"]
        if is_stable and lower and record.body["spec"]["replicas"] < owner["spec"]["replicas"]:
            yield f"[9] ReplicaSet {record.name} at {record.version}: stable was scaled below its floor"
