"""A profile of the training data tells a drift of the world from a drift of the model."""

import json
import re

from harness.cluster import CLUSTER
from harness.manifests import ERRORS
from harness.wait import wait_for

SCORE = {"name": "score", "drift": {"histogram": "model_score"}, "reference": {"feature": "score"}}
REFERENCE = {"reference": {"configMap": {"name": "training"}}}


def scores_of(fraud):
    """(edges, counts per bucket) of model_score on the page of one of the pods, read as text."""
    pod = fraud.pods(fraud.status()["stable"]["revision"])[0]["metadata"]["name"]
    page = CLUSTER.pod_request(fraud.namespace.name, pod, 8080, "GET", "/metrics")
    found = re.findall(r'^model_score_bucket\{le="([^"]+)"\} (\d+)', page, re.M)
    cumulative = [int(count) for _, count in found]
    counts = [after - before for before, after in zip([0, *cumulative], cumulative)]
    return [float(edge) for edge, _ in found if edge != "+Inf"], counts


def keep_profile(ns, edges, counts):
    profile = {"format": "serin-profile/1", "features": {"score": {"edges": edges, "counts": counts}}}
    ns.kubectl("create", "configmap", "training", f"--from-literal=profile.json={json.dumps(profile)}")


def served(ns, load_for=600):
    """The first version, with traffic, once it has answered enough for a profile."""
    fraud = ns.deploy(version="1", metrics=[ERRORS, SCORE], analysis=REFERENCE)
    load = ns.load(fraud, rate=80)
    wait_for(lambda: load.answered_by("1") > load_for, 40, f"{load_for} answers")
    return fraud, load


def test_data_like_that_of_the_training_is_no_drift(ns):
    fraud, load = served(ns)
    keep_profile(ns, *scores_of(fraud))
    fraud.apply(version="2", metrics=[ERRORS, SCORE], analysis=REFERENCE)
    fraud.wait(lambda s: fraud.condition("DataDrift").get("status") == "False", 60, "DataDrift False")
    fraud.wait_stable("2")
    assert fraud.condition("DataDrift")["status"] == "False"
    assert not [1 for _, reason, _ in fraud.events() if reason == "DataDrift"]
    assert load.check_none_failed()["errors"] == 0


def test_data_that_left_the_profile_is_told_and_leaves_the_rollout_alone(ns):
    fraud, load = served(ns)
    edges, counts = scores_of(fraud)
    keep_profile(ns, edges, counts[::-1])  # high scores where the low ones are
    fraud.apply(version="2", metrics=[ERRORS, SCORE], analysis=REFERENCE)
    fraud.wait(lambda s: fraud.condition("DataDrift").get("status") == "True", 60, "DataDrift True")
    condition = fraud.condition("DataDrift")
    assert condition["reason"] == "LeftProfile" and re.search(r"PSI \d", condition["message"]), condition
    fraud.wait_stable("2")
    assert fraud.history()[0] == ("2", "Promoted") and not fraud.quarantined()
    assert [kind for kind, reason, _ in fraud.events() if reason == "DataDrift"] == ["Warning"], fraud.events()
    assert load.check_none_failed()["errors"] == 0


def test_data_that_left_the_profile_holds_the_rollout_where_that_is_asked_for(ns):
    fraud, _ = served(ns)
    edges, counts = scores_of(fraud)
    keep_profile(ns, edges, counts[::-1])
    options = {"metrics": [ERRORS, SCORE], "analysis": {**REFERENCE, "onDataDrift": "Pause"}}
    fraud.apply(version="2", **options)
    fraud.wait(lambda s: "data drift" in s.get("phase", ""), 60, "the rollout holds for the data's drift")
    assert "onDataDrift is Pause" in fraud.status()["message"]
    fraud.annotate(promote=fraud.attempt())
    fraud.wait_stable("2")


def test_profile_that_is_missing_is_named_and_does_not_stop_the_rollout(ns):
    fraud, _ = served(ns, load_for=50)
    fraud.apply(version="2", metrics=[ERRORS, SCORE], analysis=REFERENCE)
    fraud.wait(lambda s: "create it: kubectl create configmap" in fraud.condition("DataDrift").get("message", ""), 60,
               "the missing ConfigMap is told")
    assert fraud.condition("DataDrift")["status"] == "Unknown"
    fraud.wait_stable("2")
