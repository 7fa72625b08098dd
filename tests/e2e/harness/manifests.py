"""ModelDeployments of the test server, with times so short that a rollout takes half a minute."""

import copy
import os

IMAGE = os.environ.get("SERIN_TEST_SERVER_IMAGE", "localhost/serin-test-server:dev")
MODEL = "m"
PORT = 8080
# What Pod Security "restricted" wants of a pod and of each of its containers.
RESTRICTED_POD = {"securityContext": {"runAsNonRoot": True, "runAsUser": 65532,
                                      "seccompProfile": {"type": "RuntimeDefault"}}}
RESTRICTED_CONTAINER = {"securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}

ERRORS = {"name": "errors", "errorRate": {}, "safeWithin": {"oddsRatio": 3, "difference": 0.1}}
LATENCY = {"name": "latency", "latency": {"histogram": 'http_request_duration_seconds{path="/infer"}'},
           "worseThan": {"stable": {"oddsRatio": 2, "difference": 0.05}},
           "safeWithin": {"oddsRatio": 3, "difference": 0.1}}
SCORE = {"name": "score", "drift": {"histogram": "model_score"}, "worseThan": {"stable": {"psi": 1.0}}}
STEPS = [{"weight": 25, "hold": "4s"}, {"weight": 50, "hold": "4s"}]


def server_container(version, settings="", ready_path=f"/v2/models/{MODEL}/ready", image=IMAGE):
    container = {
        "name": "server",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": "MODEL", "value": MODEL}, {"name": "VERSION", "value": version},
                {"name": "SETTINGS", "value": settings}],
    }
    if ready_path:
        # Quick to get ready, slow to give up: an order to fail must meet Serin before it meets the kubelet.
        container["readinessProbe"] = {"httpGet": {"path": ready_path, "port": PORT}, "periodSeconds": 1,
                                       "failureThreshold": 30}
    return container


def model_deployment(name="fraud", version="1", settings="", replicas=2, steps=None, soak="4s",
                     progress_deadline="2m", metrics=None, analysis=None, container=None, pod=None, runtime=None):
    """`settings`: orders to the server (tests/e2e/server/serve.h). `analysis`, `container`, `pod` and `runtime` override
    parts."""
    return {
        "apiVersion": "serin.dev/v1alpha1",
        "kind": "ModelDeployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "model": {"name": MODEL, "version": version},
            "runtime": {
                "preset": "custom", "container": "server", "ports": {"http": PORT, "metrics": PORT},
                "readyPath": f"/v2/models/{MODEL}/ready",
                "errors": {"total": 'http_requests_total{path="/infer"}',
                           "bad": 'http_requests_total{path="/infer",code=~"5.."}'},
                **(runtime or {}),
            },
            "template": {"spec": {
                "terminationGracePeriodSeconds": 3,
                "containers": [{**server_container(version, settings), **(container or {})}],
                **(pod or {}),
            }},
            "service": {"port": 80},
            "rollout": {"steps": copy.deepcopy(STEPS if steps is None else steps), "soak": soak,
                        "progressDeadline": progress_deadline},
            "analysis": {
                "interval": "1s", "warmUp": "0s", "minRequests": 20, "deadline": "2m", "holdAtMost": "1m",
                "metrics": copy.deepcopy([ERRORS] if metrics is None else metrics),
                **(analysis or {}),
            },
        },
    }
