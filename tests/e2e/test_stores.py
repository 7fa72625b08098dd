"""Each kind of store once, as a user has it: its own server and client, a model that is loaded and serves, and the next
version, which is rolled out by itself. MLflow and Git have files of their own. In a part of its own (`tests/run stores`),
for it needs the clients of the stores."""

import hashlib
import pathlib
import subprocess
import sys

import pytest

from harness.manifests import model_deployment, server_container
from harness.neighbour import Neighbour, node_address
from harness.wait import wait_for

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "sources"), str(TESTS / "support")]

from authority import Authority  # noqa: E402
from azure_server import ACCOUNT, KEYS as AZURE_KEYS, AzureServer  # noqa: E402
from gcs_server import GcsServer  # noqa: E402
from hub import REPOSITORY, TOKEN, Hub  # noqa: E402
from oci_registry import HASH, SECRET, USER, OciRegistry, layout  # noqa: E402
from s3_server import KEYS, S3Server  # noqa: E402
from web_server import WebServer  # noqa: E402


class Store:
    """`uri` and `fields` of the source; `secret`: its credentials; put() changes what the URI means."""

    fields, secret, authority = {}, {}, None

    def __init__(self, folder):
        self.folder = folder


class S3(Store):
    uri, secret = "s3://models/fraud", KEYS

    def __init__(self, folder):
        super().__init__(folder)
        self.server = S3Server(folder)
        self.server.wait_until_ready()
        self.server.client.create_bucket(Bucket="models")
        self.server.client.put_bucket_versioning(Bucket="models", VersioningConfiguration={"Status": "Enabled"})
        self.neighbour = Neighbour(self.server.port)
        self.fields = {"endpoint": f"http://{self.neighbour.host}:{self.neighbour.port}"}

    def put(self, files):
        for path, content in files.items():
            self.server.client.put_object(Bucket="models", Key=f"fraud/{path}", Body=content)

    def stop(self):
        self.neighbour.close()
        self.server.stop()


class AzureBlob(Store):
    uri, secret = f"azureblob://{ACCOUNT}/models/fraud", AZURE_KEYS

    def __init__(self, folder):
        super().__init__(folder)
        self.server = AzureServer(folder)
        self.server.wait_until_ready()
        self.container = self.server.client.create_container("models")
        self.neighbour = Neighbour(self.server.port)
        self.fields = {"endpoint": f"http://{self.neighbour.host}:{self.neighbour.port}"}

    def put(self, files):
        for path, content in files.items():
            self.container.upload_blob(f"fraud/{path}", content, overwrite=True)

    def stop(self):
        self.neighbour.close()
        self.server.stop()


class Gcs(Store):
    uri = "gs://models/fraud"

    def __init__(self, folder):
        super().__init__(folder)
        self.server = GcsServer(folder)
        self.server.wait_until_ready()
        self.bucket = self.server.client.bucket("models")
        self.bucket.versioning_enabled = True
        self.bucket.create()
        self.neighbour = Neighbour(self.server.port)
        self.fields = {"endpoint": f"http://{self.neighbour.host}:{self.neighbour.port}"}

    def put(self, files):
        for path, content in files.items():
            self.bucket.blob(f"fraud/{path}").upload_from_string(content)

    def stop(self):
        self.neighbour.close()
        self.server.stop()


class Oci(Store):
    """An image whose layer is the model, under a tag that moves, behind a password."""

    uri, secret = "oci://registry.example/ml/fraud:production", SECRET

    def __init__(self, folder):
        super().__init__(folder)
        passwords = folder / "passwords"
        passwords.write_text(f"{USER}:{HASH}\n")
        self.pushes = 0
        self.server = OciRegistry(folder, {"htpasswd": {"realm": "tests", "path": str(passwords)}})
        self.server.wait_until_ready()
        self.neighbour = Neighbour(self.server.port)
        self.fields = {"endpoint": f"http://{self.neighbour.host}:{self.neighbour.port}"}

    def put(self, files):
        self.pushes += 1
        self.server.push_image("ml/fraud:production", layout(self.folder / f"layout-{self.pushes}", [files]))

    def stop(self):
        self.neighbour.close()
        self.server.stop()


class HuggingFace(Store):
    uri, secret = f"hf://{REPOSITORY}", {"HF_TOKEN": TOKEN}

    def __init__(self, folder):
        super().__init__(folder)
        self.hub = Hub(private=True)
        self.neighbour, self.storage = Neighbour(self.hub.api.server_port), Neighbour(self.hub.storage.server_port)
        self.fields = {"endpoint": f"http://{self.neighbour.host}:{self.neighbour.port}"}
        self.hub.storage_address = f"http://{self.storage.host}:{self.storage.port}"

    def put(self, files):
        self.hub.commit(files, large=["version"])

    def stop(self):
        self.neighbour.close()
        self.storage.close()
        self.hub.stop()


class Https(Store):
    """An archive behind a certificate of our own authority."""

    def __init__(self, folder):
        super().__init__(folder)
        authority = Authority(folder)
        self.authority = pathlib.Path(authority.certificate).read_text()
        self.web = WebServer(*authority.sign(f"IP:{node_address()}"))
        self.neighbour = Neighbour(self.web.server_port)
        self.uri = f"https://{self.neighbour.host}:{self.neighbour.port}/fraud.tar.gz"
        self.changes = 0

    def put(self, files):
        self.changes += 1
        packed = self.folder / f"packed-{self.changes}"
        packed.mkdir()
        for path, content in files.items():
            (packed / path).write_bytes(content)
        self.web.content = subprocess.run(["tar", "-C", packed, "-cz", "."], check=True, capture_output=True).stdout
        self.web.tag = f'"{self.changes}"'

    def stop(self):
        self.neighbour.close()
        self.web.stop()


STORES = {store.__name__: store for store in (S3, AzureBlob, Gcs, Oci, HuggingFace, Https)}


def let_read(ns, secret):
    """As SourceReady tells it."""
    name = f"serin-reads-{secret}"
    ns.kubectl("create", "role", name, "--verb=get", "--resource=secrets", f"--resource-name={secret}")
    ns.kubectl("create", "rolebinding", name, f"--role={name}", f"--serviceaccount={ns.operator}:serin")


def deploy(ns, store):
    manifest = model_deployment()
    source = {"uri": store.uri, "follow": {"interval": "10s"}, **store.fields}
    if store.secret:
        ns.kubectl("create", "secret", "generic", "store", *(f"--from-literal={k}={v}" for k, v in store.secret.items()))
        let_read(ns, "store")
        source["credentials"] = {"secretName": "store"}
    if store.authority:
        ns.kubectl("create", "configmap", "authorities", f"--from-literal=ca.crt={store.authority}")
        source["ca"] = {"configMap": {"name": "authorities"}}
    manifest["spec"]["model"] = {"name": "m", "source": source}
    container = server_container("none")
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models"}]
    manifest["spec"]["template"]["spec"]["containers"] = [container]
    ns.apply(manifest)
    return ns.deployment()


def model(version):
    return {"version": version.encode(), "settings": b""}


@pytest.mark.parametrize("kind", STORES)
def test_a_model_is_loaded_and_serves_and_the_next_one_is_rolled_out(ns, kind, tmp_path):
    store = STORES[kind](tmp_path)
    try:
        store.put(model("1"))
        fraud = deploy(ns, store)
        fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
        first = fraud.status()["stable"]["id"]
        assert fraud.condition("SourceReady")["status"] == "True"
        load = ns.load(fraud, rate=60)
        wait_for(lambda: load.answered_by("1") > 50, 30, "50 answers of version 1")
        store.put(model("2"))
        fraud.wait(lambda status: status["phase"] == "Stable" and status["stable"]["id"] != first, 150,
                   "the second version is promoted by itself")
        assert fraud.history()[0][1] == "Promoted"
        assert load.answered_by("2") > 0
        load.check_none_failed()
    finally:
        store.stop()


def test_a_file_that_is_corrupted_on_the_way_never_serves(ns, tmp_path):
    store = HuggingFace(tmp_path)
    try:
        store.put(model("1"))
        fraud = deploy(ns, store)
        fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
        load = ns.load(fraud)
        store.hub.corrupt = True
        store.put(model("2"))
        fraud.wait(lambda status: hashlib.sha256(b"2").hexdigest() in status.get("message", ""), 90, "it is told")
        message = fraud.status()["message"]
        assert "version" in message and hashlib.sha256(b"3").hexdigest() in message  # "2" with its last bit turned
        store.hub.corrupt = False
        fraud.wait(lambda status: status["phase"] == "Stable" and status["stable"]["id"].startswith("hf:") and
                   load.answered_by("2") > 0, 240, "the next attempt of the pods loads the right bytes")
        load.check_none_failed()
    finally:
        store.stop()
