"""The oracle bites: for each invariant a story that breaks it, and only it. No cluster."""

import pytest
from rig import monitor
from rig.invariants import broken
from test_harness import Story

pytestmark = pytest.mark.short
MODEL_LABEL = "serin.dev/model-deployment"


class Log:
    """Of a proxy."""

    def __init__(self):
        self.records = []

    def writes(self):
        return self.records

    def write(self, verb="patch", resource="services", name="fraud", at=0.0, asked=None, version=None, uid="u",
              pod="a", status=200):
        self.records.append({"verb": verb, "resource": resource, "name": name, "at": at, "asked": asked,
                             "version": version, "uid": uid, "agent": f"serin-operator/1 ({pod})", "process": pod,
                             "status": status, "sent": status})


@pytest.fixture
def story():
    """Half way through a promotion: both versions stand with all their pods and are reached."""
    result = Story()
    result.deployment(phase="Stepping")
    for revision in ("old", "new"):
        result.replica_set(revision, 2)
        slices(result, revision, 2)
    result.service(None)
    result.deployment(rollout=rollout())
    return result


def rollout(phase="Stepping", step=1, **more):
    return {"revision": "new", "attempt": 1, "step": step, "phase": phase, "scaledAt": "01", "stepStartedAt": "02",
            "steps": [{"weight": 25, "replicas": 1}, {"weight": 50, "replicas": 2}]} | more


def slices(story, revision, count):
    story.add("EndpointSlice", f"slice-{revision}", labels={"kubernetes.io/service-name": f"fraud-{revision}", MODEL_LABEL: "fraud"},
              endpoints=[{"conditions": {"ready": True}}] * count)


def numbers(story, *proxies):
    return [words[1:].partition("]")[0] for words in broken(story.records, proxies)]


def promote(story):
    story.service("new")
    story.deployment(stable={"revision": "new"}, previous={"revision": "old"}, rollout=rollout("Soaking"))
    story.replica_set("old", 0)


def test_a_whole_promotion_breaks_nothing(story):
    promote(story)
    assert numbers(story) == []


def test_1_traffic_to_nobody(story):
    slices(story, "old", 0)
    story.service("old")
    assert numbers(story) == ["1"]


def test_2_weights_that_are_not_whole(story):
    story.deployment(rollout=rollout(), stable={"revision": "old", "weight": 70}, canary={"weight": 20})
    assert numbers(story) == ["2"]


def test_3_all_traffic_to_too_few(story):
    slices(story, "new", 1)
    story.service("new")
    assert numbers(story) == [], "they were ready a moment ago"
    for record in story.records[-2:]:
        record.at += 60
    assert numbers(story) == ["3"]


def test_4_removing_what_is_reached(story):
    story.replica_set("new", 0)
    assert numbers(story) == ["4, 7, 13"]


def test_5_more_canary_pods_than_the_step_has(story):
    story.deployment(rollout=rollout(step=0, attempt=2))
    story.replica_set("new", 2)
    assert numbers(story) == ["5"]


def test_6_a_third_version_is_reached(story):
    story.service("old")
    story.replica_set("third", 0)
    slices(story, "third", 1)
    story.deployment(rollout=rollout(attempt=2))
    story.service(None)
    assert numbers(story) == ["6"]


def test_8_flapping(story):
    for route in ("old", None, "old"):
        story.service(route)
    assert numbers(story) == []
    story.service(None)
    assert numbers(story) == ["8"]


def test_9_stable_below_its_floor(story):
    story.replica_set("old", 1)
    assert numbers(story) == ["9"]


def test_10_fewer_pods_are_reached_than_wanted(story):
    story.deployment(rollout=rollout(step=0, attempt=2))
    story.replica_set("new", 1)
    story.service("new")
    assert "10" in numbers(story)


def test_11_more_pods_than_both_versions_may_have(story):
    story.deployment(rollout=rollout("Promoting"))
    story.replica_set("new", 3)
    assert numbers(story) == ["11"]


def test_18_a_condemned_version_gets_traffic_again(story):
    story.deployment(rollout=rollout("RolledBack"), quarantined=[{"revision": "new"}])
    story.service("old")
    story.service("new")
    assert numbers(story) == ["18"]


def test_20_a_steps_start_moves(story):
    story.deployment(rollout=rollout(stepStartedAt="03"))
    assert numbers(story) == ["20"]


def test_21_a_write_of_one_who_does_not_lead(story):
    for at, holder in ((100, "a_1"), (200, "b_2")):
        story.add("Lease", "serin", spec={"holderIdentity": holder})
        story.records[-1].at = at
    log = Log()
    log.write(at=150, pod="a")
    log.write(at=250, pod="b")
    assert numbers(story, log) == []
    log.write(at=250, pod="a", status=409)
    assert numbers(story, log) == [], "what was refused did no harm"
    log.write(at=250, pod="a")
    assert numbers(story, log) == ["21"]


def test_22_a_deletion_without_a_uid(story):
    log = Log()
    log.write("delete", uid=None)
    assert numbers(story, log) == ["22"]


def test_23_an_object_that_is_made_twice(story):
    story.add("Service", "fraud-new", labels={MODEL_LABEL: "fraud"}, spec={})
    story.add("Service", "fraud-new", labels={MODEL_LABEL: "fraud"}, spec={})
    story.records[-1].uid = "another"
    assert numbers(story) == ["23"]


def test_25_a_plan_from_before_an_own_write(story):
    log = Log()
    log.write(asked="5", version="7")
    log.write(asked="7", version="9")
    assert numbers(story, log) == []
    log.write(asked="8", status=409)
    assert numbers(story, log) == ["25"]
    log.records[-1]["process"] = "another"
    assert numbers(story, log) == [], "a new process was told nothing"


def test_27_a_step_back(story):
    story.deployment(rollout=rollout(step=0))
    assert numbers(story) == ["27"]


def test_28_claiming_what_is_not(story):
    story.deployment(stable={"revision": "new"}, rollout=rollout("Soaking"))
    assert numbers(story) == ["28"]


def test_28_ready_without_a_ready_pod(story):
    promote(story)
    slices(story, "new", 0)
    story.deployment(stable={"revision": "new"}, previous={"revision": "old"}, rollout=rollout("Soaking"),
                     conditions=[{"type": "Ready", "status": "True", "lastTransitionTime": "1"}])
    assert numbers(story) == ["28"]


def test_digests_count_every_uid(story):
    promote(story)
    story.replica_set("old", 0, "DELETED")
    assert monitor.digest(story.records)["ReplicaSet fraud-old"] == [1, 1]
    assert monitor.routes(story.records) == [["fraud", "every"], ["fraud", "new"]]


def test_masks_hide_what_differs_without_a_fault():
    runs = [{"a.x": 1, "a.y": number, "a.uid": str(number)} for number in (1, 2)]
    mask = monitor.learn_mask(runs)
    assert monitor.differences(runs[0], {"a.x": 1, "a.y": 9, "a.uid": "9"}, mask) == []
    assert monitor.differences(runs[0], {"a.x": 2, "a.y": 9}, mask) == ["a.x: 1 without a fault, here 2"]
    assert monitor.differences(runs[0], {"a.y": 1}, mask) == ["a.x: 1 without a fault, here 'absent'"]
