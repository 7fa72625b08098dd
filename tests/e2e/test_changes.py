"""People change their minds in the middle of a rollout."""

from harness.deployment import REVISION_LABEL
from harness.wait import stays, wait_for

LONG = [{"weight": 50, "hold": "10m"}]


def test_third_revision_first_returns_the_traffic(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    first = fraud.status()["stable"]["revision"]
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    second = fraud.rollout()["revision"]
    fraud.apply(version="3")
    fraud.wait(lambda s: s["rollout"]["revision"] != second, 30, "the rollout of version 3")
    fraud.wait_stable("3")
    assert ("2", "Superseded") in fraud.history() and fraud.history()[0] == ("3", "Promoted")
    assert fraud.quarantined() == []
    selected = [record.body["spec"]["selector"].get(REVISION_LABEL) for record in ns.recorder.records()
                if record.kind == "Service" and record.name == "fraud"]
    moves = [a for a, b in zip(selected, [*selected[1:], "end"]) if a != b]
    assert moves == [first, None, first, None, fraud.status()["stable"]["revision"]], moves
    fraud.patch({"history": 0})
    wait_for(lambda: len(fraud.replica_sets()) == 2, 20, "no old ReplicaSet is kept but the one to return to")
    fraud.patch({"analysis": {"watchFor": "0s"}})
    wait_for(lambda: len(fraud.replica_sets()) == 1, 20, "no old ReplicaSet is kept")
    load.check_none_failed()


def test_return_to_the_stable_spec_is_a_rollback(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    first = fraud.status()["stable"]["revision"]
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    second = fraud.rollout()["revision"]
    fraud.apply(version="1", steps=LONG)
    wait_for(lambda: fraud.routed_to() == first, 5, "the traffic back at once")
    fraud.wait_stable("1")
    fraud.wait_pods(0, revision=second)
    assert fraud.history()[0] == ("2", "Reverted") and fraud.quarantined() == []
    load.check_none_failed()


def test_scaling_up_and_down_mid_rollout(ns):
    fraud = ns.deploy(version="1", replicas=2)
    load = ns.load(fraud)
    first = fraud.status()["stable"]["revision"]
    fraud.apply(version="2", replicas=2, steps=LONG)
    fraud.wait_judging()
    second = fraud.rollout()["revision"]
    ns.kubectl("scale", "modeldeployment", "fraud", "--replicas=4")
    fraud.wait_pods(4, revision=first)
    fraud.wait_pods(4, revision=second)
    ns.kubectl("scale", "modeldeployment", "fraud", "--replicas=2")
    stays(lambda: len(fraud.pods(first)) == 4, 4, "stable keeps its floor while the rollout lives")
    fraud.annotate(promote=fraud.attempt())
    fraud.wait_stable("2")
    fraud.wait_pods(2, revision=second)
    fraud.wait_pods(0, revision=first)
    load.check_none_failed()


def test_scaling_to_zero_ends_the_rollout_and_back_again(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    first = fraud.status()["stable"]["revision"]
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    load.stop()
    ns.kubectl("scale", "modeldeployment", "fraud", "--replicas=0")
    fraud.wait_pods(0)
    assert fraud.routed_to() == first
    ns.kubectl("scale", "modeldeployment", "fraud", "--replicas=2")
    fraud.wait(lambda s: s.get("stable", {}).get("ready") == 2, 45, "two ready pods again")


def test_steps_changed_mid_rollout_go_on_at_the_next_weight(ns):
    fraud = ns.deploy(version="1", replicas=3)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", replicas=3, steps=[{"weight": 25, "hold": "10m"}, {"weight": 50, "hold": "10m"}])
    fraud.wait_judging()
    attempt = fraud.attempt()
    fraud.apply(version="2", replicas=3, steps=[{"weight": 40, "hold": "2s"}, {"weight": 50, "hold": "2s"}])
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted")
    assert all(f"{r['revision']}.{r['attempt']}" == attempt for s in fraud.statuses()
               if (r := s.get("rollout")) and r["phase"] == "Soaking")
    load.check_none_failed()
