"""A model in a cloud that knows the pods' service account: no key is in any Secret. In the part `stores`, for it needs the
clients of the stores. What stands for each cloud (tests/sources/workload.py) asks the cluster itself whose a token is."""

import json
import pathlib
import shlex
import sys

import pytest

from harness.cluster import CLUSTER
from harness.manifests import RESTRICTED_CONTAINER, RESTRICTED_POD, model_deployment, server_container
from harness.neighbour import Neighbour, node_address
from harness.reviews import Reviews
from harness.wait import wait_for

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "sources"), str(TESTS / "support")]

from authority import Authority  # noqa: E402
from azure.storage.blob import BlobServiceClient  # noqa: E402
from azure_server import ACCOUNT, KEY, AzureServer  # noqa: E402
from gcs_server import GcsServer  # noqa: E402
from s3_server import KEYS, S3Server  # noqa: E402
from workload import Cluster, Google, Login, Sts  # noqa: E402

SERVICE_ACCOUNT = "fraud-models"
# Restricted as Pod Security has it, and without a token for the API server.
POD = {"serviceAccountName": SERVICE_ACCOUNT, "automountServiceAccountToken": False, **RESTRICTED_POD}


class TrustedCluster(Reviews, Cluster):
    """Whose a token is says the cluster under test; what a cloud itself signs is by a key of tests."""

    def __init__(self, folder):
        Reviews.__init__(self)
        Cluster.__init__(self, folder)


class Cloud:
    """The model lies in `storage`, before which `tokens` hands out what opens it. put() changes it."""

    authority = None

    def __init__(self, folder):
        self.reviews = TrustedCluster(folder)
        self.storage = self.start(folder)
        self.neighbours = []

    def address_of(self, url):
        """Where the cluster finds a server on this machine's loopback."""
        self.neighbours.append(Neighbour(int(url.rpartition(":")[2])))
        return f"{url.partition('://')[0]}://{self.neighbours[-1].host}:{self.neighbours[-1].port}"

    def source(self):
        identity = {self.name: self.identity}
        return {"uri": self.uri, "endpoint": self.endpoint, "follow": {"interval": "10s"},
                "credentials": {"workloadIdentity": identity}}

    def stop(self):
        for neighbour in self.neighbours:
            neighbour.close()
        self.tokens.stop()
        self.storage.stop()


class InGoogle(Cloud):
    name, uri = "google", "gs://models/fraud"

    def __init__(self, folder):
        super().__init__(folder)
        self.storage.client.bucket("models").create()
        self.tokens = Google(self.reviews, self.storage.address)
        self.endpoint = self.address_of(self.tokens.address)
        self.identity = {"provider": self.tokens.provider, "stsEndpoint": self.endpoint,
                         "serviceAccount": self.tokens.account, "iamEndpoint": self.endpoint}

    def start(self, folder):
        server = GcsServer(folder)
        server.wait_until_ready()
        return server

    def put(self, files):
        for path, content in files.items():
            self.storage.client.bucket("models").blob(f"fraud/{path}").upload_from_string(content)


class InAmazon(Cloud):
    name, uri = "aws", "s3://models/fraud"

    def __init__(self, folder):
        super().__init__(folder)
        self.storage.client.create_bucket(Bucket="models")
        self.tokens = Sts(self.reviews, self.storage.address, KEYS)
        self.endpoint = self.address_of(self.tokens.address)
        self.identity = {"roleArn": self.tokens.role, "region": "us-east-1", "stsEndpoint": self.endpoint}

    def start(self, folder):
        server = S3Server(folder)
        server.wait_until_ready()
        return server

    def put(self, files):
        for path, content in files.items():
            self.storage.client.put_object(Bucket="models", Key=f"fraud/{path}", Body=content)


class InAzure(Cloud):
    name, uri = "azure", f"azureblob://{ACCOUNT}/models/fraud"

    def __init__(self, folder):
        super().__init__(folder)
        self.container = self.storage.client.create_container("models")
        self.tokens = Login(self.reviews)
        self.endpoint = self.address_of(self.storage.address)
        self.identity = {"tenantId": self.tokens.tenant, "clientId": self.tokens.client,
                         "authorityHost": self.address_of(self.tokens.address)}

    def start(self, folder):
        """Azurite takes tokens over TLS alone."""
        authority = Authority(folder)
        certificate, key = authority.sign(f"IP:{node_address()},IP:127.0.0.1")
        server = AzureServer(folder, "--oauth", "basic", "--cert", certificate, "--key", key)
        server.address = server.address.replace("http://", "https://")
        server.client = BlobServiceClient(f"{server.address}/{ACCOUNT}", credential=KEY,
                                          connection_verify=str(authority.certificate))
        server.wait_until_listening(60)
        self.authority = pathlib.Path(authority.certificate).read_text()
        return server

    def put(self, files):
        for path, content in files.items():
            self.container.upload_blob(f"fraud/{path}", content, overwrite=True)


CLOUDS = {cloud.name: cloud for cloud in (InGoogle, InAmazon, InAzure)}


def model(version):
    return {"version": version.encode(), "settings": b""}


@pytest.fixture(params=["google"])
def cloud(ns, request, tmp_path):
    running = CLOUDS[request.param](tmp_path)
    try:
        running.tokens.trusts = f"system:serviceaccount:{ns.name}:{SERVICE_ACCOUNT}"
        running.put(model("1"))
        yield running
    finally:
        running.stop()


def deploy(ns, cloud, pod=None):
    manifest = model_deployment()
    source = cloud.source()
    if cloud.authority:
        ns.kubectl("create", "configmap", "authorities", f"--from-literal=ca.crt={cloud.authority}")
        source["ca"] = {"configMap": {"name": "authorities"}}
    manifest["spec"]["model"] = {"name": "m", "source": source}
    container = {**server_container("none"), **RESTRICTED_CONTAINER}
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models"}]
    manifest["spec"]["template"]["spec"].update({**(POD if pod is None else pod), "containers": [container]})
    ns.apply(manifest)
    return ns.deployment()


def told(fraud, words, timeout=60):
    """The condition SourceReady once it is False for a reason with these words."""
    def why(_):
        condition = fraud.condition("SourceReady")
        return condition.get("status") == "False" and words in condition["message"] and condition
    return fraud.wait(why, timeout, f"SourceReady is False: {words}")


def grant(ns, fraud):
    """Does what the status says."""
    condition = told(fraud, "no token of the ServiceAccount may be made; grant it: ")
    assert condition["reason"] == "CredentialsForbidden"
    commands = condition["message"].partition("grant it: ")[2]
    role = f"serin-acts-as-{SERVICE_ACCOUNT}"
    assert commands == (
        f"kubectl create role {role} -n {ns.name} --verb=create --resource=serviceaccounts/token "
        f"--resource-name={SERVICE_ACCOUNT} && kubectl create rolebinding {role} -n {ns.name} --role={role} "
        f"--serviceaccount={ns.operator}:serin")
    for command in commands.split(" && "):
        CLUSTER.kubectl(*shlex.split(command)[1:])
    fraud.annotate(refresh="granted")


def askers(cloud):
    """The pods that showed tokens of theirs; None: somebody that is no pod."""
    return {pod for _, pod in cloud.reviews.seen}


def is_told(cloud, text):
    """Whether a token stands there."""
    assert cloud.reviews.seen
    return any(token in text for token, _ in cloud.reviews.seen)


@pytest.mark.parametrize("cloud", CLOUDS, indirect=True)
def test_a_service_account_that_the_cloud_knows_loads_the_model_and_the_next_one(ns, cloud):
    CLUSTER.kubectl("label", "namespace", ns.name, "pod-security.kubernetes.io/enforce=restricted")
    ns.kubectl("create", "serviceaccount", SERVICE_ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
    first = fraud.status()["stable"]["id"]
    pods = {pod["metadata"]["name"] for pod in fraud.pods()}
    assert pods | {None} <= askers(cloud), "each pod by a token of its own, and Serin by one that is bound to no pod"
    load = ns.load(fraud, rate=60)
    wait_for(lambda: load.answered_by("1") > 50, 30, "50 answers of version 1")
    cloud.put(model("2"))
    fraud.wait(lambda status: status["phase"] == "Stable" and status["stable"]["id"] != first, 150,
               "the second version is promoted by itself")
    assert load.answered_by("2") > 0
    log = CLUSTER.kubectl("-n", ns.operator, "logs", "-l", "app.kubernetes.io/name=serin", "--tail=-1")
    assert not is_told(cloud, json.dumps(fraud.statuses()) + json.dumps(fraud.events()) + log)
    load.check_none_failed()


def test_the_token_is_the_init_containers_alone(ns, cloud):
    ns.kubectl("create", "serviceaccount", SERVICE_ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
    pod = fraud.pods()[0]["spec"]
    assert pod["serviceAccountName"] == SERVICE_ACCOUNT
    [volume] = [v for v in pod["volumes"] if "projected" in v]
    assert volume["name"] == "serin-identity", "and none for the API server"
    mounts = {c["name"]: [m for m in c["volumeMounts"] if m["name"] == "serin-identity"]
              for c in pod["initContainers"] + pod["containers"]}
    assert [m["readOnly"] for m in mounts["serin-fetch"]] == [True] and mounts["server"] == []


@pytest.mark.parametrize("context", [{}, {"fsGroup": 2000}, {"runAsUser": 2000}, {"runAsUser": 0}],
                         ids=["images-users", "fs-group", "one-user", "root"])
def test_the_token_can_be_read_whoever_the_pods_run_as(ns, cloud, context):
    ns.kubectl("create", "serviceaccount", SERVICE_ACCOUNT)
    fraud = deploy(ns, cloud, pod={"serviceAccountName": SERVICE_ACCOUNT, "securityContext": context})
    grant(ns, fraud)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")


def test_a_service_account_that_is_not_there_is_told_with_the_way_to_make_it(ns, cloud):
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    condition = told(fraud, f"there is no ServiceAccount \"{SERVICE_ACCOUNT}\" in namespace \"{ns.name}\"; create it: ")
    command = condition["message"].partition("create it: ")[2].partition(",")[0]
    CLUSTER.kubectl(*shlex.split(command)[1:])
    fraud.annotate(refresh="made")
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")


def test_a_cloud_that_trusts_somebody_else_is_told_without_the_token(ns, cloud):
    cloud.tokens.trusts = f"system:serviceaccount:{ns.name}:another"
    ns.kubectl("create", "serviceaccount", SERVICE_ACCOUNT)
    fraud = deploy(ns, cloud)
    grant(ns, fraud)
    condition = told(fraud, "rejected by the attribute condition")
    assert condition["reason"] == "StoreForbidden"
    assert not is_told(cloud, json.dumps(fraud.statuses()) + json.dumps(fraud.events()))
    assert not fraud.pods()
