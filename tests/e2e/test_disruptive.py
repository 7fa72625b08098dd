"""The operator dies, its leader dies, and it rests. Alone, with a release of its own that watches one namespace."""

import time

import pytest

from conftest import OPERATOR_NAMESPACE
from harness.namespace import Namespace
from harness.operator import WRITES, AuditLog, Operator
from harness.wait import wait_for

pytestmark = pytest.mark.disruptive


@pytest.fixture
def ns():
    namespace = Namespace("e2e-disruptive", OPERATOR_NAMESPACE, lasting=True)
    yield namespace
    broken = namespace.broken_invariants()
    namespace.close()
    assert not broken, "invariants broken:\n" + "\n".join(broken)


@pytest.fixture
def operator():
    return Operator(OPERATOR_NAMESPACE)


def test_killed_at_five_moments_it_comes_to_the_same_end(ns, operator):
    operator.scale(1)
    good, bad = ns.deploy("good", version="1"), ns.deploy("bad", version="1")
    loads = [ns.load(good, rate=40), ns.load(bad, rate=40)]
    steps = [{"weight": 25, "hold": "6s"}, {"weight": 50, "hold": "6s"}]
    good.apply(version="2", steps=steps, soak="15s")

    def kill():
        operator.kill_9(operator.pods()[0])
        wait_for(lambda: operator.ready() == 1, 40, "the operator again")

    good.wait_phase("Evaluating", "Starting")
    kill()
    good.wait_phase("Starting", "Stepping")
    kill()
    good.wait_judging(step=0, timeout=60)
    bad.apply(version="2", settings="errors=0.5", steps=steps)
    kill()
    good.wait_judging(step=1, timeout=60)
    kill()
    good.wait_phase("Soaking", timeout=90)
    kill()
    good.wait_stable("2", timeout=90)
    bad.wait_phase("RolledBack", timeout=90)
    assert [outcome for version, outcome in good.history() if version == "2"] == ["Promoted"]
    assert good.rollout().get("attempt", 1) == 1
    assert [outcome for version, outcome in bad.history() if version == "2"] == ["RolledBack"]
    assert bad.status()["stable"]["version"] == "1"
    assert len([b for b in good.replica_sets().values() if b["spec"]["replicas"]]) == 1
    bad.wait_pods(2)
    for load in loads:
        load.check_none_failed()


def test_killed_while_it_takes_back_it_finishes(ns, operator):
    operator.scale(1)
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.5", steps=[{"weight": 50, "hold": "10m"}])
    fraud.wait_phase("RollingBack", "RolledBack", timeout=60)
    operator.kill_9(operator.pods()[0])
    assert fraud.routed_to() == fraud.status()["stable"]["revision"], "the route is written first"
    fraud.wait_over("RolledBack")
    fraud.wait_pods(2)
    assert [outcome for version, outcome in fraud.history() if version == "2"] == ["RolledBack"]
    load.check_none_failed()


def test_other_replica_goes_on_within_the_lease_time(ns, operator):
    operator.scale(2)
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2")
    fraud.wait_judging()
    leader = wait_for(operator.leader, 20, "a leader")
    before = operator.lease()
    operator.kill_9(leader)
    wait_for(lambda: operator.lease().get("holderIdentity") not in (None, "", before["holderIdentity"]),
             before["leaseDurationSeconds"] + 5, "another holder of the lease", interval=0.1)
    assert operator.leader()["metadata"]["name"] != leader["metadata"]["name"]
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted")
    load.check_none_failed()


def test_at_rest_it_writes_nothing(ns, operator):
    operator.scale(2)
    promoted, taken_back = ns.deploy("promoted", version="1"), ns.deploy("taken-back", version="1")
    ns.deploy("never-rolled", version="1")
    load, bad_load = ns.load(promoted, rate=40), ns.load(taken_back, rate=40)
    promoted.apply(version="2")
    taken_back.apply(version="2", settings="errors=0.5")
    promoted.wait_stable("2")
    taken_back.wait_phase("RolledBack", timeout=60)
    promoted.wait_pods(2)
    taken_back.wait_pods(2)
    time.sleep(15)  # series of events end, old pods are gone
    audit = AuditLog()
    time.sleep(60)
    requests = list(audit.requests(operator.account()))
    leases = [r for r in requests if r[1] == "leases"]
    assert leases, "the audit log shows the operator at all"
    writes = [r for r in requests if r[0] in WRITES and r[1] != "leases"]
    assert writes == []
    reads = [r for r in requests if r[0] in ("get", "list") and r[1] != "leases"]
    assert reads == []
    load.check_none_failed()
    bad_load.check_none_failed()
