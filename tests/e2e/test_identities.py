"""A model in a cloud that knows the pods' service account: no key is in any Secret. In the part `stores`, for it needs the
clients of the stores. The cloud is Google's: a server of tokens that trusts the cluster, and behind it the real
fake-gcs-server. How each cloud is asked is in tests/sources."""

import json
import pathlib
import shlex
import sys

import pytest

from harness.cluster import CLUSTER
from harness.manifests import model_deployment, server_container
from harness.neighbour import Neighbour
from harness.reviews import Reviews
from harness.wait import wait_for

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "sources"), str(TESTS / "support")]

from gcs_server import GcsServer  # noqa: E402
from workload import Google  # noqa: E402

ACCOUNT = "fraud-models"
# What Pod Security "restricted" wants; and no token for the API server.
POD = {"serviceAccountName": ACCOUNT, "automountServiceAccountToken": False,
       "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}}
CONTAINER = {"securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}


class Cloud:
    """Lets the service account `trusts` read the bucket "models"."""

    def __init__(self, folder, trusts):
        self.storage = GcsServer(folder)
        self.storage.wait_until_ready()
        self.storage.client.bucket("models").create()
        self.reviews = Reviews()
        self.google = Google(self.reviews, self.storage.address)
        self.google.trusts = trusts
        self.neighbour = Neighbour(int(self.google.address.rpartition(":")[2]))
        self.address = f"http://{self.neighbour.host}:{self.neighbour.port}"

    def put(self, version):
        for path, content in {"version": version, "settings": ""}.items():
            self.storage.client.bucket("models").blob(f"fraud/{path}").upload_from_string(content)

    def source(self):
        identity = {"provider": self.google.provider, "stsEndpoint": self.address}
        return {"uri": "gs://models/fraud", "endpoint": self.address, "follow": {"interval": "10s"},
                "credentials": {"workloadIdentity": {"google": identity}}}

    def stop(self):
        self.neighbour.close()
        self.google.stop()
        self.storage.stop()


@pytest.fixture
def cloud(ns, tmp_path):
    running = Cloud(tmp_path, f"system:serviceaccount:{ns.name}:{ACCOUNT}")
    try:
        running.put("1")
        yield running
    finally:
        running.stop()


def deploy(ns, cloud, pod=None):
    manifest = model_deployment()
    manifest["spec"]["model"] = {"name": "m", "source": cloud.source()}
    container = {**server_container("none"), **CONTAINER}
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models"}]
    manifest["spec"]["template"]["spec"].update({**(POD if pod is None else pod), "containers": [container]})
    ns.apply(manifest)
    return ns.deployment()


def told(fraud, words, timeout=60):
    """The message of SourceReady once it is False for a reason with these words."""
    def why(_):
        condition = fraud.condition("SourceReady")
        return condition.get("status") == "False" and words in condition["message"] and condition
    return fraud.wait(why, timeout, f"SourceReady is False: {words}")


def grant(ns, fraud):
    """Does what the status says."""
    condition = told(fraud, "no token of the ServiceAccount may be made; grant it: ")
    assert condition["reason"] == "CredentialsForbidden"
    commands = condition["message"].partition("grant it: ")[2]
    role = f"serin-acts-as-{ACCOUNT}"
    assert commands == (
        f"kubectl create role {role} -n {ns.name} --verb=create --resource=serviceaccounts/token "
        f"--resource-name={ACCOUNT} && kubectl create rolebinding {role} -n {ns.name} --role={role} "
        f"--serviceaccount={ns.operator}:serin")
    for command in commands.split(" && "):
        CLUSTER.kubectl(*shlex.split(command)[1:])
    fraud.annotate(refresh="granted")


def pods_that_asked(cloud):
    return {pod for pod in cloud.reviews.seen.values() if pod}


def test_a_service_account_that_the_cloud_knows_loads_the_model_and_the_next_one(ns, cloud):
    CLUSTER.kubectl("label", "namespace", ns.name, "pod-security.kubernetes.io/enforce=restricted")
    ns.kubectl("create", "serviceaccount", ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
    first = fraud.status()["stable"]["id"]
    pods = {pod["metadata"]["name"] for pod in fraud.pods()}
    assert pods <= pods_that_asked(cloud), "each pod by a token of its own"
    assert None in cloud.reviews.seen.values(), "Serin by one that is bound to no pod"
    load = ns.load(fraud, rate=60)
    wait_for(lambda: load.answered_by("1") > 50, 30, "50 answers of version 1")
    cloud.put("2")
    fraud.wait(lambda status: status["phase"] == "Stable" and status["stable"]["id"] != first, 150,
               "the second version is promoted by itself")
    assert load.answered_by("2") > 0
    log = CLUSTER.kubectl("-n", ns.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--tail=-1")
    everything = json.dumps(fraud.statuses()) + json.dumps(fraud.events()) + log
    assert not [token for token in cloud.reviews.seen if token in everything]
    load.check_none_failed()


def test_the_token_is_the_init_containers_alone(ns, cloud):
    ns.kubectl("create", "serviceaccount", ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
    pod = fraud.pods()[0]["spec"]
    assert pod["serviceAccountName"] == ACCOUNT
    [volume] = [v for v in pod["volumes"] if "projected" in v]
    assert volume["name"] == "serin-identity", "and none for the API server"
    mounts = {c["name"]: [m for m in c["volumeMounts"] if m["name"] == "serin-identity"]
              for c in pod["initContainers"] + pod["containers"]}
    assert [m["readOnly"] for m in mounts["serin-fetch"]] == [True] and mounts["server"] == []


@pytest.mark.parametrize("context", [{}, {"fsGroup": 2000}, {"runAsUser": 2000, "fsGroup": 2000}, {"runAsUser": 0}],
                         ids=["images-users", "fs-group", "one-user", "root"])
def test_the_token_can_be_read_whoever_the_pods_run_as(ns, cloud, context):
    ns.kubectl("create", "serviceaccount", ACCOUNT)
    fraud = deploy(ns, cloud, pod={"serviceAccountName": ACCOUNT, "securityContext": context})
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")


def test_a_service_account_that_is_not_there_is_told_with_the_way_to_make_it(ns, cloud):
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    condition = told(fraud, f"there is no ServiceAccount \"{ACCOUNT}\" in namespace \"{ns.name}\"; create it: ")
    command = condition["message"].partition("create it: ")[2].partition(",")[0]
    CLUSTER.kubectl(*shlex.split(command)[1:])
    fraud.annotate(refresh="made")
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")


def test_a_cloud_that_trusts_somebody_else_is_told_without_the_token(ns, cloud):
    cloud.google.trusts = f"system:serviceaccount:{ns.name}:another"
    ns.kubectl("create", "serviceaccount", ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    condition = told(fraud, "rejected by the attribute condition")
    assert condition["reason"] == "StoreForbidden"
    assert cloud.reviews.seen and not [token for token in cloud.reviews.seen if token in json.dumps(fraud.statuses())]
    assert not fraud.pods()
