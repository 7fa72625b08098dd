"""A version is judged by a query to a Prometheus, beside what its pods count."""

import pytest

from harness.manifests import ERRORS
from harness.prometheus import Prometheus

LONG = [{"weight": 50, "hold": "10m"}]


@pytest.fixture
def prometheus(ns):
    with Prometheus(ns.name) as running:
        yield running


def judged_by(prometheus):
    """The errors of the pods' pages, and the mean score of the canary's answers, which is bad below 0.5. The interval
    is long enough for two scrapes in each range."""
    of_canary = '{namespace="{{namespace}}", pod=~"{{name}}-{{revision}}-.+"}[{{interval}}]'
    score = {"name": "score", "worseThan": {"min": 0.5}, "query": {
        "promql": f"sum(rate(model_score_sum{of_canary})) / sum(rate(model_score_count{of_canary}))",
        "prometheus": {"address": prometheus.address}}}
    return {"analysis": {"interval": "3s"}, "metrics": [ERRORS, score]}


def verdicts(fraud):
    return {m["name"]: m for m in fraud.status().get("analysis", {}).get("metrics", [])}


def test_version_beyond_the_limit_of_a_query_is_rolled_back(ns, prometheus):
    analysis = judged_by(prometheus)
    fraud = ns.deploy(version="1", settings="score_a=8 score_b=2", **analysis)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=2 score_b=8", steps=LONG, **analysis)
    fraud.wait_over("RolledBack", timeout=180)
    reason = fraud.status()["history"][0]["reason"]
    assert reason.startswith("score is 0.") and ", below 0.5 in " in reason, reason
    assert verdicts(fraud)["score"]["canary"] < 0.5
    load.check_none_failed()


def test_version_within_the_limit_of_a_query_is_promoted(ns, prometheus):
    analysis = judged_by(prometheus)
    fraud = ns.deploy(version="1", settings="score_a=2 score_b=8", **analysis)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", **analysis)
    fraud.wait_stable("2", timeout=240)
    assert fraud.history()[0] == ("2", "Promoted")
    load.check_none_failed()


def test_query_that_is_not_answered_holds_the_rollout_and_says_why(ns, prometheus):
    analysis = judged_by(prometheus)
    analysis["analysis"]["holdAtMost"] = "5m"
    fraud = ns.deploy(version="1", settings="score_a=8 score_b=2", **analysis)
    load = ns.load(fraud, rate=60)
    fraud.apply(version="2", settings="score_a=8 score_b=2", steps=LONG, **analysis)
    fraud.wait(lambda s: any(m["name"] == "score" and m["samples"] > 0
                             for m in s.get("analysis", {}).get("metrics", [])), 120, "the query was answered")
    prometheus.kill()
    fraud.wait(lambda s: "Holding" in s.get("phase", ""), 90, "the rollout holds")
    assert f"score: Prometheus at {prometheus.address}: " in fraud.status()["message"], fraud.status()["message"]
    assert fraud.routed_to() is None, "the split stays as it was"
    prometheus.start()
    fraud.wait(lambda s: "Holding" not in s.get("phase", ""), 90, "the rollout goes on")
    load.check_none_failed()
