"""A profile of the training data tells a drift of the world from a drift of the model."""

import datetime
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


SEEN = {"name": "seen", "drift": {"histogram": "model_score", "of": "inputs"}, "reference": {}}
PAST = {"reference": {"stable": {"over": "7d"}}}


def keep_record(fraud, edges, counts):
    """Three days of `counts` in every hour, as somebody restores a record that was saved (docs/profiles.md)."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    hours = {(now - datetime.timedelta(hours=i)).strftime("%Y-%m-%dT%H:00:00Z"): counts for i in range(1, 73)}
    feature = {"about": "model_score", "since": min(hours), "edges": edges, "hours": hours}
    meta = fraud.get()["metadata"]
    fraud.namespace.apply({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": f"{fraud.name}-serin-record", "ownerReferences": [
            {"apiVersion": "serin.dev/v1alpha1", "kind": "ModelDeployment", "name": fraud.name, "uid": meta["uid"],
             "controller": True, "blockOwnerDeletion": True}]},
        "data": {"record": json.dumps({"format": "serin-record/1", "features": {"seen": feature}})}})


def at_rest_with_record(ns, change):
    """A version at rest that is compared with its past, which is `change` of what it counts now."""
    fraud = ns.deploy(version="1", metrics=[ERRORS])
    load = ns.load(fraud, rate=80)
    wait_for(lambda: load.answered_by("1") > 600, 40, "600 answers")
    edges, counts = scores_of(fraud)
    keep_record(fraud, edges, change(counts))
    fraud.apply(version="1", metrics=[ERRORS, SEEN], analysis=PAST)
    return fraud, load


def test_data_like_that_of_the_hours_before_is_no_drift_and_costs_no_write(ns):
    fraud, load = at_rest_with_record(ns, lambda counts: counts)
    fraud.wait(lambda s: fraud.condition("DataDrift").get("reason") == "LikePast", 60, "DataDrift False")
    assert fraud.condition("DataDrift")["status"] == "False"
    version, answered = fraud.get()["metadata"]["resourceVersion"], load.answered_by("1")
    wait_for(lambda: load.answered_by("1") > answered + 800, 60, "ten more intervals")
    assert fraud.get()["metadata"]["resourceVersion"] == version, "something was written at rest"


def test_data_that_differs_from_the_hours_before_is_told_at_rest(ns):
    fraud, _ = at_rest_with_record(ns, lambda counts: counts[::-1])
    fraud.wait(lambda s: fraud.condition("DataDrift").get("status") == "True", 60, "DataDrift True")
    condition = fraud.condition("DataDrift")
    assert condition["reason"] == "DiffersFromPast", condition
    assert "seen of the version that serves differs from the same hour of the day in the last 7 days: PSI" \
        in condition["message"], condition
    assert fraud.status()["phase"] == "Stable"
    assert [kind for kind, reason, _ in fraud.events() if reason == "DataDrift"] == ["Warning"], fraud.events()


def test_without_a_day_of_record_the_condition_says_since_when_it_is_kept(ns):
    fraud = ns.deploy(version="1", metrics=[ERRORS, SEEN], analysis=PAST)
    ns.load(fraud, rate=40)
    fraud.wait(lambda s: fraud.condition("DataDrift").get("reason") == "Recording", 60, "DataDrift is recording")
    assert re.search(r"is recorded since 20\S+:00:00Z and compared with its own past from 20\S+:00:00Z on",
                     fraud.condition("DataDrift")["message"]), fraud.condition("DataDrift")


def test_record_of_somebody_elses_is_named_and_left_alone(ns):
    ns.kubectl("create", "configmap", "fraud-serin-record", "--from-literal=record=mine")
    fraud = ns.deploy(version="1", metrics=[ERRORS, SEEN], analysis=PAST)
    ns.load(fraud, rate=40)
    fraud.wait(lambda s: "not this ModelDeployment's" in fraud.condition("DataDrift").get("message", ""), 60,
               "the ConfigMap is named")
    assert "mine" in ns.kubectl("get", "configmap", "fraud-serin-record", "-o", "jsonpath={.data.record}")
