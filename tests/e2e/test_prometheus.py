"""The judged numbers come from a Prometheus that scrapes the pods."""

import pytest

from harness.manifests import ERRORS, LATENCY
from harness.prometheus import Prometheus

LONG = [{"weight": 50, "hold": "10m"}]


@pytest.fixture
def prometheus(ns):
    with Prometheus(ns.name) as running:
        yield running


def numbers_from(prometheus, **more):
    return {"from": {"prometheus": {"address": prometheus.address, "scrapeInterval": "1s"}}, **more}


def test_version_that_errs_by_prometheus_numbers_is_rolled_back(ns, prometheus):
    analysis, metrics = numbers_from(prometheus), [ERRORS, LATENCY]
    fraud = ns.deploy(version="1", analysis=analysis, metrics=metrics)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="errors=0.5", steps=LONG, analysis=analysis, metrics=metrics)
    fraud.wait_over("RolledBack", timeout=120)
    reason = fraud.status()["history"][0]["reason"]
    assert "canary errs" in reason and 'most of it with code="500" (' in reason, reason
    assert fraud.condition("MetricsReachable")["status"] == "True"
    said = {m["name"]: m for m in fraud.status()["analysis"]["metrics"]}
    assert said["errors"]["canary"] > 0.2 > said["errors"]["stable"]
    load.check_none_failed()


def test_prometheus_that_is_down_for_a_while_changes_nothing_in_the_end(ns, prometheus):
    analysis = numbers_from(prometheus, holdAtMost="5m", deadline="10m")
    fraud = ns.deploy(version="1", analysis=analysis)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", analysis=analysis)
    fraud.wait_judging()
    fraud.wait(lambda s: any(m["samples"] > 0 for m in s.get("analysis", {}).get("metrics", [])), 90,
               "something judged")
    prometheus.kill()
    fraud.wait(lambda s: "Holding" in s.get("phase", ""), 90, "the rollout holds")
    assert prometheus.address in fraud.status()["message"], fraud.status()["message"]
    assert fraud.routed_to() is None, "the split stays as it was"
    prometheus.start()
    fraud.wait_stable("2", timeout=240)
    assert fraud.history()[0] == ("2", "Promoted")
    load.check_none_failed()
