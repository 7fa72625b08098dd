"""Versions whose pods never come up: the true reason shows at once, and stable goes on serving."""

from harness.manifests import model_deployment
from harness.wait import stays, wait_for


def check_never_served(fraud, load):
    assert fraud.status()["stable"]["version"] == "1"
    assert fraud.routed_to() == fraud.status()["stable"]["revision"]
    totals = load.check_none_failed()
    assert set(totals["versions"]) == {"1"} and totals["errors"] == 0


def shows(fraud, *words, timeout=40):
    """Waits until the message has one of `words`, while the attempt still lives."""
    fraud.wait(lambda s: any(word in s.get("message", "") for word in words), timeout,
               f"one of {words} in the message")


def test_image_that_does_not_exist(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", container={"image": "127.0.0.1:9/no-such-image:1"}, progress_deadline="30s")
    shows(fraud, "ErrImagePull", "ImagePullBackOff")
    assert fraud.rollout()["phase"] not in ("RolledBack", "RollingBack"), "the reason shows before the deadline"
    fraud.wait_over("RolledBack")
    reason = fraud.status()["history"][0]["reason"]
    assert "ImagePull" in reason, reason
    assert fraud.rollout()["revision"] in fraud.quarantined()
    check_never_served(fraud, load)


def test_crash_loop_tells_exit_code_and_last_words(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", settings="crash=7 message=weights_are_missing", progress_deadline="30s")
    shows(fraud, "weights are missing")
    fraud.wait_over("RolledBack")
    reason = fraud.status()["history"][0]["reason"]
    assert "7" in reason and "weights are missing" in reason, reason
    check_never_served(fraud, load)


def test_exceeded_quota_is_shown_and_stable_stays(ns):
    ns.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "3"}}})
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", progress_deadline="20s")
    shows(fraud, "exceeded quota")
    fraud.wait_over("RolledBack")
    assert "exceeded quota" in fraud.status()["history"][0]["reason"]
    assert len(fraud.pods()) == 2
    check_never_served(fraud, load)


def test_misspelt_pod_field_is_refused_in_the_servers_words(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", container={"imagePullPolice": "Always"})
    fraud.wait(lambda s: fraud.condition("Accepted").get("status") == "False", 20, "Accepted=False")
    assert "imagePullPolice" in fraud.condition("Accepted")["message"]
    assert fraud.condition("Stalled")["status"] == "True" and fraud.condition("Available")["status"] == "True"
    assert len(fraud.replica_sets()) == 1
    fraud.apply(version="2")
    fraud.wait_stable("2")
    assert fraud.condition("Accepted")["status"] == "True"
    load.check_none_failed()


def test_first_version_broken_then_fixed(ns):
    fraud = ns.deployment()
    fraud.apply(version="1", settings="crash=3 message=no_weights", progress_deadline="20s")
    fraud.wait(lambda s: fraud.condition("Stalled").get("status") == "True", 40, "Stalled")
    shows(fraud, "no weights")
    assert not fraud.status().get("stable") and fraud.history() == [] and fraud.quarantined() == []
    fraud.apply(version="2", progress_deadline="20s")
    fraud.wait_stable("2", timeout=45)
    fraud.wait_pods(2)
    assert fraud.condition("Stalled").get("status") != "True"


def test_foreign_service_of_the_same_name_stays_untouched(ns):
    ns.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "fraud", "labels": {"whose": "mine"}},
              "spec": {"selector": {"app": "other"}, "ports": [{"port": 80}]}})
    fraud = ns.deployment()
    before = fraud.service()
    fraud.apply(version="1")
    fraud.wait(lambda s: fraud.condition("Accepted").get("status") == "False", 20, "Accepted=False")
    accepted = fraud.condition("Accepted")
    assert accepted["reason"] == "NameTaken" and "fraud" in accepted["message"] and "Service" in accepted["message"]
    stays(lambda: fraud.service()["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"], 4,
          "the foreign Service untouched")
    ns.kubectl("delete", "service", "fraud")
    fraud.patch({"model": {"version": "2"}})
    fraud.wait_stable("2", timeout=45)


def test_malformed_objects_do_not_disturb_others(ns):
    good = ns.deploy("good", version="1")
    two_containers = model_deployment("two", version="1")
    del two_containers["spec"]["runtime"]["container"]
    containers = two_containers["spec"]["template"]["spec"]["containers"]
    containers.append({**containers[0], "name": "other"})
    odd = model_deployment("odd", version="1")
    odd["spec"]["template"]["spec"] = {"containers": "none"}
    ns.apply(two_containers, odd)
    for name in ("two", "odd"):
        bad = ns.deployment(name)
        wait_for(lambda: bad.condition("Accepted").get("status") == "False", 20, f"{name} refused")
        assert bad.condition("Accepted")["message"]
    assert "runtime.container" in ns.deployment("two").condition("Accepted")["message"]
    load = ns.load(good, rate=60)
    good.apply(version="2")
    good.wait_stable("2")
    load.check_none_failed()
