"""The invariants that every test is checked by do catch what they are there for."""

import pytest
import rights

from harness.invariants import MODEL_LABEL, REVISION_LABEL, broken
from harness.namespace import LONGEST_NAME, name_of_test
from harness.recorder import Record


class Story:
    """Writes records one after the other, each with the next resource version."""

    def __init__(self):
        self.records = []

    def add(self, kind, name, change="MODIFIED", labels=None, **body):
        version = str(len(self.records) + 1)
        metadata = {"name": name, "uid": f"{kind}-{name}", "resourceVersion": version, "generation": 9,
                    "labels": labels or {}}
        self.records.append(Record(kind, change, {"metadata": metadata, **body}))

    def deployment(self, **status):
        self.add("ModelDeployment", "fraud", spec={"replicas": 2},
                 status={"observedGeneration": 5, "stable": {"revision": "old"}, **status})

    def service(self, revision):
        selector = {MODEL_LABEL: "fraud"} | ({REVISION_LABEL: revision} if revision else {})
        self.add("Service", "fraud", labels={MODEL_LABEL: "fraud"}, spec={"selector": selector})

    def replica_set(self, revision, replicas, change="MODIFIED"):
        self.add("ReplicaSet", f"fraud-{revision}", change, labels={MODEL_LABEL: "fraud", REVISION_LABEL: revision},
                 spec={"replicas": replicas})

    def endpoints(self, revision, ready):
        self.add("EndpointSlice", f"slice-{revision}", labels={"kubernetes.io/service-name": f"fraud-{revision}"},
                 endpoints=[{"conditions": {"ready": ready}}])


@pytest.fixture
def story():
    """Half way: the wide Service reaches an old and a new version, both ready."""
    result = Story()
    result.deployment(rollout={"revision": "new", "attempt": 1, "step": 1})
    for revision in ("old", "new"):
        result.replica_set(revision, 2)
        result.endpoints(revision, True)
    result.service(None)
    return result


def test_a_clean_rollback_breaks_nothing(story):
    story.service("old")
    story.replica_set("new", 0)
    story.deployment(rollout={"revision": "new", "attempt": 2, "step": 0})
    assert list(broken(story.records)) == []


def test_routing_to_a_version_without_ready_pods_is_seen(story):
    story.endpoints("new", False)
    story.service("new")
    assert ["no ready endpoint" in words for words in broken(story.records)] == [True]


@pytest.mark.parametrize("change", ["MODIFIED", "DELETED"])
def test_removing_what_is_reachable_is_seen(story, change):
    story.replica_set("new", 0, change)
    assert ["while the Service reaches it" in words for words in broken(story.records)] == [True]


def test_scaling_stable_below_its_floor_is_seen(story):
    story.replica_set("old", 1)
    assert ["below its floor" in words for words in broken(story.records)] == [True]


def test_a_step_back_is_seen(story):
    story.deployment(rollout={"revision": "new", "attempt": 1, "step": 0})
    assert ["step went back" in words for words in broken(story.records)] == [True]


def test_a_condition_touched_without_a_change_is_seen(story):
    for second in (1, 2):
        story.deployment(conditions=[{"type": "Ready", "status": "True", "lastTransitionTime": f"00:00:0{second}Z"}])
    assert any("moved without its status" in words for words in broken(story.records))


def test_rights_that_lack_or_lie_idle_are_seen():
    explained = {(*right, "everywhere") for right in rights.EXCEPTIONS}
    idle, secrets = ("", "pods", "get", "everywhere"), ("", "secrets", "list", "everywhere")
    assert list(rights.problems(explained, set(), set())) == []
    assert list(rights.problems(explained | {idle}, {idle}, set())) == []
    assert list(rights.problems(explained | {idle}, set(), set())) == [
        "unused: get pods (everywhere) is granted, and nothing used it"]
    lease = ("coordination.k8s.io", "leases", "get", "own namespace")
    assert list(rights.problems(explained | {lease}, {lease}, {lease})) == []
    assert list(rights.problems(explained, set(), {secrets})) == ["missing: list secrets (everywhere) was refused"]
    assert list(rights.problems(explained - {max(explained)}, set(), set())) == [
        f"not granted: the exception {' '.join(max(explained)[:3])} explains nothing"]


def test_long_names_of_tests_give_namespaces_of_their_own():
    long = "slow_renewals_end_a_leader_and_another_process_goes_on"
    names = {name_of_test("faults", f"{long}[{seconds}]") for seconds in (8, 14, 20)}
    assert len(names) == 3
    assert all(len(name) <= LONGEST_NAME and not name.endswith("-") for name in names)
    assert name_of_test("e2e", "a_short_one") == "e2e-a-short-one"
