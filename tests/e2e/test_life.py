"""The road that everybody wants: a first version, a better one, and the end."""

from harness.deployment import MODEL_LABEL, REVISION_LABEL
from harness.manifests import model_deployment
from harness.wait import wait_for


def test_first_version_goes_straight_to_full_size(ns):
    fraud = ns.deploy(version="1", replicas=3)
    ns.kubectl("wait", "modeldeployment/fraud", "--for=condition=Ready", "--timeout=5s")
    status = fraud.status()
    assert status["stable"]["version"] == "1" and status["stable"]["ready"] == 3
    assert status["stable"]["weight"] == 100 and not status.get("canary")
    assert all("Evaluating" != s.get("rollout", {}).get("phase") for s in fraud.statuses())
    assert fraud.condition("Accepted")["status"] == "True" and fraud.condition("Available")["status"] == "True"
    assert fraud.condition("Stalled").get("status") != "True"
    assert status["observedGeneration"] == fraud.get()["metadata"]["generation"]
    assert fraud.routed_to() == status["stable"]["revision"]
    load = ns.load(fraud)
    wait_for(lambda: load.answered_by("1") > 50, 20, "50 answers of version 1")
    load.check_none_failed()


def test_objects_are_what_the_design_says(ns):
    manifest = model_deployment(version="1")
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    del container["readinessProbe"]
    manifest["spec"]["template"]["metadata"] = {"labels": {"app.kubernetes.io/name": "mine", "team": "risk"}}
    ns.apply(manifest)
    fraud = ns.deployment()
    fraud.wait_stable("1", timeout=60)
    revision = fraud.status()["stable"]["revision"]
    uid = fraud.get()["metadata"]["uid"]
    replica_set = fraud.replica_sets()[revision]
    assert replica_set["metadata"]["name"] == f"fraud-{revision}"
    assert [owner["uid"] for owner in replica_set["metadata"]["ownerReferences"] if owner["controller"]] == [uid]
    assert all(key.startswith("serin.dev/") for key in replica_set["spec"]["selector"]["matchLabels"])
    pod = fraud.pods(revision)[0]
    labels = pod["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "mine" and labels["team"] == "risk"
    assert labels[MODEL_LABEL] == "fraud" and labels[REVISION_LABEL] == revision
    served = pod["spec"]["containers"][0]
    assert served["readinessProbe"]["httpGet"]["path"] == "/v2/models/m/ready"
    assert served["lifecycle"]["preStop"]["sleep"]["seconds"] == 2
    service = fraud.service()
    assert service["spec"]["ports"][0]["targetPort"] in {port["name"] for port in served["ports"]}
    assert service["spec"]["ports"][0]["targetPort"].startswith("serin-")
    services = {body["metadata"]["name"] for body in ns.list("services", f"{MODEL_LABEL}=fraud")}
    assert services == {"fraud", f"fraud-{revision}"}
    assert "finalizers" not in fraud.get()["metadata"]
    scale = ns.kubectl("get", "--raw", f"/apis/serin.dev/v1alpha1/namespaces/{ns.name}/modeldeployments/fraud/scale")
    assert MODEL_LABEL in scale and '"replicas":2' in scale


def test_better_version_is_promoted_and_nothing_restarts(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60)
    first = fraud.status()["stable"]["revision"]
    fraud.apply(version="2")
    fraud.wait_judging(step=0)
    assert fraud.condition("Reconciling")["status"] == "True" and fraud.condition("Ready")["status"] == "False"
    fraud.wait_judging(step=1)
    assert {body["spec"]["replicas"] for body in fraud.replica_sets().values()} == {2}
    second = fraud.rollout()["revision"]
    judged = {pod["metadata"]["uid"] for pod in fraud.pods(second)}
    fraud.wait_phase("Soaking")
    assert fraud.status()["previous"]["revision"] == first
    assert fraud.routed_to() == second
    fraud.wait_stable("2")
    assert {pod["metadata"]["uid"] for pod in fraud.pods(second)} == judged
    assert all(c["restartCount"] == 0 for pod in fraud.pods(second) for c in pod["status"]["containerStatuses"])
    fraud.wait_pods(0, revision=first)
    assert ("2", "Promoted") in fraud.history()
    assert fraud.events(), "a rollout leaves events"
    totals = load.check_none_failed()
    assert totals["errors"] == 0 and totals["versions"]["2"] > 50


def test_kept_connections_survive_a_promotion(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud, rate=60, requests_per_connection=20)
    fraud.apply(version="2")
    fraud.wait_stable("2")
    load.check_none_failed()


def test_deleting_mid_rollout_leaves_nothing(ns):
    fraud = ns.deploy(version="1")
    load = ns.load(fraud)
    fraud.apply(version="2", steps=[{"weight": 50, "hold": "10m"}])
    fraud.wait_judging()
    load.stop()
    ns.kubectl("delete", "modeldeployment", "fraud", "--timeout=20s")
    for plural in ("replicasets", "services", "pods", "endpointslices"):
        wait_for(lambda: not ns.list(plural, f"{MODEL_LABEL}=fraud"), 45, f"no {plural} left")
