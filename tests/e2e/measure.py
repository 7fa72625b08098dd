#!/usr/bin/env python3
"""Prints what the operator needs: memory with 1 and with 201 ModelDeployments, and API writes of a rollout of three
steps. Run by `tests/run bench` against a release of its own; numbers only, no thresholds."""

import collections
import os
import sys
import time

from harness.cluster import CLUSTER
from harness.manifests import model_deployment
from harness.namespace import Namespace
from harness.operator import WRITES, AuditLog, Operator
from harness.wait import wait_for

MANY = 200


def resident_kilobytes(operator):
    """Of the leader's process, after it had a moment to come to rest."""
    time.sleep(5)
    status = (operator.process(operator.leader()) / "status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def writes_of_a_rollout(ns, operator, deployment):
    load = ns.load(deployment, rate=60)
    time.sleep(5)
    audit, start = AuditLog(), time.monotonic()
    deployment.apply(version="2", replicas=3, soak="8s", steps=[
        {"weight": 25, "hold": "6s"}, {"weight": 40, "hold": "6s"}, {"weight": 50, "hold": "6s"}])
    deployment.wait_stable("2")
    took = time.monotonic() - start
    load.stop()
    time.sleep(2)
    requests = list(audit.requests(operator.account()))
    writes = collections.Counter(f"{verb} {what}" for verb, what, _, _ in requests if verb in WRITES and what != "leases")
    reads = collections.Counter(f"{verb} {what}" for verb, what, _, _ in requests
                                if verb in ("get", "list") and what != "leases")
    return sum(writes.values()), took, {**writes, **reads}


def main():
    operator = Operator(os.environ["SERIN_OPERATOR_NAMESPACE"])
    operator.scale(1)
    wait_for(operator.leader, 30, "a leader")
    ns = Namespace("e2e-disruptive", operator.namespace, lasting=True)
    try:
        fraud = ns.deploy(version="1", replicas=3)
        one = resident_kilobytes(operator)
        print(f"memory with 1 ModelDeployment: {one / 1024:.1f} MB", flush=True)
        count, took, detail = writes_of_a_rollout(ns, operator, fraud)
        print(f"writes of a rollout of three steps: {count} in {took:.0f} s", flush=True)
        for what, times in sorted(detail.items()):
            print(f"  {times:4} {what}", flush=True)
        before = resident_kilobytes(operator)
        ns.apply(*(model_deployment(f"idle-{i:03}", replicas=0) for i in range(MANY)))
        many = resident_kilobytes(operator)
        print(f"memory with {MANY + 1} ModelDeployments: {many / 1024:.1f} MB, {(many - before) / MANY:.0f} kB each")
    finally:
        CLUSTER.kubectl("-n", ns.name, "delete", "modeldeployments", "--all", "--wait=false")
        ns.close()


if __name__ == "__main__":
    sys.exit(main())
