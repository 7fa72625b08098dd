"""The invariants that are seen from outside, by their numbers: those of every end-to-end test, and those that hold
where no pod fails. 12, 14 and 19 need what no fault here touches (an HPA, quotas, equal verdicts); 15 to 17, 24, 26,
29 and 30 are tests of their own; all others are checked here over every version of every object."""

from harness import invariants as shared

from . import monitor

ROLLING = ("Starting", "Stepping")
# Seconds. A pod may lose its readiness between the operator's look and its write.
OF_LATE = 5


def broken(records, proxies):
    """Sentences; none is good."""
    return [*shared.broken(records), *_weights_are_whole(records), *_world_rules(records), *_routes_go_one_way(records),
            *_times_stay(records), *_created_once(records), *_writes_of_the_leader(records, proxies),
            *_deletions_name_uids(proxies), *_nothing_planned_from_before(proxies)]


def _weights_are_whole(records):
    for record in records:
        status = record.body.get("status", {}) if record.kind == "ModelDeployment" and not record.deleted else {}
        weights = [status[arm]["weight"] for arm in ("stable", "canary") if "weight" in status.get(arm, {})]
        if any(weight < 0 for weight in weights) or len(weights) == 2 and sum(weights) not in (0, 100):
            yield f"[2] {record.name} at {record.version}: weights {weights}"


class _Moment:
    """One ModelDeployment's world when a record came."""

    def __init__(self, world, name):
        self.name = name
        self.body = world.objects.get(("ModelDeployment", name), {})
        self.status = self.body.get("status", {})
        self.rollout = self.status.get("rollout", {})
        self.wanted = self.body.get("spec", {}).get("replicas", 0)
        self.stable = self.status.get("stable", {}).get("revision")
        self.service = world.objects.get(("Service", name))
        self.selected = shared.selected(self.service) if self.service else None
        self.sets = {body["metadata"]["labels"][shared.REVISION_LABEL]: body["spec"]["replicas"]
                     for body in world.of("ReplicaSet")
                     if body["metadata"].get("labels", {}).get(shared.MODEL_LABEL) == name}
        self.ready = {revision: world.ready(f"{name}-{revision}") for revision in self.sets}

    def reachable(self):
        """How many pods the versions that the Service reaches are to have."""
        return sum(count for revision, count in self.sets.items() if self.selected in (None, revision))

    def claims_ready(self):
        return any(c["type"] == "Ready" and c["status"] == "True" for c in self.status.get("conditions", []))

    def step(self):
        steps = self.rollout.get("steps", [])
        number = self.rollout.get("step", 0)
        return steps[number] if number < len(steps) else {}


def _world_rules(records):
    world = shared.World()
    before, stood = {}, {}
    for record in records:
        world.take(record)
        labels = record.body["metadata"].get("labels", {})
        name = labels.get(shared.MODEL_LABEL, record.name if record.kind == "ModelDeployment" else None)
        if name is None:
            continue
        now = _Moment(world, name)
        was, before[name] = before.get(name), now
        for revision, count in now.ready.items():
            if count >= now.wanted:
                stood[name, revision] = record.at
        now.stood = {revision for (its, revision), at in stood.items() if its == name and record.at - at <= OF_LATE}
        if not now.stable or now.body["metadata"].get("deletionTimestamp") or was is None:
            continue
        for number, words in _of_moment(record, was, now):
            yield f"[{number}] {record.kind} {record.name} at {record.version}: {words}"


def _of_moment(record, was, now):
    canary = now.rollout.get("revision")
    if record.kind == "Service" and record.name == now.name and was.service and was.selected != now.selected:
        if now.selected == canary != now.stable and canary not in now.stood:
            yield 3, f"{now.selected} gets all traffic with {now.ready.get(canary, 0)} ready of {now.wanted}"
        if now.selected is None and sum(1 for count in now.ready.values() if count) > 2:
            yield 6, f"more than two versions are reached: {now.ready}"
        if any(entry["revision"] == now.selected for entry in now.status.get("quarantined", [])):
            yield 18, f"{now.selected} was condemned and gets traffic again"
    if record.kind == "ReplicaSet" and now.rollout.get("phase") in ROLLING and canary != now.stable:
        if now.sets.get(canary, 0) > now.step().get("replicas", now.wanted):
            yield 5, f"{now.sets[canary]} canary pods in step {now.step()}"
    if record.kind == "ReplicaSet" and sum(now.sets.values()) > 2 * now.wanted:
        yield 11, f"{now.sets} are more pods than twice {now.wanted}"
    if record.kind in ("Service", "ReplicaSet") and now.service and now.reachable() < now.wanted <= was.reachable():
        yield 10, f"only {now.reachable()} pods of {now.wanted} can be reached"
    if record.kind == "ModelDeployment":
        yield from _claims(was, now)


def _claims(was, now):
    if was.stable and was.stable != now.stable and now.selected != now.stable:
        yield 28, f"{now.stable} is called stable while the Service selects {now.selected}"
    if now.claims_ready() and not was.claims_ready() and (
            now.selected != now.stable or now.wanted and not now.ready.get(now.stable)):
        yield 28, f"Ready, but the Service selects {now.selected} and {now.ready} are ready"


def _routes_go_one_way(records):
    """Within one attempt no route is taken again, but that the traffic may go back to where it began."""
    world = shared.World()
    taken = {}
    for record in records:
        before = world.objects.get((record.kind, record.name))
        world.take(record)
        if record.kind != "Service" or record.deleted or not before or not shared.is_main(record.body):
            continue
        route = shared.selected(record.body)
        if route == shared.selected(before):
            continue
        status = world.objects.get(("ModelDeployment", record.name), {}).get("status", {})
        seen = taken.setdefault((record.name, *shared.attempt(status.get("rollout", {}))), [])
        home = [status[arm]["revision"] for arm in ("stable", "previous") if arm in status]
        if route in seen and route not in home:
            yield f"[8] Service {record.name} at {record.version}: turned to {route or 'every revision'} again: {seen}"
        seen.append(route)


def _times_stay(records):
    """A step's start, once its pods stood, is what its hold counts from: nothing moves it."""
    for versions in shared.versions_of(records, "ModelDeployment"):
        stood = {}
        for version in versions:
            rollout = version.body.get("status", {}).get("rollout", {})
            started = rollout.get("stepStartedAt")
            if rollout.get("phase") != "Stepping" or not started or started < rollout.get("scaledAt", "never"):
                continue
            key = (*shared.attempt(rollout), rollout.get("step", 0))
            if stood.setdefault(key, started) != started:
                yield f"[20] {version.name} at {version.version}: the start of step {key[2]} moved to {started}"


def _created_once(records):
    for what, (made, gone) in monitor.digest(records).items():
        if made > 1 and not what.startswith("ModelDeployment"):
            yield f"[23] {what} was created {made} times and deleted {gone} times"


def _accepted(proxy):
    return [record for record in proxy.writes() if record["status"] and record["status"] < 300]


def _writes_of_the_leader(records, proxies):
    """Every accepted write is of the process that holds the Lease. A second is left for the clocks of two watches."""
    leases = [(record.at, record.body["spec"].get("holderIdentity") or "") for record in records
              if record.kind == "Lease" and not record.deleted]
    for proxy in proxies:
        for write in _accepted(proxy):
            pod = write["agent"].rpartition("(")[2].rstrip(")")
            around = [holder for at, holder in leases if abs(at - write["at"]) <= 1]
            around += [holder for at, holder in leases if at < write["at"]][-1:]
            if around and not any(holder.startswith(f"{pod}_") for holder in around):
                yield f"[21] {pod} wrote {write['verb']} {write['resource']} {write['name']} while {around} led"


def _deletions_name_uids(proxies):
    for proxy in proxies:
        for write in proxy.writes():
            if write["verb"] in ("delete", "deletecollection") and not write["uid"]:
                yield f"[22] {write['verb']} {write['resource']} {write['name']} without a uid"


def _nothing_planned_from_before(proxies):
    """No write asks for an older version of an object than one process was told that its own write made."""
    for proxy in proxies:
        told = {}
        for write in proxy.writes():
            key = write["process"], write["resource"].partition("/")[0], write["name"]
            if write["asked"] and int(write["asked"]) < told.get(key, 0):
                yield f"[25] {write['verb']} {write['resource']} {write['name']} asks for {write['asked']} after {told[key]}"
            if write["version"] and write["sent"] and write["sent"] < 300:
                told[key] = int(write["version"])
