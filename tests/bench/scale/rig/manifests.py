"""The ModelDeployments of a scale run, on the pretended node."""

from .sender import request
from .surroundings import SPACE

COLLECTION = f"/apis/serin.dev/v1alpha1/namespaces/{SPACE}/modeldeployments"
# As Argo Rollouts was measured: without pauses, and nothing is judged.
BY_TIME = {"steps": [{"weight": weight, "hold": "0s"} for weight in (20, 40, 50)], "soak": "0s"}
FIVE_STEPS = {"steps": [{"weight": weight, "hold": "10s"} for weight in (10, 20, 30, 40, 50)], "soak": "10s"}
# Judged by the default metric: errors, of which nobody has any.
NOT_JUDGED = {"metrics": []}
JUDGED = {"interval": "5s", "warmUp": "5s", "metrics": [{"name": "errors", "errorRate": {}}]}


def name_of(index):
    return f"m-{index:05}"


def _template(version):
    container = {"name": "server", "image": f"registry.example/model:{version}",
                 "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}}}
    return {"spec": {"nodeName": "pretended", "containers": [container]}}


def model_deployment(name, pods):
    """Judged by the defaults, so that what is kept for that at rest is measured."""
    return {
        "apiVersion": "serin.dev/v1alpha1", "kind": "ModelDeployment", "metadata": {"name": name},
        "spec": {"replicas": pods, "model": {"name": "model", "version": "1"}, "template": _template("1"),
                 "rollout": BY_TIME}}


def creations(names, pods):
    return [request(name, "POST", COLLECTION, model_deployment(name, pods)) for name in names]


def another_version(version, rollout, analysis):
    """A merge patch."""
    return {"spec": {"model": {"version": version}, "template": _template(version), "rollout": rollout,
                     "analysis": analysis}}
