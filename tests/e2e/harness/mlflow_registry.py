"""A real MLflow in the cluster: the demonstration's manifest, image and training script, on a disk that outlives its pods.
MLflow's own client speaks to it from here, by way of the API server. Environment: SERIN_MLFLOW_IMAGE, which holds MLflow
and MLServer (deploy/demonstration/images.sh)."""

import json
import os
import pathlib
import shutil
import tempfile

import yaml

from .cluster import CLUSTER
from .wait import wait_for

os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", MLFLOW_HTTP_REQUEST_MAX_RETRIES="2", GIT_PYTHON_REFRESH="quiet")

import mlflow  # noqa: E402

MANIFESTS = pathlib.Path(__file__).resolve().parents[3] / "deploy" / "demonstration" / "registry"
IMAGE = os.environ.get("SERIN_MLFLOW_IMAGE", "localhost/serin-demo-mlflow:dev")
IMAGE_USER = 65532
TRAINED = "cancer"  # the registered model of the training script


def manifests(file, namespace):
    """The objects of one of the demonstration's manifests, for another namespace."""
    text = (MANIFESTS / file).read_text()
    return list(yaml.safe_load_all(text.replace("serin-demo", namespace).replace("IMAGE", IMAGE)))


class MlflowRegistry:
    """Use as a context manager; it has a namespace of its own. Needs to run on the node's machine, as root, for the disk.
    `client`: mlflow.MlflowClient; the functions of the module mlflow speak to this registry too, so one a process."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.address = f"http://mlflow.{namespace}.svc:5000"
        self._disk = pathlib.Path(tempfile.mkdtemp(prefix="serin-mlflow-"))
        shutil.chown(self._disk, IMAGE_USER, IMAGE_USER)
        self._path = f"/api/v1/namespaces/{namespace}/services/mlflow:http/proxy"
        self._trained = {}

    def __enter__(self):
        CLUSTER.kubectl("delete", "namespace", self.namespace, "--ignore-not-found", "--wait")
        CLUSTER.kubectl("create", "namespace", self.namespace)
        server, service = manifests("mlflow.yaml", self.namespace)
        [volume] = server["spec"]["template"]["spec"]["volumes"]
        del volume["emptyDir"]
        volume["hostPath"] = {"path": str(self._disk)}
        CLUSTER.apply(server, service)
        self._wait_for_answer()
        mlflow.set_tracking_uri(f"http://127.0.0.1:{CLUSTER.proxy_port()}{self._path}")
        self.client = mlflow.MlflowClient()
        return self

    def __exit__(self, *_):
        self.kill()
        CLUSTER.kubectl("delete", "namespace", self.namespace, "--wait=false", "--ignore-not-found")
        shutil.rmtree(self._disk, ignore_errors=True)

    # What the data scientist does.

    def train(self, *sets):
        """Models of these sets of rows (quarter, all, permuted) are trained, logged and registered by MLflow's client,
        where the packages are that will serve them."""
        said = self._script("train", *sets)
        self._trained.update({rows: model["version"] for rows, model in said.items()})

    def register(self, name, rows):
        """Registers what was trained on these rows as the next version of the model `name`; returns its number."""
        logged = self.client.get_model_version(TRAINED, self._trained[rows])
        return str(mlflow.register_model(logged.source, name).version)

    def point(self, name, number, alias="champion"):
        self.client.set_registered_model_alias(name, alias, number)

    def champion(self, name, rows):
        """Registers what was trained on these rows as the next version of `name`, and points its alias champion there."""
        number = self.register(name, rows)
        self.point(name, number)
        return number

    def predictions(self, uri, count):
        """So many held-out rows and, for each, what the model answers that MLflow's own client loads from `uri`."""
        said = self._script("predict", uri, count)
        return said["rows"], said["answers"]

    # What is shown.

    def tags(self, name, number):
        return self.client.get_model_version(name, number).tags

    def aliases(self, name):
        return {alias: str(number) for alias, number in self.client.get_registered_model(name).aliases.items()}

    def run_of(self, name, number):
        return self.client.get_model_version(name, number).run_id

    # What happens to it.

    def kill(self):
        """Its process is gone, and nobody starts another one."""
        self._kubectl("scale", "deployment", "mlflow", "--replicas=0")
        self._kubectl("delete", "pods", "-l", "app=mlflow", "--grace-period=0", "--force")
        wait_for(lambda: not self._pods(), 30, "no pod of MLflow")

    def start(self):
        self._kubectl("scale", "deployment", "mlflow", "--replicas=1")
        self._wait_for_answer()

    def _wait_for_answer(self):
        wait_for(lambda: CLUSTER.request("GET", self._path + "/health")[0] == 200, 60,
                 lambda: f"MLflow answers; its log: {self._log()}")

    def _pods(self):
        return CLUSTER.get(f"/api/v1/namespaces/{self.namespace}/pods?labelSelector=app=mlflow")["items"]

    def _log(self):
        done = CLUSTER.kubectl("-n", self.namespace, "logs", "-l", "app=mlflow", "--tail=20", check=False)
        return done.stdout + done.stderr

    def _script(self, *words):
        said = self._kubectl("exec", "deployment/mlflow", "--", "/usr/bin/python3", "/app/register.py", *map(str, words))
        return json.loads(said.strip().splitlines()[-1])

    def _kubectl(self, *arguments):
        return CLUSTER.kubectl("-n", self.namespace, *arguments)
