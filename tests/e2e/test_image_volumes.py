"""Models that are images, which a real kubelet mounts: on a cluster of their own, whose feature gate ImageVolume is on and
whose containerd can do it (`tests/run image-volumes`)."""

import hashlib
import pathlib
import shutil
import subprocess
import sys

import pytest

from harness.manifests import model_deployment, server_container
from harness.neighbour import Neighbour
from harness.wait import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "sources"), str(ROOT / "tests" / "support")]

from oci_registry import HASH, PASSWORD, USER, OciRegistry, layout  # noqa: E402

PULL = "fraud-pull"


class Images:
    """A registry that wants a password, and that the node reaches over plain HTTP. push() moves the tag."""

    def __init__(self, folder):
        self._folder, self._pushes = folder, 0
        passwords = folder / "passwords"
        passwords.write_text(f"{USER}:{HASH}\n")
        self._server = OciRegistry(folder, {"htpasswd": {"realm": "tests", "path": str(passwords)}})
        self._server.wait_until_ready()
        self._neighbour = Neighbour(self._server.port)
        self.name = f"{self._neighbour.host}:{self._neighbour.port}"
        self.repository = f"{self.name}/ml/fraud"
        registries = subprocess.run([ROOT / "deploy" / "local" / "cluster", "path", "registries"], check=True,
                                    capture_output=True, text=True).stdout.strip()
        self._hosts = pathlib.Path(registries) / self.name
        self._hosts.mkdir()
        (self._hosts / "hosts.toml").write_text(f'server = "http://{self.name}"\n[host."http://{self.name}"]\ncapabilities = ["pull", "resolve"]\n')

    def push(self, files):
        self._pushes += 1
        self._server.push_image("ml/fraud:production", layout(self._folder / f"layout-{self._pushes}", [files]))

    def stop(self):
        shutil.rmtree(self._hosts)
        self._neighbour.close()
        self._server.stop()


@pytest.fixture
def images(tmp_path):
    running = Images(tmp_path)
    running.push(model("1"))
    yield running
    running.stop()


def model(version):
    return {"version": version.encode(), "settings": b""}


def manifest_of(files):
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))


def deploy(ns, images, pod=None, **more):
    """The Secret by which the pods pull is what Serin asks with, once it may read it."""
    ns.kubectl("create", "secret", "docker-registry", PULL, f"--docker-server={images.name}",
               f"--docker-username={USER}", f"--docker-password={PASSWORD}")
    role = f"serin-reads-{PULL}"
    ns.kubectl("create", "role", role, "--verb=get", "--resource=secrets", f"--resource-name={PULL}")
    ns.kubectl("create", "rolebinding", role, f"--role={role}", f"--serviceaccount={ns.operator}:serin")
    manifest = model_deployment(pod={"imagePullSecrets": [{"name": PULL}]} if pod is None else pod)
    manifest["spec"]["model"] = {"name": "m", "source": {
        "uri": f"oci://{images.repository}:production", "load": "ImageVolume", "endpoint": f"http://{images.name}",
        "follow": {"interval": "10s"}, **more}}
    container = server_container("none")
    container["env"] = [{"name": "MODEL", "value": "m"}, {"name": "MODEL_FOLDER", "value": "/mnt/models"}]
    manifest["spec"]["template"]["spec"]["containers"] = [container]
    ns.apply(manifest)
    return ns.deployment()


def pods_of(fraud):
    return [one["spec"]["template"]["spec"] for one in fraud.replica_sets().values()]


def test_image_is_mounted_and_serves_and_the_next_one_is_rolled_out(ns, images):
    fraud = deploy(ns, images)
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "the first version is stable")
    first = fraud.status()["source"]["id"]
    assert first.startswith(f"image:{images.repository}@sha256:")
    [pod] = pods_of(fraud)
    assert "initContainers" not in pod
    assert {"name": "serin-model", "image": {"reference": first.removeprefix("image:"), "pullPolicy": "IfNotPresent"}} \
        in pod["volumes"]
    load = ns.load(fraud, rate=60)
    wait_for(lambda: load.answered_by("1") > 50, 30, "50 answers of the first image")
    images.push(model("2"))
    fraud.wait(lambda status: status["phase"] == "Stable" and status["source"]["id"] != first and
               load.answered_by("2") > 0, 150, "the second image is promoted by itself")
    assert fraud.history()[0][1] == "Promoted"
    load.check_none_failed()


def test_image_with_other_files_than_stated_never_serves_and_both_digests_are_told(ns, images):
    fraud = deploy(ns, images, sha256=manifest_of(model("1")))
    fraud.wait(lambda status: status.get("phase") == "Stable", 120, "what is stated serves")
    assert all(pod["initContainers"][0]["args"] == ["--check", "/mnt/models"] for pod in pods_of(fraud))
    load = ns.load(fraud)
    images.push(model("2"))
    digests = [hashlib.sha256(text).hexdigest() for text in (b"1", b"2")]
    fraud.wait(lambda status: all(digest in status.get("message", "") for digest in digests), 90, "it is told")
    assert load.answered_by("2") == 0
    load.check_none_failed()


def test_image_that_nodes_may_not_pull_is_named(ns, images):
    fraud = deploy(ns, images, pod={}, credentials={"secretName": PULL})
    fraud.wait(lambda status: f'image "{images.repository}@sha256:' in status.get("message", "") and
               "cannot be pulled" in status["message"], 90, "it is told")
    assert fraud.condition("SourceReady")["status"] == "True"
