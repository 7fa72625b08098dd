"""Models come from a registry: what its alias points to is loaded, rolled out, judged, and taken back."""

import hashlib
import json
import os
import shlex
import subprocess

import pytest

from harness.cluster import CLUSTER
from harness.manifests import model_deployment, server_container
from harness.registry import MODEL, NETWORK, PASSWORD, USER, Registry
from harness.wait import wait_for

SECRET = "mlflow"
BAD = "errors=0.5"


@pytest.fixture
def registry():
    with Registry() as running:
        running.register("1")
        running.point("champion", "1")
        yield running


def source(registry, **more):
    return {"uri": f"mlflow://{MODEL}@champion", "endpoint": registry.address, "follow": {"interval": "10s"}, **more}


def deploy(ns, registry, wait="1", judged=None, limits=None, **more):
    """A ModelDeployment whose pods know nothing of the model but where it is mounted. `judged`: what model_deployment()
    is told beside that; `limits`: of the serving container; the rest goes into the source."""
    manifest = model_deployment(**(judged or {}))
    manifest["spec"]["model"] = {"name": "m", "source": source(registry, **more)}
    container = server_container("none")
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models/data"}]
    if limits:
        container["resources"] = {"limits": limits}
    manifest["spec"]["template"]["spec"]["containers"] = [container]
    ns.apply(manifest)
    fraud = ns.deployment()
    if wait:
        fraud.wait_stable(wait, timeout=90)
    return fraud


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Signer:
    """A key of ECDSA, and what cosign sign-blob and openssl do with it."""

    def __init__(self, folder):
        self.private, self.public = folder / "cosign.key", folder / "cosign.pub"
        self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.private)
        self._openssl("pkey", "-in", self.private, "-pubout", "-out", self.public)

    def sign(self, registry, version):
        text = registry.manifest(version).encode()
        registry.put(version, "SHA256SUMS", text)
        registry.put(version, "SHA256SUMS.sig", self._openssl("dgst", "-sha256", "-sign", self.private, stdin=text))

    @staticmethod
    def _openssl(*arguments, stdin=b""):
        return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=True).stdout


def looks(registry):
    return sum("registered-models/alias" in line for line in registry.asked())


def writes(ns):
    return [r.version for r in ns.recorder.records() if r.kind == "ModelDeployment"]


def test_what_the_alias_points_to_is_loaded_and_serves(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud)
    wait_for(lambda: load.answered_by("1") > 50, 20, "50 answers of version 1")
    known = fraud.status()["source"]
    assert known["uri"] == "mlflow://fraud@champion" and known["version"] == "1" and known["files"] == 3
    assert known["id"].startswith("mlflow:fraud/1 ") and fraud.status()["stable"]["id"] == known["id"]
    assert fraud.condition("SourceReady")["status"] == "True"
    pod = fraud.pods()[0]
    assert pod["spec"]["initContainers"][0]["name"] == "serin-fetch"
    [mount] = [m for m in pod["spec"]["containers"][0]["volumeMounts"] if m["name"] == "serin-model"]
    assert mount["mountPath"] == "/mnt/models" and mount["readOnly"]
    load.check_none_failed()


def test_alias_that_moves_is_rolled_out_and_promoted(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("champion", "2")
    fraud.wait_judging(step=0, timeout=60)
    assert fraud.status()["canary"]["version"] == "2"
    fraud.wait_stable("2", timeout=120)
    assert fraud.history()[0] == ("2", "Promoted")
    assert load.answered_by("2") > 0
    load.check_none_failed()


def test_version_that_is_worse_is_rolled_back_and_not_deployed_again(ns, registry):
    fraud = deploy(ns, registry)
    ns.load(fraud, rate=60)
    registry.register("2", settings=BAD)
    registry.point("champion", "2")
    fraud.wait_phase("RolledBack", timeout=120)
    assert len(fraud.quarantined()) == 1
    registry.point("champion", "1")
    fraud.wait(lambda status: status["phase"] == "Stable", 60, "the alias points to the stable version")
    registry.point("champion", "2")
    fraud.wait(lambda status: status["phase"] == "Quarantined", 60, "it is told why nothing happens")
    message = fraud.status()["message"]
    assert "mlflow://fraud@champion points to version 2" in message and "serin.dev/retry=" in message
    assert fraud.status()["stable"]["version"] == "1"
    assert fraud.routed_to() == fraud.status()["stable"]["revision"]
    registry.register("3")
    registry.point("champion", "3")
    fraud.wait_stable("3", timeout=120)


def test_registry_that_dies_moves_nothing_and_is_told(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud, rate=60)
    revision = fraud.status()["stable"]["revision"]
    pods = {pod["metadata"]["uid"] for pod in fraud.pods()}
    registry.kill()
    fraud.wait(lambda _: fraud.condition("SourceReady").get("reason") == "StoreUnavailable", 60, "it is told")
    assert fraud.status()["stable"]["revision"] == revision and fraud.condition("Ready")["status"] == "True"
    assert {pod["metadata"]["uid"] for pod in fraud.pods()} == pods
    fraud.patch({"replicas": 3})
    fraud.wait(lambda status: status["stable"]["replicas"] == 1 + 2, 30, "scaling needs no registry")
    registry.register("2")
    registry.point("champion", "2")
    registry.start()
    fraud.wait_stable("2", timeout=180)
    load.check_none_failed()


def test_registry_that_answers_garbage_moves_nothing_and_is_told(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud, rate=60)
    pods = {pod["metadata"]["uid"] for pod in fraud.pods()}
    registry.babble()
    registry.register("2")
    registry.point("champion", "2")
    fraud.wait(lambda _: fraud.condition("SourceReady")["status"] == "False", 60, "it is told")
    assert "registered-models/alias" in fraud.condition("SourceReady")["message"]
    assert fraud.condition("Ready")["status"] == "True" and fraud.status()["stable"]["version"] == "1"
    assert {pod["metadata"]["uid"] for pod in fraud.pods()} == pods
    registry.babble(False)
    fraud.wait_stable("2", timeout=180)
    load.check_none_failed()


def hook(ns, fraud, secret):
    """The status of the answer to a hook, by whichever replica the Service finds."""
    service = CLUSTER.get(f"/api/v1/namespaces/{ns.operator}/services/{ns.operator}-webhooks")["spec"]
    url = f"http://{service['clusterIP']}:{service['ports'][0]['port']}/hooks/{ns.name}/{fraud.name}"
    done = subprocess.run(["nsenter", f"--net=/run/netns/{NETWORK}", "curl", "-s", "-m", "5", "-o", "/dev/null", "-w",
                           "%{http_code}", "-X", "POST", "-H", f"X-Serin-Token: {secret}", "-d", "", url],
                          capture_output=True, text=True)
    return done.stdout


def test_hook_causes_a_look_at_once_and_a_wrong_secret_causes_none(ns, registry):
    fraud = deploy(ns, registry, follow={"interval": "1h"})
    load = ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("champion", "2")
    asked = looks(registry)
    assert hook(ns, fraud, "a wrong secret of 24 byte") in ("401", "503")
    assert looks(registry) == asked and fraud.status()["phase"] == "Stable"
    wait_for(lambda: hook(ns, fraud, os.environ["SERIN_HOOK_SECRET"]) == "202", 30, "the replica that leads takes it")
    fraud.wait_stable("2", timeout=120)
    load.check_none_failed()


def test_rollout_goes_on_and_is_taken_back_without_its_registry(ns, registry):
    fraud = deploy(ns, registry)
    ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("champion", "2")
    fraud.wait_judging(step=0, timeout=60)
    registry.kill()
    fraud.control(fraud.status()["canary"]["revision"], BAD)
    fraud.wait_over("RolledBack", timeout=90)
    assert fraud.status()["stable"]["version"] == "1"


def test_at_rest_the_registry_is_asked_and_kubernetes_is_not_written_to(ns, registry):
    deploy(ns, registry)
    asked, written = looks(registry), len(writes(ns))
    wait_for(lambda: looks(registry) >= asked + 3, 60, "three looks")
    assert len(writes(ns)) == written


def test_refresh_looks_at_once_where_nothing_is_followed(ns, registry):
    fraud = deploy(ns, registry, follow=None)
    ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("champion", "2")
    fraud.annotate(refresh="now")
    fraud.wait_stable("2", timeout=120)
    assert fraud.status()["source"]["refresh"] == "now"


def guarded(ns, registry):
    registry.register("1")
    registry.point("champion", "1")
    ns.kubectl("create", "secret", "generic", SECRET, f"--from-literal=MLFLOW_TRACKING_USERNAME={USER}",
               f"--from-literal=MLFLOW_TRACKING_PASSWORD={PASSWORD}")
    return deploy(ns, registry, wait=None, credentials={"secretName": SECRET})


def run_what_is_told(fraud):
    """Runs the commands that SourceReady prints."""
    fraud.wait(lambda _: fraud.condition("SourceReady").get("reason") == "CredentialsForbidden", 60, "it is told")
    for command in fraud.condition("SourceReady")["message"].partition("grant it: ")[2].split(" && "):
        CLUSTER.kubectl(*shlex.split(command)[1:])
    fraud.annotate(refresh="granted")


def do_as_told(fraud):
    run_what_is_told(fraud)
    fraud.wait_stable("1", timeout=90)


def test_secret_that_may_not_be_read_is_told_with_the_commands_and_never_repeated(ns):
    with Registry(guarded=True) as registry:
        fraud = guarded(ns, registry)
        fraud.wait(lambda _: fraud.condition("Stalled").get("status") == "True", 60, "a person is needed")
        do_as_told(fraud)
        log = CLUSTER.kubectl("-n", ns.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--tail=-1")
        assert PASSWORD not in json.dumps(fraud.statuses()) + json.dumps(fraud.events()) + log


def test_credentials_that_are_revoked_are_told_and_what_serves_goes_on(ns):
    with Registry(guarded=True) as registry:
        fraud = guarded(ns, registry)
        do_as_told(fraud)
        load = ns.load(fraud)
        registry.guard("another one")
        registry.register("2")
        registry.point("champion", "2")
        fraud.wait(lambda _: fraud.condition("SourceReady").get("reason") == "StoreForbidden", 60, "it is told")
        assert fraud.condition("Ready")["status"] == "True" and fraud.status()["stable"]["version"] == "1"
        registry.guard(PASSWORD)
        fraud.wait_stable("2", timeout=180)
        load.check_none_failed()


def test_a_model_that_is_larger_than_the_disk_never_serves_and_is_told(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud)
    registry.register("2", holes=10**13)
    registry.point("champion", "2")
    fraud.wait(lambda status: "give the volume more room" in status.get("message", ""), 90, "it is told")
    assert "10.0 TB are needed" in fraud.status()["message"]
    registry.register("3")
    registry.point("champion", "3")
    fraud.wait_stable("3", timeout=180)
    assert load.answered_by("2") == 0
    load.check_none_failed()


def test_a_pod_that_is_evicted_for_its_disk_while_it_loads_is_told_in_the_kubelets_words(ns, registry):
    """The kubelet measures volumes from time to time; until then the model may grow beyond the limit."""
    fraud = deploy(ns, registry, judged={"progress_deadline": "20m"}, limits={"ephemeral-storage": "20Mi"})
    load = ns.load(fraud)
    registry.register("2", holes=200_000_000)
    registry.slow_down(500_000)
    registry.point("champion", "2")
    words = "the pod failed (Evicted): Pod ephemeral local storage usage exceeds the total limit of containers 20Mi"
    fraud.wait(lambda status: words in status.get("message", ""), 360, "it is told")
    registry.slow_down(0)
    registry.register("3")
    registry.point("champion", "3")
    fraud.wait_stable("3", timeout=180)
    assert load.answered_by("2") == 0
    load.check_none_failed()


def test_version_that_is_not_there_is_told(ns, registry):
    registry.point("champion", "7")
    fraud = deploy(ns, registry, wait=None)
    fraud.wait(lambda _: fraud.condition("SourceReady").get("reason") == "NotFound", 60, "it is told")
    assert not fraud.replica_sets()
    registry.point("champion", "1")
    fraud.annotate(refresh="mended")
    fraud.wait_stable("1", timeout=90)


def test_artifact_is_loaded_from_a_registry_by_a_pull_secret_and_its_tag_is_followed(ns):
    with Registry(guarded=True) as registry:
        registry.register("1")
        registry.point("champion", "1")
        ns.kubectl("create", "secret", "docker-registry", SECRET, "--docker-server=registry.example",
                   f"--docker-username={USER}", f"--docker-password={PASSWORD}")
        fraud = deploy(ns, registry, wait=None, uri="oci://registry.example/ml/fraud:champion",
                       credentials={"secretName": SECRET})
        run_what_is_told(fraud)
        fraud.wait(lambda status: status["phase"] == "Stable", 90, "it serves")
        first = fraud.status()["source"]
        assert first["id"].startswith("oci:registry.example/ml/fraud@sha256:") and first["files"] == 3
        load = ns.load(fraud, rate=60)
        wait_for(lambda: load.answered_by("1") > 50, 20, "50 answers of the first version")
        registry.register("2")
        registry.point("champion", "2")
        wait_for(lambda: load.answered_by("2") > 0, 90, "the tag's new version answers")
        load.check_none_failed()


def test_api_server_that_drops_volumes_of_images_is_told_before_anything_starts(ns, registry):
    """Kubernetes has the feature gate off before 1.35."""
    fraud = deploy(ns, registry, wait=None, uri=f"oci://{registry.address[7:]}/ml/fraud:champion", load="ImageVolume")
    fraud.wait(lambda _: fraud.condition("SourceReady").get("reason") == "ImageVolumesUnsupported", 60, "it is told")
    told = fraud.condition("SourceReady")["message"]
    version = json.loads(CLUSTER.kubectl("get", "--raw", "/version"))["gitVersion"]
    assert f"Kubernetes {version}" in told and "feature gate ImageVolume" in told
    assert fraud.condition("Stalled")["status"] == "True"
    assert not fraud.replica_sets()
    # The way out that it names.
    fraud.patch({"model": {"source": {"load": "Fetch"}}})
    fraud.wait(lambda status: status["phase"] == "Stable", 90, "it serves")
    assert fraud.condition("SourceReady")["status"] == "True"


def test_image_is_followed_by_the_pull_secret_of_its_pods(ns):
    with Registry(guarded=True) as registry:
        registry.register("1")
        registry.point("champion", "1")
        # The mirror's own entry: what is for registry.example is not shown to it.
        ns.kubectl("create", "secret", "docker-registry", SECRET, f"--docker-server={registry.address[7:]}",
                   f"--docker-username={USER}", f"--docker-password={PASSWORD}")
        manifest = model_deployment(pod={"imagePullSecrets": [{"name": SECRET}]})
        manifest["spec"]["model"] = {"name": "m", "source": {"endpoint": registry.address, "follow": {"interval": "10s"}}}
        manifest["spec"]["template"]["spec"]["containers"] = [
            {**server_container("none"), "image": "registry.example/fraud:champion"}]
        ns.apply(manifest)
        fraud = ns.deployment()
        run_what_is_told(fraud)
        fraud.wait(lambda _: fraud.condition("SourceReady").get("status") == "True", 60, "it is looked up")
        assert fraud.status()["source"]["id"].startswith("image:registry.example/fraud@sha256:")


def test_image_runs_by_the_digest_of_its_tag_and_another_when_the_tag_moves(ns, registry):
    """The nodes cannot pull from a registry that is none: what their pods are to run is looked at."""
    manifest = model_deployment()
    manifest["spec"]["model"] = {"name": "m", "source": {"endpoint": registry.address, "follow": {"interval": "10s"}}}
    manifest["spec"]["template"]["spec"]["containers"] = [
        {**server_container("none"), "image": "registry.example/fraud:champion"}]
    ns.apply(manifest)
    fraud = ns.deployment()

    def images():
        pods = [one["spec"]["template"]["spec"] for one in fraud.replica_sets().values()]
        assert not any("initContainers" in pod for pod in pods)
        return {pod["containers"][0]["image"] for pod in pods}

    def runs_what_is_known():
        known = fraud.status().get("source")
        return known and known["id"].replace("image:", "") in images()

    wait_for(runs_what_is_known, 60, "a version by its digest")
    first = fraud.status()["source"]["id"]
    assert first.startswith("image:registry.example/fraud@sha256:")
    registry.register("2")
    registry.point("champion", "2")
    wait_for(lambda: fraud.status()["source"]["id"] != first and runs_what_is_known(), 60, "the other version")
def test_model_with_another_digest_than_stated_never_serves_and_both_are_told(ns, registry):
    stated = registry.manifest("1")
    fraud = deploy(ns, registry, sha256=stated)
    load = ns.load(fraud)
    registry.register("2")
    registry.point("champion", "2")
    fraud.wait(lambda status: f"data/version: its SHA-256 is {digest(b'2')} and should be {digest(b'1')}"
               in status["message"], 90, "the file and both digests are told")
    assert fraud.status()["stable"]["version"] == "1" and load.answered_by("2") == 0
    assert fraud.status()["canary"]["ready"] == 0
    registry.point("champion", "1")
    fraud.wait(lambda status: status["phase"] == "Stable", 60, "what was stated goes on")
    load.check_none_failed()


def test_signed_model_serves_and_a_tampered_one_does_not(ns, registry, tmp_path):
    signer = Signer(tmp_path)
    ns.kubectl("create", "secret", "generic", "signers", f"--from-file=cosign.pub={signer.public}")
    signer.sign(registry, "1")
    fraud = deploy(ns, registry, verify={"publicKeySecret": {"name": "signers"}})
    load = ns.load(fraud)
    registry.register("2")
    signer.sign(registry, "2")
    registry.put("2", "data/version", b"X")
    registry.point("champion", "2")
    fraud.wait(lambda status: f"data/version: its SHA-256 is {digest(b'X')} and should be {digest(b'2')}"
               in status["message"], 90, "the file and both digests are told")
    registry.register("3")
    registry.point("champion", "3")
    fraud.wait(lambda status: "the model has no SHA256SUMS" in status["message"], 90, "how to sign is told")
    registry.register("4")
    signer.sign(registry, "4")
    registry.point("champion", "4")
    wait_for(lambda: load.answered_by("4") > 0, 120, "a signed version serves")
    assert load.answered_by("X") == load.answered_by("2") == load.answered_by("3") == 0
    load.check_none_failed()


def test_public_key_that_is_not_there_is_told(ns, registry, tmp_path):
    Signer(tmp_path).sign(registry, "1")
    fraud = deploy(ns, registry, wait=None, verify={"publicKeySecret": {"name": "signers"}})
    fraud.wait(lambda status: "there is no public key /etc/serin/public-key/cosign.pub" in
               status.get("message", ""), 90,
               "it is told")


def test_model_that_comes_slowly_shows_how_far_it_is(ns, registry):
    fraud = deploy(ns, registry)
    load = ns.load(fraud)
    registry.register("2")
    registry.put("2", "data/weights", bytes(1_500_000))
    registry.slow_down(50_000)
    registry.point("champion", "2")
    fraud.wait(lambda status: "load" in status.get("canary", {}), 60, "it is told how far the canary is")
    shown = fraud.status()
    assert "fetching " in shown["message"] and " of 1.5 MB" in shown["message"]
    assert 0 <= shown["canary"]["load"]["bytes"] < shown["canary"]["load"]["of"] == 1_500_000 + len(
        b"".join(registry.files("1").values()))
    written = [status["canary"]["load"] for status in fraud.statuses() if "load" in status.get("canary", {})]
    fraud.wait_judging(step=0, timeout=90)
    assert "load" not in fraud.status()["canary"], "it is gone when all of it is there"
    assert len({one["at"] for one in written}) <= 2, "about once a minute"
    load.check_none_failed()
def test_what_was_promoted_is_written_back_with_its_alias(ns, registry):
    registry.point("challenger", "1")
    fraud = deploy(ns, registry, uri=f"mlflow://{MODEL}@challenger", report=True,
                   moveAlias={"onPromoted": "serving", "onRolledBack": "rejected"})
    wait_for(lambda: registry.tags("1").get("serin.stage") == "stable", 30, "the first version is told of")
    wait_for(lambda: registry.aliases().get("serving") == "1", 30, "the alias points to it")
    ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("challenger", "2")
    fraud.wait_judging(step=0, timeout=60)
    wait_for(lambda: registry.tags("2").get("serin.stage") == "canary", 30, "the attempt is told of")
    fraud.wait_stable("2", timeout=120)
    wait_for(lambda: registry.tags("2").get("serin.stage") == "stable", 30, "the promotion is told")
    assert registry.tags("2")["serin.outcome"] == "Promoted"
    assert registry.tags("2")["serin.deployment"] == f"{ns.name}/{fraud.name}"
    wait_for(lambda: registry.tags("1").get("serin.stage") == "superseded", 30, "the one before gave way")
    wait_for(lambda: registry.aliases()["serving"] == "2", 30, "the alias moved")
    assert "rejected" not in registry.aliases() and registry.aliases()["champion"] == "1"
    fraud.wait(lambda status: "; serves " in status["report"]["told"] and "canary" not in status["report"]["told"], 30,
               "it is recorded")
    assert "problem" not in fraud.status()["report"]


def test_what_was_rolled_back_is_written_back_and_the_followed_alias_put_back(ns, registry):
    fraud = deploy(ns, registry, report=True, moveAlias={"onPromoted": "champion", "onRolledBack": "rejected"})
    ns.load(fraud, rate=60)
    registry.register("2", settings=BAD)
    registry.point("champion", "2")
    wait_for(lambda: registry.tags("2").get("serin.stage") == "rolled-back", 150, "the rollback is told")
    assert registry.tags("2")["serin.outcome"] == "RolledBack" and registry.tags("2")["serin.reason"]
    wait_for(lambda: registry.aliases() == {"champion": "1", "rejected": "2"}, 30, "both aliases moved")
    fraud.wait(lambda status: status["phase"] == "Stable", 60, "the alias means what serves")
    assert fraud.history()[0] == ("2", "RolledBack") and len(fraud.history()) == 2
    assert len(fraud.quarantined()) == 1


def test_registry_that_refuses_writes_is_shown_and_holds_up_nothing(ns, registry):
    registry.refuse_writes()
    fraud = deploy(ns, registry, report=True)
    ns.load(fraud, rate=60)
    registry.register("2")
    registry.point("champion", "2")
    fraud.wait_stable("2", timeout=120)
    assert fraud.history()[0] == ("2", "Promoted")
    fraud.wait(lambda status: "answered 403" in status["report"].get("problem", ""), 30, "it is shown")
    assert fraud.status()["report"]["told"].startswith("nothing since "), fraud.status()["report"]
    wait_for(lambda: any(event[:2] == ("Warning", "ReportFailed") for event in fraud.events()), 30, "an event")
    assert not registry.tags("2")
    registry.refuse_writes(False)
    fraud.patch({"model": {"source": {"follow": {"interval": "11s"}}}})  # an edited source does not wait five minutes
    wait_for(lambda: registry.tags("2").get("serin.stage") == "stable", 60, "it is told again")
    fraud.wait(lambda status: "problem" not in status["report"], 30, "nothing is left to be said")
