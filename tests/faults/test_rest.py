"""At rest, at an upgrade, at the end, beside another's trouble, and with a server that asks for patience."""

import time

from harness.deployment import MODEL_LABEL
from harness.wait import wait_for
from rig import stories


def test_a_new_process_finds_nothing_to_write(trial):
    load = stories.PROMOTE.before(trial)
    stories.PROMOTE.under(trial)
    stories.promoted(trial)
    trial.wait_rest()
    killed = time.time()
    trial.operator.signal(9)
    wait_for(lambda: len(trial.operator.starts) == 2, 10, "another process")
    trial.operator.wait_leading()
    time.sleep(10)
    assert trial.proxy.writes(since=killed) == [], "[24, 30] unchanged specs, and it wrote"
    assert load.check_none_failed()["errors"] == 0


def test_killed_while_its_object_is_deleted_nothing_is_left(trial):
    load = stories.PROMOTE.before(trial)
    trial.proxy.arm({"when": {"verb": "patch", "resource": "services"}, "do": "kill"})
    stories.PROMOTE.under(trial)
    trial.proxy.wait_fault(60)
    load.stop()
    trial.ns.kubectl("delete", "modeldeployment", "fraud", "--timeout=20s")
    trial.operator.wait_leading()
    for plural in ("replicasets", "services", "pods", "endpointslices"):
        wait_for(lambda: not trial.ns.list(plural, f"{MODEL_LABEL}=fraud"), 45, f"[29] no {plural} left")
    trial.wait_rest()


def test_what_cannot_be_written_holds_up_nobody_else(trial):
    trial.proxy.arm({"when": {"verb": "write", "name": "bad*", "times": "always"}, "do": {"answer": 500}},
                    {"when": {"verb": "create", "resource": "replicasets", "name": "worse*", "times": "always"},
                     "do": {"answer": 403, "message": "no room for worse"}})
    for name in ("bad", "worse"):
        trial.ns.deployment(name).apply(version="1", **stories.options())
    load = stories.PROMOTE.before(trial)
    stories.PROMOTE.under(trial)
    stories.promoted(trial)  # [26]
    worse = trial.ns.deployment("worse")
    assert "no room for worse" in worse.condition("Accepted")["message"]
    refused = [fault for fault in trial.proxy.faults() if fault["name"].startswith("worse")]
    assert len(refused) <= 3, "a refusal is not asked for again and again"
    trial.proxy.arm()
    trial.ns.deployment("bad").wait_stable("1", timeout=60)
    assert load.check_none_failed()["errors"] == 0


def test_what_the_server_asks_for_is_waited_for(trial):
    """429 with Retry-After: news of pods and samples come each second, and none is written sooner for it."""
    load = stories.PROMOTE.before(trial)
    trial.proxy.arm({"when": {"verb": "write", "resource": "[!e]*", "nth": 8, "for": "14s"},
                     "do": {"answer": 429, "retryAfter": 3}})
    stories.PROMOTE.under(trial)
    trial.proxy.wait_fault(60, count=4)
    stories.promoted(trial)
    refused = [fault["at"] for fault in trial.proxy.faults() if fault["resource"] != "leases"]
    waits = [after - before for before, after in zip(refused, refused[1:])]
    assert min(waits) > 2.9, f"waits of {[round(wait, 1) for wait in waits]} s, 3 s were asked for"
    assert load.check_none_failed()["errors"] == 0
