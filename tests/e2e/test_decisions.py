"""What people decide: each decision is obeyed once, and only when it names what is going on."""

from harness.wait import stays, wait_for

LONG = [{"weight": 50, "hold": "10m"}]


def unmoved(fraud, seconds=3):
    before = fraud.rollout()
    stays(lambda: (fraud.rollout()["phase"], fraud.rollout().get("step"), fraud.rollout()["attempt"]) ==
          (before["phase"], before.get("step"), before["attempt"]), seconds, lambda: f"unmoved: {fraud.rollout()}")


def test_approval(ns):
    steps = [{"weight": 50, "hold": "1s"}, {"approval": {}}, {"weight": 50, "hold": "1s"}, {"approval": {}}]
    fraud = ns.deploy(version="1", steps=steps)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", steps=steps)
    fraud.wait(lambda s: s.get("rollout", {}).get("step") == 1, 45, "the first approval asked for")
    attempt = fraud.attempt()
    wait_for(lambda: f"serin.dev/approve={attempt}.1" in fraud.rollout().get("next", ""), 5, "the command to type")
    # Stale: another step's number that has passed, another attempt, another revision.
    for stale in (f"{attempt}.0", f"{fraud.rollout()['revision']}.9.1", "0000000000.1.1", "nonsense"):
        fraud.annotate(approve=stale)
        unmoved(fraud, 1.5)
    fraud.annotate(approve=f"{attempt}.1")
    fraud.wait(lambda s: s["rollout"].get("step") == 3, 30, "the second approval asked for")
    # Repeated and removed again.
    fraud.annotate(approve=None)
    fraud.annotate(approve=f"{attempt}.1")
    unmoved(fraud)
    fraud.annotate(approve=f"{attempt}.3")
    fraud.wait_phase("Promoting", "Soaking")
    fraud.annotate(approve=None)
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted")
    load.check_none_failed()


def test_promotion_by_a_person(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", steps=LONG, soak="8s")
    fraud.wait_judging()
    attempt = fraud.attempt()
    fraud.annotate(promote=f"{fraud.rollout()['revision']}.7")
    unmoved(fraud)
    fraud.annotate(promote=attempt)
    fraud.wait_phase("Soaking")
    fraud.annotate(promote=None)
    fraud.annotate(promote=attempt)
    fraud.wait_stable("2")
    # What is still written there belongs to an attempt that is over.
    fraud.apply(version="3", steps=LONG)
    fraud.wait_judging()
    unmoved(fraud)
    load.check_none_failed()


def test_abort_and_retry(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    revision, first = fraud.rollout()["revision"], fraud.attempt()
    fraud.annotate(abort=f"{revision}.5")
    unmoved(fraud)
    fraud.annotate(abort=first)
    fraud.wait_over("Aborted")
    assert fraud.routed_to() == fraud.status()["stable"]["revision"] != revision
    assert fraud.history()[0] == ("2", "Aborted") and fraud.quarantined() == []
    assert fraud.condition("Stalled")["status"] == "True"
    fraud.wait_pods(0, revision=revision)
    # Taken away it undoes nothing; put back it means nothing new.
    fraud.annotate(abort=None)
    unmoved(fraud)
    fraud.annotate(abort=first)
    # A retry of an attempt that was not.
    fraud.annotate(retry=f"{revision}.4")
    unmoved(fraud)
    fraud.annotate(retry=first)
    fraud.wait(lambda s: s.get("rollout", {}).get("attempt") == 2, 20, "attempt 2")
    fraud.wait_judging()
    # Repeated, and the old abort of attempt 1 still standing there.
    fraud.annotate(retry=None)
    fraud.annotate(retry=first)
    unmoved(fraud)
    fraud.annotate(abort=f"{revision}.2")
    fraud.wait_over("Aborted")
    assert fraud.rollout()["attempt"] == 2
    fraud.annotate(retry=first)
    unmoved(fraud)
    load.check_none_failed()


def test_abort_outranks_promote(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    fraud.annotate(abort=fraud.attempt(), promote=fraud.attempt())
    fraud.wait_over("Aborted")
    assert fraud.status()["stable"]["version"] == "1"
    load.check_none_failed()


def test_pause_stops_forward_moves_but_not_judging(ns):
    steps = [{"weight": 33, "hold": "3s"}, {"weight": 50, "hold": "3s"}]
    fraud = ns.deploy(version="1", steps=steps)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", steps=steps)
    fraud.wait_judging(step=0)
    fraud.patch({"paused": True})
    fraud.wait(lambda s: s["observedGeneration"] == fraud.get()["metadata"]["generation"], 10, "the pause seen")
    unmoved(fraud, 8)
    fraud.patch({"paused": False})
    fraud.wait_judging(step=1)
    fraud.patch({"paused": True})
    fraud.control(fraud.rollout()["revision"], "errors=0.8")
    fraud.wait_over("RolledBack")
    assert fraud.status()["stable"]["version"] == "1"
    load.check_none_failed()


def test_retry_of_a_quarantined_version(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", steps=LONG)
    fraud.wait_judging()
    revision = fraud.rollout()["revision"]
    fraud.control(revision, "errors=0.8")
    fraud.wait_over("RolledBack")
    assert revision in fraud.quarantined()
    # Back to the stable spec and again to the bad one: it is not let in by itself.
    fraud.apply(version="1", steps=LONG)
    fraud.wait_stable("1")
    fraud.apply(version="2", steps=LONG)
    fraud.wait(lambda s: fraud.condition("Stalled").get("status") == "True", 20, "Stalled for the quarantine")
    stays(lambda: not fraud.pods(revision), 4, "no pod of the quarantined version")
    fraud.annotate(retry=f"{revision}.1")
    fraud.wait(lambda s: s.get("rollout", {}).get("attempt") == 2, 20, "attempt 2")
    fraud.wait_judging()
    fraud.annotate(promote=f"{revision}.2")
    fraud.wait_stable("2")
    load.check_none_failed()
